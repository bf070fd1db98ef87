// Bits in bytes, low bits first: what posting lists are written in.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/bytes.h"

namespace copse {

// Appends to a buffer of its own. For one thread.
class BitWriter {
 public:
  std::size_t bit_count() const { return bytes_.size() * 8 + held_; }

  // REQUIRES: count <= 57, and no bit of `value` above that.
  void put(std::uint64_t value, unsigned count) {
    bits_ |= value << held_;
    held_ += count;
    while (held_ >= 8) {
      bytes_.push_back(static_cast<std::uint8_t>(bits_));
      bits_ >>= 8;
      held_ -= 8;
    }
  }
  // `value` zeros and a one.
  void put_unary(std::uint64_t value) {
    for (; value >= kUnaryStep; value -= kUnaryStep)
      put(0, kUnaryStep);
    put(std::uint64_t{1} << value, static_cast<unsigned>(value) + 1);
  }
  // Rice's code: the value over 2^k in unary, then k bits.
  void put_rice(std::uint64_t value, unsigned k) {
    put_unary(value >> k);
    put(value & ((std::uint64_t{1} << k) - 1), k);
  }
  // Exponential Golomb: for numbers that are now and then much larger than 2^k.
  void put_golomb(std::uint64_t value, unsigned k) {
    const std::uint64_t shifted = value + (std::uint64_t{1} << k);
    const auto width = static_cast<unsigned>(std::bit_width(shifted)) - 1;
    put_unary(width - k);
    put(shifted ^ (std::uint64_t{1} << width), width);
  }
  // One of `range` values, 0 to range - 1, in the fewest bits that all of them can have: the values
  // in the middle take one bit less where there is room. REQUIRES: value < range.
  void put_one_of(std::uint32_t value, std::uint32_t range) {
    const auto width = static_cast<unsigned>(std::bit_width(range)) - 1;
    const std::uint32_t short_count =
        static_cast<std::uint32_t>((std::uint64_t{2} << width) - range);
    const std::uint32_t turn = (range - short_count) / 2;
    const std::uint32_t code = value >= turn ? value - turn : value + range - turn;
    if (code < short_count) {
      put(code, width);
      return;
    }
    const std::uint64_t full = std::uint64_t{code} + short_count;
    put(full >> 1, width);
    put(full & 1, 1);
  }
  void append(const BitWriter& other) {
    for (const std::uint8_t byte : other.bytes_)
      put(byte, 8);
    put(other.bits_, other.held_);
  }

  // Filled up with zeros to a whole byte. Leaves the writer empty.
  Bytes finish() {
    if (held_ > 0) bytes_.push_back(static_cast<std::uint8_t>(bits_));
    bits_ = 0;
    held_ = 0;
    return std::exchange(bytes_, {});
  }

  static constexpr std::uint64_t kUnaryStep = 48;

 private:
  Bytes bytes_;
  std::uint64_t bits_ = 0;
  unsigned held_ = 0;
};

// Reads what BitWriter wrote. Behind the end come zeros, and failed() is true for good.
class BitReader {
 public:
  explicit BitReader(ByteView bytes) : bytes_(bytes), bit_count_(bytes.size() * 8) {}

  bool failed() const { return position_ > bit_count_; }
  void fail() { position_ = bit_count_ + 1; }
  std::size_t position() const { return position_; }

  // REQUIRES: count <= 57.
  std::uint64_t get(unsigned count) {
    const std::uint64_t bits = peek() & ((std::uint64_t{1} << count) - 1);
    skip(count);
    return bits;
  }
  std::uint64_t get_unary() {
    std::uint64_t value = 0;
    for (;;) {
      const std::uint64_t bits = peek() & ((std::uint64_t{1} << (BitWriter::kUnaryStep)) - 1);
      if (bits != 0) {
        const auto zeros = static_cast<unsigned>(std::countr_zero(bits));
        skip(zeros + 1);
        return value + zeros;
      }
      value += BitWriter::kUnaryStep;
      skip(BitWriter::kUnaryStep);
      if (failed()) return 0;
    }
  }
  // Fails above 32 bits. REQUIRES: k < 32.
  std::uint64_t get_rice(unsigned k) {
    const std::uint64_t bits = peek();
    const auto zeros = static_cast<unsigned>(std::countr_zero(bits | std::uint64_t{1} << 63));
    if (zeros + 1 + k <= kPeekBits) [[likely]] {
      skip(zeros + 1 + k);
      return std::uint64_t{zeros} << k | (bits >> (zeros + 1) & ((std::uint64_t{1} << k) - 1));
    }
    const std::uint64_t high = get_unary();
    if (high > UINT32_MAX >> k) {
      fail();
      return 0;
    }
    return high << k | get(k);
  }
  std::uint64_t get_golomb(unsigned k) {
    const std::uint64_t bits = peek();
    const auto zeros = static_cast<unsigned>(std::countr_zero(bits | std::uint64_t{1} << 63));
    if (2 * zeros + 1 + k <= kPeekBits) [[likely]] {
      const std::uint64_t above = std::uint64_t{1} << (zeros + k);
      skip(2 * zeros + 1 + k);
      return (above | (bits >> (zeros + 1) & (above - 1))) - (std::uint64_t{1} << k);
    }
    const std::uint64_t width = get_unary() + k;
    if (width > kGolombBitsMax) {
      fail();
      return 0;
    }
    const std::uint64_t one = std::uint64_t{1} << width;
    return (one | get(static_cast<unsigned>(width))) - (std::uint64_t{1} << k);
  }
  // Always less than `range`. REQUIRES: range > 0.
  std::uint32_t get_one_of(std::uint32_t range) {
    const auto width = static_cast<unsigned>(std::bit_width(range)) - 1;
    const std::uint32_t short_count =
        static_cast<std::uint32_t>((std::uint64_t{2} << width) - range);
    const std::uint64_t bits = peek();
    auto code = static_cast<std::uint32_t>(bits & ((std::uint64_t{1} << width) - 1));
    if (code < short_count) {
      skip(width);
    } else {
      const auto last = static_cast<std::uint32_t>((bits >> width) & 1);
      code = static_cast<std::uint32_t>((std::uint64_t{code} << 1 | last) - short_count);
      skip(width + 1);
    }
    const std::uint32_t turn = (range - short_count) / 2;
    return code < range - turn ? code + turn : code + turn - range;
  }

 private:
  static constexpr std::uint64_t kGolombBitsMax = 40;
  static constexpr unsigned kPeekBits = 57;

  // The next kPeekBits at least.
  std::uint64_t peek() const {
    const std::size_t byte = position_ >> 3;
    std::uint64_t bits = 0;
    if (byte + sizeof(bits) <= bytes_.size()) [[likely]] {
      std::memcpy(&bits, bytes_.data() + byte, sizeof(bits));
    } else if (byte < bytes_.size()) {
      std::memcpy(&bits, bytes_.data() + byte, bytes_.size() - byte);
    }
    return bits >> (position_ & 7);
  }
  // Past the end it stays just there, so that no count of bits overflows.
  void skip(unsigned count) {
    position_ += count;
    if (position_ > bit_count_) [[unlikely]]
      fail();
  }

  ByteView bytes_;
  std::size_t bit_count_;
  std::size_t position_ = 0;
};

}  // namespace copse
