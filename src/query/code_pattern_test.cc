// Patterns: which node of a fragment is the pattern, what metavariables stand for, what each
// strictness passes over.
#include "query/code_pattern.h"

#include <string>

#include <gtest/gtest.h>

#include "query/metavariable.h"
#include "query/rule_test_support.h"

namespace copse {
namespace {

std::string with_strictness(Strictness strictness, const std::string& pattern,
                            std::string_view source) {
  return found_by_pattern("c", PatternSpec{pattern, {}, strictness}, source);
}

TEST(Metavariable, IsReadFromText) {
  const auto kind = [](std::string_view text) {
    const auto found = read_metavariable(text, "$");
    if (!found) return std::string("none");
    const char* const names[] = {"one", "any", "list", "any list"};
    return std::string(names[static_cast<int>(found->kind)]) +
           (found->named_only ? " named " : " ") + found->name;
  };
  EXPECT_EQ(kind("$A"), "one named A");
  EXPECT_EQ(kind("$$A1_B"), "one A1_B");
  EXPECT_EQ(kind("$_"), "any named ");
  EXPECT_EQ(kind("$$_X"), "any ");
  EXPECT_EQ(kind("$$$"), "any list ");
  EXPECT_EQ(kind("$$$_X"), "any list ");
  EXPECT_EQ(kind("$$$ARGS"), "list ARGS");
  for (const char* text : {"", "$", "$$", "A", "$a", "$1", "$Ab", "$A b", "$$$a", "$$$$A"}) {
    EXPECT_EQ(kind(text), "none") << text;
  }
  // Digits may begin a list's name.
  EXPECT_EQ(kind("$$$1"), "list 1");
}

TEST(Metavariable, IsSpelledForTheParser) {
  EXPECT_EQ(pattern_fragment("$A + $$B + $$$C + $$$ + $a + $$", "go"),
            "\u00b5A + \u00b5\u00b5B + \u00b5\u00b5\u00b5C + \u00b5\u00b5\u00b5 + $a + $$");
  EXPECT_EQ(pattern_fragment("$A $", "javascript"), "$A $");
  EXPECT_EQ(pattern_fragment("$$$", "c"), "\U00010000\U00010000\U00010000");
  EXPECT_EQ(pattern_fragment("$_X$$$", "css"), "__X___");
}

TEST(CodePattern, MatchesNodesAndNamesThem) {
  const std::string source = "x = f(1) + g(2, 3) + f();";
  EXPECT_EQ(found_by_pattern("javascript", "f($A)", source), "f(1) A=1");
  EXPECT_EQ(found_by_pattern("javascript", "$F($A, $B)", source), "g(2, 3) F=g A=2 B=3");
  EXPECT_EQ(found_by_pattern("javascript", "$F($$$A)", source),
            "f(1) F=f A=1|g(2, 3) F=g A=2 A=, A=3|f() F=f");
  EXPECT_EQ(found_by_pattern("javascript", "$F($$$, 3)", source), "g(2, 3) F=g");
  // The comma before a list needs a comma.
  EXPECT_EQ(found_by_pattern("javascript", "$F($A, $$$B)", source), "g(2, 3) F=g A=2 B=3");
  EXPECT_EQ(found_by_pattern("javascript", "g($_, $_B)", source), "g(2, 3)");
  EXPECT_EQ(found_by_pattern("javascript", "$A + f()", source),
            "f(1) + g(2, 3) + f() A=f(1) + g(2, 3)");
  // In C a call without its semicolon may be a macro that stands for a type, as in ast-grep.
  EXPECT_EQ(found_by_pattern("c", "f($A)", "int x = f(1);"), "");
  EXPECT_EQ(found_by_pattern("c", "f($A, $B)", "int x = f(1, 2);"), "f(1, 2) A=1 B=2");
}

TEST(CodePattern, TheSameNameIsTheSameCode) {
  EXPECT_EQ(found_by_pattern("c", "$A = $A", "int f() { a = a; a = b; s.x = s . x; }"),
            "a = a A=a|s.x = s . x A=s . x");
  EXPECT_EQ(found_by_pattern("c", "f($$$A, 0, $$$A)", "int x = f(1, 2, 0, 1, 2) + f(1, 0, 2);"),
            "f(1, 2, 0, 1, 2) A=1 A=, A=2");
  // The first try of a list must leave nothing behind.
  EXPECT_EQ(found_by_pattern("c", "f($$$, $A, $A)", "int x = f(1, 2, 2) + f(1, 2, 3);"), "");
}

TEST(CodePattern, TokensWithoutANameAreNodesForTwoSigils) {
  EXPECT_EQ(found_by_pattern("rust", "|$$A| 1", "fn f() { g(|_| 1); g(|x| 1) }"),
            "|_| 1 A=_||x| 1 A=x");
  EXPECT_EQ(found_by_pattern("rust", "|$A| 1", "fn f() { g(|_| 1); g(|x| 1) }"), "|x| 1 A=x");
}

TEST(CodePattern, StrictnessSaysWhatIsPassedOver) {
  using S = Strictness;
  EXPECT_EQ(with_strictness(S::Smart, "g($A, $B)", "int x = g(1, /* c */ 2);"),
            "g(1, /* c */ 2) A=1 B=2");
  EXPECT_EQ(with_strictness(S::Cst, "g($A, $B)", "int x = g(1, /* c */ 2);"), "");
  EXPECT_EQ(with_strictness(S::Ast, "g($A, $B)", "int x = g(1, /* c */ 2);"), "");
  EXPECT_EQ(with_strictness(S::Relaxed, "g($A, $B)", "int x = g(1, /* c */ 2);"),
            "g(1, /* c */ 2) A=1 B=2");
  EXPECT_EQ(with_strictness(S::Signature, "h(1)", "int x = g(2) + h(x);"), "g(2)");
  EXPECT_EQ(with_strictness(S::Ast, "a + b", "int x = a + b; int y = a - b;"), "a + b|a - b");
  EXPECT_EQ(with_strictness(S::Smart, "a + b", "int x = a + b; int y = a - b;"), "a + b");
  const std::string property = "y = x.a + a";
  EXPECT_EQ(found_by_pattern("javascript", PatternSpec{"a", {}, S::Smart}, property), "a");
  EXPECT_EQ(found_by_pattern("javascript", PatternSpec{"a", {}, S::Template}, property), "a|a");
}

TEST(CodePattern, ASelectorPicksANodeOfTheContext) {
  EXPECT_EQ(found_in_context("go", "func f() { fmt.Println($A) }", "call_expression",
                             "package p\nfunc g() { fmt.Println(x) }"),
            "fmt.Println(x) A=x");
  EXPECT_EQ(found_in_context("javascript", "({ $K: 1 })", "pair", "x = { a: 1, b: 2 }"),
            "a: 1 K=a");
  EXPECT_EQ(found_in_context("c", "f(1)", "no_such_kind", "int x;"),
            "Kind `no_such_kind` is invalid.");
  EXPECT_EQ(found_in_context("c", "f(1)", "goto_statement", "int x;"),
            "Fails to create Contextual pattern: selector `goto_statement` matches no node in the "
            "context `f(1)`.");
}

TEST(CodePattern, RefusesWhatIsNoSingleNode) {
  EXPECT_EQ(found_by_pattern("c", "int x; int y;", "int x;"),
            "Multiple AST nodes are detected. Please check the pattern source `int x; int y;`.");
  EXPECT_EQ(found_by_pattern("c", "  ", "int x;"),
            "No AST root is detected. Please check the pattern source `  `.");
  EXPECT_EQ(found_by_pattern("javascript", "$$$A", "x"),
            "Standalone multi meta variable `$$$A` is invalid. Use `$VAR` or wrap `$$$VAR` in a "
            "larger pattern.");
  const std::string deep = std::string(300, '(') + "1" + std::string(300, ')');
  EXPECT_EQ(found_by_pattern("c", "f" + deep, "int x;").substr(0, 37),
            "the pattern is nested deeper than 128");
}

TEST(CodePattern, AliasedNodesHaveTheNameOfTheirPlace) {
  // A type_identifier is an identifier under another name.
  EXPECT_EQ(
      found_in_context("c", "struct $A x;", "type_identifier", "struct s { int i; } t; union u v;"),
      "s A=s|u A=u");
  EXPECT_EQ(found_by_yaml("c", "rule: {kind: field_identifier}", "int x = a.b->c;"), "b|c");
}

TEST(CodePattern, DeepTreesAreNoMatterOfTheStack) {
  std::string source = "int x = ";
  for (int i = 0; i < 20000; ++i)
    source += "(1+";
  source += "2";
  source += std::string(20000, ')') + ";";
  const std::string found = found_by_pattern("c", "$A + 2", source);
  EXPECT_EQ(found, "1+2 A=1");
  EXPECT_EQ(found_by_pattern("c", "f($A, $A)",
                             "int x = f(" + source.substr(8, source.size() - 9) + ", " +
                                 source.substr(8, source.size() - 9) + ");")
                .substr(0, 3),
            "f((");
}

}  // namespace
}  // namespace copse
