// Looks at a query's text before tree-sitter's compiler does. That one recurses over the text,
// counts steps in 16 bits without looking, and never returns from a "+" around what may match
// nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "syntax/grammar.h"

namespace copse {

inline constexpr std::size_t kQueryBytesMax = 4U << 20;
// Brackets and field names around one another; each is a call of the compiler inside another.
inline constexpr std::uint32_t kQueryNestingMax = 1000;
// Nodes, tokens, groups, branches and quantifiers; the compiler makes at most three steps of each.
inline constexpr std::uint32_t kQueryStepsMax = 65535 / 3;

// Whether the grammar has a supertype of this name.
using IsSupertype = std::function<bool(std::string_view)>;

struct UnusableQuery {
  enum class Reason : std::uint8_t { TooLarge, Endless, Empty };

  Reason reason = Reason::TooLarge;
  std::uint32_t offset = 0;
  std::string message;
};

// Why the compiler must not see the text, if so. Text with broken syntax is for the compiler to
// refuse.
std::optional<UnusableQuery> check_query_text(std::string_view text,
                                              const IsSupertype& is_supertype);
std::optional<UnusableQuery> check_query_text(std::string_view text, const Grammar& grammar);

}  // namespace copse
