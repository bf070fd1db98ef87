// Comments that switch rules off: "ast-grep-ignore" for all rules, "ast-grep-ignore: id, id" for
// some, on the line before a match or behind the code of the match's line; on a file's first line,
// with an empty line behind it, for the whole file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "copse/tree.h"

namespace copse {

class Suppressions {
 public:
  // Nothing that the source does not have is looked for: a search of the source, and with a comment
  // in it O(nodes).
  static Suppressions of(const Tree& tree);

  bool empty() const { return !file_ && lines_.empty(); }
  // Whether a match of that rule is switched off at a node that starts in that row.
  bool covers(const std::string& rule, std::uint32_t row) const;

 private:
  // No value: all rules.
  using Rules = std::optional<std::set<std::string>>;

  std::optional<Rules> file_;
  std::map<std::uint32_t, Rules> lines_;
};

}  // namespace copse
