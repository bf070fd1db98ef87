// Blocks by a rolling hash: that it rolls, that the bytes decide, that covers are what they say.
#include "codec/rolling_delta.h"

#include <algorithm>
#include <bit>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "codec/cover_coder.h"

namespace copse {
namespace {

Bytes noise(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  Bytes bytes(size);
  for (std::uint8_t& byte : bytes) {
    byte = static_cast<std::uint8_t>(engine());
  }
  return bytes;
}

void expect_equal_covers(ByteView base, ByteView target, const DeltaCovers& covers) {
  std::uint64_t end = 0;
  for (const DeltaCover& cover : covers) {
    ASSERT_GE(cover.target_begin, end);
    ASSERT_LE(cover.target_end(), target.size());
    ASSERT_LE(cover.base_end(), base.size());
    ASSERT_TRUE(std::equal(base.begin() + static_cast<std::ptrdiff_t>(cover.base_begin),
                           base.begin() + static_cast<std::ptrdiff_t>(cover.base_end()),
                           target.begin() + static_cast<std::ptrdiff_t>(cover.target_begin)));
    end = cover.target_end();
  }
}

TEST(RollingHash, RolledIsTheSameAsMadeAnew) {
  const Bytes bytes = noise(3000, 1);
  for (const std::size_t size :
       {kBlockBytesMin, std::size_t{32}, std::size_t{100}, kBlockBytesMax / 4}) {
    RollingHash rolled(size);
    RollingHash anew(size);
    rolled.reset(bytes.data());
    for (std::size_t at = 0; at + size < bytes.size(); ++at) {
      anew.reset(bytes.data() + at);
      ASSERT_EQ(rolled.value(), anew.value()) << at;
      rolled.roll(bytes[at], bytes[at + size]);
    }
  }
}

// One byte in front of everything: what a hash that does not roll makes nothing of.
TEST(RollingDelta, AnInsertedByteCostsOneCover) {
  const Bytes base = noise(1 << 20, 2);
  Bytes target = base;
  target.insert(target.begin(), 'x');
  const BlockIndex index(base, {32, 16});
  const DeltaCovers covers = find_covers(index, target, 0, {});
  ASSERT_EQ(covers.size(), 1U);
  EXPECT_EQ(covers[0].target_begin, 1U);
  EXPECT_EQ(covers[0].length, base.size());
}

// Thue-Morse: a word of 2^k symbols and its complement have the same value in every polynomial hash
// over 64-bit words once k is ten or eleven, whatever the odd multiplier.
Bytes thue_morse(std::size_t size, bool complement) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = (std::popcount(i) % 2 == 1) != complement ? 'b' : 'a';
  }
  return bytes;
}

TEST(RollingDelta, CollidingBlocksAreToldApartByTheirBytes) {
  constexpr std::size_t kBlock = 2048;
  const Bytes one = thue_morse(kBlock, false);
  const Bytes other = thue_morse(kBlock, true);
  ASSERT_NE(one, other);
  RollingHash hash(kBlock);
  hash.reset(one.data());
  const std::uint64_t value = hash.value();
  hash.reset(other.data());
  ASSERT_EQ(hash.value(), value) << "they were made to collide";
  const BlockIndex index(one, {kBlock, 1});
  ASSERT_TRUE(index.propose(value, 0) || index.propose(value, 1));
  Bytes target = noise(100, 3);
  target.insert(target.end(), other.begin(), other.end());
  const DeltaCovers covers = find_covers(index, target, 0, {});
  expect_equal_covers(one, target, covers);
  const CodedCovers coded = encode_covers(one, {target, 0}, covers, {});
  Bytes back(target.size());
  ASSERT_TRUE(decode_covers(one, coded.payload, 0, back).ok());
  EXPECT_EQ(back, target);
}

TEST(RollingDelta, CoversAreEqualBytesWhateverTheShape) {
  std::mt19937_64 engine(4);
  for (int round = 0; round < 60; ++round) {
    const Bytes base = noise(engine() % 20'000, engine());
    Bytes target;
    while (target.size() < 20'000 && !base.empty()) {
      const std::size_t begin = engine() % base.size();
      const std::size_t size = std::min<std::size_t>(engine() % 700, base.size() - begin);
      const auto from = base.begin() + static_cast<std::ptrdiff_t>(begin);
      target.insert(target.end(), from, from + static_cast<std::ptrdiff_t>(size));
      const Bytes more = noise(engine() % 40, engine());
      target.insert(target.end(), more.begin(), more.end());
    }
    const BlockShape shape{kBlockBytesMin + engine() % 60, 1 + engine() % 20};
    const BlockIndex index(base, shape);
    const std::size_t shortest = 1 + engine() % 50;
    expect_equal_covers(base, target,
                        find_covers(index, target, engine() % 2 * 5000,
                                    {.length_min = shortest, .far_length_min = shortest}));
  }
}

// A stretch of a block and a step is found wherever it lies, but for the few blocks that lost their
// place in the table.
TEST(RollingDelta, LongStretchesAreFound) {
  std::size_t tried = 0;
  std::size_t found = 0;
  const Bytes base = noise(100'000, 5);
  const BlockIndex index(base, {32, 16});
  for (std::size_t begin = 0; begin + 64 < base.size(); begin += 997) {
    Bytes target = noise(50, begin);
    target.insert(target.end(), base.begin() + static_cast<std::ptrdiff_t>(begin),
                  base.begin() + static_cast<std::ptrdiff_t>(begin + 64));
    const DeltaCovers covers = find_covers(index, target, 0, {});
    ++tried;
    if (covers.size() == 1 && covers[0].length >= 64) ++found;
  }
  EXPECT_GE(found, tried * 98 / 100);
}

TEST(BlockIndex, LongBasesHaveLongerSteps) {
  const Bytes base = noise(1 << 20, 6);
  EXPECT_EQ(BlockIndex(base, {32, 16}).shape().step_bytes, 16U);
  // As if each byte were a block of a base too long for the table.
  const Bytes zeros((std::size_t{1} << kBlockSlotsLogMax) + 100);
  EXPECT_EQ(BlockIndex(zeros, {8, 1}).shape().step_bytes, 2U);
}

}  // namespace
}  // namespace copse
