// The bytes of docs/formats/tree.md: a reader in another language is written from that page, so
// what it says must stay what happens.
#include <gtest/gtest.h>

#include "syntax/model_trainer.h"
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
  const Bytes expected{0x02, 0x0c, 0x06, 0x00, 0x01, 0x01, 0x01, 0x02, 0x01, 0x03};
  EXPECT_EQ(encode_tree(*model, tree, kSource, {TreeForm::Bytecode}), expected);
  const Bytes fast{0x12, 0x0c, 0xa7, 0xe6, 0xa4, 0x04};
  EXPECT_EQ(encode_tree(*model, tree, kSource, {TreeForm::Fast}), fast);
  const Bytes small{0x22, 0x0c, 0xdd, 0x82, 0x0b, 0x05};
  EXPECT_EQ(encode_tree(*model, tree, kSource, {TreeForm::Small}), small);
}

// A model's bytes behind magic, version and identity, and a tree whose every shape is spelt out.
TEST(TreeFormat, BaseModelSpellsEverythingOut) {
  const auto model = ModelTrainer(testing::language("json").grammar()).train();
  const Bytes head(model->bytes().begin(), model->bytes().begin() + 8);
  EXPECT_EQ(head, (Bytes{0x43, 0x53, 0x50, 0x4D, 2, 0, 0, 0}));
  EXPECT_EQ(model->shape_count(), 0U);
  const FlatTree tree = testing::parse_flat("json", kSource);
  const Bytes expected{
      0x82, 0x0c, 0xf0, 0x01, 0x24, 0x00,  // root stated, 36 bytes of opcodes, none of spans
      0x00, 0x00, 0x81, 0x02,              // document: _value
      0x00, 0x00, 0xb1, 0x02,              // _value: array
      0x00, 0x00, 0x55, 0x81,
      0x02,  // array: [ _value
      0x00, 0x00, 0xa5, 0x01,
      0x00,        // _value: number
      0x81, 0x03,  // array_repeat1
      0x00, 0x00, 0x25, 0x81,
      0x02,                                // array_repeat1: , _value
      0x00, 0x00, 0xb5, 0x01, 0x00, 0x00,  // _value: true
      0x65, 0x00, 0x00, 0x0d, 0x00};       // ] and the end of the file
  EXPECT_EQ(encode_tree(*model, tree, kSource, {TreeForm::Bytecode}), expected);
}

}  // namespace
}  // namespace copse
