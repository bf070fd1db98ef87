// Trees made to mislead: what they ask for is bounded by what they hold.
#include <gtest/gtest.h>

#include "core/hash.h"
#include "syntax/model_trainer.h"
#include "syntax/tree_codec.h"
#include "testing/languages.h"

namespace copse {
namespace {

std::shared_ptr<const Grammar> json() {
  return testing::language("json").grammar();
}

// "[[[[...", of which one shape is nearly all.
std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(TreeDamage, ABlockThatBeginsBeforeTheOneBeforeIsRefused) {
  const auto model = ModelTrainer(json()).train();
  for (const std::uint64_t moved : {std::uint64_t{1}, UINT64_MAX - 4}) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.u8(kTreeFormatVersion | 0x40 | 0x80);
    out.varint(33);
    write_tag(out, 15U << 16);  // document
    out.varint(16);
    for (const std::uint64_t begin : {std::uint64_t{10}, moved}) {
      out.varint(begin);
      out.varint(0);
      out.varint(0);
      out.varint(0);
      out.u32(0);  // what only the payload's reader looks at
      if (begin != 10) {
        out.varint(1);  // the root stays open
        out.varint(0);
        out.varint(0);
        continue;
      }
      out.varint(0);
      out.varint(1);
      for (const std::uint32_t part : {0U, 0U, 33U, 15U << 16, 0U, 0U})
        out.varint(part);
    }
    out.u32(0);
    out.u64(checksum64(bytes));
    EXPECT_EQ(TreeLayout::read(*model, bytes, 20, 100).ok(), moved == 1);
  }
}

// Frozen shapes that are nearly sure cost nearly nothing, so few bytes may state many of them.
TEST(TreeDamage, ABlockStatesNoMoreShapesThanItHasNodes) {
  const std::string source = nested(20000);
  const FlatTree tree = testing::parse_flat("json", source);
  ModelTrainer trainer(json());
  trainer.add(tree, source);
  const auto model = trainer.train({.with_source = true});
  const auto nodes = static_cast<std::uint32_t>(tree.nodes.size());
  const Bytes bytes = encode_tree(*model, tree, source, {TreeForm::Small, nodes - 1});
  ASSERT_LT(bytes.size(), nodes / 20);
  const auto layout = TreeLayout::read(*model, bytes, source.size(), nodes);
  ASSERT_TRUE(layout.ok()) << layout.error().message();
  ASSERT_EQ(layout.value().blocks.size(), 2U);
  TreeBlock block = layout.value().blocks[0];
  EXPECT_TRUE(thaw_block(*model, layout.value(), block, source).ok());
  block.end_node = 16;
  EXPECT_FALSE(thaw_block(*model, layout.value(), block, source).ok());
}

// A root that names no symbol of the grammar, in either version.
TEST(TreeDamage, ARootOfNoSymbolIsRefused) {
  const auto model = ModelTrainer(json()).train();
  for (const std::uint32_t symbol : {COPSE_SYMBOL_END, 0x2002U, COPSE_SYMBOL_ERROR - 2}) {
    const std::uint32_t root = symbol << 16 | COPSE_TAG_LEAF;
    Bytes old{1, 1};
    ByteWriter out(old);
    write_tag(out, root);
    for (int streams = 0; streams < 4; ++streams)
      out.u8(0);
    EXPECT_EQ(decode_tree(*model, "", old).ok(), symbol == COPSE_SYMBOL_END);
    Bytes bytes{kTreeFormatVersion | 0x80, 1};
    ByteWriter now(bytes);
    write_tag(now, root);
    now.u8(0);
    now.u8(0);
    EXPECT_EQ(decode_tree(*model, "", bytes).ok(), symbol == COPSE_SYMBOL_END);
  }
}

// What the jump table says of a node that goes on in the next block is what its own block says.
TEST(TreeDamage, ASpineThatSaysOtherThanItsBlocksIsRefused) {
  const std::string source = R"({"a": [1, 2, [3, {"b": [[[[[[[[4]]]]]]]], "c": 5}], 6], "d": 7})";
  const FlatTree tree = testing::parse_flat("json", source);
  const auto model = ModelTrainer(json()).train();
  const Bytes bytes = encode_tree(*model, tree, source, {TreeForm::Bytecode, kBlockNodesMin});
  auto layout = TreeLayout::read(*model, bytes, source.size(), kTreeNodesMax).value();
  ASSERT_GT(layout.blocks.size(), 2U);
  const auto decodes = [&] { return decode_tree(*model, source, layout.write(*model)).ok(); };
  ASSERT_TRUE(decodes());
  for (SpineNode& node : layout.spine) {
    const SpineNode right = node;
    node.start += 1;
    EXPECT_FALSE(decodes()) << "start of node " << right.node;
    node = right;
    node.tag ^= COPSE_TAG_EXTRA;
    EXPECT_FALSE(decodes()) << "tag of node " << right.node;
    node = right;
  }
  ASSERT_TRUE(decodes());
}

}  // namespace
}  // namespace copse
