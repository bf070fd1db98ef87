// Models made to mislead: what they ask for is bounded by what they hold.
#include <gtest/gtest.h>

#include "syntax/tree_model.h"
#include "testing/languages.h"

namespace copse {
namespace {

std::shared_ptr<const Grammar> json() {
  return testing::language("json").grammar();
}

// A model up to its shapes, with the rules that a model of nothing has.
Bytes begin_model(std::uint32_t version) {
  const auto grammar = json();
  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(TreeModel::kMagic);
  out.u32(version);
  out.raw(grammar->identity().digest);
  out.varint(0);
  SpanRules(grammar->symbol_count()).write(out);
  return bytes;
}

constexpr std::uint32_t kLeafOfEnd = 4;  // as a packed tag

TEST(TreeModelDamage, MacrosOfManyLargeShapesAreBounded) {
  constexpr std::size_t kChildren = 20000;
  constexpr std::size_t kTables = 6;
  Bytes bytes = begin_model(1);
  ByteWriter out(bytes);
  out.varint(1);
  out.varint(0);
  out.varint(kChildren);
  for (std::size_t i = 0; i < kChildren; ++i)
    out.varint(kLeafOfEnd);
  out.varint(kTables);
  for (std::size_t table = 0; table < kTables; ++table) {
    out.varint(TreeModel::kTableShapesMax);
    for (std::size_t rank = 0; rank < TreeModel::kTableShapesMax; ++rank)
      out.varint(0);
  }
  out.varint(0);
  const auto model = TreeModel::from_bytes(bytes, json());
  ASSERT_TRUE(model.ok()) << model.error().message();
  EXPECT_LT(model.value()->memory_bytes(), 4 * MacroSet::kItemsMax * sizeof(TemplateItem));
  EXPECT_LT(model.value()->macros().opcode_count(0), 255U);
  EXPECT_EQ(model.value()->macros().opcode_count(1), 0U);
}

TEST(TreeModelDamage, ShapesBeyondTheirLimitAreRefused) {
  Bytes bytes = begin_model(1);
  ByteWriter out(bytes);
  out.varint(1);
  out.varint(0);
  out.varint(MacroSet::kItemsMax);
  bytes.insert(bytes.end(), MacroSet::kItemsMax, kLeafOfEnd);
  bytes.insert(bytes.end(), 2, 0);
  EXPECT_FALSE(TreeModel::from_bytes(bytes, json()).ok());
}

TEST(TreeModelDamage, TheSameShapeManyTimesTakesNoLonger) {
  constexpr std::size_t kShapes = std::size_t{1} << 19;
  Bytes bytes = begin_model(1);
  ByteWriter out(bytes);
  out.varint(kShapes);
  for (std::size_t i = 0; i < kShapes; ++i) {
    out.varint(0);
    out.varint(1);
    out.varint(kLeafOfEnd);
  }
  bytes.insert(bytes.end(), 2, 0);
  const auto model = TreeModel::from_bytes(bytes, json());
  ASSERT_TRUE(model.ok()) << model.error().message();
  const std::uint32_t end[] = {COPSE_TAG_LEAF};
  EXPECT_EQ(model.value()->find_shape(0, end), 0U);
}

}  // namespace
}  // namespace copse
