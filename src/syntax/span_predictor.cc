// What a predictor does seldom: moving its window, and tokens that are more than words.
#include "syntax/span_predictor.h"

#include <algorithm>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace copse {
namespace {

constexpr std::size_t kBlockBytes = 64;

// A bit for each of 64 bytes, by map.
struct BlockMaps {
  std::uint64_t blank = 0;
  std::uint64_t space = 0;
  std::uint64_t word = 0;
};

#if defined(__SSE2__)

// Bytes from `first` on, `count` of them.
__m128i in_range(__m128i bytes, char first, char count) {
  const __m128i offset = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
  const __m128i last = _mm_set1_epi8(static_cast<char>(count - 1));
  return _mm_cmpeq_epi8(_mm_min_epu8(offset, last), offset);
}

std::uint64_t bits_of(__m128i bytes) {
  return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
}

BlockMaps map_block(const char* block) {
  BlockMaps maps;
  for (unsigned i = 0; i < kBlockBytes; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + i));
    const __m128i blank = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(' '));
    const __m128i control = in_range(bytes, '\t', 5);
    const __m128i line_end = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')),
                                          _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
    const __m128i space = _mm_or_si128(blank, control);
    const __m128i letter = in_range(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 26);
    const __m128i digit = in_range(bytes, '0', 10);
    const __m128i mark = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')),
                                      _mm_cmpeq_epi8(bytes, _mm_set1_epi8('$')));
    // The highest bit of each byte is what counts, so bytes from 0x80 up are in as they are.
    const __m128i word = _mm_or_si128(_mm_or_si128(letter, digit), _mm_or_si128(mark, bytes));
    maps.blank |= bits_of(_mm_andnot_si128(line_end, space)) << i;
    maps.space |= bits_of(space) << i;
    maps.word |= bits_of(word) << i;
  }
  return maps;
}

#else

BlockMaps map_block(const char* block) {
  BlockMaps maps;
  for (unsigned i = 0; i < kBlockBytes; ++i) {
    const unsigned bits = kByteClasses[static_cast<std::uint8_t>(block[i])];
    maps.blank |= std::uint64_t{(bits & kBlankByte) != 0} << i;
    maps.space |= std::uint64_t{(bits & (kBlankByte | kLineEndByte)) != 0} << i;
    maps.word |= std::uint64_t{(bits & kWordByte) != 0} << i;
  }
  return maps;
}

#endif

}  // namespace

void SpanPredictor::move_window(std::uint32_t position) {
  window_begin_ = position;
  static_assert(SpanPlan::kMapBytes % sizeof(std::uint64_t) == 0);
  std::size_t at = position;
  for (std::size_t map_byte = 0; map_byte < SpanPlan::kMapBytes;
       map_byte += sizeof(std::uint64_t), at += kBlockBytes) {
    BlockMaps maps;
    const std::size_t left = source_.size() - std::min(at, source_.size());
    if (left >= kBlockBytes) {
      maps = map_block(source_.data() + at);
    } else if (left != 0) {
      // Zeros are in no map.
      std::array<char, kBlockBytes> last{};
      std::memcpy(last.data(), source_.data() + at, left);
      maps = map_block(last.data());
    }
    std::uint8_t* const target = maps_.data() + map_byte;
    std::memcpy(target + SpanPlan::kBlank * SpanPlan::kMapBytes, &maps.blank, sizeof(maps.blank));
    std::memcpy(target + SpanPlan::kSpace * SpanPlan::kMapBytes, &maps.space, sizeof(maps.space));
    std::memcpy(target + SpanPlan::kWord * SpanPlan::kMapBytes, &maps.word, sizeof(maps.word));
  }
}

SpanPredictor::Span SpanPredictor::predict_slowly(std::size_t leaf_class,
                                                  std::uint32_t position) const {
  const std::uint32_t start = start_slowly(leaf_class, position);
  return {start, size_slowly(leaf_class, start)};
}

std::uint32_t SpanPredictor::start_slowly(std::size_t leaf_class, std::uint32_t position) const {
  return position +
         padding_size(rules_.rule(leaf_class).padding, TokenText::from(source_, position));
}

std::uint32_t SpanPredictor::size_slowly(std::size_t leaf_class, std::uint32_t start) const {
  const SpanRule& rule = rules_.rule(leaf_class);
  return token_size(rule, rules_.sets_of(rule), TokenText::from(source_, start), innermost());
}

void SpanPredictor::remember(std::size_t leaf_class, std::uint32_t start, std::uint32_t size) {
  if (rules_.rule(leaf_class).size == SizeKind::QuoteOpen) {
    open_[open_count_++ % kOpenQuotesMax] = quote_opened(TokenText::from(source_, start), size);
  } else if (open_count_ != 0) {
    --open_count_;
  }
}

}  // namespace copse
