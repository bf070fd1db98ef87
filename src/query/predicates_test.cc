#include "query/predicates.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "query/query_test_support.h"

namespace copse {
namespace {

struct Case {
  std::string_view predicate;
  std::string_view expected;
};

// One match, @a capturing 1, 2 and 1, @b capturing "x": the predicate lets it through or not.
bool passes(std::string_view predicate) {
  const std::string query =
      "(command . (command_name) . (number)* @a . (string (string_content) @b) . (raw_string)? "
      "@none " +
      std::string(predicate) + ")";
  const std::string found = captured("bash", query, "f 1 2 1 \"x\"");
  return found.find("1 2 1 x") != std::string::npos;
}

// Expectations are those of the Rust binding's satisfies_text_predicates, 0.25.10.
TEST(Predicates, FollowTheRustBinding) {
  const std::vector<std::pair<std::string_view, bool>> cases = {
      {R"((#eq? @a "1"))", false},
      {R"((#eq? @b "x"))", true},
      {R"((#not-eq? @a "3"))", true},
      {R"((#not-eq? @a "2"))", false},
      {R"((#any-eq? @a "2"))", true},
      // No node decides, so the predicate holds: the binding has it so.
      {R"((#any-eq? @a "3"))", true},
      {R"((#any-not-eq? @a "1"))", true},
      {R"((#eq? @none "1"))", true},
      {R"((#not-eq? @none "1"))", true},
      {R"((#match? @a "^[12]$"))", true},
      {R"((#match? @a "1"))", false},
      {R"((#not-match? @a "3"))", true},
      {R"((#not-match? @a "2"))", false},
      {R"((#any-match? @a "2"))", true},
      {R"((#any-not-match? @a "2"))", true},
      {R"((#match? @none "1"))", true},
      {R"((#any-of? @a "1" "2"))", true},
      {R"((#any-of? @a "1"))", false},
      {R"((#any-of? @a))", false},
      {R"((#not-any-of? @a "3" "4"))", true},
      {R"((#not-any-of? @a "2" "3"))", false},
      {R"((#eq? @a @a))", true},
      {R"((#not-eq? @a @a))", false},
      // Captures of different lengths are unequal, and neither are they "not equal".
      {R"((#eq? @a @b))", false},
      {R"((#not-eq? @a @b))", false},
      {R"((#any-not-eq? @a @b))", true},
      {R"((#any-eq? @a @b))", false},
      {R"((#eq? @none @none))", true},
      {R"((#eq? @none @b))", false},
      {R"((#not-any-eq? @a "1"))", true},  // not a predicate that anybody knows
      {R"((#lua-match? @a "x") (#set! a b) (#is? local) (#is-not? @a "x" y))", true},
      {R"((#select-adjacent! @a @b) (#strip! @a "x"))", true},
      {R"((#eq? @b "x") (#not-eq? @b "x"))", false},
  };
  for (const auto& [predicate, expected] : cases) {
    EXPECT_EQ(passes(predicate), expected) << predicate;
  }
}

TEST(Predicates, RefuseWhatTheRustBindingRefuses) {
  const std::vector<Case> cases = {
      {R"((#eq? @a))", "#eq? takes 2 arguments, not 1"},
      {R"((#eq? @a "b" "c"))", "#eq? takes 2 arguments, not 3"},
      {R"((#any-not-eq? "x" @a))", R"(#any-not-eq? takes a capture first, not "x")"},
      {R"((#match? @a))", "#match? takes 2 arguments, not 1"},
      {R"((#match? "x" "y"))", R"(#match? takes a capture first, not "x")"},
      {R"((#not-match? @a @a))", "#not-match? takes a string after its capture, not @a"},
      {R"x((#match? @a "("))x", R"(#match? cannot use the pattern "(": missing ): ()"},
      {R"((#any-of?))", "#any-of? takes at least 1 argument, not 0"},
      {R"((#any-of? "x" "y"))", R"(#any-of? takes a capture first, not "x")"},
      {R"((#not-any-of? @a "x" @a))", "#not-any-of? takes a string after its capture, not @a"},
      {R"((#set!))", "#set! takes 1 to 3 arguments, not 0"},
      {R"((#set! a b @a c))", "#set! takes 1 to 3 arguments, not 4"},
      {R"((#set! a b c))", "#set! takes a key and a value, not three strings"},
      {R"((#is? @a))", "#is? needs a key"},
      {R"((#is-not? @a x @a))", "#is-not? takes one capture at most"},
  };
  for (const Case& test : cases) {
    const std::string query = "(number)\n\n  ((_) @a " + std::string(test.predicate) + ")";
    QueryError error;
    const auto compiled = Query::compile(test_language("json").language(), query, &error);
    ASSERT_FALSE(compiled.ok()) << query;
    EXPECT_EQ(error.kind, QueryError::Kind::Predicate) << query;
    EXPECT_EQ(error.position, (Point{2, 2})) << query;
    EXPECT_EQ(error.message, test.expected);
  }
}

TEST(Predicates, CompareBytesThatAreNoUtf8) {
  const std::string source = "int a = \"\xff\xfe\"; // \xff";
  EXPECT_EQ(captured("c", R"(((comment) @c (#match? @c "^//")))", source), "// \xff");
  EXPECT_EQ(captured("c", R"(((comment) @c (#match? @c "^// .$")))", source), "");
  EXPECT_EQ(captured("c", R"(((comment) @c (#match? @c "[^a]$")))", source), "");
}

}  // namespace
}  // namespace copse
