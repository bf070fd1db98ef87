// Trees without some phase of compression come back exactly; what is not such a tree is refused.
#include "syntax/ablated_tree.h"

#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

#include "syntax/model_trainer.h"
#include "syntax/tree_codec.h"
#include "testing/languages.h"

namespace copse {
namespace {

using testing::sample_sources;

constexpr TreePhase kPhases[] = {TreePhase::Varint,  TreePhase::Packing,  TreePhase::Interning,
                                 TreePhase::Delta,   TreePhase::Bytecode, TreePhase::Frozen,
                                 TreePhase::Segments};

// Each phase off alone, off with bytecode or entropy coding, and some at once.
std::vector<TreePhases> all_phases() {
  std::vector<TreePhases> all = {*TreePhases::from_off_bits(0x0F), *TreePhases::from_off_bits(0x2F),
                                 *TreePhases::from_off_bits(0x7F)};
  for (const TreePhase phase : kPhases) {
    all.push_back(TreePhases().without(phase));
    all.push_back(TreePhases().without(phase).without(TreePhase::Bytecode));
    all.push_back(TreePhases().without(phase).without(TreePhase::Frozen));
    all.push_back(TreePhases().without(phase).without(TreePhase::Varint));
  }
  return all;
}

std::shared_ptr<const TreeModel> trained_model(const std::string& id, bool with_samples) {
  ModelTrainer trainer(testing::language(id).grammar());
  std::vector<testing::SampleSource> sources;
  if (with_samples) sources = sample_sources(id);
  for (const auto& source : sources) {
    trainer.add(testing::parse_flat(id, source.text), source.text);
  }
  return trainer.train({.with_source = true});
}

template <typename T>
bool same_items(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](T x, T y) {
           return std::memcmp(&x, &y, sizeof(T)) == 0;
         });
}

void expect_same(const FlatTree& expected, const FlatTree& found) {
  EXPECT_TRUE(same_items(expected.nodes, found.nodes));
  EXPECT_TRUE(same_items(expected.error_leaves, found.error_leaves));
  EXPECT_EQ(expected.faults, found.faults);
  EXPECT_EQ(expected.visible_count, found.visible_count);
}

TEST(AblatedTree, EveryLanguageRoundTripsWithoutEachPhase) {
  for (const std::string& id : testing::all_languages()) {
    for (const bool learnt : {false, true}) {
      const auto model = trained_model(id, learnt);
      for (const auto& source : sample_sources(id)) {
        const FlatTree tree = testing::parse_flat(id, source.text);
        for (const TreePhases phases : all_phases()) {
          for (const std::uint32_t block_nodes : {kBlockNodes, 16U, 101U}) {
            SCOPED_TRACE(id + ", " + source.name + (learnt ? ", learnt" : ", base") +
                         ", off: " + std::to_string(phases.off_bits()) + ", blocks of " +
                         std::to_string(block_nodes));
            const TreeEncoding encoding{TreeForm::Fast, block_nodes, phases};
            const Bytes bytes = encode_tree(*model, tree, source.text, encoding);
            ASSERT_EQ(is_ablated(bytes), !phases.has_form());
            EXPECT_EQ(bytes, encode_tree(*model, tree, source.text, encoding));
            auto back = decode_tree(*model, source.text, bytes);
            ASSERT_TRUE(back.ok()) << back.error().message();
            expect_same(tree, back.value());
            auto thawed = thaw_tree(*model, source.text, bytes);
            ASSERT_TRUE(thawed.ok()) << thawed.error().message();
            EXPECT_FALSE(is_ablated(thawed.value()));
            auto again = decode_tree(*model, source.text, thawed.value());
            ASSERT_TRUE(again.ok()) << again.error().message();
            expect_same(tree, again.value());
          }
        }
      }
    }
  }
}

