// Where the next leaf lies, said by the rules and the leaves before it. Encoder and decoder both
// drive one in the same way. Bytes at and beyond the limit are never looked at.
#pragma once

#include <cstdint>
#include <string_view>

#include "syntax/span_rules.h"

namespace copse {

class SpanPredictor {
 public:
  // REQUIRES: limit <= source.size().
  SpanPredictor(const SpanRules& rules, std::string_view source, std::uint32_t limit)
      : rules_(rules), source_(source.substr(0, limit)) {}

  std::uint32_t start(std::size_t leaf_class, std::uint32_t position) const {
    return rules_.predict_start(leaf_class, source_, position);
  }
  std::uint32_t size(std::size_t leaf_class, std::uint32_t start) const {
    return rules_.predict_size(leaf_class, source_, start);
  }
  // Called for every leaf with its true span.
  void accept(std::size_t leaf_class, std::uint32_t start, std::uint32_t size) {
    static_cast<void>(leaf_class);
    static_cast<void>(start);
    static_cast<void>(size);
  }

 private:
  const SpanRules& rules_;
  std::string_view source_;
};

}  // namespace copse
