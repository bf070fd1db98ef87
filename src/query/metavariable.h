// Metavariables of code patterns: $NAME, $$NAME, $$$NAME, and how a pattern is spelled so that a
// language's parser takes them for identifiers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace copse {

struct Metavariable {
  enum class Kind : std::uint8_t {
    Capture,       // $NAME, $$NAME
    Anonymous,     // $_, $_NAME, $$_
    List,          // $$$NAME
    AnonymousList  // $$$, $$$_NAME
  };

  Kind kind = Kind::Capture;
  bool named_only = false;  // $NAME and $_: only named nodes
  std::string name;

  bool is_list() const { return kind == Kind::List || kind == Kind::AnonymousList; }
};

// What stands for '$' in what the parser of that language sees; "$" where identifiers may have one.
std::string_view expando_of(std::string_view language);

// The pattern as the parser of that language shall see it.
std::string pattern_fragment(std::string_view pattern, std::string_view language);

// The metavariable that a node's text spells, if it is one. `expando` is the language's.
std::optional<Metavariable> read_metavariable(std::string_view text, std::string_view expando);

}  // namespace copse
