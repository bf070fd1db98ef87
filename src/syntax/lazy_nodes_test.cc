// Trees that are made block by block say what whole trees say, in whatever order they are asked.
#include "syntax/lazy_nodes.h"

#include <thread>

#include <gtest/gtest.h>

#include "core/check.h"
#include "syntax/model_trainer.h"
#include "syntax/tree_codec.h"
#include "testing/languages.h"

namespace copse {
namespace {

class TextChunks : public SourceChunks {
 public:
  TextChunks(std::string text, std::uint32_t bytes, std::size_t fails_at = SIZE_MAX)
      : text_(std::move(text)), bytes_(bytes), fails_at_(fails_at) {}

  std::uint32_t chunk_bytes() const override { return bytes_; }
  Status read(std::size_t chunk, char* out) const override {
    ++reads;
    if (chunk == fails_at_) return Error(ErrorCode::Corrupt, "chunk is damaged");
    text_.copy(out, bytes_, chunk * bytes_);
    return success();
  }

  mutable std::atomic<int> reads = 0;

 private:
  std::string text_;
  std::uint32_t bytes_;
  std::size_t fails_at_;
};

struct Stored {
  std::shared_ptr<const Grammar> grammar;
  std::shared_ptr<const TreeModel> model;
  FlatTree flat;
  std::string source;
  std::shared_ptr<Bytes> bytes;
};

Stored store(const std::string& id, const std::string& source, std::uint32_t block_nodes,
             TreeForm form) {
  ModelTrainer trainer(testing::language(id).grammar());
  Stored stored;
  stored.grammar = testing::language(id).grammar();
  stored.source = source;
  stored.flat = testing::parse_flat(id, source);
  trainer.add(stored.flat, stored.source);
  stored.model = trainer.train();
  stored.bytes = std::make_shared<Bytes>(
      encode_tree(*stored.model, stored.flat, stored.source, {form, block_nodes}));
  return stored;
}

std::shared_ptr<const TreeData> open(const Stored& stored,
                                     std::unique_ptr<const SourceChunks> chunks) {
  const std::string source = chunks == nullptr ? stored.source : std::string();
  auto lazy = LazyNodes::open(stored.model, *stored.bytes, stored.bytes, source, std::move(chunks),
                              stored.source.size(), kTreeNodesMax);
  COPSE_CHECK(lazy.ok());
  return make_lazy_tree_data(stored.grammar, std::move(lazy).value(), stored.flat.visible_count);
}

std::string sample() {
  for (const auto& source : testing::sample_sources("c")) {
    if (source.name == "whole") return source.text;
  }
  return {};
}

void expect_node(const Stored& stored, const TreeData& data, std::uint32_t i) {
  const CopseFlatNode& a = stored.flat.nodes[i];
  const CopseFlatNode& b = data.node(i);
  ASSERT_TRUE(a.tag == b.tag && a.start == b.start && a.extent == b.extent) << "node " << i;
  ASSERT_EQ(data.end_of(i), copse_node_end(stored.flat.nodes.data(), i));
}

TEST(LazyNodes, AnyOrderGivesTheSameNodes) {
  testing::Random random(11);
  for (const TreeForm form : {TreeForm::Bytecode, TreeForm::Fast, TreeForm::Small}) {
    for (const std::uint32_t block_nodes : {16U, 100U, kBlockNodes}) {
      const Stored stored = store("c", sample(), block_nodes, form);
      const auto data = open(stored, nullptr);
      const auto count = static_cast<std::uint32_t>(stored.flat.nodes.size());
      for (int n = 0; n < 2000; ++n)
        expect_node(stored, *data, random.below(count));
      for (std::uint32_t i = 0; i < count; ++i)
        expect_node(stored, *data, i);
      EXPECT_TRUE(data->fault().ok());
    }
  }
}

TEST(LazyNodes, PartsOfTheSourceAreEnough) {
  testing::Random random(12);
  const Stored stored = store("c", sample(), 64, TreeForm::Small);
  const auto whole = make_tree_data(testing::language("c").grammar(), stored.source, stored.flat);
  for (int round = 0; round < 20; ++round) {
    auto chunks = std::make_unique<TextChunks>(stored.source, 100);
    const TextChunks& counted = *chunks;
    const auto data = open(stored, std::move(chunks));
    const auto count = static_cast<std::uint32_t>(stored.flat.nodes.size());
    const std::uint32_t index = random.below(count);
    expect_node(stored, *data, index);
    EXPECT_LT(counted.reads, 30);
    const Node node(data.get(), index, 0);
    const Node twin(whole.get(), index, 0);
    EXPECT_EQ(node.start_point(), twin.start_point());
    EXPECT_EQ(node.end_point(), twin.end_point());
    EXPECT_EQ(node.has_error(), twin.has_error());
    EXPECT_EQ(node.text(), twin.text());
    const Point point{random.below(60), random.below(90)};
    EXPECT_EQ(Tree(data).root().descendant_for_point_range(point, point).index(),
              Tree(whole).root().descendant_for_point_range(point, point).index());
    EXPECT_EQ(Tree(data).to_sexp(), Tree(whole).to_sexp());
    EXPECT_EQ(Tree(data).source(), stored.source);
  }
}

TEST(LazyNodes, ThreadsMayAskAtOnce) {
  const Stored stored = store("c", sample(), 32, TreeForm::Fast);
  const auto data = open(stored, std::make_unique<TextChunks>(stored.source, 64));
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const auto count = static_cast<std::uint32_t>(stored.flat.nodes.size());
      for (std::uint32_t i = 0; i < count; ++i) {
        expect_node(stored, *data, t % 2 == 0 ? i : count - 1 - i);
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
}

// Whoever walks a damaged tree stays inside it, and can ask what is wrong.
TEST(LazyNodes, DamageIsFilledAndNamed) {
  const Stored stored = store("c", sample(), 64, TreeForm::Fast);
  {
    const auto data = open(stored, std::make_unique<TextChunks>(stored.source, 100, 3));
    EXPECT_FALSE(Tree(data).to_sexp().empty());
    EXPECT_EQ(data->fault().error().code(), ErrorCode::Corrupt);
  }
  Stored damaged = stored;
  damaged.bytes = std::make_shared<Bytes>(*stored.bytes);
  damaged.bytes->at(damaged.bytes->size() - 3) ^= 1;
  const auto data = open(damaged, nullptr);
  expect_node(stored, *data, 5);
  EXPECT_TRUE(data->fault().ok());
  EXPECT_FALSE(Tree(data).to_sexp().empty());
  ASSERT_FALSE(data->fault().ok());
  EXPECT_NE(data->fault().error().message().find("checksum"), std::string::npos);
}

// The inside of a raw string is told from what stands before it, which another block may have.
TEST(LazyNodes, RawStringsAtTheBeginningOfABlock) {
  std::string source;
  for (int i = 0; i < 60; ++i) {
    const std::string delimiter = std::string(static_cast<std::size_t>(i % 17), 'd');
    source += "auto s" + std::to_string(i) + " = R\"" + delimiter + "(a) \"b\" )d\" c" + ")" +
              delimiter + "\";\n";
  }
  for (const std::uint32_t block_nodes : {16U, 17U, 19U, 23U}) {
    const Stored stored = store("cpp", source, block_nodes, TreeForm::Bytecode);
    const auto count = static_cast<std::uint32_t>(stored.flat.nodes.size());
    for (std::uint32_t i = 0; i < count; i += block_nodes) {
      const auto data = open(stored, std::make_unique<TextChunks>(stored.source, 1));
      expect_node(stored, *data, i);
      EXPECT_TRUE(data->fault().ok());
    }
  }
}

}  // namespace
}  // namespace copse
