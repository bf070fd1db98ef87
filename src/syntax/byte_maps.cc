// Maps of bytes: sixteen table lookups at a time where the processor has them, eight bits turned
// round at a time everywhere.
#include "syntax/byte_maps.h"

#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)
#define COPSE_HAVE_AVX 1
#include <immintrin.h>
#else
#define COPSE_HAVE_AVX 0
#endif

namespace copse {
namespace {

// Calls map_block(bytes, target, map_bytes) for every 64 bytes; the last get zeros behind them, and
// the maps ones beyond the text.
template <typename MapBlock>
[[gnu::always_inline]] inline void fill_blocks(std::string_view text, std::uint8_t* target,
                                               std::size_t map_bytes, const MapBlock& map_block) {
  constexpr std::size_t kBlockBytes = ByteMaps::kBlockBytes;
  const std::size_t whole = text.size() / kBlockBytes;
  const std::size_t blocks = map_bytes / sizeof(std::uint64_t);
  std::size_t block = 0;
  for (; block < blocks && block < whole; ++block) {
    map_block(text.data() + block * kBlockBytes, target + block * sizeof(std::uint64_t));
  }
  const std::size_t rest = text.size() - whole * kBlockBytes;
  if (block < blocks && rest != 0) {
    std::array<char, kBlockBytes> last{};
    std::memcpy(last.data(), text.data() + whole * kBlockBytes, rest);
    std::uint8_t* const at = target + block++ * sizeof(std::uint64_t);
    map_block(last.data(), at);
    for (std::size_t map = 0; map < ByteMaps::kCount; ++map) {
      std::uint64_t ends = 0;
      std::memcpy(&ends, at + map * map_bytes, sizeof(ends));
      ends |= ~std::uint64_t{0} << rest;
      std::memcpy(at + map * map_bytes, &ends, sizeof(ends));
    }
  }
  for (std::size_t map = 0; map < ByteMaps::kCount && block < blocks; ++map) {
    std::memset(target + map * map_bytes + block * sizeof(std::uint64_t), 0xFF,
                (blocks - block) * sizeof(std::uint64_t));
  }
}

}  // namespace

ByteMaps::ByteMaps(const std::array<ByteSet, kCount>& sets) {
  for (std::size_t map = 0; map < kCount; ++map) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      if (!sets[map].contains(static_cast<std::uint8_t>(byte))) continue;
      members_[byte] = static_cast<std::uint8_t>(members_[byte] | 1U << map);
      std::uint8_t& half = (byte < 0x80 ? halves_[map].low : halves_[map].high)[byte & 15];
      half = static_cast<std::uint8_t>(half | 1U << (byte >> 4 & 7));
    }
  }
}

// Hacker's Delight (2nd ed.), 7-3: an 8x8 bit matrix, turned about its diagonal.
void ByteMaps::fill_plainly(std::string_view text, std::uint8_t* target,
                            std::size_t map_bytes) const {
  fill_blocks(text, target, map_bytes, [&](const char* block, std::uint8_t* at) {
    for (std::size_t i = 0; i < kBlockBytes / 8; ++i) {
      std::uint64_t bits = 0;
      for (unsigned k = 0; k < 8; ++k) {
        bits |= std::uint64_t{members_[static_cast<std::uint8_t>(block[8 * i + k])]} << (8 * k);
      }
      std::uint64_t swap = (bits ^ (bits >> 7)) & 0x00AA00AA00AA00AAU;
      bits ^= swap ^ (swap << 7);
      swap = (bits ^ (bits >> 14)) & 0x0000CCCC0000CCCCU;
      bits ^= swap ^ (swap << 14);
      swap = (bits ^ (bits >> 28)) & 0x00000000F0F0F0F0U;
      bits ^= swap ^ (swap << 28);
      for (std::size_t map = 0; map < kCount; ++map) {
        at[map * map_bytes + i] = static_cast<std::uint8_t>(~(bits >> (8 * map)));
      }
    }
  });
}

#if COPSE_HAVE_AVX

