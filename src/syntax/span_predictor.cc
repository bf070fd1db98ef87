// What a predictor does seldom: moving its window, and tokens that are more than words.
#include "syntax/span_predictor.h"

namespace copse {

void SpanPredictor::move_window(std::uint32_t position) {
  constexpr std::size_t kMappedBytes = std::size_t{SpanPlan::kMapBytes} * 8;
  window_begin_ = position;
  rules_.maps().fill(source_.substr(position, kMappedBytes), maps_.data(), SpanPlan::kMapBytes);
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
