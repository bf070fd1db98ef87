// Frequencies for the numbers that stand between opcodes in frozen trees: each is a varint whose
// bytes are coded by what the number means. Immutable after loading.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "codec/rans.h"
#include "core/bytes.h"

namespace copse {

// On disk: never renumber.
enum class NumberRole : std::uint8_t {
  Shape,
  Production,
  Tag,
  Gap,
  Padding,
  Size,
  Lookahead,
  Count,
};
inline constexpr std::size_t kNumberRoles = 8;

class NumberTables {
 public:
  static constexpr std::size_t kTables = kNumberRoles * 2;

  // Every byte as likely as any other.
  NumberTables() {
    for (Table& table : tables_) {
      std::array<std::uint32_t, 256> even;
      even.fill(kRansScale / 256);
      table.set(even);
    }
  }

  // Fails the reader unless every byte has a share and they add up.
  void read(ByteReader& in) {
    for (Table& table : tables_) {
      std::array<std::uint32_t, 256> frequencies;
      std::uint64_t total = 0;
      for (std::uint32_t& frequency : frequencies) {
        frequency = in.varint32();
        total += frequency;
        if (frequency == 0) in.fail();
      }
      if (total != kRansScale) in.fail();
      if (in.failed()) return;
      table.set(frequencies);
    }
  }

  void put(RansEncoder& out, NumberRole role, std::uint64_t value) const {
    for (bool later = false;; later = true) {
      const auto byte = static_cast<std::uint8_t>(value >= 0x80 ? value | 0x80 : value);
      const Table& table = tables_[index(role, later)];
      const std::uint32_t start = table.starts[byte];
      out.put({static_cast<std::uint16_t>(start),
               static_cast<std::uint16_t>(table.starts[byte + std::size_t{1}] - start)});
      value >>= 7;
      if (byte < 0x80) return;
    }
  }

  // Garbage in, garbage out, but never more than ten bytes of it.
  std::uint64_t take(RansDecoder& in, NumberRole role) const {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const Table& table = tables_[index(role, shift != 0)];
      const std::uint32_t slot = in.slot();
      std::uint32_t byte = table.hints[slot >> (kRansScaleBits - 6)];
      while (table.starts[byte + 1] <= slot)
        ++byte;
      in.take(table.starts[byte], table.starts[byte + 1] - table.starts[byte]);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    return value;
  }

  static std::size_t index(NumberRole role, bool later) {
    return static_cast<std::size_t>(role) * 2 + (later ? 1 : 0);
  }

 private:
  struct Table {
    std::array<std::uint32_t, 257> starts{};
    std::array<std::uint8_t, 64> hints{};

    void set(const std::array<std::uint32_t, 256>& frequencies) {
      for (std::size_t byte = 0; byte < 256; ++byte) {
        starts[byte + 1] = starts[byte] + frequencies[byte];
      }
      std::size_t byte = 0;
      for (std::uint32_t hint = 0; hint < 64; ++hint) {
        while (starts[byte + 1] <= hint << (kRansScaleBits - 6))
          ++byte;
        hints[hint] = static_cast<std::uint8_t>(byte);
      }
    }
  };

  std::array<Table, kTables> tables_;
};

}  // namespace copse
