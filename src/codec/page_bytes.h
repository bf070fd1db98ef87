// The few loops over bytes that a delta of memory images spends its time in: where two stretches
// are equal, and which positions of a text are worth remembering. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/bytes.h"

namespace copse {

inline std::uint64_t load_u64(const std::uint8_t* at) {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

inline std::uint32_t load_u32(const std::uint8_t* at) {
  std::uint32_t value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

// How many bytes from the start are equal, at most `limit`.
std::size_t equal_forward(const std::uint8_t* a, const std::uint8_t* b, std::size_t limit);
// How many bytes in front of both are equal, at most `limit`.
std::size_t equal_backward(const std::uint8_t* a, const std::uint8_t* b, std::size_t limit);

// Whether all bytes are zero.
bool all_zero(const std::uint8_t* bytes, std::size_t size);

// Bit i of the answer says whether a[i] == b[i], for the 64 bytes there.
std::uint64_t equal_mask(const std::uint8_t* a, const std::uint8_t* b);

// Positions are anchors when what stands there says so, whatever is before it: the same text has
// the same anchors wherever it lies. (Manber: Finding similar files in a large file system, 1994;
// the hash is one that vectors can take at every byte.) On the average one position of
// 2^rarity_bits is one; no stretch of a single repeated byte of value zero has any.
inline constexpr unsigned kAnchorBytes = 32;  // how many bytes from an anchor on make its key
inline constexpr unsigned kAnchorRarityBitsMax = 24;

// Writes the anchors in [0, size) in ascending order and says how many there are. `anchors` has
// room for `size` of them and kAnchorSlack more. Bytes from `bytes` up to `bytes + size +
// kAnchorBytes` are read. The plain twin says the same.
inline constexpr std::size_t kAnchorSlack = 4;
std::size_t find_anchors(const std::uint8_t* bytes, std::size_t size, unsigned rarity_bits,
                         std::uint32_t* anchors);
std::size_t find_anchors_plainly(const std::uint8_t* bytes, std::size_t size, unsigned rarity_bits,
                                 std::uint32_t* anchors);

// What is known about the kAnchorBytes bytes of an anchor: a weak hash, to be confirmed by bytes.
inline std::uint64_t anchor_key(const std::uint8_t* at) {
  static_assert(kAnchorBytes == 32);
  constexpr std::uint64_t kOdd[] = {0x9E3779B185EBCA87U, 0xC2B2AE3D27D4EB4FU, 0x165667B19E3779F9U,
                                    0x27D4EB2F165667C5U};
  std::uint64_t key = 0;
  for (int i = 0; i < 4; ++i) {
    key += (load_u64(at + 8 * i) ^ (load_u64(at + 8 * i) >> 29)) * kOdd[i];
  }
  return (key ^ (key >> 32)) * kOdd[0];
}

}  // namespace copse
