// The rules of one ignore file, as gitignore(5) defines them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workspace/path_glob.h"

namespace copse {

// What one ignore file says. Patterns that git never matches (a '[' that is not closed, say) are
// left out; so are those that are longer than PathGlob takes. Differs from git in two things: '?'
// and [...] stand for a character of UTF-8, not for a byte of it, and a pattern with a range that
// ends before it begins is left out. Immutable; may be used by many threads.
class IgnoreRules {
 public:
  static IgnoreRules parse(std::string_view text);

  bool empty() const { return rules_.empty(); }

  // Whether a path (relative to the directory of the file) is ignored, or taken back by a '!' rule;
  // absent when no rule is about it. Directories above the path are not looked at. Cost: one string
  // comparison for each usual rule, one PathGlob::matches() for others.
  std::optional<bool> verdict(std::string_view path, bool is_directory) const;

 private:
  enum class Form : std::uint8_t { Equal, StartsWith, EndsWith, Glob };

  // Invariant: `glob` is there if and only if the form is Glob.
  struct Rule {
    Form form = Form::Equal;
    bool negated = false;
    bool directory_only = false;
    bool name_only = false;  // the pattern is for the last name of the path
    std::string text;        // what the other forms compare with
    std::optional<PathGlob> glob;
  };

  static std::optional<Rule> parse_line(std::string_view line);
  static bool matches(const Rule& rule, std::string_view path, std::string_view name);

  std::vector<Rule> rules_;  // the last line first: the last one that is about a path decides
};

}  // namespace copse
