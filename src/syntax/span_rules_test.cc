// Span rules: what each predicts, at the edges of the source too.
#include "syntax/span_rules.h"

#include <gtest/gtest.h>

#include "testing/languages.h"

namespace copse {
namespace {

// Learns from leaves that are given as text, then asks for one of them.
struct Leaf {
  std::uint32_t start;
  std::uint32_t size;
};

SpanRules learn(const std::string& source, const std::vector<Leaf>& leaves) {
  FlatTree tree;
  for (const Leaf& leaf : leaves) {
    tree.nodes.push_back({(1U << 16) | COPSE_TAG_LEAF, leaf.start, leaf.size});
  }
  SpanTrainer trainer(*testing::language("json").grammar());
  trainer.add(tree, source);
  return trainer.train();
}

void expect_learnt(const std::string& source, const std::vector<Leaf>& leaves) {
  const SpanRules rules = learn(source, leaves);
  std::uint32_t position = 0;
  for (const Leaf& leaf : leaves) {
    EXPECT_EQ(rules.predict_start(1, source, position), leaf.start) << source;
    EXPECT_EQ(rules.predict_size(1, source, leaf.start), leaf.size) << source;
    position = leaf.start + leaf.size;
  }
}

TEST(SpanRules, LearnWhatTokensLookLike) {
  expect_learnt("abc de_f1  \n g", {{0, 3}, {4, 5}, {13, 1}});    // words
  expect_learnt("// one\n  // three\n", {{0, 6}, {9, 8}});        // to the line's end
  expect_learnt("/* a */ /* * b */", {{0, 7}, {8, 9}});           // block comments
  expect_learnt(R"("a\"b" "" "cd")", {{0, 6}, {7, 2}, {10, 4}});  // quoted
  expect_learnt("1.5e-3 0x1F 7", {{0, 6}, {7, 4}, {12, 1}});      // numbers
  expect_learnt("<> ++ =!", {{0, 2}, {3, 2}, {6, 2}});            // of fixed length
  expect_learnt("a \\\n b \\\r\n c", {{0, 1}, {5, 1}, {11, 1}});  // continued lines
}

TEST(SpanRules, NeverLookBeyondTheSource) {
  for (const std::string source : {"", " ", "/*", "\"", "\"\\", "1e", "\\", "abc"}) {
    for (std::uint8_t kinds = 0; kinds < 64; ++kinds) {
      Bytes bytes;
      ByteWriter out(bytes);
      out.varint(1);
      for (int word = 0; word < 4; ++word)
        out.u64(UINT64_MAX);
      for (int rule = 0; rule < 3; ++rule) {
        out.u8(static_cast<std::uint8_t>((kinds >> 3 & 3) << 4 | (kinds & 7)));
        if ((kinds & 7) == 0) out.varint(UINT32_MAX);
        if ((kinds & 7) == 3 || (kinds & 7) == 4) out.varint(0);
      }
      ByteReader in(bytes);
      auto rules = SpanRules::read(in, 1);
      ASSERT_TRUE(rules.ok());
      for (std::uint32_t at = 0; at <= source.size(); ++at) {
        EXPECT_LE(rules.value().predict_start(0, source, at), source.size());
        EXPECT_LE(at + rules.value().predict_size(0, source, at), source.size());
      }
    }
  }
}

}  // namespace
}  // namespace copse
