// What a query needs of a tree: never more than its matches have.
#include "query/query_derivation.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "query/compiled_query.h"
#include "query/query_test_support.h"

namespace copse {
namespace {

// ---- words -------------------------------------------------------------------------------------

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts)
    text += (text.empty() ? "" : "|") + part;
  return text;
}

TEST(QueryDerivation, WordsOfATextAreItsRunsOfTwoBytesAndMore) {
  const auto check = [](std::string_view text, const std::string& expected) {
    EXPECT_EQ(joined(words_of(text)), expected) << text;
  };
  check("", "");
  check("a", "");
  check("ab", "ab");
  check("a b c", "");
  check("foo", "foo");
  check("foo.bar", "foo|bar");
  check("  foo  ", "foo");
  check("__x1 + 9A", "__x1|9A");
  check("\"a-bc\"", "bc");
  check("h\xc3\xa9llo w\xff", "h\xc3\xa9llo|w\xff");
  check(std::string_view("a\0bc", 4), "bc");
}

// ---- regular expressions -----------------------------------------------------------------------

std::string texts(std::string_view pattern) {
  const auto found = texts_of_regex(pattern);
  return found ? joined(*found) : "no";
}

TEST(QueryDerivation, TextsOfSimpleExpressions) {
  EXPECT_EQ(texts("^abc$"), "abc");
  EXPECT_EQ(texts("^$"), "");
  EXPECT_EQ(texts("^(a|b)$"), "a|b");
  EXPECT_EQ(texts("^(?:kmalloc|kfree)$"), "kfree|kmalloc");
  EXPECT_EQ(texts("^k[mz]alloc$"), "kmalloc|kzalloc");
  EXPECT_EQ(texts("^ab?c$"), "abc|ac");
  EXPECT_EQ(texts("^v?(s|sn)printf$"), "snprintf|sprintf|vsnprintf|vsprintf");
  EXPECT_EQ(texts("^(a(b|c)?|d)e$"), "abe|ace|ae|de");
  EXPECT_EQ(texts("^a\\.b\\$$"), "a.b$");
  EXPECT_EQ(texts("^(a|a|b)$"), "a|b");
  EXPECT_EQ(texts("^(|a)b$"), "ab|b");
  EXPECT_EQ(texts("^[abc][de]f$"), "adf|aef|bdf|bef|cdf|cef");
  EXPECT_EQ(texts("^ $"), " ");
}

TEST(QueryDerivation, OtherExpressionsMayMatchAnything) {
  for (const char* pattern : {"",
                              "a",
                              "^a",
                              "a$",
                              "^",
                              "$",
                              "^a\\$",
                              "^a|b$",
                              "^a*$",
                              "^a+$",
                              "^a.b$",
                              "^a{2}$",
                              "^[a-c]$",
                              "^[^a]$",
                              "^\\w$",
                              "^\\x41$",
                              "^(?i)a$",
                              "^(?i:a)$",
                              "^(?P<n>a)$",
                              "^a??$",
                              "^a?+$",
                              "^(a$",
                              "^a)$",
                              "^[a$",
                              "^[]$",
                              "^[[:alpha:]]$",
                              "^?$",
                              "^(?a)$",
                              "^a^b$",
                              "^a$b$",
                              "^\xc3\xa9$",
                              "^\xc3\xa9?$",
                              "^[\xc3\xa9]$",
                              "^\\",
                              "^\\$"}) {
    EXPECT_EQ(texts(pattern), "no") << pattern;
  }
  EXPECT_EQ(texts("^" + std::string(2000, 'a') + "$"), "no");
}

TEST(QueryDerivation, FewTextsOnly) {
  EXPECT_EQ(texts_of_regex("^[ab][ab][ab][ab][ab][ab]$")->size(), kListedTextsMax);
  EXPECT_EQ(texts("^[ab][ab][ab][ab][ab][ab][ab]$"), "no");
  EXPECT_EQ(texts("^a?b?c?d?e?f?g?$"), "no");
  EXPECT_EQ(texts_of_regex("^a?b?c?d?e?f?$")->size(), kListedTextsMax);
}

