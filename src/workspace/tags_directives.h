// The two directives of a tags query that tell local names from others, by pattern.
#pragma once

#include <string_view>
#include <vector>

namespace copse {

struct TagsDirectives {
  bool name_must_be_non_local = false;  // (#is-not? local)
  bool scope_inherits = true;           // (#set! local.scope-inherits VALUE)
};

// One for each pattern of the text. REQUIRES: the text compiles as a query.
std::vector<TagsDirectives> read_tags_directives(std::string_view text);

}  // namespace copse
