// Glob patterns over paths: "*.c", "src/**/*.{h,cc}", "/[a-m]*.py".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

namespace copse {

// A compiled pattern. What it means:
//
//   *        any characters but '/'               ?      one character but '/'
//   **       any characters                       **/    any directories, also none
//   [a-z_]   one of these; [!...] or [^...] one   {a,b}  one of these, which may be patterns
//            of the others, but never '/'         \x     x itself
//
// A pattern without '/' is for the file name at any depth; with one it is for the whole path from
// the root, and a leading '/' or "./" says just that. A trailing '/' stands for everything below. A
// dot at the start of a name is a character like any other. Characters are UTF-8; a byte that is
// none counts as a character of its own. Immutable; may be used by many threads.
class PathGlob {
 public:
  static constexpr std::size_t kPatternBytesMax = 4096;
  static constexpr std::size_t kNestingMax = 64;  // of {}

  // InvalidArgument names what is wrong and the byte at which, counted from 0.
  static Result<PathGlob> compile(std::string_view pattern);

  // `path` is relative, '/' between names. Cost: at most its length times that of the pattern.
  bool matches(std::string_view path) const;

 private:
  friend class GlobCompiler;

  enum class Operation : std::uint8_t { Character, AnyButSlash, Any, Class, Split, Jump, Match };

  // Split goes on at both of its operands, Jump at the first; the others at what follows.
  struct Instruction {
    Operation operation = Operation::Match;
    std::uint32_t first = 0;  // also: the character, or the index of the class
    std::uint32_t second = 0;
  };

  struct Range {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };

  struct CharacterClass {
    bool negated = false;
    std::vector<Range> ranges;
  };

  PathGlob() = default;

  bool consumes(const Instruction& instruction, std::uint32_t character) const;

  std::vector<Instruction> program_;
  std::vector<CharacterClass> classes_;
  bool name_only_ = false;
};

}  // namespace copse