// All texts over that alphabet up to that length.
std::vector<std::string> all_texts(std::string_view alphabet, std::size_t length) {
  std::vector<std::string> all{""};
  for (std::size_t begin = 0, size = 1; size <= length; ++size) {
    const std::size_t end = all.size();
    for (; begin < end; ++begin) {
      for (const char letter : alphabet)
        all.push_back(all[begin] + letter);
    }
  }
  return all;
}

// What the expression engine of predicates says of each of them.
void expect_exactly(const std::string& pattern, const std::vector<std::string>& listed,
                    const std::vector<std::string>& candidates) {
  const auto regex = Regex::compile(pattern);
  ASSERT_TRUE(regex.ok()) << pattern << ": " << regex.error().message();
  for (const std::string& text : candidates) {
    ASSERT_EQ(regex.value().search(text), std::binary_search(listed.begin(), listed.end(), text))
        << pattern << " and '" << text << "'";
  }
  for (const std::string& text : listed) {
    EXPECT_TRUE(regex.value().search(text)) << pattern << " and '" << text << "'";
  }
}

TEST(QueryDerivation, TextsAreWhatTheExpressionMatches) {
  const std::vector<std::string> candidates = all_texts("ab.", 5);
  std::mt19937_64 random(7);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  constexpr std::string_view pieces[] = {"a", "b", "a", "b",   "\\.", "(", "(?:", ")",
                                         "|", "?", "]", "[ab", "[a]", ".", "[.]", "[ab]"};
  std::size_t with_texts = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string inner;
    for (std::size_t i = below(8); i > 0; --i)
      inner += pieces[below(std::size(pieces))];
    const std::string pattern = "^" + inner + "$";
    const auto listed = texts_of_regex(pattern);
    // What is no expression at all never gets here from a query.
    if (!listed || !Regex::compile(pattern).ok()) continue;
    ++with_texts;
    expect_exactly(pattern, *listed, candidates);
    if (HasFatalFailure() || HasNonfatalFailure()) return;
  }
  EXPECT_GT(with_texts, 1000U);
}

std::string parts(std::string_view pattern) {
  return joined(required_parts_of_regex(pattern));
}

TEST(QueryDerivation, RequiredPartsOfExpressions) {
  EXPECT_EQ(parts("HACK|OOPS|XXX"), "HACK|OOPS|XXX");
  EXPECT_EQ(parts("^CONFIG_"), "CONFIG_");
  EXPECT_EQ(parts("%px?([^a-zA-Z]|$)"), "%p");
  EXPECT_EQ(parts("abc.*defgh"), "defgh");
  EXPECT_EQ(parts("ab+cd"), "ab");
  EXPECT_EQ(parts("abc*de"), "ab");
  EXPECT_EQ(parts("ab{2}cde"), "cde");
  EXPECT_EQ(parts("a(bc|de)f"), "abcf|adef");
  EXPECT_EQ(parts("(fool|barn.)baz"), "barn|fool");
  EXPECT_EQ(parts("(foo|b.)bazz"), "bazz");
  EXPECT_EQ(parts("xy(foo|ab)?z"), "xyabz|xyfooz|xyz");
  EXPECT_EQ(parts("\\bfoo\\b"), "foo");
  EXPECT_EQ(parts("\\d+ms"), "ms");
  EXPECT_EQ(parts("lo+?ng"), "lo");
  EXPECT_EQ(parts("foo\\(\\)"), "foo()");
  EXPECT_EQ(parts("foobar|foo"), "foo");
}

TEST(QueryDerivation, OtherExpressionsRequireNothing) {
  for (const char* pattern : {"", "a", "a|bc", ".*", "ab|", "(ab)?", "(ab)*", "(?i)abc", "(?i:ab)c",
                              "[a-z]+", "\\w\\w", "a\\pLb", "\\x41bc", "h\xc3\xa9llo",
                              "[[:alpha:]]bc", "abc\\b{start}", "ab{0}", "(ab){0,3}", "^*ab"}) {
    EXPECT_EQ(parts(pattern), "") << pattern;
  }
}

