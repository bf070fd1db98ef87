// Patterns and the paths that they take and refuse.
#include "workspace/path_glob.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace copse {
namespace {

struct Case {
  std::string_view pattern;
  std::string_view path;
  bool matches;
};

void check(const Case& expected) {
  const auto glob = PathGlob::compile(expected.pattern);
  ASSERT_TRUE(glob.ok()) << expected.pattern << ": " << glob.error().message();
  EXPECT_EQ(glob.value().matches(expected.path), expected.matches)
      << expected.pattern << " over " << expected.path;
}

void check_error(std::string_view pattern, std::string_view expected) {
  const auto glob = PathGlob::compile(pattern);
  ASSERT_FALSE(glob.ok()) << pattern;
  EXPECT_EQ(glob.error().code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(glob.error().message(), "glob pattern at byte " + std::string(expected));
}

TEST(PathGlobTest, NamesAtAnyDepth) {
  for (const Case& expected : {
           Case{"*.c", "a.c", true},
           Case{"*.c", "x/y/a.c", true},
           Case{"*.c", "x.c/y", false},
           Case{"*.c", ".c", true},
           Case{"a?c", "x/abc", true},
           Case{"a?c", "a/c", false},
           Case{"a?c",
                "a\xC3\xA4"
                "c",
                true},  // one character of two bytes
           Case{"a?c",
                "a\xFF"
                "c",
                true},  // one byte of no character
           Case{"a??c",
                "a\xC3\xA4"
                "c",
                false},
           Case{"a**c", "x/abbc", true},
           Case{"a", "a/b", false},
           Case{"*", "new\nline", true},
           Case{"\\*", "*", true},
           Case{"\\*", "a", false},
       }) {
    check(expected);
  }
}

TEST(PathGlobTest, WholePaths) {
  for (const Case& expected : {
           Case{"src/*.c", "src/a.c", true},
           Case{"src/*.c", "src/x/a.c", false},
           Case{"src/*.c", "lib/src/a.c", false},
           Case{"/*.c", "a.c", true},
           Case{"/*.c", "src/a.c", false},
           Case{"./src/a.c", "src/a.c", true},
           Case{"src/**/a.c", "src/a.c", true},
           Case{"src/**/a.c", "src/x/y/a.c", true},
           Case{"src/**/a.c", "src/xa.c", false},
           Case{"**/a.c", "a.c", true},
           Case{"**/a.c", "x/y/a.c", true},
           Case{"**/a.c", "xa.c", false},
           Case{"src/**", "src/x/y", true},
           Case{"src/**", "src", false},
           Case{"src/**.c", "src/x/y.c", true},
           Case{"src/a**z", "src/a/b/z", true},
           Case{"**", "x/y", true},
           Case{"src/", "src/x/y", true},
           Case{"src/", "lib/src/x", true},
           Case{"src/", "src", false},
           Case{"/src/", "lib/src/x", false},
           Case{"a/b/", "a/b/c", true},
           Case{"a/b/", "x/a/b/c", false},
       }) {
    check(expected);
  }
}

TEST(PathGlobTest, ClassesAndAlternatives) {
  for (const Case& expected : {
           Case{"[a-cx].h", "b.h", true},
           Case{"[a-cx].h", "d.h", false},
           Case{"[!a-c].h", "d.h", true},
           Case{"[^a-c].h", "a.h", false},
           Case{"[]a]", "]", true},
           Case{"[!]a]", "]", false},
           Case{"[a-]", "-", true},
           Case{"[\\]]", "]", true},
           Case{"[[:digit:]x]", "7", true},
           Case{"[[:digit:]x]", "a", false},
           Case{"[\xC3\xA4-\xC3\xB6]", "\xC3\xA5", true},
           Case{"a/[!x]b", "a//b", false},
           Case{"*.{c,h,cc}", "x/a.cc", true},
           Case{"*.{c,h,cc}", "a.cpp", false},
           Case{"{a,b{c,d}}e", "bde", true},
           Case{"{a,b{c,d}}e", "be", false},
           Case{"a{,b}", "a", true},
           Case{"a{,b}", "ab", true},
           Case{"{x}", "x", true},
           Case{"{}", "", true},
           Case{"{src,lib}/**/*.c", "lib/x/a.c", true},
           Case{"{src/**,lib}/a", "src/x/y/a", true},
           Case{"{**/a,b}", "x/y/a", true},
           Case{"a,b", "a,b", true},
       }) {
    check(expected);
  }
}

TEST(PathGlobTest, Errors) {
  check_error("", "0: the pattern is empty");
  check_error("/", "1: the pattern is empty");
  check_error("a[b", "1: this [ is not closed");
  check_error("/a[]", "2: this [ is not closed");
  check_error("x{a,b", "1: this { is not closed");
  check_error("ab}", "2: this } closes nothing");
  check_error("ab\\", "2: nothing follows the backslash");
  check_error("[b-a]", "1: the range is the wrong way round");
  check_error("[[:nope:]]", "1: no such class of characters");
  check_error(std::string(PathGlob::kPatternBytesMax + 1, 'a'), "4096: the pattern is too long");
  check_error(std::string(PathGlob::kNestingMax + 1, '{'), "64: {} are nested too deep");
}

// What a matcher that tries one possibility after the other would not live to answer.
TEST(PathGlobTest, TakesNoExponentialTime) {
  std::string stars;
  for (int i = 0; i < 1000; ++i) {
    stars += "*a";
  }
  check({stars + "b", std::string(3000, 'a'), false});
  std::string groups;
  for (int i = 0; i < 400; ++i) {
    groups += "{a,*}";
  }
  check({"**/" + groups + "b", std::string(3000, 'a'), false});
  check({std::string(4000, '*'), std::string(4000, '/'), true});
}

// The plain twin: brackets and braces left out, everything tried.
// NOLINTNEXTLINE(misc-no-recursion): never over more than seven characters
bool matches_plainly(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return path.empty();
  if (pattern.starts_with("**")) {
    return matches_plainly(pattern.substr(2), path) ||
           (!path.empty() && matches_plainly(pattern, path.substr(1)));
  }
  if (pattern.front() == '*') {
    return matches_plainly(pattern.substr(1), path) ||
           (!path.empty() && path.front() != '/' && matches_plainly(pattern, path.substr(1)));
  }
  return !path.empty() &&
         (pattern.front() == path.front() || (pattern.front() == '?' && path.front() != '/')) &&
         matches_plainly(pattern.substr(1), path.substr(1));
}

// Every text over the letters of `alphabet` with the given size, one after the other.
std::string text_number(std::size_t number, std::size_t size, std::string_view alphabet) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i, number /= alphabet.size()) {
    text.push_back(alphabet[number % alphabet.size()]);
  }
  return text;
}

TEST(PathGlobTest, AgreesWithItsPlainTwin) {
  for (std::size_t p = 0; p < 1024; ++p) {
    // The x makes "**" stand neither at the start nor at the end of a name.
    const std::string pattern = "x" + text_number(p, 5, "a*?/") + "x";
    if (pattern.find("/**") != std::string::npos) continue;
    const auto glob = PathGlob::compile("/" + pattern);
    ASSERT_TRUE(glob.ok());
    for (std::size_t t = 0; t < 243; ++t) {
      const std::string path = "x" + text_number(t, 5, "ab/") + "x";
      ASSERT_EQ(glob.value().matches(path), matches_plainly(pattern, path))
          << pattern << " over " << path;
    }
  }
}

}  // namespace
}  // namespace copse
