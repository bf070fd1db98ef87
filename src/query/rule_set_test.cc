// Reading YAML: what rules may say, and how what they may not is refused.
#include <string>

#include <gtest/gtest.h>

#include "copse/rule.h"

#include "query/rule_document.h"
#include "query/yaml_tree.h"

namespace copse {
namespace {

std::string problem(const std::string& yaml) {
  const auto set = RuleSet::from_yaml("r.yml", yaml);
  return set.ok() ? "fine" : set.error().message();
}

TEST(RuleSet, ReadsEveryDocument) {
  const auto set = RuleSet::from_yaml("r.yml", R"(
id: one
language: Go
message: &words "not so"
severity: error
note: n
url: http://example.org
metadata: {anything: [goes]}
files: ["src/**"]
ignores: ["*_test.go"]
rule: {pattern: $A}
---
id: two
language: c
message: *words
rule: {kind: nil}
---
)");
  EXPECT_EQ(set.error().message(), "r.yml:15:10: there is no anchor &words");
  const auto both = RuleSet::from_yaml(
      "r.yml",
      "id: one\nlanguage: Go\nseverity: error\nfiles: [a]\nrule: &r {kind: a}\n---\n"
      "id: two\nlanguage: c\nrule: {pattern: $A}\n---\n");
  ASSERT_TRUE(both.ok()) << both.error().message();
  ASSERT_EQ(both.value().size(), 2U);
  EXPECT_EQ(both.value().info(0).id, "one");
  EXPECT_EQ(both.value().info(0).severity, "error");
  EXPECT_EQ(both.value().info(0).files, std::vector<std::string>{"a"});
  EXPECT_EQ(both.value().info(1).language, "c");
  EXPECT_EQ(both.value().info(1).severity, "hint");
}

TEST(RuleSet, NamesWhatIsWrongAndWhere) {
  const std::string head = "language: c\n";
  EXPECT_EQ(problem(""), "r.yml:1:1: there is no rule");
  EXPECT_EQ(problem("rule: {kind: a}"), "r.yml:1:1: missing field `language`");
  EXPECT_EQ(problem(head), "r.yml:1:1: missing field `rule`");
  EXPECT_EQ(problem(head + "rule: {}"), "r.yml:2:7: Rule must have one positive matcher.");
  EXPECT_EQ(problem(head + "rule: {knd: a}"), "r.yml:2:8: unknown field `knd`");
  EXPECT_EQ(problem(head + "rule: {kind: a}\nrules: x"), "r.yml:3:1: unknown field `rules`");
  EXPECT_EQ(problem(head + "rule: {kind: ~}"), "r.yml:2:14: `kind` has to be a text");
  EXPECT_EQ(problem(head + "rule: {kind: a, kind: b}"), "r.yml:2:17: duplicate field `kind`");
  EXPECT_EQ(problem(head + "rule: [a]"), "r.yml:2:7: a rule has to be a mapping of fields");
  EXPECT_EQ(problem(head + "rule: {all: {kind: a}}"),
            "r.yml:2:13: `all` has to be a list of rules");
  EXPECT_EQ(problem(head + "rule: {kind: a}\nseverity: bad"),
            "r.yml:3:11: `severity` is one of hint, info, warning, error, off");
  EXPECT_EQ(problem(head + "rule: {inside: {kind: a, stopBy: never}}"),
            "r.yml:2:34: `stopBy` is `neighbor`, `end` or a rule object");
  EXPECT_EQ(problem(head + "rule: {precedes: {kind: a, field: b}}"),
            "r.yml:2:28: field is only supported in has/inside.");
  EXPECT_EQ(problem(head + "rule: {pattern: {selector: a}}"),
            "r.yml:2:17: missing field `context`");
  EXPECT_EQ(problem(head + "rule: {nthChild: 2n+}"), "r.yml:2:18: nthChild: Invalid syntax");
  EXPECT_EQ(problem(head + "rule: {nthChild: 2x}"),
            "r.yml:2:18: nthChild: Illegal character x encountered");
  EXPECT_EQ(problem(head + "rule: {kind: [a"), "r.yml:3:1: did not find expected ',' or ']'");
}

TEST(RuleSet, SaysThatItChangesNoCode) {
  for (const char* field : {"fix", "transform", "rewriters"}) {
    const auto set =
        RuleSet::from_yaml("r.yml", "language: c\nrule: {kind: a}\n" + std::string(field) + ": x");
    ASSERT_FALSE(set.ok());
    EXPECT_EQ(set.error().code(), ErrorCode::Unsupported);
    EXPECT_EQ(set.error().message(), "r.yml:3:1: `" + std::string(field) +
                                         "` changes code, which copse does not: it only searches");
  }
}

TEST(RuleSet, LimitsWhatGrows) {
  std::string deep = "language: c\nrule: ";
  for (int i = 0; i < 100; ++i)
    deep += "{not: ";
  EXPECT_EQ(problem(deep).substr(0, 9), "r.yml:2:3");
  // Aliases nest without the text being deep.
  std::string chain = "language: c\nutils:\n  u0: &a0 {kind: a}\n";
  for (int i = 1; i < 100; ++i) {
    const std::string number = std::to_string(i);
    chain += "  u" + number + ": &a" + number + " {not: *a" + std::to_string(i - 1) + "}\n";
  }
  EXPECT_NE(problem(chain + "rule: {kind: a}").find("nested deeper than 64"), std::string::npos);
  std::string wide = "language: c\nutils:\n  u0: &a0 {kind: a}\n";
  for (int i = 1; i < 20; ++i) {
    const std::string before = " *a" + std::to_string(i - 1);
    const std::string number = std::to_string(i);
    wide += "  u" + number + ": &a" + number + " {all: [" + before + " ," + before + " ]}\n";
  }
  EXPECT_NE(problem(wide + "rule: {kind: a}").find("more than 4096 rule objects"),
            std::string::npos);
  EXPECT_NE(problem(std::string(RuleSet::kYamlBytesMax + 1, ' ')).find("has more than"),
            std::string::npos);
  EXPECT_FALSE(
      RuleSet::from_pattern({std::string(RuleSet::kPatternBytesMax + 1, 'a'), {}, {}}, "c").ok());
  EXPECT_FALSE(RuleSet::from_pattern({"", {}, {}}, "c").ok());
}

TEST(ChildPosition, IsCssNotation) {
  const auto ranks = [](std::string_view text) {
    const auto position = parse_child_position(text);
    if (!position.ok()) return position.error().message();
    std::string out;
    for (std::size_t i = 0; i < 8; ++i) {
      if (position.value().holds(i)) out += std::to_string(i + 1);
    }
    return out;
  };
  EXPECT_EQ(ranks("3"), "3");
  EXPECT_EQ(ranks("n"), "12345678");
  EXPECT_EQ(ranks("2n"), "2468");
  EXPECT_EQ(ranks("2n + 1"), "1357");
  EXPECT_EQ(ranks("-n+3"), "123");
  EXPECT_EQ(ranks("+ 2N - 1"), "1357");
  EXPECT_EQ(ranks("n+6"), "678");
  EXPECT_EQ(ranks("-2"), "");
  EXPECT_EQ(ranks(""), "nthChild: Invalid syntax");
  EXPECT_EQ(ranks("2n3"), "nthChild: Invalid syntax");
  EXPECT_EQ(ranks("--2"), "nthChild: Invalid syntax");
  EXPECT_EQ(ranks("a"), "nthChild: Illegal character a encountered");
  EXPECT_EQ(ranks("99999999999"), "nthChild: Invalid syntax");
}

}  // namespace
}  // namespace copse
