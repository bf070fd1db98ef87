// Words: byte classes sixteen at a time where the processor can, hashes inline.
#include "postings/word_rules.h"

#include <algorithm>
#include <bit>
#include <cstring>

#define XXH_INLINE_ALL  // a call costs as much as the hash of a short word
#include <xxhash.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace copse {
namespace {

constexpr std::uint64_t kWordSeed = 0x636f707365;

}  // namespace

std::uint32_t word_hash(std::string_view word) {
  const std::size_t bytes = std::min(word.size(), kWordBytesMax);
  const auto hash = static_cast<std::uint32_t>(XXH3_64bits_withSeed(word.data(), bytes, kWordSeed));
  return hash == 0 ? 1 : hash;
}

std::uint64_t plain_word_mask(const char* text, std::size_t bytes) {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    mask |= std::uint64_t{is_word_byte(text[i])} << i;
  }
  return mask;
}

#ifdef __SSE2__
std::uint64_t word_mask(const char* text) {
  // Signed comparisons: bytes from 0x80 on are negative, and are word bytes.
  const __m128i lower_bit = _mm_set1_epi8(0x20);
  std::uint64_t mask = 0;
  for (unsigned part = 0; part < 4; ++part) {
    const __m128i bytes =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + std::size_t{part} * 16));
    const __m128i lower = _mm_or_si128(bytes, lower_bit);
    const __m128i letters = _mm_and_si128(_mm_cmpgt_epi8(lower, _mm_set1_epi8('a' - 1)),
                                          _mm_cmplt_epi8(lower, _mm_set1_epi8('z' + 1)));
    const __m128i digits = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('0' - 1)),
                                         _mm_cmplt_epi8(bytes, _mm_set1_epi8('9' + 1)));
    const __m128i others = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')), bytes);
    const auto found = static_cast<std::uint32_t>(
        _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letters, digits), others)));
    mask |= std::uint64_t{found} << (part * 16);
  }
  return mask;
}
#else
std::uint64_t word_mask(const char* text) {
  return plain_word_mask(text, 64);
}
#endif

WordRules::WordRules(const Grammar& grammar) {
  std::vector<std::uint32_t> hashes;
  for (std::uint32_t symbol = 0; symbol < grammar.symbol_count(); ++symbol) {
    const auto id = static_cast<std::uint16_t>(symbol);
    const std::string_view name = grammar.symbol_name(id);
    if (!grammar.is_visible(id) || grammar.is_named(id) || name.size() < kWordBytesMin) continue;
    const bool is_word = std::all_of(name.begin(), name.end(), is_word_byte);
    if (is_word) hashes.push_back(word_hash(name));
  }
  slots_.assign(std::bit_ceil(hashes.size() * 4 + 4), 0);
  mask_ = slots_.size() - 1;
  for (const std::uint32_t hash : hashes) {
    if (is_left_out(hash)) continue;
    std::size_t at = hash & mask_;
    while (slots_[at] != 0)
      at = (at + 1) & mask_;
    slots_[at] = hash;
  }
}

std::vector<std::uint32_t> WordRules::words_of(std::string_view text, Place place) const {
  std::vector<std::uint32_t> words;
  for_each_run(text, [&](std::size_t begin, std::size_t end) {
    const bool cut = (begin == 0 && !place.at_begin) || (end == text.size() && !place.at_end);
    if (cut || end - begin < kWordBytesMin) return;
    const std::uint32_t hash = word_hash(text.substr(begin, end - begin));
    if (!is_left_out(hash)) words.push_back(hash);
  });
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

}  // namespace copse
