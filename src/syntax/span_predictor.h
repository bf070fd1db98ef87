// Predicts where the leaves of one tree lie, from its source and the leaves before.
//
// Encoder and decoder drive it in the same way: start() and size() for a leaf, then
// accept() with where the leaf really is. What it says is a pure function of (rules, source, leaves
// accepted), so both hear the same. For one thread.
//
// Most leaves are words or of known length behind little white space. So that these cost no walk
// over bytes, each byte of the source is looked at once, many at a time, for maps of a bit a byte
// over a window that moves with the leaves; a leaf then takes two bit scans. Cost: 5 to 6 ns a leaf
// over sources of Go and C, 9 ns over Python's many strings.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "syntax/span_rules.h"

namespace copse {

class SpanPredictor {
 public:
  // Bytes at and beyond `limit` are never looked at. REQUIRES: limit <= source.size() < 4 GiB;
  // rules and source outlive the predictor.
  SpanPredictor(const SpanRules& rules, std::string_view source, std::size_t limit)
      : rules_(rules), source_(source.substr(0, limit)) {}

  // Where a leaf starts when the one before it ends at `position`; within [position, limit].
  // REQUIRES: position <= limit; leaf_class < rules.class_count().
  std::uint32_t start(std::size_t leaf_class, std::uint32_t position) const {
    const SpanPlan& plan = rules_.plan(leaf_class);
    const std::uint32_t at = position - window_begin_;
    if (at >= SpanPlan::kWindowBits) [[unlikely]]
      return start_slowly(leaf_class, position);
    const unsigned skipped = run_length(ends_at(plan.padding_map, at));
    const std::uint32_t start = position + skipped;
    if (skipped == kRunMax || goes_on(plan, start)) [[unlikely]] {
      return start_slowly(leaf_class, position);
    }
    return start;
  }

  // How long a leaf is that starts at `start`, wherever that was predicted; start + size <= limit.
  // REQUIRES: start <= limit; leaf_class < rules.class_count().
  std::uint32_t size(std::size_t leaf_class, std::uint32_t start) const {
    const SpanPlan& plan = rules_.plan(leaf_class);
    const auto left = static_cast<std::uint32_t>(source_.size()) - start;
    if (plan.size_form == SpanPlan::Fixed) {
      if (plan.length > left) [[unlikely]]
        return left;
      return plan.length;
    }
    const std::uint32_t at = start - window_begin_;
    if (plan.size_form == SpanPlan::Formed || at >= SpanPlan::kWindowBits) {
      return size_slowly(leaf_class, start);
    }
    const unsigned run = run_length(ends_at(plan.size_map, at));
    if (run == kRunMax || (plan.size_form == SpanPlan::SignedRun && is_any_of(start + run, "+-")))
        [[unlikely]] {
      return size_slowly(leaf_class, start);
    }
    return run;
  }

  // Tells of a leaf where it truly lies. Once for each leaf, in order. REQUIRES: start + size <=
  // limit.
  void accept(std::size_t leaf_class, std::uint32_t start, std::uint32_t size) {
    const std::uint32_t end = start + size;
    if (end - window_begin_ >= SpanPlan::kWindowBits) [[unlikely]]
      move_window(end);
    if (rules_.plan(leaf_class).remembers) [[unlikely]] {
      remember(leaf_class, start, size);
    }
  }

 private:
  // Eight bytes of a map, shifted by up to seven bits: so many are sure to be the source's.
  static constexpr unsigned kRunMax = 56;
  // Strings in interpolations in strings: deeper ones push the outermost out.
  static constexpr std::size_t kOpenQuotesMax = 32;

  std::uint64_t ends_at(std::uint32_t map, std::uint32_t at) const {
    std::uint64_t ends = 0;
    std::memcpy(&ends, maps_.data() + map + at / 8, sizeof(ends));
    return ends >> (at % 8);
  }
  // How many bytes before the first that ends the run; kRunMax when it goes that far or further.
  static unsigned run_length(std::uint64_t ends) {
    return static_cast<unsigned>(std::countr_zero(ends | std::uint64_t{1} << kRunMax));
  }
  bool goes_on(const SpanPlan& plan, std::uint32_t start) const {
    return plan.padding_more != SpanPlan::Nothing &&
           is_any_of(start, plan.padding_more == SpanPlan::Backslash ? "\\" : "\r\n");
  }
  bool is_any_of(std::uint32_t at, std::string_view bytes) const {
    return at < source_.size() && bytes.find(source_[at]) != std::string_view::npos;
  }
  std::uint32_t start_slowly(std::size_t leaf_class, std::uint32_t position) const;
  std::uint32_t size_slowly(std::size_t leaf_class, std::uint32_t start) const;
  void move_window(std::uint32_t position);
  void remember(std::size_t leaf_class, std::uint32_t start, std::uint32_t size);
  OpenQuote innermost() const {
    return open_count_ == 0 ? OpenQuote{} : open_[(open_count_ - 1) % kOpenQuotesMax];
  }

  const SpanRules& rules_;
  const std::string_view source_;
  // Where the maps' first bit stands; no position is in a window that begins here.
  std::uint32_t window_begin_ = std::uint32_t{1} << 31;
  std::uint32_t open_count_ = 0;
  std::array<OpenQuote, kOpenQuotesMax> open_{};
  // SpanPlan::Map by SpanPlan::Map; not filled before the first leaf is accepted.
  alignas(64) std::array<std::uint8_t, ByteMaps::kCount * SpanPlan::kMapBytes> maps_;
};

}  // namespace copse
