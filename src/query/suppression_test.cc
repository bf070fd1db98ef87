// Which lines the comments of a file switch off.
#include "query/suppression.h"

#include <string>

#include <gtest/gtest.h>

#include "query/query_test_support.h"

namespace copse {
namespace {

// The rows, of ten, where rule "a" is off.
std::string off(std::string_view source) {
  const Suppressions found = Suppressions::of(test_language("c").parse(source));
  std::string out;
  for (std::uint32_t row = 0; row < 10; ++row) {
    if (found.covers("a", row)) out += std::to_string(row);
  }
  return out;
}

TEST(Suppressions, AreOfTheNextLineOrOfTheCodeBefore) {
  EXPECT_EQ(off("int x;\nint y;\n"), "");
  EXPECT_EQ(off("int x;\n// ast-grep-ignore\nint y;\n"), "2");
  EXPECT_EQ(off("int x;\nint y; // ast-grep-ignore\nint z;\n"), "1");
  EXPECT_EQ(off("int x;\nint f(\n  int a\n); /* ast-grep-ignore */\nint z;\n"), "1");
  EXPECT_EQ(off("int x;\nchar* s = \"ast-grep-ignore\";\n"), "");
}

TEST(Suppressions, MayBeOfTheWholeFile) {
  EXPECT_EQ(off("// ast-grep-ignore\n\nint x;\n"), "0123456789");
  EXPECT_EQ(off("// ast-grep-ignore: b, a\n\nint x;\n"), "0123456789");
  EXPECT_EQ(off("// ast-grep-ignore: b\n\nint x;\n"), "");
  EXPECT_EQ(off("// ast-grep-ignore\nint x;\n"), "1");
}

TEST(Suppressions, MayNameRules) {
  EXPECT_EQ(off("int x;\n// ast-grep-ignore: a\nint y;\n"), "2");
  EXPECT_EQ(off("int x;\n// ast-grep-ignore: ab,b\nint y;\n"), "");
  EXPECT_EQ(off("int x;\n// ast-grep-ignore: b , a because\nint y;\n"), "2");
  EXPECT_EQ(off("int x;\n// ast-grep-ignore because\nint y;\n"), "2");
  EXPECT_EQ(off("int x;\n/* ast-grep-ignore: a */\nint y;\n"), "2");
}

}  // namespace
}  // namespace copse
