#include "query/query_error.h"

#include <string>

#include <gtest/gtest.h>

namespace copse {
namespace {

std::string described(std::string_view text, std::uint32_t offset) {
  return make_query_error(QueryError::Kind::Syntax, text, offset, "wrong").describe("q.scm", text);
}

TEST(QueryError, PointsAtThePlace) {
  EXPECT_EQ(described("(a) (b", 4), "q.scm:1:5: wrong\n(a) (b\n    ^\n");
  EXPECT_EQ(described("(a)\r\n (b)\r\n", 6), "q.scm:2:2: wrong\n (b)\n ^\n");
  EXPECT_EQ(described("", 0), "q.scm:1:1: wrong\n\n^\n");
  EXPECT_EQ(described("(a\n", 3), "q.scm:2:1: wrong\n\n^\n");
  EXPECT_EQ(described("(a\n", 2), "q.scm:1:3: wrong\n(a\n  ^\n");
}

TEST(QueryError, StandsBelowTabsAndWideCharacters) {
  EXPECT_EQ(described("\t(\tb", 3), "q.scm:1:4: wrong\n\t(\tb\n\t \t^\n");
  EXPECT_EQ(described("\"\u00e4\u20ac\" x", 8), "q.scm:1:9: wrong\n\"\u00e4\u20ac\" x\n     ^\n");
  // In the middle of a character: at its start.
  EXPECT_EQ(described("\u20acx", 1), "q.scm:1:2: wrong\n\u20acx\n^\n");
  EXPECT_EQ(described(std::string_view("a\0b\x1b", 4), 2), "q.scm:1:3: wrong\na b \n  ^\n");
}

TEST(QueryError, CutsLongLines) {
  const std::string line(300, 'x');
  EXPECT_EQ(described(line, 0), "q.scm:1:1: wrong\n" + line.substr(0, 100) + "...\n^\n");
  EXPECT_EQ(described(line, 150), "q.scm:1:151: wrong\n..." + line.substr(0, 100) + "...\n   " +
                                      std::string(50, ' ') + "^\n");
  EXPECT_EQ(described(line, 300), "q.scm:1:301: wrong\n..." + line.substr(0, 50) + "\n   " +
                                      std::string(50, ' ') + "^\n");
}

TEST(QueryError, CutsNamesOut) {
  EXPECT_EQ(name_at("(foo-bar_1 x)", 1), "foo-bar_1");
  EXPECT_EQ(name_at(R"(("a\"b" x))", 2), R"(a\"b)");
  EXPECT_EQ(name_at(R"(("a\\" x))", 2), R"(a\\)");
  EXPECT_EQ(name_at("(foo", 4), "");
}

}  // namespace
}  // namespace copse