// Simdjson's lookup of halves (Langdale, Lemire: Parsing Gigabytes of JSON per Second, 3.1.2), with
// two tables a set so that any set will do. A lookup gives 0 where its index has the highest bit
// set, so one table answers for bytes below 0x80 and one for the others.
namespace {
alignas(16) constexpr std::array<std::uint8_t, 16> kHalfBits = {1, 2, 4, 8, 16, 32, 64, 128,
                                                                1, 2, 4, 8, 16, 32, 64, 128};
}  // namespace

#define COPSE_TABLE(table) _mm_loadu_si128(reinterpret_cast<const __m128i*>((table).data()))

__attribute__((target("avx2"))) void ByteMaps::fill_avx2(std::string_view text,
                                                         std::uint8_t* target,
                                                         std::size_t map_bytes) const {
  const auto map_half = [&](const char* half, std::uint8_t* at) __attribute__((target("avx2"))) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(half));
    const __m256i upper = _mm256_xor_si256(bytes, _mm256_set1_epi8(static_cast<char>(0x80)));
    const __m256i high_half = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
    const __m256i wanted =
        _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(COPSE_TABLE(kHalfBits)), high_half);
    for (std::size_t map = 0; map < kCount; ++map) {
      const __m256i low = _mm256_broadcastsi128_si256(COPSE_TABLE(halves_[map].low));
      const __m256i high = _mm256_broadcastsi128_si256(COPSE_TABLE(halves_[map].high));
      const __m256i found =
          _mm256_or_si256(_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, upper));
      const int ends = _mm256_movemask_epi8(
          _mm256_cmpeq_epi8(_mm256_and_si256(found, wanted), _mm256_setzero_si256()));
      std::memcpy(at + map * map_bytes, &ends, sizeof(ends));
    }
  };
  fill_blocks(text, target, map_bytes, [&](const char* block, std::uint8_t* at) {
    map_half(block, at);
    map_half(block + 32, at + 4);
  });
}

__attribute__((target("avx512f,avx512bw"))) void ByteMaps::fill_avx512(
    std::string_view text, std::uint8_t* target, std::size_t map_bytes) const {
  const auto map_block = [&](const char* block, std::uint8_t* at)
      __attribute__((target("avx512f,avx512bw"))) {
    const __m512i bytes = _mm512_loadu_si512(block);
    const __m512i upper = _mm512_xor_si512(bytes, _mm512_set1_epi8(static_cast<char>(0x80)));
    const __m512i high_half = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), _mm512_set1_epi8(15));
    const __m512i wanted = _mm512_shuffle_epi8(
        _mm512_maskz_broadcast_i32x4(0xFFFF, COPSE_TABLE(kHalfBits)), high_half);
    for (std::size_t map = 0; map < kCount; ++map) {
      const __m512i low = _mm512_maskz_broadcast_i32x4(0xFFFF, COPSE_TABLE(halves_[map].low));
      const __m512i high = _mm512_maskz_broadcast_i32x4(0xFFFF, COPSE_TABLE(halves_[map].high));
      const __m512i found =
          _mm512_or_si512(_mm512_shuffle_epi8(low, bytes), _mm512_shuffle_epi8(high, upper));
      const std::uint64_t ends = _mm512_testn_epi8_mask(found, wanted);
      std::memcpy(at + map * map_bytes, &ends, sizeof(ends));
    }
  };
  fill_blocks(text, target, map_bytes, map_block);
}

bool ByteMaps::has_avx2() {
  return __builtin_cpu_supports("avx2") != 0;
}
bool ByteMaps::has_avx512() {
  return __builtin_cpu_supports("avx512bw") != 0;
}

#else

void ByteMaps::fill_avx2(std::string_view text, std::uint8_t* target, std::size_t map_bytes) const {
  fill_plainly(text, target, map_bytes);
}
void ByteMaps::fill_avx512(std::string_view text, std::uint8_t* target,
                           std::size_t map_bytes) const {
  fill_plainly(text, target, map_bytes);
}
bool ByteMaps::has_avx2() {
  return false;
}
bool ByteMaps::has_avx512() {
  return false;
}

#endif

void ByteMaps::fill(std::string_view text, std::uint8_t* target, std::size_t map_bytes) const {
  if (has_avx512()) {
    fill_avx512(text, target, map_bytes);
  } else if (has_avx2()) {
    fill_avx2(text, target, map_bytes);
  } else {
    fill_plainly(text, target, map_bytes);
  }
}

}  // namespace copse
