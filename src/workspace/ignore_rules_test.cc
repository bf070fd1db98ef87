// Lines of ignore files and what they say about paths.
#include "workspace/ignore_rules.h"

#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace copse {
namespace {

// 'i' ignored, 't' taken back, '-' no rule is about it. A path that ends with '/' is a directory.
char verdict(std::string_view rules, std::string_view path) {
  const bool is_directory = path.ends_with('/');
  if (is_directory) path.remove_suffix(1);
  const auto answer = IgnoreRules::parse(rules).verdict(path, is_directory);
  if (!answer.has_value()) return '-';
  return *answer ? 'i' : 't';
}

struct Case {
  std::string_view rules;
  std::string_view path;
  char verdict;
};

TEST(IgnoreRulesTest, Patterns) {
  for (const Case& expected : {
           Case{"a", "x/a", 'i'},
           Case{"a", "a/x", '-'},
           Case{"/a", "a", 'i'},
           Case{"/a", "x/a", '-'},
           Case{"a/b", "a/b", 'i'},
           Case{"a/b", "x/a/b", '-'},
           Case{"a/", "x/a/", 'i'},
           Case{"a/", "x/a", '-'},
           Case{"a/b/", "a/b/", 'i'},
           Case{"a/b/", "x/a/b/", '-'},
           Case{"*.o", "x/a.o", 'i'},
           Case{"*", "x", 'i'},
           Case{"tmp*", "x/tmp1", 'i'},
           Case{"/tmp*", "x/tmp1", '-'},
           Case{"/tmp*", "tmp1", 'i'},
           Case{"/*", "a/b", '-'},
           Case{"a/*", "a/b", 'i'},
           Case{"a/*", "a/b/c", '-'},
           Case{"**/b", "b", 'i'},
           Case{"**/b", "a/x/b", 'i'},
           Case{"a/**", "a/x/b", 'i'},
           Case{"a/**", "a/", '-'},
           Case{"a/**/b", "a/b", 'i'},
           Case{"a/x**b", "a/x/b", '-'},
           Case{"a/x**b", "a/xyb", 'i'},
           Case{"***.o", "a.o", 'i'},
           Case{"*.py[cod]", "a.pyc", 'i'},
           Case{"[[:punct:]]x", "-x", 'i'},
           Case{"{a,b}", "a", '-'},
           Case{"{a,b}*c", "{a,b}xc", 'i'},
           Case{"a[b", "a[b", '-'},
           Case{"a\\", "a\\", '-'},
           Case{"./a", "a", '-'},
           Case{"./a*", "a", '-'},
       }) {
    EXPECT_EQ(verdict(expected.rules, expected.path), expected.verdict)
        << expected.rules << " over " << expected.path;
  }
}

TEST(IgnoreRulesTest, Lines) {
  for (const Case& expected : {
           Case{"*.o\n!a.o\n", "a.o", 't'},
           Case{"!a.o\n*.o\n", "a.o", 'i'},
           Case{"!a.o\n", "a.o", 't'},
           Case{"a\r\nb\r\n", "a", 'i'},
           Case{"a  \n", "a", 'i'},
           Case{"a\\ \n", "a ", 'i'},
           Case{"a\\  \n", "a ", 'i'},
           Case{"a\\\\ \n", "a\\", 'i'},
           Case{"a\t\n", "a", '-'},
           Case{"#a\n", "#a", '-'},
           Case{"\\#a\n", "#a", 'i'},
           Case{"\\!a\n", "!a", 'i'},
           Case{"\xEF\xBB\xBF"
                "a\n",
                "a", 'i'},
           Case{std::string_view("a\0b\n", 4), "a", 'i'},
           Case{"\n \n/\n!\n", "a", '-'},
           Case{"a", "a", 'i'},
       }) {
    EXPECT_EQ(verdict(expected.rules, expected.path), expected.verdict)
        << expected.rules << " over " << expected.path;
  }
  EXPECT_TRUE(IgnoreRules::parse("# nothing\n\n  \n").empty());
  EXPECT_TRUE(IgnoreRules::parse(std::string(100'000, '*') + "[").empty());
}

}  // namespace
}  // namespace copse