TEST(QueryDerivation, WhatMatchesHasARequiredPart) {
  const std::vector<std::string> candidates = all_texts("ab.", 6);
  std::mt19937_64 random(9);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  constexpr std::string_view pieces[] = {
      "a", "b", "ab",   "\\.",  "(",   "(?:",   ")",    "|",   "?",   "*",  "+",     ".",
      "^", "$", "[ab]", "[^a]", "{2}", "{0,1}", "{1,}", "\\b", "\\w", "??", "[a-b]", "ba"};
  std::size_t with_parts = 0;
  for (int round = 0; round < 40000; ++round) {
    std::string pattern;
    for (std::size_t i = below(9); i > 0; --i)
      pattern += pieces[below(std::size(pieces))];
    const std::vector<std::string> required = required_parts_of_regex(pattern);
    if (required.empty()) continue;
    const auto regex = Regex::compile(pattern);
    if (!regex.ok()) continue;
    ++with_parts;
    for (const std::string& text : candidates) {
      if (!regex.value().search(text)) continue;
      ASSERT_TRUE(std::any_of(
          required.begin(), required.end(),
          [&](const std::string& part) { return text.find(part) != std::string::npos; }))
          << pattern << " and '" << text << "', required: " << joined(required);
    }
  }
  EXPECT_GT(with_parts, 1000U);
}

// ---- needs -------------------------------------------------------------------------------------

std::string name_of(const Grammar& grammar, std::uint16_t symbol) {
  return symbol == 0 ? "_" : std::string(grammar.symbol_name(symbol));
}

std::string text_of(const Grammar& grammar, const TreeNeeds::Atom& atom) {
  if (atom.kind == TreeNeeds::Atom::Kind::Word) return "'" + atom.word + "'";
  std::string text;
  if (atom.kind == TreeNeeds::Atom::Kind::Edge) text += name_of(grammar, atom.parent) + ">";
  if (atom.field != 0) text += std::string(grammar.field_name(atom.field)) + ":";
  return text + name_of(grammar, atom.symbol);
}

// "clause & clause || clause", a clause being "atom/atom"; "anything".
std::string needs(const std::string& query) {
  const TestLanguage& c = test_language("c");
  const auto compiled = Query::compile(c.language(), query);
  if (!compiled.ok()) return compiled.error().message();
  std::string text;
  for (const TreeNeeds::Conjunction& all : compiled.value().compiled()->needs.alternatives) {
    if (!text.empty()) text += " || ";
    std::string conjunction;
    for (const auto& clause : all.clauses) {
      if (!conjunction.empty()) conjunction += " & ";
      std::string either;
      for (const TreeNeeds::Atom& atom : clause)
        either += (either.empty() ? "" : "/") + text_of(*c.language().grammar(), atom);
      conjunction += either;
    }
    text += conjunction;
  }
  return text.empty() ? "anything" : text;
}

TEST(QueryDerivation, NeedsOfStructure) {
  EXPECT_EQ(needs("(goto_statement) @g"), "goto_statement");
  EXPECT_EQ(needs("(_) @any"), "anything");
  EXPECT_EQ(needs("_ @any"), "anything");
  EXPECT_EQ(needs("\"goto\" @g"), "goto");
  EXPECT_EQ(needs("(call_expression function: (identifier) @f)"),
            "call_expression & call_expression>function:identifier");
  EXPECT_EQ(needs("(call_expression function: (_) @f)"),
            "call_expression & call_expression>function:_");
  EXPECT_EQ(needs("(call_expression (_) @f)"), "call_expression");
  EXPECT_EQ(needs("(if_statement consequence: (compound_statement (goto_statement)))"),
            "if_statement & if_statement>consequence:compound_statement & "
            "compound_statement>goto_statement");
  EXPECT_EQ(needs("(_ (goto_statement))"), "goto_statement");
}

