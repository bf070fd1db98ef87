// Three lanes of the processor's instruction, joined by tables.
//
// The instruction takes eight bytes a cycle and gives its result three cycles later, so three parts
// of the input are taken at once (Gopal et al., "Fast CRC Computation for iSCSI Polynomial Using
// CRC32 Instruction", Intel, 2011). A checksum that is moved over n bytes of zeros is a linear
// function of its 32 bits: four tables of 256 entries for each n.
#include "core/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace copse {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // reflected
constexpr std::size_t kByteValues = 256;

using Table = std::array<std::uint32_t, kByteValues>;

constexpr Table make_byte_table() {
  Table table{};
  for (std::uint32_t value = 0; value < kByteValues; ++value) {
    std::uint32_t crc = value;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    }
    table[value] = crc;
  }
  return table;
}

constexpr Table kByteTable = make_byte_table();

constexpr std::uint32_t step(std::uint32_t crc, std::uint8_t byte) {
  return (crc >> 8) ^ kByteTable[(crc ^ byte) & 0xFF];
}

#if defined(__x86_64__)

constexpr std::size_t kLanes = 3;
constexpr std::size_t kLongLaneBytes = 4096;
constexpr std::size_t kShortLaneBytes = 256;

// Moves a checksum over `kBytes` zeros.
using ShiftTables = std::array<Table, 4>;

template <std::size_t kBytes>
const ShiftTables& shift_tables() {
  static const ShiftTables kTables = [] {
    std::array<std::uint32_t, 32> moved{};  // of each bit alone
    for (std::size_t bit = 0; bit < moved.size(); ++bit) {
      std::uint32_t crc = std::uint32_t{1} << bit;
      for (std::size_t i = 0; i < kBytes; ++i) {
        crc = step(crc, 0);
      }
      moved[bit] = crc;
    }
    ShiftTables tables{};
    for (std::size_t byte = 0; byte < tables.size(); ++byte) {
      for (std::size_t value = 0; value < kByteValues; ++value) {
        for (std::size_t bit = 0; bit < 8; ++bit) {
          if ((value >> bit & 1) != 0) tables[byte][value] ^= moved[byte * 8 + bit];
        }
      }
    }
    return tables;
  }();
  return kTables;
}

std::uint32_t shifted(const ShiftTables& tables, std::uint32_t crc) {
  return tables[0][crc & 0xFF] ^ tables[1][crc >> 8 & 0xFF] ^ tables[2][crc >> 16 & 0xFF] ^
         tables[3][crc >> 24];
}

std::uint64_t word_at(const std::uint8_t* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

template <std::size_t kLaneBytes>
__attribute__((target("sse4.2"))) std::uint32_t three_lanes(ByteView& bytes, std::uint32_t crc) {
  const ShiftTables& tables = shift_tables<kLaneBytes>();
  while (bytes.size() >= kLanes * kLaneBytes) {
    std::uint64_t first = crc;
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    const std::uint8_t* at = bytes.data();
    for (std::size_t i = 0; i < kLaneBytes; i += sizeof(std::uint64_t)) {
      first = _mm_crc32_u64(first, word_at(at + i));
      second = _mm_crc32_u64(second, word_at(at + kLaneBytes + i));
      third = _mm_crc32_u64(third, word_at(at + 2 * kLaneBytes + i));
    }
    crc = shifted(tables, static_cast<std::uint32_t>(first)) ^ static_cast<std::uint32_t>(second);
    crc = shifted(tables, crc) ^ static_cast<std::uint32_t>(third);
    bytes = bytes.subspan(kLanes * kLaneBytes);
  }
  return crc;
}

__attribute__((target("sse4.2"))) std::uint32_t crc32c_hardware(ByteView bytes, std::uint32_t crc) {
  crc = three_lanes<kLongLaneBytes>(bytes, crc);
  crc = three_lanes<kShortLaneBytes>(bytes, crc);
  std::uint64_t wide = crc;
  for (; bytes.size() >= sizeof(std::uint64_t); bytes = bytes.subspan(sizeof(std::uint64_t))) {
    wide = _mm_crc32_u64(wide, word_at(bytes.data()));
  }
  crc = static_cast<std::uint32_t>(wide);
  for (const std::uint8_t byte : bytes) {
    crc = _mm_crc32_u8(crc, byte);
  }
  return crc;
}

bool has_hardware() {
  static const bool kHas = __builtin_cpu_supports("sse4.2") != 0;
  return kHas;
}

#endif

}  // namespace

std::uint32_t crc32c_plain(ByteView bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
  for (const std::uint8_t byte : bytes) {
    crc = step(crc, byte);
  }
  return ~crc;
}

std::uint32_t crc32c(ByteView bytes, std::uint32_t before) {
#if defined(__x86_64__)
  if (has_hardware()) return ~crc32c_hardware(bytes, ~before);
#endif
  return crc32c_plain(bytes, before);
}

}  // namespace copse
