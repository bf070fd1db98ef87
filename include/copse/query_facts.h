// What a compiled query says of its patterns beyond what they match: directives for the program
// that runs the query, and how often captures occur. Sorted as tree-sitter's Rust binding does it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace copse {

// How many nodes a capture has in a match of one pattern: ts_query_capture_quantifier_for_id.
enum class CaptureQuantifier : std::uint8_t { Zero, ZeroOrOne, ZeroOrMore, One, OneOrMore };

// The arguments of #set!, #is? and #is-not?: a key, perhaps a value, perhaps the capture that is
// meant, in any order.
struct QueryProperty {
  std::string key;
  std::optional<std::string> value;
  std::optional<std::uint32_t> capture;  // index in Query::capture_names()
};

// #is? or #is-not?. copse does not judge them: whether a node is "local", say, is for the program
// to know.
struct PropertyPredicate {
  QueryProperty property;
  bool positive = true;  // false: #is-not?
};

// Every other predicate or directive, #strip! and #select-adjacent! among them. No match is left
// out because of one.
struct GeneralPredicate {
  struct Argument {
    std::optional<std::uint32_t> capture;  // index in Query::capture_names()
    std::string text;                      // when it is not a capture
  };

  std::string name;  // without the '#'
  std::vector<Argument> arguments;
};

// Where a pattern stands in the query's text, and what tree-sitter's analysis says of it.
struct PatternFacts {
  // Half-open. The end is that of its predicates; trailing white space and comments count to it.
  std::uint32_t begin_byte = 0;
  std::uint32_t end_byte = 0;
  // One node is the root of every match: ts_query_is_pattern_rooted.
  bool is_rooted = true;
  // A match may begin in one hidden repetition and end in another, so that a range can cut it:
  // ts_query_is_pattern_non_local.
  bool is_non_local = false;
};

}  // namespace copse