TEST(QueryDerivation, OnlyWhatEveryMatchHasIsNeeded) {
  EXPECT_EQ(needs("(compound_statement (goto_statement)? (return_statement))"),
            "compound_statement & compound_statement>return_statement");
  EXPECT_EQ(needs("(compound_statement (goto_statement)*)"), "compound_statement");
  EXPECT_EQ(needs("(compound_statement (goto_statement)+)"),
            "compound_statement & compound_statement>goto_statement");
  EXPECT_EQ(needs("(compound_statement [(goto_statement) (return_statement)])"),
            "compound_statement");
  EXPECT_EQ(needs("(goto_statement) (_)"), "anything");
  EXPECT_EQ(needs("[(goto_statement) (_)]"), "anything");
  EXPECT_EQ(needs("(if_statement !alternative) @i"), "if_statement");
}

// In whatever order the entries lie.
TEST(QueryDerivation, OneOfSeveralPatterns) {
  for (const char* query :
       {"(goto_statement) (return_statement)", "[(goto_statement) (return_statement)]"}) {
    const std::string found = needs(query);
    EXPECT_TRUE(found == "goto_statement || return_statement" ||
                found == "return_statement || goto_statement")
        << found;
  }
}

TEST(QueryDerivation, NeedsOfPredicates) {
  const auto with = [](const std::string& predicate) {
    const std::string found = needs("((identifier) @i " + predicate + ")");
    EXPECT_TRUE(found.starts_with("identifier")) << found;
    return found.size() > 10 ? found.substr(13) : "";
  };
  EXPECT_EQ(with("(#eq? @i \"kmalloc\")"), "'kmalloc'");
  EXPECT_EQ(with("(#eq? @i \"a.bc.de\")"), "'bc' & 'de'");
  EXPECT_EQ(with("(#eq? @i \"x\")"), "");
  EXPECT_EQ(with("(#any-of? @i \"kmalloc\" \"kfree\")"), "'kfree'/'kmalloc'");
  EXPECT_EQ(with("(#any-of? @i \"kmalloc\" \"x\")"), "");
  EXPECT_EQ(with("(#any-of? @i \"ab.cde\" \"fg\")"), "'cde'/'fg'");
  EXPECT_EQ(with("(#match? @i \"^k[mz]alloc$\")"), "'kmalloc'/'kzalloc'");
  EXPECT_EQ(with("(#match? @i \"^kmalloc$\")"), "'kmalloc'");
  // These hold for other texts, too.
  EXPECT_EQ(with("(#match? @i \"kmalloc\")"), "");
  EXPECT_EQ(with("(#match? @i \"^kmalloc\")"), "");
  EXPECT_EQ(with("(#not-eq? @i \"kmalloc\")"), "");
  EXPECT_EQ(with("(#not-any-of? @i \"kmalloc\" \"kfree\")"), "");
  EXPECT_EQ(with("(#not-match? @i \"^kmalloc$\")"), "");
  EXPECT_EQ(with("(#any-eq? @i \"kmalloc\")"), "");
  EXPECT_EQ(with("(#set! key \"kmalloc\")"), "");
}

// A predicate holds when its capture has no node.
TEST(QueryDerivation, APredicateNeedsNothingWhereItsNodeNeedNotBe) {
  EXPECT_EQ(needs("(return_statement (identifier)? @i (#eq? @i \"kmalloc\"))"), "return_statement");
  EXPECT_EQ(needs("(return_statement [(identifier) @i (call_expression)] (#eq? @i \"kmalloc\"))"),
            "return_statement");
  EXPECT_EQ(needs("(return_statement (identifier)+ @i (#eq? @i \"kmalloc\"))"),
            "return_statement & return_statement>identifier & 'kmalloc'");
}

TEST(QueryDerivation, VeryLongPatternsNeedNothing) {
  std::string query = "(translation_unit";
  for (std::size_t i = 0; i < kDerivedStepsMax + 1; ++i)
    query += " (declaration)";
  EXPECT_EQ(needs(query + ")"), "anything");
}

}  // namespace
}  // namespace copse
