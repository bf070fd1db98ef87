// Queries that do not compile: the same kind of error at the same offset as tree-sitter's own
// compiler gives, for every way to cut a query off and for random slips of the pen.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "query_differential/query_pair.h"
#include "query_differential/settings.h"
#include "query_differential/sources.h"

namespace copse::query_differential {
namespace {

struct Whole {
  std::string_view id;
  std::string_view text;
};

// Each part of the language once.
constexpr Whole kWhole[] = {
    {"json",
     "; comment\n(pair key: (string) @k value: [(number) @n (true)]+ . (_)? @c)\n"
     "((array . (_)* @all .) @a (#eq? @a \"x\\n\\\"\") (#set! k \"v\"))\n(MISSING \"]\") (ERROR)"},
    {"c",
     "(if_statement condition: (_ (expression/identifier) @i) !alternative) @if\n"
     "[(comment) \"if\" _]* @x (#not-match? @x \"^a\") (MISSING identifier)\n((_) @b . (_))"},
    {"javascript",
     "(call_expression function: [(identifier) (member_expression property: (_) @p)] @f\n"
     "  arguments: (arguments . (_)? @first (_)* @rest)) @call (#any-of? @p \"a\" \"b\")"},
    {"python",
     "((comment)* @doc . (function_definition name: (identifier) @name !return_type)\n"
     "  (#strip! @doc \"^#\") (#select-adjacent! @doc @name) (#is-not? local))"},
    {"ruby", "(method name: (_) @m (#is? @m a \"b\")) (call receiver: (_)+ @r !block \".\" @dot)"},
};

TEST(QueryError, CutAtEveryByte) {
  Tally tally(fail_test);
  std::size_t refused = 0;
  for (const Whole& whole : kWhole) {
    const TestedLanguage& tested = language(whole.id);
    for (std::size_t size = 0; size <= whole.text.size(); size += kShare) {
      QueryPair head(tested, std::string(whole.text.substr(0, size)), tally, size % 16 == 0);
      QueryPair tail(tested, std::string(whole.text.substr(size)), tally, false);
      refused += (head.is_ready() ? 0U : 1U) + (tail.is_ready() ? 0U : 1U);
    }
    EXPECT_TRUE(QueryPair(tested, std::string(whole.text), tally).is_ready()) << whole.text;
  }
  EXPECT_GT(refused, 700 / kShare);
}

// A query's text with one to three slips.
std::string with_slips(std::string text, std::mt19937_64& random) {
  static constexpr std::string_view kPieces[] = {
      "(",        ")",     "[",           "]",
      "\"",       "@",     "#",           "?",
      "*",        "+",     ".",           "!",
      ":",        "_",     "/",           ";",
      "\\",       "\n",    " ",           "(_)",
      "@x",       "!name", "name: ",      "(ERROR)",
      "(#eq? ",   "-",     "MISSING ",    "(MISSING ",
      "\xc3\xa9", "\xff",  "(#set! ",     "(#match? @x \"a\")",
      ". .",      "_ . ",  "expression/", "0"};
  const std::size_t slips = 1 + below(random, 3);
  for (std::size_t i = 0; i < slips && !text.empty(); ++i) {
    const std::size_t at = below(random, text.size());
    switch (below(random, 4)) {
      case 0:
        text.erase(at, 1 + below(random, 4));
        break;
      case 1:
        text.insert(at, kPieces[below(random, std::size(kPieces))]);
        break;
      case 2:
        text[at] = kPieces[below(random, std::size(kPieces))][0];
        break;
      default:
        text.insert(at, text.substr(below(random, text.size()), 1 + below(random, 12)));
    }
  }
  return text;
}

TEST(QueryError, RandomSlips) {
  std::mt19937_64 random(seed_of_run());
  Tally tally(fail_test);
  for (const Whole& whole : kWhole) {
    const TestedLanguage& tested = language(whole.id);
    for (std::size_t i = 0; i < 600 / kShare; ++i) {
      QueryPair(tested, with_slips(std::string(whole.text), random), tally, i % 16 == 0);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(tally.refused, 1500 / kShare);
}

// Slips in the grammars' own queries: long ones, with many patterns before the error.
TEST(QueryError, RandomSlipsInShippedQueries) {
  std::mt19937_64 random(seed_of_run());
  Tally tally(fail_test);
  for (const TestedLanguage& tested : languages()) {
    const auto folder = std::filesystem::path(COPSE_TEST_GRAMMAR_DIR) / "queries" / tested.id;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string text = read_file(entry.path());
      for (std::size_t i = 0; i < 16 / kShare; ++i) {
        QueryPair(tested, with_slips(text, random), tally, false);
        QueryPair(tested, text.substr(0, below(random, text.size())), tally, false);
        if (HasFailure()) return;
      }
    }
  }
}

}  // namespace
}  // namespace copse::query_differential
