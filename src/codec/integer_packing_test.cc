// Packed integers: round trips at every width, the plain twin, the layout, damage.
#include "codec/integer_packing.h"

#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

namespace copse {
namespace {

constexpr PackingOrder kOrders[] = {PackingOrder::Values, PackingOrder::Differences};

Result<std::vector<std::uint32_t>> unpack(ByteView packed, std::uint32_t /*of this size*/) {
  return unpack_integers32(packed);
}
Result<std::vector<std::uint64_t>> unpack(ByteView packed, std::uint64_t /*of this size*/) {
  return unpack_integers64(packed);
}

std::uint64_t seed() {
  const char* given = std::getenv("COPSE_SEED");
  return given == nullptr ? std::random_device()() : std::strtoull(given, nullptr, 10);
}

template <typename Word>
class IntegerPacking : public testing::Test {
 protected:
  static void check(const std::vector<Word>& values) {
    for (const PackingOrder order : kOrders) {
      const Bytes packed = pack_integers(std::span<const Word>(values), order);
      EXPECT_EQ(packed, pack_integers_plain(std::span<const Word>(values), order));
      const auto back = unpack(packed, Word{});
      ASSERT_TRUE(back.ok()) << back.error().message();
      EXPECT_EQ(back.value(), values);
    }
  }
};
using WordTypes = testing::Types<std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(IntegerPacking, WordTypes);

TYPED_TEST(IntegerPacking, EveryWidthAndLengthComesBack) {
  using Word = TypeParam;
  const std::uint64_t from = seed();
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(from));
  std::mt19937_64 random(from);
  for (unsigned width = 0; width <= 8 * sizeof(Word); ++width) {
    for (const std::size_t count : {1U, 2U, 127U, 128U, 129U, 300U}) {
      std::vector<Word> values(count);
      for (Word& value : values) {
        value = width == 0
                    ? Word{7}
                    : static_cast<Word>(static_cast<Word>(random()) >> (8 * sizeof(Word) - width));
      }
      this->check(values);
      std::sort(values.begin(), values.end());
      this->check(values);
    }
  }
  this->check({});
}

TYPED_TEST(IntegerPacking, ExtremesComeBack) {
  using Word = TypeParam;
  constexpr Word kMost = static_cast<Word>(~Word{0});
  constexpr Word kHalf = kMost / 2 + 1;
  std::vector<Word> values;
  for (int i = 0; i < 100; ++i) {
    values.insert(values.end(), {0, kMost, kHalf, static_cast<Word>(kHalf - 1), 1});
  }
  this->check(values);
}

TYPED_TEST(IntegerPacking, TakesTheBitsThatAreNeeded) {
  using Word = TypeParam;
  std::vector<Word> values;
  for (Word i = 0; i < 128 * 100; ++i) {
    values.push_back(1'000'000 + i * 8 + (i & 7));
  }
  // Differences of 9 and once in eight of 1: four bits, and two bytes a block.
  const Bytes packed = pack_integers(std::span<const Word>(values), PackingOrder::Differences);
  EXPECT_LE(packed.size(), 100 * (128 / 2 + 2) + 10);
  // Close to one another, far from zero.
  std::vector<Word> near;
  for (Word i = 0; i < 12'800; ++i) {
    near.push_back(static_cast<Word>(4'000'000'000) + i * 7919 % 16);
  }
  EXPECT_LE(pack_integers(std::span<const Word>(near), PackingOrder::Values).size(),
            100 * (128 / 2 + 6) + 10);
}

// The worked example of docs/formats/integer_packing.md.
TEST(IntegerPackingFormat, IsAsDocumented) {
  const std::vector<std::uint32_t> few{5, 7, 6, 12};
  EXPECT_EQ(pack_integers(std::span<const std::uint32_t>(few), PackingOrder::Values),
            (Bytes{0x10, 4, 3, 5, 0x50, 0x0E}));
  EXPECT_EQ(pack_integers(std::span<const std::uint32_t>(few), PackingOrder::Differences),
            (Bytes{0x11, 4, 12, 3, 1, 0x18, 0x0E}));
  // A full block of 32-bit values of one bit: value 0 is bit 0 of lane 0, value 1 of lane 1.
  std::vector<std::uint32_t> full(128, 0);
  full[1] = 1;
  full[4] = 1;
  Bytes expected{0x10, 0x80, 0x01, 1, 0};
  expected.resize(expected.size() + 16);
  expected[5] = 2;
  expected[5 + 4] = 1;
  EXPECT_EQ(pack_integers(std::span<const std::uint32_t>(full), PackingOrder::Values), expected);
}

TEST(IntegerPackingDamage, IsRefusedOrHarmless) {
  std::vector<std::uint64_t> values;
  for (std::uint64_t i = 0; i < 300; ++i) {
    values.push_back(i * i);
  }
  const Bytes packed = pack_integers(std::span<const std::uint64_t>(values), PackingOrder::Values);
  EXPECT_EQ(unpack_integers32(packed).error().code(), ErrorCode::Corrupt);
  EXPECT_EQ(unpack_integers64(packed, 299).error().code(), ErrorCode::LimitExceeded);
  for (std::size_t size = 0; size < packed.size(); ++size) {
    const auto cut = unpack_integers64(ByteView(packed).first(size));
    ASSERT_FALSE(cut.ok()) << size;
    EXPECT_EQ(cut.error().code(), ErrorCode::Corrupt);
  }
  Bytes longer = packed;
  longer.push_back(0);
  EXPECT_EQ(unpack_integers64(longer).error().code(), ErrorCode::Corrupt);
  for (std::size_t i = 0; i < packed.size(); ++i) {
    Bytes damaged = packed;
    damaged[i] ^= 0x81;
    static_cast<void>(unpack_integers64(damaged).ok());
  }
  // A count that the bytes cannot hold.
  EXPECT_EQ(unpack_integers64(Bytes{0x12, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0}).error().code(),
            ErrorCode::Corrupt);
}

}  // namespace
}  // namespace copse
