// Ranges, depths and limits as somebody who wants trouble would choose them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "copse/query.h"

#include "sources.h"

namespace copse::query_differential {

class OptionsGenerator {
 public:
  explicit OptionsGenerator(std::uint64_t seed) : random_(seed) {}

  MatchOptions next(const Subject& subject) {
    MatchOptions options;
    const std::size_t kind = below(random_, 8);
    if (kind == 0 || kind == 3 || kind == 4 || kind == 6) set_bytes(subject, options);
    if (kind == 1 || kind == 3 || kind == 5 || kind == 7) set_points(subject, options);
    if (kind == 2 || kind == 4 || kind == 5 || below(random_, 4) == 0) {
      constexpr std::uint32_t limits[] = {1, 2, 3, 7, 64};
      options.match_limit = limits[below(random_, 5)];
    }
    if (kind == 6 || kind == 7 || below(random_, 4) == 0) {
      options.max_start_depth = static_cast<std::uint32_t>(below(random_, 7));
    }
    return options;
  }

 private:
  // Often where a node begins or ends: there the rules differ.
  std::uint32_t place(const Subject& subject) {
    const auto size = static_cast<std::uint32_t>(subject.source().size());
    if (below(random_, 3) == 0) return static_cast<std::uint32_t>(below(random_, size + 3));
    TSNode node = subject.root();
    for (std::size_t steps = 1 + below(random_, 9); steps > 0; --steps) {
      const std::uint32_t children = ts_node_child_count(node);
      if (children == 0) break;
      node = ts_node_child(node, static_cast<std::uint32_t>(below(random_, children)));
    }
    return below(random_, 2) == 0 ? ts_node_start_byte(node) : ts_node_end_byte(node);
  }

  std::pair<std::uint32_t, std::uint32_t> places(const Subject& subject) {
    std::uint32_t begin = place(subject);
    std::uint32_t end = begin;
    switch (below(random_, 4)) {
      case 0:  // an empty range
        break;
      case 1:  // a short one
        end += static_cast<std::uint32_t>(below(random_, 40));
        break;
      default:
        end = place(subject);
    }
    return {std::min(begin, end), std::max(begin, end)};
  }

  void set_bytes(const Subject& subject, MatchOptions& options) {
    std::tie(options.begin_byte, options.end_byte) = places(subject);
    if (below(random_, 6) == 0) options.begin_byte = 0;
    if (below(random_, 6) == 0) options.end_byte = 0;
  }

  Point point_at(const Subject& subject, std::uint32_t byte) {
    const std::string_view before = std::string_view(subject.source()).substr(0, byte);
    const std::size_t newline = before.rfind('\n');
    Point point;
    point.row = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
    point.column = static_cast<std::uint32_t>(
        newline == std::string_view::npos ? before.size() : before.size() - newline - 1);
    switch (below(random_, 6)) {
      case 0:  // perhaps behind the row's end
        point.column += static_cast<std::uint32_t>(below(random_, 90));
        break;
      case 1:  // perhaps behind the last row
        point.row += static_cast<std::uint32_t>(below(random_, 40));
        break;
      case 2:
        point.column = 0;
        break;
      default:
        break;
    }
    return point;
  }

  void set_points(const Subject& subject, MatchOptions& options) {
    const auto [begin, end] = places(subject);
    options.begin_point = point_at(subject, begin);
    options.end_point = point_at(subject, end);
    if (below(random_, 8) == 0) options.end_point = {UINT32_MAX, 0};
    if (below(random_, 6) == 0) options.end_point = {0, 0};
    if (options.begin_point > options.end_point && options.end_point != Point{}) {
      std::swap(options.begin_point, options.end_point);
    }
    if (below(random_, 6) == 0) options.begin_point = {0, 0};
  }

  std::mt19937_64 random_;
};

}  // namespace copse::query_differential
