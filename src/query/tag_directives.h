// #select-adjacent! and #strip!: what a tags query says of the comments that document a definition,
// applied as tree-sitter's tags crate (0.25.10) applies it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "copse/query.h"
#include "copse/result.h"

#include "query/regex.h"

namespace copse {

// The two directives of one pattern, for one of its captures (@doc in tags queries). Immutable;
// safe for many threads. Where a directive stands twice, the last one counts.
class TagDirectives {
 public:
  // InvalidArgument for a #strip! whose expression cannot be used. REQUIRES: pattern <
  // query.pattern_count().
  static Result<TagDirectives> compile(const Query& query, std::uint32_t pattern,
                                       std::uint32_t capture);

  // The capture's nodes in a match of the pattern. With `(#select-adjacent! @doc @other)`: the last
  // ones only, from the node of @other upwards, as long as each ends on the row before the next
  // begins, or on the same. All of them where the match has no @other.
  std::vector<Node> select(const std::vector<Capture>& captures) const;

  // The texts of the selected nodes, each without what #strip! matches, with line ends between
  // them. Nodes that are not UTF-8 are passed over; no value when none is left.
  std::optional<std::string> text(const std::vector<Capture>& captures) const;

 private:
  explicit TagDirectives(std::uint32_t capture) : capture_(capture) {}

  std::uint32_t capture_;
  std::optional<std::uint32_t> adjacent_to_;
  std::optional<Regex> strip_;
};

}  // namespace copse
