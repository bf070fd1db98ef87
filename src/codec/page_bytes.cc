#include "codec/page_bytes.h"

#include <array>
#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#define COPSE_HAVE_AVX 1
#else
#define COPSE_HAVE_AVX 0
#endif

namespace copse {
namespace {

constexpr std::uint32_t kAnchorOdd = 0x9E3779B1U;
// Any bits but zeros, which memory is full of.
constexpr std::uint32_t kAnchorPattern = 0xB5C0FBCFU;

std::uint32_t anchor_hash(const std::uint8_t* at) {
  return (load_u32(at) + std::rotl(load_u32(at + 4), 9)) * kAnchorOdd;
}

std::uint32_t anchor_mask(unsigned rarity_bits) {
  return ~std::uint32_t{0} << (32 - rarity_bits);
}

}  // namespace

std::size_t equal_forward(const std::uint8_t* a, const std::uint8_t* b, std::size_t limit) {
  std::size_t size = 0;
  for (; size + 64 <= limit; size += 64) {
    const std::uint64_t mask = equal_mask(a + size, b + size);
    if (mask != ~std::uint64_t{0}) return size + static_cast<std::size_t>(std::countr_one(mask));
  }
  while (size < limit && a[size] == b[size])
    ++size;
  return size;
}

std::size_t equal_backward(const std::uint8_t* a, const std::uint8_t* b, std::size_t limit) {
  std::size_t size = 0;
  for (; size + 8 <= limit; size += 8) {
    const std::uint64_t differs = load_u64(a - size - 8) ^ load_u64(b - size - 8);
    if (differs != 0) return size + static_cast<std::size_t>(std::countl_zero(differs)) / 8;
  }
  while (size < limit && *(a - size - 1) == *(b - size - 1))
    ++size;
  return size;
}

bool all_zero(const std::uint8_t* bytes, std::size_t size) {
  return size == 0 || (bytes[0] == 0 && std::memcmp(bytes, bytes + 1, size - 1) == 0);
}

#if COPSE_HAVE_AVX

// Every processor of this kind has these vectors of 16 bytes.
std::uint64_t equal_mask(const std::uint8_t* a, const std::uint8_t* b) {
  std::uint64_t mask = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a + 16 * i));
    const __m128i y = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b + 16 * i));
    const auto bits = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(x, y)));
    mask |= std::uint64_t{bits} << (16 * i);
  }
  return mask;
}

#else

std::uint64_t equal_mask(const std::uint8_t* a, const std::uint8_t* b) {
  std::uint64_t mask = 0;
  for (unsigned i = 0; i < 64; ++i) {
    mask |= std::uint64_t{a[i] == b[i]} << i;
  }
  return mask;
}

#endif

std::size_t find_anchors_plainly(const std::uint8_t* bytes, std::size_t size, unsigned rarity_bits,
                                 std::uint32_t* anchors) {
  const std::uint32_t mask = anchor_mask(rarity_bits);
  std::size_t count = 0;
  for (std::size_t i = 0; i < size; ++i) {
    anchors[count] = static_cast<std::uint32_t>(i);
    count += static_cast<std::size_t>(((anchor_hash(bytes + i) ^ kAnchorPattern) & mask) == 0);
  }
  return count;
}

#if COPSE_HAVE_AVX

