// Maps of bytes: sixteen table lookups at a time where the processor has them, eight bits turned
// round at a time everywhere.
#include "syntax/byte_maps.h"

#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)
#define COPSE_HAVE_AVX2 1
#include <immintrin.h>
#else
#define COPSE_HAVE_AVX2 0
#endif

namespace copse {

ByteMaps::ByteMaps(const std::array<ByteSet, kCount>& sets) {
  for (std::size_t map = 0; map < kCount; ++map) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      if (!sets[map].contains(static_cast<std::uint8_t>(byte))) continue;
      used_ = map + 1;
      members_[byte] = static_cast<std::uint8_t>(members_[byte] | 1U << map);
      std::uint8_t& half = (byte < 0x80 ? halves_[map].low : halves_[map].high)[byte & 15];
      half = static_cast<std::uint8_t>(half | 1U << (byte >> 4 & 7));
    }
  }
}

// Hacker's Delight (2nd ed.), 7-3: an 8x8 bit matrix, turned about its diagonal.
ByteMaps::Block ByteMaps::map_block_plainly(const char* block) const {
  Block maps{};
  for (unsigned i = 0; i < kBlockBytes; i += 8) {
    std::uint64_t bits = 0;
    for (unsigned k = 0; k < 8; ++k) {
      bits |= std::uint64_t{members_[static_cast<std::uint8_t>(block[i + k])]} << (8 * k);
    }
    std::uint64_t swap = (bits ^ (bits >> 7)) & 0x00AA00AA00AA00AAU;
    bits ^= swap ^ (swap << 7);
    swap = (bits ^ (bits >> 14)) & 0x0000CCCC0000CCCCU;
    bits ^= swap ^ (swap << 14);
    swap = (bits ^ (bits >> 28)) & 0x00000000F0F0F0F0U;
    bits ^= swap ^ (swap << 28);
    for (std::size_t map = 0; map < kCount; ++map) {
      maps[map] |= (bits >> (8 * map) & 0xFF) << i;
    }
  }
  return maps;
}

#if COPSE_HAVE_AVX2

__attribute__((target("avx2"))) static inline __m256i broadcast(
    const std::array<std::uint8_t, 16>& table) {
  return _mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data())));
}

// Simdjson's lookup of halves (Langdale, Lemire: Parsing Gigabytes of JSON per Second, 3.1.2), with
// two tables a set so that any set will do.
__attribute__((target("avx2"))) ByteMaps::Block ByteMaps::map_block_avx2(const char* block) const {
  constexpr std::array<std::uint8_t, 16> kBits = {1, 2, 4, 8, 16, 32, 64, 128,
                                                  1, 2, 4, 8, 16, 32, 64, 128};
  const __m256i half_bits = broadcast(kBits);
  Block maps{};
  __m256i bytes[2];
  __m256i upper[2];  // the bytes with their highest bit turned over
  __m256i wanted[2];
  for (unsigned i = 0; i < 2; ++i) {
    bytes[i] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + std::size_t{32} * i));
    upper[i] = _mm256_xor_si256(bytes[i], _mm256_set1_epi8(static_cast<char>(0x80)));
    const __m256i high_half =
        _mm256_and_si256(_mm256_srli_epi16(bytes[i], 4), _mm256_set1_epi8(15));
    wanted[i] = _mm256_shuffle_epi8(half_bits, high_half);
  }
  for (std::size_t map = 0; map < used_; ++map) {
    const __m256i low = broadcast(halves_[map].low);
    const __m256i high = broadcast(halves_[map].high);
    std::uint32_t misses[2];
    for (unsigned i = 0; i < 2; ++i) {
      // A lookup gives 0 where the index has its highest bit set.
      const __m256i found =
          _mm256_or_si256(_mm256_shuffle_epi8(low, bytes[i]), _mm256_shuffle_epi8(high, upper[i]));
      const __m256i miss =
          _mm256_cmpeq_epi8(_mm256_and_si256(found, wanted[i]), _mm256_setzero_si256());
      misses[i] = static_cast<std::uint32_t>(_mm256_movemask_epi8(miss));
    }
    maps[map] = ~(std::uint64_t{misses[1]} << 32 | misses[0]);
  }
  return maps;
}

#endif

template <typename MapBlock>
void ByteMaps::fill_with(const MapBlock& map_block, std::string_view text, std::uint8_t* target,
                         std::size_t map_bytes) {
  std::size_t at = 0;
  for (std::size_t map_byte = 0; map_byte < map_bytes; map_byte += 8, at += kBlockBytes) {
    Block maps{};
    if (at + kBlockBytes <= text.size()) {
      maps = map_block(text.data() + at);
    } else if (at < text.size()) {
      std::array<char, kBlockBytes> last{};
      std::memcpy(last.data(), text.data() + at, text.size() - at);
      maps = map_block(last.data());
      for (std::uint64_t& map : maps) {
        map &= (std::uint64_t{1} << (text.size() - at)) - 1;
      }
    }
    for (std::size_t map = 0; map < kCount; ++map) {
      std::memcpy(target + map * map_bytes + map_byte, &maps[map], sizeof(maps[map]));
    }
  }
}

void ByteMaps::fill_plainly(std::string_view text, std::uint8_t* target,
                            std::size_t map_bytes) const {
  fill_with([this](const char* block) { return map_block_plainly(block); }, text, target,
            map_bytes);
}

void ByteMaps::fill(std::string_view text, std::uint8_t* target, std::size_t map_bytes) const {
#if COPSE_HAVE_AVX2
  if (__builtin_cpu_supports("avx2") != 0) {
    fill_with([this](const char* block) { return map_block_avx2(block); }, text, target, map_bytes);
    return;
  }
#endif
  fill_plainly(text, target, map_bytes);
}

}  // namespace copse
