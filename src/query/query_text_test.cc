#include "query/query_text.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace copse {
namespace {

std::string repeat(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += text;
  }
  return out;
}

void expect_reason(const std::string& text, std::optional<UnusableQuery::Reason> expected) {
  const auto unusable =
      check_query_text(text, [](std::string_view name) { return name == "expression"; });
  EXPECT_EQ(unusable.has_value(), expected.has_value()) << text.substr(0, 80);
  if (unusable && expected) {
    EXPECT_EQ(unusable->reason, *expected) << text.substr(0, 80);
  }
}

// Each was tried on tree-sitter's compiler: those here never came back from it, those below did.
TEST(QueryText, RefusesEndlessRepetitions) {
  const std::vector<std::string> endless = {
      "((a)*)+",
      "(x ((a)*)+ @a)",
      "(x ((a)? (b)?)+)",
      "(x (a)?+)",
      "(x (a)*+ @a)",
      "(x [(b) (a)?]+)",
      "((a)*)+?",
      "[(a) [(b) (c)?]]+",
      "(a)? @c +",
      "(f: (a)? +)",
      "((a)? (#eq? @a \"+\"))+",
      "(_ (a)?)*",
      "(_ (a)*)+",
      "((_ (a)? (b)*) (c)?)*",
      "[(_ (a)?) (b)]+",
      "((b)? (_ (a)?)?)*",
      "(expression (a)?)*",
      "[(a) (#x)]+",
      "[(#x) (a)]+",
      "(_ (_)? ; why\n +)",
  };
  for (const std::string& text : endless) {
    expect_reason(text, UnusableQuery::Reason::Endless);
  }
}

// Each made tree-sitter's compiler write past the end of its steps.
TEST(QueryText, RefusesToSayAnythingAboutNoNode) {
  const std::vector<std::string> empty = {
      "((#x? y))?",  "((#x))*",   "((#x) (#y)) @a", "(a ((#x)) @b)", "[(#x)] @a",
      "(a f: (#x))", "f: ((#x))", "(a [((#x))]+)",  "(((#x)))?",     "((.x? y)) ; why\n @a",
  };
  for (const std::string& text : empty) {
    expect_reason(text, UnusableQuery::Reason::Empty);
  }
}

TEST(QueryText, LetsOtherRepetitionsPass) {
  const std::vector<std::string> fine = {
      "((a)*)*",
      "(x [(a)? (b)]+)",
      "((a)? (b))+",
      "((a) (b)?)+",
      "(a)++",
      "(a)+?",
      "(a)+*",
      "((a)+)+",
      "(x (a)? \"+\")",
      "((a) @b?+)",
      "(x (a)?)+",
      "[(a)? (b)]+",
      "(a)? ; ?\n(b)+",
      "(x !f (a)? (b)+)",
      "((a) (#match? @a \"(x)?+\"))",
      "(_ (_)? _+)",
      "(_ (_)?)*",
      "(_ (a)? (b))*",
      "(a (b)?)*",
      "(x (_ (a)?)*)",
      "(_ . (a)?)*",
      "(expression/x (a)?)*",
      "(_)*",
      "((_ (a)?) (b))*",
      "((#x))",
      "[] @x",
      "(a ((#x)) (b) @b)",
      "((a) (#x)) @a",
      "[(a) (#x)] @a",
  };
  for (const std::string& text : fine) {
    expect_reason(text, std::nullopt);
  }
}

TEST(QueryText, LimitsNesting) {
  for (const std::string open : {"(a ", "(", "[", "f: ", "f:(a ", "_x: "}) {
    expect_reason(repeat(open, std::size_t{2} * kQueryNestingMax),
                  open == "_x: " ? std::nullopt : std::optional(UnusableQuery::Reason::TooLarge));
  }
  expect_reason(repeat("(", kQueryNestingMax), std::nullopt);
  expect_reason(repeat("(a f: (b g: _ h: \"x\") [(c) (d)])\n", 3000), std::nullopt);
  expect_reason(repeat("f: _ g: (x) h: \"y\" ", 3000), std::nullopt);
}

TEST(QueryText, LimitsSteps) {
  expect_reason(repeat("_ ", kQueryStepsMax + 1), UnusableQuery::Reason::TooLarge);
  expect_reason(repeat("(a)+ ", kQueryStepsMax), UnusableQuery::Reason::TooLarge);
  expect_reason(repeat("; ___ (((\n", 100000), std::nullopt);
  expect_reason(std::string(kQueryBytesMax + 1, ' '), UnusableQuery::Reason::TooLarge);
}

}  // namespace
}  // namespace copse
