// Rules: atoms, relations, compositions, utilities, constraints, and what a file needs for them.
#include "query/code_rule.h"

#include <string>

#include <gtest/gtest.h>

#include "query/rule_test_support.h"

namespace copse {
namespace {

const std::string kGo = R"(package p

func f(a, b int, c string) error {
	x := g(a)
	if x != nil {
		return x
	}
	for i := 0; i < 10; i++ {
		defer h(i)
		func() { h(c) }()
	}
	return nil
}
)";

std::string go(const std::string& rule) {
  return found_by_yaml("go", rule, kGo);
}

TEST(CodeRule, Atoms) {
  EXPECT_EQ(go("rule: {kind: int_literal}"), "0|10");
  EXPECT_EQ(go("rule: {kind: identifier, regex: '^[xc]$'}"), "c|x|x|x|c");
  EXPECT_EQ(go("rule: {pattern: g($A)}"), "g(a) A=a");
  EXPECT_EQ(go("rule: {kind: call_expression, pattern: $F($A), regex: i}"), "h(i) F=h A=i");
  EXPECT_EQ(go("rule: {kind: parameter_declaration, nthChild: 2}"), "c string");
  EXPECT_EQ(go("rule: {kind: parameter_declaration, nthChild: {position: n, reverse: true}}"),
            "a, b int|c string");
  EXPECT_EQ(go("rule: {kind: identifier, nthChild: {position: 2, ofRule: {kind: identifier}}, "
               "inside: {kind: parameter_declaration}}"),
            "b");
  EXPECT_EQ(go("rule: {kind: identifier, range: {start: {line: 3, column: 1}, end: {line: 3, "
               "column: 2}}}"),
            "x");
}

TEST(CodeRule, Relations) {
  EXPECT_EQ(go("rule: {pattern: h($A), inside: {kind: for_statement, stopBy: end}}"),
            "h(i) A=i|h(c) A=c");
  EXPECT_EQ(go("rule: {pattern: h($A), inside: {kind: defer_statement}}"), "h(i) A=i");
  EXPECT_EQ(
      go("rule: {pattern: h($A), inside: {kind: for_statement, stopBy: {kind: func_literal}}}"),
      "h(i) A=i");
  EXPECT_EQ(go("rule: {kind: identifier, inside: {kind: call_expression, field: function}}"),
            "g|h|h");
  EXPECT_EQ(go("rule: {kind: if_statement, has: {kind: nil, stopBy: end}}").substr(0, 11),
            "if x != nil");
  EXPECT_EQ(go("rule: {kind: if_statement, has: {kind: nil}}"), "");
  EXPECT_EQ(
      go("rule: {kind: if_statement, has: {field: condition, pattern: $A != nil}}").substr(0, 11),
      "if x != nil");
  EXPECT_EQ(go("rule: {pattern: $A := $B, precedes: {kind: if_statement}}"),
            "x := g(a) A=x B=g(a)");
  EXPECT_EQ(go("rule: {kind: return_statement, follows: {kind: if_statement, stopBy: end}}"),
            "return nil");
  EXPECT_EQ(go("rule: {kind: return_statement, follows: {kind: if_statement}}"), "");
}

TEST(CodeRule, Compositions) {
  EXPECT_EQ(go("rule: {any: [{pattern: $A != nil}, {pattern: g($B)}]}"), "g(a) B=a|x != nil A=x");
  EXPECT_EQ(go("rule: {all: [{pattern: $F($A)}, {not: {regex: ^g}}]}"),
            "h(i) F=h A=i|h(c) F=h A=c");
  EXPECT_EQ(go("rule: {kind: call_expression, not: {has: {kind: identifier}}}"),
            "func() { h(c) }()");
  EXPECT_EQ(go("rule: {pattern: $F($A)}\nconstraints: {A: {regex: '^[ai]$'}}"),
            "g(a) F=g A=a|h(i) F=h A=i");
  // What a rule that failed had bound is forgotten.
  EXPECT_EQ(go("rule: {pattern: $F($A), not: {inside: {pattern: defer $A($B)}}}"),
            "g(a) F=g A=a|h(i) F=h A=i|h(c) F=h A=c");
}

TEST(CodeRule, WhatFailedBindsNothing) {
  EXPECT_EQ(go("rule: {any: [{all: [{pattern: $F($X)}, {regex: zzz}]}, {pattern: g($A)}]}"),
            "g(a) A=a");
  const std::string found =
      go("rule: {kind: function_declaration, has: {all: [{pattern: $F($X)}, {regex: ^h}], "
         "stopBy: end}}");
  EXPECT_EQ(found.substr(found.find_last_of('}') + 1), " F=h X=i");
  EXPECT_EQ(go("rule: {kind: identifier, nthChild: {position: 1, ofRule: {pattern: $N}}, "
               "inside: {kind: parameter_declaration}}"),
            "a N=a|c N=c");
}

TEST(CodeRule, Utilities) {
  EXPECT_EQ(go("utils: {loop: {kind: for_statement}}\n"
               "rule: {pattern: h($A), inside: {matches: loop, stopBy: end}}"),
            "h(i) A=i|h(c) A=c");
  const std::string sum =
      "utils: {sum: {any: [{kind: number_literal}, {kind: parenthesized_expression, has: {matches: "
      "sum}}]}}\nrule: {matches: sum, kind: parenthesized_expression}";
  EXPECT_EQ(found_by_yaml("c", sum, "int x = ((1)) + (y);"), "((1))|(1)");
  EXPECT_EQ(go("utils: {a: {matches: b}, b: {matches: a}}\nrule: {matches: a}"),
            "r.yml:2:12: Rule `a` has a cyclic dependency in its `matches` sub-rule.");
  EXPECT_EQ(go("rule: {matches: nobody}"), "r.yml:2:7: Rule `nobody` is not defined.");
  // A utility may call itself as deep as the tree is, up to a limit that is an error.
  const std::string deep = "int x = " + std::string(5000, '(') + "1" + std::string(5000, ')') + ";";
  EXPECT_TRUE(found_by_yaml("c", sum, deep).starts_with("a utility called itself more than"));
}

TEST(CodeRule, KindsMayBeSelectors) {
  EXPECT_EQ(go("rule: {kind: call_expression > identifier}"), "g|h|h");
  EXPECT_EQ(go("rule: {kind: defer_statement identifier}"), "h|i");
  EXPECT_EQ(go("rule: {kind: short_var_declaration + if_statement}").substr(0, 4), "if x");
  EXPECT_EQ(go("rule: {kind: 'if_statement ~ return_statement'}"), "return nil");
  EXPECT_EQ(go("rule: {kind: 'call_expression:has(func_literal), nil'}"),
            "nil|func() { h(c) }()|nil");
  EXPECT_EQ(go("rule: {kind: 'call_expression:not(:has(> identifier))'}"), "func() { h(c) }()");
  EXPECT_EQ(go("rule: {kind: 'parameter_declaration:nth-child(2)'}"), "c string");
  EXPECT_EQ(
      go("rule: {kind: 'identifier:is(parameter_declaration > identifier):nth-last-child(2 of "
         "identifier)'}"),
      "a");
  EXPECT_EQ(go("rule: {kind: nonsense}"), "r.yml:2:7: kind: Kind `nonsense` is invalid.");
  EXPECT_EQ(go("rule: {kind: 'nil.a'}"), "r.yml:2:7: kind: class-selector is not supported yet");
  EXPECT_EQ(go("rule: {kind: 'nil)'}"), "r.yml:2:7: kind: Unexpected token");
}

TEST(CodeRule, ErrorsSayWhere) {
  EXPECT_EQ(go("rule: {regex: '('}").substr(0, 17), "r.yml:2:7: regex:");
  EXPECT_EQ(go("rule: {pattern: 'x; y; z'}").substr(0, 42),
            "r.yml:2:17: Multiple AST nodes are detecte");
  EXPECT_EQ(go("rule: {kind: nil, inside: {kind: nil, field: nofield}}"),
            "r.yml:2:7: Relational rule contains invalid field nofield.");
  EXPECT_EQ(go("rule: {kind: nil}\nconstraints: {X: {kind: nil}}"),
            "r.yml:3:18: Undefined meta var `X` used in `constraints`.");
}

std::string needs_text(const std::string& language, const std::string& yaml) {
  const auto set = RuleSet::from_yaml("r.yml", "language: " + language + "\n" + yaml);
  if (!set.ok()) return set.error().message();
  const auto rule = compile_for_test(language, set.value());
  if (!rule.ok()) return rule.error().message();
  std::string out;
  for (const auto& alternative : rule.value().needs().alternatives) {
    if (!out.empty()) out += " | ";
    for (std::size_t i = 0; i < alternative.clauses.size(); ++i) {
      if (i > 0) out += " ";
      for (const auto& atom : alternative.clauses[i]) {
        if (&atom != alternative.clauses[i].data()) out += "/";
        const bool word = atom.kind == TreeNeeds::Atom::Kind::Word;
        out += word ? "'" + atom.word + "'"
                    : std::string(test_language(language).language().symbol_name(atom.symbol));
      }
    }
  }
  return out;
}

TEST(CodeRule, NeedsAreWhatEveryMatchHas) {
  EXPECT_EQ(needs_text("c", "rule: {pattern: 'kmalloc($S, GFP_ATOMIC)'}"),
            "call_expression identifier 'kmalloc' argument_list 'GFP_ATOMIC'");
  // Words at the ends of a text may go on outside of it; single characters are no words.
  EXPECT_EQ(needs_text("c", "rule: {pattern: 'f(\"one two three\")'}"),
            "call_expression identifier argument_list string_literal string_content 'two'");
  EXPECT_EQ(needs_text("javascript", "rule: {pattern: 'grö\u00dfe + other'}"),
            "binary_expression identifier 'other'");
  EXPECT_EQ(needs_text("c", "rule: {any: [{kind: goto_statement}, {pattern: $A->next}]}"),
            "goto_statement | field_expression field_identifier 'next'");
  EXPECT_EQ(needs_text("c", "rule: {any: [{kind: goto_statement}, {regex: x}]}"), "");
  EXPECT_EQ(needs_text("c", "rule: {kind: if_statement, not: {has: {kind: goto_statement}}}"),
            "if_statement");
  EXPECT_EQ(needs_text("c", "rule: {kind: if_statement, inside: {kind: for_statement}}"),
            "if_statement for_statement");
  EXPECT_EQ(needs_text("c", "rule: {pattern: {context: 'free_it(1)', strictness: signature}}"),
            "call_expression identifier argument_list number_literal");
  EXPECT_EQ(
      needs_text("c", "utils: {u: {kind: goto_statement, has: {matches: u}}}\nrule: {matches: u}"),
      "goto_statement");
}

}  // namespace
}  // namespace copse