TEST(AblatedTree, EachPhaseChangesTheBytesOfItsTree) {
  const auto model = trained_model("python", false);
  const auto source = sample_sources("python").back();
  const FlatTree tree = testing::parse_flat("python", source.text);
  const TreeEncoding usual{TreeForm::Fast, 64, {}};
  const Bytes with_all = encode_tree(*model, tree, source.text, usual);
  for (const TreePhase phase : kPhases) {
    TreeEncoding encoding = usual;
    encoding.phases = TreePhases().without(phase);
    EXPECT_NE(with_all, encode_tree(*model, tree, source.text, encoding))
        << static_cast<int>(phase);
  }
}

TEST(AblatedTree, EachPhaseOfAPlainListChangesItsBytes) {
  const auto model = trained_model("python", true);
  const auto source = sample_sources("python").back();
  const FlatTree tree = testing::parse_flat("python", source.text);
  const TreePhases plain = TreePhases().without(TreePhase::Bytecode);
  const Bytes usual = encode_tree(*model, tree, source.text, {TreeForm::Fast, 64, plain});
  for (const TreePhase phase :
       {TreePhase::Varint, TreePhase::Packing, TreePhase::Interning, TreePhase::Delta}) {
    const Bytes other =
        encode_tree(*model, tree, source.text, {TreeForm::Fast, 64, plain.without(phase)});
    EXPECT_GT(other.size(), usual.size()) << static_cast<int>(phase);
  }
}

TEST(AblatedTree, DeepNestingNeedsNoRecursion) {
  constexpr std::size_t kDepth = 100000;
  const std::string source = "x = " + std::string(kDepth, '(') + "1" + std::string(kDepth, ')');
  const FlatTree tree = testing::parse_flat("javascript", source);
  const auto model = trained_model("javascript", true);
  for (const unsigned off : {0x01U, 0x0FU, 0x7FU}) {
    const TreeEncoding encoding{TreeForm::Fast, kBlockNodes,
                                *TreePhases::from_off_bits(static_cast<std::uint8_t>(off))};
    auto back = decode_tree(*model, source, encode_tree(*model, tree, source, encoding));
    ASSERT_TRUE(back.ok()) << back.error().message();
    expect_same(tree, back.value());
  }
}

TEST(AblatedTree, DamagedTreesNeitherCrashNorGrow) {
  for (const bool learnt : {false, true}) {
    const auto model = trained_model("python", learnt);
    const std::string text = sample_sources("python").back().text.substr(0, 300);
    const FlatTree tree = testing::parse_flat("python", text);
    const auto nodes_max = static_cast<std::uint32_t>(tree.nodes.size());
    for (const TreePhases phases : all_phases()) {
      SCOPED_TRACE(static_cast<int>(phases.off_bits()));
      const Bytes bytes = encode_tree(*model, tree, text, {TreeForm::Fast, 32, phases});
      for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(decode_tree(*model, text, ByteView(bytes.data(), size), nodes_max).ok());
      }
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        Bytes damaged = bytes;
        damaged[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
        auto back = decode_tree(*model, text, damaged, nodes_max);
        if (!back.ok()) continue;
        EXPECT_LE(back.value().nodes.size(), nodes_max);
        const CopseFlatNode& last = back.value().nodes.back();
        EXPECT_LE(std::size_t{last.start} + last.extent, text.size());
        (void)thaw_tree(*model, text, damaged, nodes_max).ok();
      }
      EXPECT_FALSE(decode_tree(*model, text, bytes, nodes_max - 1).ok());
      Bytes longer = bytes;
      longer.insert(longer.end(), 2, 0);
      EXPECT_FALSE(decode_tree(*model, text, longer, nodes_max).ok());
    }
  }
}

TEST(AblatedTree, PhasesThatNobodyKnowsAreRefused) {
  const auto model = trained_model("json", true);
  const std::string source = "[1, true]\n";
  const FlatTree tree = testing::parse_flat("json", source);
  Bytes bytes = encode_tree(*model, tree, source,
                            {TreeForm::Fast, 64, TreePhases().without(TreePhase::Varint)});
  bytes[1] |= 0x80;
  EXPECT_EQ(decode_tree(*model, source, bytes).error().code(), ErrorCode::Corrupt);
  EXPECT_FALSE(TreePhases::from_off_bits(0x80).has_value());
}

}  // namespace
}  // namespace copse
