// Little-endian integers, varints and length-prefixed strings in byte buffers: the only way in
// which copse writes a number to disk or wire, and the only way it reads one back.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace copse {

static_assert(std::endian::native == std::endian::little, "formats are little endian");

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Appends to a buffer it does not own. Not thread-safe.
class ByteWriter {
 public:
  explicit ByteWriter(Bytes& out) : out_(out) {}

  std::size_t size() const { return out_.size(); }

  void u8(std::uint8_t value) { out_.push_back(value); }
  void u16(std::uint16_t value) { fixed(value); }
  void u32(std::uint32_t value) { fixed(value); }
  void u64(std::uint64_t value) { fixed(value); }

  // LEB128: seven bits a byte, low bits first, at most ten bytes.
  void varint(std::uint64_t value) {
    while (value >= 0x80) {
      out_.push_back(static_cast<std::uint8_t>(value | 0x80));
      value >>= 7;
    }
    out_.push_back(static_cast<std::uint8_t>(value));
  }

  // Signed values near zero in few bytes: 0, -1, 1, -2, ...
  void zigzag(std::int64_t value) {
    varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }

  void raw(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }

  // A varint length, then the bytes.
  void text(std::string_view value) {
    varint(value.size());
    raw(as_bytes(value));
  }

 private:
  template <typename T>
  void fixed(T value) {
    std::uint8_t buffer[sizeof(T)];
    std::memcpy(buffer, &value, sizeof(T));
    out_.insert(out_.end(), buffer, buffer + sizeof(T));
  }

  Bytes& out_;
};

// Reads what ByteWriter wrote. A read past the end, or a varint that is too long, sets failed() for
// good and yields zeros; callers read a whole record and then look once. Never reads out of bounds.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : bytes_(bytes) {}

  bool failed() const { return failed_; }
  bool at_end() const { return position_ == bytes_.size(); }
  std::size_t position() const { return position_; }
  std::size_t remaining() const { return bytes_.size() - position_; }

  // For callers that find a value out of its range.
  void fail() {
    failed_ = true;
    position_ = bytes_.size();
  }

  std::uint8_t u8() { return fixed<std::uint8_t>(); }
  std::uint16_t u16() { return fixed<std::uint16_t>(); }
  std::uint32_t u32() { return fixed<std::uint32_t>(); }
  std::uint64_t u64() { return fixed<std::uint64_t>(); }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (position_ == bytes_.size()) break;
      const std::uint8_t byte = bytes_[position_++];
      if (shift == 63 && byte > 1) break;
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }

  // A varint that must fit in 32 bits.
  std::uint32_t varint32() {
    const std::uint64_t value = varint();
    if (value <= UINT32_MAX) return static_cast<std::uint32_t>(value);
    fail();
    return 0;
  }

  // A varint that is followed by that many items of at least `item_bytes` bytes each: a count that
  // the rest of the input cannot hold fails here, before anybody allocates for it.
  std::size_t count(std::size_t item_bytes) {
    const std::uint64_t value = varint();
    if (value <= remaining() / item_bytes) return static_cast<std::size_t>(value);
    fail();
    return 0;
  }

  std::int64_t zigzag() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }

  // A view into the input.
  ByteView raw(std::size_t size) {
    if (size > remaining()) {
      fail();
      return {};
    }
    const ByteView view = bytes_.subspan(position_, size);
    position_ += size;
    return view;
  }

  std::string_view text() {
    const std::uint64_t size = varint();
    if (size > remaining()) {
      fail();
      return {};
    }
    return as_text(raw(static_cast<std::size_t>(size)));
  }

 private:
  template <typename T>
  T fixed() {
    T value{};
    if (remaining() < sizeof(T)) {
      fail();
      return value;
    }
    std::memcpy(&value, bytes_.data() + position_, sizeof(T));
    position_ += sizeof(T);
    return value;
  }

  ByteView bytes_;
  std::size_t position_ = 0;
  bool failed_ = false;
};

}  // namespace copse
