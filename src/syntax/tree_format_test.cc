// The bytes of docs/formats/tree.md: a reader in another language is written from that page, so
// what it says must stay what happens.
#include <gtest/gtest.h>

#include "syntax/tree_codec.h"
#include "testing/languages.h"

namespace copse {
namespace {

constexpr const char* kSource = "[1, true]\n";

TEST(TreeFormat, ExampleOfThePage) {
  ModelTrainer trainer(testing::language("json").grammar());
  const std::string corpus = "[1, true]\n[2, false]\n[1, true]\n[]\n[]\n";
  trainer.add(testing::parse_flat("json", corpus), corpus);
  const FlatTree tree = testing::parse_flat("json", kSource);
  trainer.add(tree, kSource);
  trainer.add(tree, kSource);
  const auto model = trainer.train();
  const Bytes expected{0x01, 0x0c, 0xf0, 0x01, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02};
  EXPECT_EQ(encode_tree(*model, tree, kSource), expected);
}

// A model's bytes behind magic, version and identity, and a tree whose every shape is spelt out.
TEST(TreeFormat, BaseModelSpellsEverythingOut) {
  const auto model = ModelTrainer(testing::language("json").grammar()).train();
  const Bytes head(model->bytes().begin(), model->bytes().begin() + 8);
  EXPECT_EQ(head, (Bytes{0x43, 0x53, 0x50, 0x4D, 1, 0, 0, 0}));
  EXPECT_EQ(model->shape_count(), 0U);
  const FlatTree tree = testing::parse_flat("json", kSource);
  const Bytes expected{
      0x01, 0x0c, 0xf0, 0x01, 0x00, 0x2a, 0x00, 0x00,              // no opcodes, 42 bytes of shapes
      0x00, 0x00, 0x00, 0x02, 0x80, 0x02, 0x0c,                    // document: _value end
      0x00, 0x00, 0x00, 0x01, 0xb0, 0x02,                          // _value: array
      0x00, 0x00, 0x00, 0x04, 0x54, 0x80, 0x02, 0x80, 0x03, 0x64,  // array: [ _value repeat ]
      0x00, 0x00, 0x00, 0x01, 0xa4, 0x01,                          // _value: number
      0x00, 0x00, 0x00, 0x02, 0x24, 0x80, 0x02,                    // array_repeat1: , _value
      0x00, 0x00, 0x00, 0x01, 0xb4, 0x01};                         // _value: true
  EXPECT_EQ(encode_tree(*model, tree, kSource), expected);
}

}  // namespace
}  // namespace copse
