// Predicts where the leaves of one tree lie, from its source and the leaves before.
//
// Encoder and decoder drive it in the same way: start() and size() for a leaf, then accept() with
// where the leaf really is. What it says is a pure function of (rules, source, leaves accepted), so
// both hear the same. For one thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "syntax/span_rules.h"

namespace copse {

class SpanPredictor {
 public:
  // Bytes at and beyond `limit` are never looked at. REQUIRES: limit <= source.size(); rules and
  // source outlive the predictor.
  SpanPredictor(const SpanRules& rules, std::string_view source, std::size_t limit)
      : rules_(rules), source_(source.substr(0, limit)) {}

  // Where a leaf starts when the leaf before it ends at `position`. Within [position, limit].
  // REQUIRES: position <= limit; leaf_class < rules.class_count().
  std::uint32_t start(std::size_t leaf_class, std::uint32_t position) const {
    return rules_.predict_start(leaf_class, source_, position);
  }

  // How long a leaf is that starts at `start`: start + size <= limit. REQUIRES: as above.
  std::uint32_t size(std::size_t leaf_class, std::uint32_t start) const {
    return rules_.predict_size(leaf_class, source_, start);
  }

  // Tells of a leaf where it truly lies. Once for each leaf, in order. REQUIRES: start + size <=
  // limit.
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