namespace {

// Bits at every fourth place, for the four offsets that vectors of 32-bit numbers start at.
constexpr std::uint64_t kEveryFourth = 0x1111111111111111U;

struct FoundAnchors {
  std::size_t done = 0;  // bytes looked at
  std::size_t count = 0;
};

// Writes the positions of the bits that are set. The usual few are written whether they are there
// or not, which spares a branch that nobody can foresee.
inline std::size_t write_positions(std::uint64_t bits, std::size_t at, std::uint32_t* anchors) {
  const auto count = static_cast<std::size_t>(std::popcount(bits));
  const auto next = [&] {
    const auto position =
        static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(std::countr_zero(bits));
    bits &= bits - 1;
    return position;
  };
  for (std::size_t i = 0; i < kAnchorSlack; ++i)
    anchors[i] = next();
  for (std::size_t i = kAnchorSlack; i < count; ++i)
    anchors[i] = next();
  return count;
}

__attribute__((target("avx512f,avx512bw,bmi,bmi2,popcnt"))) FoundAnchors find_anchors_avx512(
    const std::uint8_t* bytes, std::size_t size, unsigned rarity_bits, std::uint32_t* anchors) {
  const __m512i odd = _mm512_set1_epi32(static_cast<int>(kAnchorOdd));
  const __m512i pattern = _mm512_set1_epi32(static_cast<int>(kAnchorPattern));
  const __m512i mask = _mm512_set1_epi32(static_cast<int>(anchor_mask(rarity_bits)));
  FoundAnchors found;
  for (; found.done + 64 <= size; found.done += 64) {
    const std::uint8_t* block = bytes + found.done;
    std::uint64_t bits = 0;
    for (unsigned offset = 0; offset < 4; ++offset) {
      const __m512i low = _mm512_loadu_si512(block + offset);
      const __m512i high = _mm512_loadu_si512(block + offset + 4);
      const __m512i sum = _mm512_add_epi32(low, _mm512_maskz_rol_epi32(0xFFFF, high, 9));
      const __m512i hash = _mm512_mullo_epi32(sum, odd);
      const __mmask16 hits = _mm512_testn_epi32_mask(_mm512_xor_si512(hash, pattern), mask);
      bits |= _pdep_u64(hits, kEveryFourth << offset);
    }
    found.count += write_positions(bits, found.done, anchors + found.count);
  }
  return found;
}

__attribute__((target("avx2"))) inline __m256i load_avx2(const std::uint8_t* at) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

__attribute__((target("avx2,bmi,bmi2,popcnt"))) FoundAnchors find_anchors_avx2(
    const std::uint8_t* bytes, std::size_t size, unsigned rarity_bits, std::uint32_t* anchors) {
  const __m256i odd = _mm256_set1_epi32(static_cast<int>(kAnchorOdd));
  const __m256i pattern = _mm256_set1_epi32(static_cast<int>(kAnchorPattern));
  const __m256i mask = _mm256_set1_epi32(static_cast<int>(anchor_mask(rarity_bits)));
  FoundAnchors found;
  for (; found.done + 32 <= size; found.done += 32) {
    const std::uint8_t* block = bytes + found.done;
    std::uint64_t bits = 0;
    for (unsigned offset = 0; offset < 4; ++offset) {
      const __m256i high = load_avx2(block + offset + 4);
      const __m256i turned =
          _mm256_or_si256(_mm256_slli_epi32(high, 9), _mm256_srli_epi32(high, 23));
      const __m256i hash =
          _mm256_mullo_epi32(_mm256_add_epi32(load_avx2(block + offset), turned), odd);
      const __m256i misses = _mm256_and_si256(_mm256_xor_si256(hash, pattern), mask);
      const int hits = _mm256_movemask_ps(
          _mm256_castsi256_ps(_mm256_cmpeq_epi32(misses, _mm256_setzero_si256())));
      bits |= _pdep_u64(static_cast<std::uint32_t>(hits), kEveryFourth << offset);
    }
    found.count += write_positions(bits, found.done, anchors + found.count);
  }
  return found;
}

}  // namespace

std::size_t find_anchors(const std::uint8_t* bytes, std::size_t size, unsigned rarity_bits,
                         std::uint32_t* anchors) {
  static const bool kAvx512 =
      __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("bmi2") != 0;
  static const bool kAvx2 =
      __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi2") != 0;
  FoundAnchors found;
  if (kAvx512) {
    found = find_anchors_avx512(bytes, size, rarity_bits, anchors);
  } else if (kAvx2) {
    found = find_anchors_avx2(bytes, size, rarity_bits, anchors);
  }
  std::uint32_t* rest = anchors + found.count;
  const std::size_t count =
      find_anchors_plainly(bytes + found.done, size - found.done, rarity_bits, rest);
  for (std::size_t i = 0; i < count; ++i)
    rest[i] += static_cast<std::uint32_t>(found.done);
  return found.count + count;
}

#else

std::size_t find_anchors(const std::uint8_t* bytes, std::size_t size, unsigned rarity_bits,
                         std::uint32_t* anchors) {
  return find_anchors_plainly(bytes, size, rarity_bits, anchors);
}

#endif

}  // namespace copse
