// Where blocks of a base are, found by a hash that rolls over the target.
//
// Tridgell's idea ("Efficient Algorithms for Sorting and Synchronization", 1999, chapter 3) with
// the base at hand: so a hash only proposes, the bytes decide, and a block that is found grows to
// both sides. The hash is a polynomial over the ring of 64-bit words (Karp and Rabin, 1987).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/bytes.h"

namespace copse {

inline constexpr unsigned kBlockSlotsLogMax = 24;  // 64 MiB
inline constexpr std::size_t kBlockBytesMin = 8;
inline constexpr std::size_t kBlockBytesMax = 4096;

// The hash of a window of `size` bytes, moved on by a byte in constant time.
class RollingHash {
 public:
  explicit RollingHash(std::size_t size) : size_(size) {
    for (std::size_t i = 0; i < size; ++i) {
      leaving_ *= kMultiplier;
    }
  }

  std::uint64_t value() const { return value_; }

  // REQUIRES: as many bytes as the window has.
  void reset(const std::uint8_t* window) {
    // Eight bytes at a time, so that their products do not wait for one another.
    std::uint64_t value = 0;
    std::size_t i = 0;
    for (; i + kStride <= size_; i += kStride) {
      value *= kPowers[kStride];
      for (std::size_t k = 0; k < kStride; ++k) {
        value += (window[i + k] + 1U) * kPowers[kStride - 1 - k];
      }
    }
    for (; i < size_; ++i) {
      value = value * kMultiplier + window[i] + 1;
    }
    value_ = value;
  }

  void roll(std::uint8_t leaving, std::uint8_t entering) {
    value_ = value_ * kMultiplier + ((entering + 1U) - (leaving + 1U) * leaving_);
  }

 private:
  static constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15ULL;
  static constexpr std::size_t kStride = 8;
  static constexpr std::array<std::uint64_t, kStride + 1> kPowers = [] {
    std::array<std::uint64_t, kStride + 1> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i) {
      powers[i] = powers[i - 1] * kMultiplier;
    }
    return powers;
  }();

  std::size_t size_;
  std::uint64_t leaving_ = 1;  // what a byte weighs when it has passed through the window
  std::uint64_t value_ = 0;
};

struct BlockShape {
  std::size_t block_bytes = 32;  // what is hashed: kBlockBytesMin to kBlockBytesMax
  std::size_t step_bytes = 16;   // from block to block of the base
};

// Immutable once made; any number of threads may read. Keeps a view of the base. Memory: four to
// eight bytes a block, at most 4 << kBlockSlotsLogMax: the blocks of a longer base lie further
// apart. Cost: about a nanosecond a byte.
class BlockIndex {
 public:
  BlockIndex(ByteView base, BlockShape shape);

  // As it came out: the step may be longer than asked for.
  const BlockShape& shape() const { return shape_; }
  ByteView base() const { return base_; }

  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&slots_[mix(hash) >> shift_]); }

  // Where the base may have a block of that hash; only its bytes tell. There are kWays places to
  // ask for.
  static constexpr std::size_t kWays = 2;
  std::optional<std::size_t> propose(std::uint64_t hash, std::size_t way) const {
    const std::uint64_t mixed = mix(hash);
    const std::uint32_t entry = slots_[(mixed >> shift_) ^ way];
    if (entry == 0 || ((entry ^ static_cast<std::uint32_t>(mixed)) & tag_mask_) != 0) {
      return std::nullopt;
    }
    return std::size_t{(entry & ~tag_mask_) - 1} * shape_.step_bytes;
  }

 private:
  static std::uint64_t mix(std::uint64_t hash) {
    return (hash ^ hash >> 32) * 0xD6E8FEB86659FD93ULL;
  }

  void put(std::uint64_t mixed, std::uint32_t number);

  ByteView base_;
  BlockShape shape_;
  unsigned shift_ = 0;
  // The high bits of an entry, which repeat some of the hash; the others are a block's number, from
  // 1 on.
  std::uint32_t tag_mask_ = 0;
  std::vector<std::uint32_t> slots_;
};

}  // namespace copse
