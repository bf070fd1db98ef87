// Trees come back from bytecode exactly; what is not a tree is refused.
#include "syntax/tree_codec.h"

#include <cstring>

#include <gtest/gtest.h>

#include "syntax/model_trainer.h"
#include "testing/languages.h"

namespace copse {
namespace {

using testing::sample_sources;

std::shared_ptr<const TreeModel> trained_model(const std::string& id, bool with_samples) {
  ModelTrainer trainer(testing::language(id).grammar());
  std::vector<testing::SampleSource> sources;
  if (with_samples) sources = sample_sources(id);
  for (const auto& source : sources)
    trainer.add(testing::parse_flat(id, source.text), source.text);
  return trainer.train({.with_source = true});
}

void expect_same(const FlatTree& expected, const FlatTree& found) {
  ASSERT_EQ(expected.nodes.size(), found.nodes.size());
  for (std::size_t i = 0; i < expected.nodes.size(); ++i) {
    const CopseFlatNode& a = expected.nodes[i];
    const CopseFlatNode& b = found.nodes[i];
    ASSERT_TRUE(a.tag == b.tag && a.start == b.start && a.extent == b.extent) << "node " << i;
  }
  EXPECT_EQ(expected.visible_count, found.visible_count);
  EXPECT_EQ(expected.faults, found.faults);
  ASSERT_EQ(expected.error_leaves.size(), found.error_leaves.size());
  for (std::size_t i = 0; i < expected.error_leaves.size(); ++i) {
    EXPECT_EQ(expected.error_leaves[i].node, found.error_leaves[i].node);
    EXPECT_EQ(expected.error_leaves[i].lookahead, found.error_leaves[i].lookahead);
  }
}

constexpr TreeEncoding kEncodings[] = {
    {TreeForm::Bytecode, kBlockNodes},
    {TreeForm::Fast, kBlockNodes},
    {TreeForm::Small, kBlockNodes},
    {TreeForm::Bytecode, 16},
    {TreeForm::Fast, 16},
    {TreeForm::Small, 16},
    {TreeForm::Bytecode, 37},
    {TreeForm::Fast, 101},
    {TreeForm::Small, 53},
};

TEST(TreeCodec, EveryLanguageRoundTripsWithAndWithoutLearning) {
  for (const std::string& id : testing::all_languages()) {
    for (const bool learnt : {false, true}) {
      const auto model = trained_model(id, learnt);
      for (const auto& source : sample_sources(id)) {
        SCOPED_TRACE(id + ", " + source.name + (learnt ? ", learnt" : ", base"));
        const FlatTree tree = testing::parse_flat(id, source.text);
        for (const TreeEncoding& encoding : kEncodings) {
          SCOPED_TRACE("form " + std::to_string(static_cast<int>(encoding.form)) + ", blocks of " +
                       std::to_string(encoding.block_nodes));
          const Bytes bytes = encode_tree(*model, tree, source.text, encoding);
          EXPECT_EQ(bytes, encode_tree(*model, tree, source.text, encoding));
          auto back = decode_tree(*model, source.text, bytes);
          ASSERT_TRUE(back.ok()) << back.error().message();
          expect_same(tree, back.value());
          auto thawed = thaw_tree(*model, source.text, bytes);
          ASSERT_TRUE(thawed.ok()) << thawed.error().message();
          auto again = decode_tree(*model, source.text, thawed.value());
          ASSERT_TRUE(again.ok()) << again.error().message();
          expect_same(tree, again.value());
          // The small form counts its operations otherwise.
          if (encoding.form == TreeForm::Small) continue;
          EXPECT_EQ(thawed.value(), encode_tree(*model, tree, source.text,
                                                {TreeForm::Bytecode, encoding.block_nodes}));
        }
      }
    }
  }
}

TEST(TreeCodec, LearningMakesTreesSmaller) {
  const auto source = sample_sources("c")[8];
  ASSERT_EQ(source.name, "whole");
  const FlatTree tree = testing::parse_flat("c", source.text);
  const std::size_t base = encode_tree(*trained_model("c", false), tree, source.text).size();
  const std::size_t learnt = encode_tree(*trained_model("c", true), tree, source.text).size();
  EXPECT_LT(learnt * 3, base);
  EXPECT_LT(learnt, tree.nodes.size());
}

TEST(TreeCodec, DeepNestingNeedsNoRecursion) {
  constexpr std::size_t kDepth = 100000;
  const std::string source = "x = " + std::string(kDepth, '(') + "1" + std::string(kDepth, ')');
  const FlatTree tree = testing::parse_flat("javascript", source);
  const auto model = trained_model("javascript", true);
  for (const TreeForm form : {TreeForm::Bytecode, TreeForm::Fast, TreeForm::Small}) {
    auto back = decode_tree(*model, source, encode_tree(*model, tree, source, {form}));
    ASSERT_TRUE(back.ok()) << back.error().message();
    expect_same(tree, back.value());
  }
}

TEST(TreeCodec, ModelsSurviveTheirBytes) {
  for (const std::string& id : testing::all_languages()) {
    const auto model = trained_model(id, true);
    auto back = TreeModel::from_bytes(model->bytes(), testing::language(id).grammar());
    ASSERT_TRUE(back.ok()) << back.error().message();
    EXPECT_EQ(back.value()->bytes(), model->bytes());
    EXPECT_EQ(back.value()->trained_nodes(), model->trained_nodes());
    EXPECT_TRUE(back.value()->span_rules() == model->span_rules());
  }
}

TEST(TreeCodec, ModelsOfOtherGrammarsAndTimesAreRefused) {
  const auto model = trained_model("c", true);
  EXPECT_EQ(
      TreeModel::from_bytes(model->bytes(), testing::language("cpp").grammar()).error().code(),
      ErrorCode::Corrupt);
  Bytes newer = model->bytes();
  newer[4] = TreeModel::kFormatVersion + 1;
  EXPECT_EQ(TreeModel::from_bytes(newer, testing::language("c").grammar()).error().code(),
            ErrorCode::Unsupported);
  const FlatTree tree = testing::parse_flat("c", "int x;");
  Bytes bytes = encode_tree(*model, tree, "int x;");
  ++bytes[0];  // the low half of the first byte is the version
  EXPECT_EQ(decode_tree(*model, "int x;", bytes).error().code(), ErrorCode::Unsupported);
}

// Checksums find damage long before the decoder sees it; the decoder must still survive anything.
TEST(TreeCodec, DamagedTreesNeitherCrashNorGrow) {
  const auto model = trained_model("python", true);
  const auto source = sample_sources("python").back();
  const FlatTree tree = testing::parse_flat("python", source.text);
  const auto nodes_max = static_cast<std::uint32_t>(tree.nodes.size());
  for (const TreeEncoding& encoding : kEncodings) {
    SCOPED_TRACE(static_cast<int>(encoding.form));
    const Bytes bytes = encode_tree(*model, tree, source.text, encoding);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(decode_tree(*model, source.text, ByteView(bytes.data(), size), nodes_max).ok());
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      Bytes damaged = bytes;
      damaged[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
      auto back = decode_tree(*model, source.text, damaged, nodes_max);
      if (!back.ok()) continue;
      EXPECT_LE(back.value().nodes.size(), nodes_max);
      const CopseFlatNode& last = back.value().nodes.back();
      EXPECT_LE(std::size_t{last.start} + last.extent, source.text.size());
    }
    EXPECT_FALSE(decode_tree(*model, source.text, bytes, nodes_max - 1).ok());
  }
}

TEST(TreeCodec, DamagedModelsNeitherCrashNorMislead) {
  const auto model = trained_model("css", true);
  const auto& grammar = testing::language("css").grammar();
  const Bytes& bytes = model->bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(TreeModel::from_bytes(ByteView(bytes.data(), size), grammar).ok());
  }
  const auto source = sample_sources("css").back();
  const Bytes tree = encode_tree(*model, testing::parse_flat("css", source.text), source.text);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes damaged = bytes;
    damaged[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
    auto wrong = TreeModel::from_bytes(damaged, grammar);
    if (wrong.ok()) (void)decode_tree(*wrong.value(), source.text, tree, 100000).ok();
  }
}

}  // namespace
}  // namespace copse
