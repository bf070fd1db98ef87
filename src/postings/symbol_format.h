// What writer and reader of symbol segments agree on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace copse {

inline constexpr std::string_view kSymbolMagic = "copsesym";
inline constexpr std::size_t kSymbolHeaderBytes = 8 + 4 + 4 + 8 + 8;
inline constexpr std::size_t kSymbolChecksumBytes = 8;
// A name shares no more than this with the one before it.
inline constexpr std::size_t kSharedBytesMax = 255;
// Of 40 bits, which a zigzag of 33 fits.
inline constexpr std::size_t kPlanesMax = 5;

// Unpacked, a block cannot be larger.
inline constexpr std::size_t kNamePartBytesMax = 512 * (512 + 8) + 64;
inline constexpr std::size_t kPlacePartBytesMax = (512 + 6 * 8192) * kPlanesMax + 64;

constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

// Numbers as planes: how many bytes the largest needs, then all lowest bytes, all second ones, and
// so on. What follows compresses better than the numbers one after another.
inline void put_planes(ByteWriter& out, const std::vector<std::uint64_t>& numbers) {
  std::uint64_t all = 0;
  for (const std::uint64_t number : numbers)
    all |= number;
  std::uint8_t planes = 0;
  while (planes < kPlanesMax && all >> (8 * planes) != 0)
    ++planes;
  out.u8(planes);
  for (unsigned plane = 0; plane < planes; ++plane) {
    for (const std::uint64_t number : numbers)
      out.u8(static_cast<std::uint8_t>(number >> (8 * plane)));
  }
}

// Fails the reader when the planes are not there.
inline std::vector<std::uint64_t> take_planes(ByteReader& in, std::size_t count) {
  const std::size_t planes = in.u8();
  if (planes > kPlanesMax || count > in.remaining() / (planes == 0 ? 1 : planes)) {
    if (planes != 0) in.fail();
  }
  std::vector<std::uint64_t> numbers(in.failed() ? 0 : count);
  for (std::size_t plane = 0; plane < planes && !in.failed(); ++plane) {
    const ByteView bytes = in.raw(count);
    for (std::size_t i = 0; i < bytes.size(); ++i)
      numbers[i] |= std::uint64_t{bytes[i]} << (8 * plane);
  }
  if (in.failed()) numbers.assign(count, 0);
  return numbers;
}

}  // namespace copse
