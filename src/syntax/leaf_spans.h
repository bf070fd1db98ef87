// The spans of a block's leaves, one after another: as the rules predict them, unless an exception
// is stated.
#pragma once

#include <cstdint>
#include <string_view>

#include "syntax/span_predictor.h"
#include "syntax/tree_layout.h"

namespace copse {

class LeafSpans {
 public:
  LeafSpans(const SpanRules& rules, std::string_view source, const TreeBlock& block,
            ByteView exceptions)
      : predictor_(rules, source, block.end_byte),
        exceptions_(exceptions),
        position_(block.begin_byte),
        limit_(block.end_byte) {
    read_gap();
  }

  // False when the leaf would lie outside its block.
  bool next(std::uint32_t leaf_class, std::uint32_t& start, std::uint32_t& size) {
    if (gap_-- != 0) [[likely]] {
      start = predictor_.start(leaf_class, position_);
      size = predictor_.size(leaf_class, start);
    } else if (!next_stated(leaf_class, start, size)) {
      return false;
    }
    predictor_.accept(leaf_class, start, size);
    position_ = start + size;
    return true;
  }

  std::uint32_t position() const { return position_; }
  bool all_used() const { return gap_ > kNever / 2 && exceptions_.at_end(); }

 private:
  // More leaves than there can be.
  static constexpr std::uint64_t kNever = UINT64_MAX;

  void read_gap() {
    if (exceptions_.at_end()) {
      gap_ = kNever;
      return;
    }
    const std::uint64_t coded = exceptions_.varint();
    gap_ = coded >> 2;
    parts_ = static_cast<unsigned>(coded & 3);
  }

  bool next_stated(std::uint32_t leaf_class, std::uint32_t& start, std::uint32_t& size) {
    if ((parts_ & 2) != 0) {
      const std::uint64_t padding = exceptions_.varint();
      if (exceptions_.failed() || padding > limit_ - position_) return false;
      start = position_ + static_cast<std::uint32_t>(padding);
    } else {
      start = predictor_.start(leaf_class, position_);
    }
    if ((parts_ & 1) != 0) {
      const std::uint64_t stated = exceptions_.varint();
      if (exceptions_.failed() || stated > limit_ - start) return false;
      size = static_cast<std::uint32_t>(stated);
    } else {
      size = predictor_.size(leaf_class, start);
    }
    read_gap();
    return !exceptions_.failed();
  }

  SpanPredictor predictor_;
  ByteReader exceptions_;
  std::uint64_t gap_ = kNever;
  unsigned parts_ = 0;
  std::uint32_t position_;
  std::uint32_t limit_;
};

}  // namespace copse
