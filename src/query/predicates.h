// The predicates of a query that compare text: #eq?, #match?, #any-of? and their relatives, with
// the rules of tree-sitter's Rust binding (lib/binding_rust/lib.rs, 0.25.10,
// satisfies_text_predicates).
//
// Directives (#set!, #is?, ...) are checked as the binding checks them and filter nothing;
// predicates that it does not know, neither.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "copse/query.h"
#include "copse/result.h"

#include "query/regex.h"

namespace copse {

// One condition on the captures of a match. Immutable.
struct TextPredicate {
  struct EqualsCapture {
    std::uint32_t other;
  };
  struct EqualsText {
    std::string text;
  };
  struct MatchesRegex {
    Regex regex;
  };
  struct IsAnyOf {
    std::vector<std::string> texts;  // sorted
  };

  std::uint32_t capture = 0;
  bool positive = true;
  bool all_nodes = true;  // of a quantified capture; any one suffices otherwise
  std::variant<EqualsCapture, EqualsText, MatchesRegex, IsAnyOf> condition;
};

using PatternPredicates = std::vector<TextPredicate>;

// Whether a predicate of this name, without its '#', is one of these; every other one filters
// nothing.
bool compares_text(std::string_view name);

// Of one pattern. Refuses the arguments that tree-sitter's Rust binding refuses, and says why.
// REQUIRES: every capture that is an argument has a name.
Result<PatternPredicates> compile_predicates(const std::vector<GeneralPredicate>& predicates,
                                             const std::vector<std::string>& capture_names);

// Whether all of a pattern's predicates hold for a match with these captures.
bool satisfies(const PatternPredicates& predicates, const std::vector<Capture>& captures);

}  // namespace copse
