// Regular expressions of #match?: the syntax and the meaning of Rust's regex crate, which
// tree-sitter's own programs use, executed by RE2 in time linear in the text.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "copse/result.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace copse {

// A compiled expression. Immutable; may be used by many threads at once.
class Regex {
 public:
  // What RE2 may spend on one expression, compiled form and automaton caches together.
  static constexpr int kMemoryBytesMax = 8 << 20;
  static constexpr std::size_t kPatternBytesMax = 64 << 10;

  // InvalidArgument, with a reason, for what Rust's regex or RE2 refuses and for the few things
  // that both accept in different meanings; docs/adr/0009-query-engine.md lists them.
  static Result<Regex> compile(std::string_view pattern);

  Regex(Regex&& other) noexcept;
  Regex& operator=(Regex&& other) noexcept;
  ~Regex();

  // The text without all that matches, as Rust's replace_all with nothing gives it.
  std::string remove_all(std::string_view text) const;

  // Whether the expression matches somewhere in the text, which need not be valid UTF-8.
  bool search(std::string_view text) const;
  // As it was given.
  const std::string& pattern() const { return pattern_; }

 private:
  Regex(std::string_view pattern, std::unique_ptr<re2::RE2> expression);

  std::string pattern_;
  std::unique_ptr<re2::RE2> expression_;
};

// The same expression in RE2's syntax. Where Rust has Unicode classes and RE2 has ASCII ones (\d,
// \s, \w), the Unicode ones are written out.
Result<std::string> to_re2_syntax(std::string_view pattern);

}  // namespace copse
