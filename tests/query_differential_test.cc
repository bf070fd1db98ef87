// Every match of every query must be tree-sitter's own: the queries that grammars ship, and awkward
// ones by hand, over samples, real files and damaged ones; whole, in ranges, with limits.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "query_differential/options_generator.h"
#include "query_differential/query_pair.h"
#include "query_differential/real_files.h"
#include "query_differential/settings.h"

namespace copse::query_differential {
namespace {

constexpr std::size_t kDamagedForms = 3;

// Queries of a file, between lines of ";---".
std::vector<std::string> split_queries(const std::string& text) {
  constexpr std::string_view separator = ";---\n";
  std::vector<std::string> queries;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = text.find(separator, begin);
    queries.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) return queries;
    begin = end + separator.size();
  }
}

void add_files(const std::filesystem::path& folder, std::set<std::string>& texts) {
  ASSERT_TRUE(std::filesystem::is_directory(folder)) << folder;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    texts.insert(read_file(entry.path()));
}

struct Shipped {
  std::string_view id;
  std::string_view package;
};

// Beside what the build takes from the packages: what else they ship, and what editors put before
// the queries of a language that inherits.
constexpr Shipped kShipped[] = {
    {"cpp", "tree-sitter-c"},
    {"javascript", "tree-sitter-javascript"},
    {"php", "tree-sitter-php"},
    {"tsx", "tree-sitter-javascript"},
    {"typescript", "tree-sitter-javascript"},
};

// Unmodified, each text once.
std::vector<std::string> shipped_queries(const TestedLanguage& language) {
  std::set<std::string> texts;
  add_files(std::filesystem::path(COPSE_TEST_GRAMMAR_DIR) / "queries" / language.id, texts);
  for (const Shipped& shipped : kShipped) {
    if (shipped.id != language.id) continue;
    add_files(
        std::filesystem::path(COPSE_SOURCE_DIR) / "node_modules" / shipped.package / "queries",
        texts);
  }
  return {texts.begin(), texts.end()};
}

std::vector<std::string> fixed_queries(const TestedLanguage& language) {
  std::vector<std::string> queries = shipped_queries(language);
  for (std::string& query : split_queries(read_file(kDataDir / (language.id + ".scm"))))
    queries.push_back(std::move(query));
  return queries;
}

// What is compared in one go: a query over all subjects, and with options over the small ones.
std::size_t run_everywhere(QueryPair& query, const std::vector<Subject>& subjects,
                           OptionsGenerator& options, std::size_t options_each,
                           std::uint32_t match_limit = UINT32_MAX) {
  MatchOptions whole;
  whole.match_limit = match_limit;
  std::size_t matches = 0;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    const Subject& subject = subjects[i];
    matches += query.run(subject, kAllSides[i % std::size(kAllSides)], whole);
    if (i > kDamagedForms) continue;
    for (std::size_t k = 0; k < options_each; ++k) {
      const Side side = k % 4 == 3 ? Side::Lazy : Side::Live;
      MatchOptions chosen = options.next(subject);
      chosen.match_limit = std::min(chosen.match_limit, match_limit);
      query.run(subject, side, chosen);
    }
  }
  return matches;
}

TEST(QueryDifferential, FixedQueriesOfEachLanguage) {
  Tally tally(fail_test);
  OptionsGenerator options(1);
  std::size_t queries = 0;
  std::size_t with_matches = 0;
  std::size_t languages_with_matches = 0;
  for (const TestedLanguage& language : languages()) {
    const std::vector<Subject> subjects = subjects_of(language, kDamagedForms);
    std::size_t of_language = 0;
    std::size_t rank = 0;
    for (std::string& text : fixed_queries(language)) {
      if (rank++ % kShare != 0) continue;
      ++queries;
      QueryPair query(language, std::move(text), tally);
      if (!query.is_ready()) continue;
      if (run_everywhere(query, subjects, options, 4) > 0) ++of_language;
      query.run_stopped(subjects[0], Side::Live, 1 + queries % 3);
    }
    with_matches += of_language;
    if (of_language >= 5 / kShare) ++languages_with_matches;
  }
  std::cout << queries << " fixed queries, " << with_matches << " of them match\n";
  EXPECT_GE(queries, 440 / kShare);
  EXPECT_GE(with_matches, 400 / kShare);
  EXPECT_GE(languages_with_matches, 10U);
}

// Runs the queries of a file over every language; with a share of them, each language gets other
// ones. How many match somewhere.
std::size_t run_in_every_language(std::string_view file, std::uint32_t match_limit,
                                  std::uint64_t seed) {
  Tally tally(fail_test);
  OptionsGenerator options(seed);
  const auto queries = split_queries(read_file(kDataDir / file));
  std::size_t offset = 0;
  std::set<std::size_t> with_matches;
  for (const TestedLanguage& language : languages()) {
    std::vector<Subject> subjects = subjects_of(language, kDamagedForms);
    subjects.erase(subjects.begin() + 1 + kDamagedForms, subjects.end());
    for (std::size_t i = offset++ % kShare; i < queries.size(); i += kShare) {
      QueryPair query(language, queries[i], tally, i % 2 == 0);
      if (!query.is_ready()) continue;
      if (run_everywhere(query, subjects, options, 3, match_limit) > 0) with_matches.insert(i);
    }
  }
  std::cout << with_matches.size() << " of " << queries.size() << " match\n";
  return with_matches.size();
}

TEST(QueryDifferential, AwkwardQueriesOfAnyLanguage) {
  EXPECT_GE(run_in_every_language("any.scm", UINT32_MAX, 2), 65U);
}

// These have more matches in progress than anybody can wait for: many runs are over the limit.
TEST(QueryDifferential, ExplosiveQueriesOfAnyLanguage) {
  EXPECT_GE(run_in_every_language("any_limited.scm", 64, 3), 22U);
}

// Byte `at` as a point; places behind the source follow one another on its last row.
Point point_of(std::string_view source, std::uint32_t at) {
  const std::string_view before = source.substr(0, at);
  const std::size_t newline = before.rfind('\n');
  const std::uint32_t row_begin =
      newline == std::string_view::npos ? 0 : static_cast<std::uint32_t>(newline) + 1;
  return {static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n')),
          at - row_begin};
}

// All ranges there are, with tokens of no length at their ends: missing ones, dedents, automatic
// semicolons.
TEST(QueryDifferential, EveryRangeOfSmallSources) {
  struct Small {
    std::string_view id;
    std::string_view source;
  };
  constexpr Small sources[] = {
      {"json", "[1,\n{\"a\": "},  {"python", "if a:\n  b\n\n  c\nd(\n"},
      {"python", "def f(:\n  x"}, {"javascript", "let a = 1\n// c\nlet b = f(\n"},
      {"c", "int f( {\n\n  a"},   {"c", ""},
  };
  Tally tally(fail_test);
  for (const Small& small : sources) {
    const Subject subject(language(small.id), "small", std::string(small.source));
    for (const char* text : {"_ @a", "(_) @a", "((_) @a . (_) @b)", "(_ (MISSING) @m)",
                             "(_ _ @x .)", "((_)+ @s)", "(_ (_)? @a \"(\"? @b)"}) {
      QueryPair query(language(small.id), text, tally);
      if (!query.is_ready()) continue;
      const auto size = static_cast<std::uint32_t>(small.source.size());
      for (std::uint32_t begin = 0; begin <= size + 2; begin += kShare) {
        for (std::uint32_t end = begin; end <= size + 2; end += kShare) {
          MatchOptions bytes;
          bytes.begin_byte = begin;
          bytes.end_byte = end;
          query.run(subject, Side::Live, bytes);
          MatchOptions points;
          points.begin_point = point_of(small.source, begin);
          points.end_point = point_of(small.source, end);
          query.run(subject, Side::Live, points);
          // Behind the ends of their rows.
          points.begin_point.column += begin % 2 == 0 ? 40 : 0;
          points.end_point.column += 50;
          query.run(subject, Side::Live, points);
        }
      }
    }
  }
}

// A pattern that begins with `(_` starts at the node below, one level deeper than others that start
// at a node of that kind; whether the depth is too large is asked only for the first of them.
TEST(QueryDifferential, StartDepthsOfOneKind) {
  Tally tally(fail_test);
  const TestedLanguage& json = language("json");
  const Subject subject(json, "small", "[[1, [2]], {\"a\": [3]}]");
  for (const char* text :
       {"(_ (array)) @p (array) @a", "(array) @a (_ (array)) @p", "(_ (array) @b) @p (_ (array))",
        "(_ [(array) (document)]) @p (document) @d (array) @a"}) {
    QueryPair query(json, text, tally);
    ASSERT_TRUE(query.is_ready()) << text;
    for (std::uint32_t depth = 0; depth < 6; ++depth) {
      MatchOptions options;
      options.max_start_depth = depth;
      query.run(subject, Side::Live, options);
      options.match_limit = 1;
      query.run(subject, Side::Live, options);
    }
  }
}

// A query is shared: what one search left behind must not show in the next.
TEST(QueryDifferential, SearchesDoNotDisturbEachOther) {
  Tally tally(fail_test);
  for (const std::string_view id : {"c", "json", "javascript"}) {
    const TestedLanguage& tested = language(id);
    const Subject whole(tested, "sample", tested.sample);
    const Subject half(tested, "half", tested.sample.substr(0, tested.sample.size() / 2));
    const Subject empty(tested, "empty", "");
    for (const char* text : {"(_ (_)* @a . (_) @b)", "((_) @a . (_)+ @b)", "(_ . _ @a _ @b .)"}) {
      QueryPair query(tested, text, tally);
      ASSERT_TRUE(query.is_ready());
      MatchOptions limited;
      limited.match_limit = 2;
      for (const Subject* subject : {&whole, &half, &empty, &whole, &half}) {
        query.run(*subject, Side::Live);
        query.run(*subject, Side::Lazy, limited);
        query.run_stopped(*subject, Side::Live, 2);
      }
    }
  }
}

// Deeper than any stack, and at last deeper than the 16 bits in which depths are counted.
TEST(QueryDifferential, DeepTrees) {
  Tally tally(fail_test);
  const TestedLanguage& json = language("json");
  for (const std::size_t depth : {100U, 3000U, 70000U}) {
    const std::string opened(depth, '[');
    std::vector<Subject> subjects;
    subjects.emplace_back(json, "arrays", opened + "1" + std::string(depth, ']'));
    // tree-sitter's cursor looks at all later siblings of each: in one ERROR they are many.
    if (depth <= 3000) subjects.emplace_back(json, "open arrays", opened + "1, 2");
    std::vector<std::string> texts = {"(number) @n", "(_ . (number) @n) @p"};
    // These have a state for each level of depth, all looked at on each level.
    if (depth <= 3000) {
      for (const char* text : {"(_ (_ (number))) @p", "(array . (number) @n .) @a",
                               "(array . (array . (number) @n))", "(document . (array) @outer)"})
        texts.emplace_back(text);
    }
    for (const std::string& text : texts) {
      QueryPair query(json, text, tally);
      ASSERT_TRUE(query.is_ready()) << text;
      for (const Subject& subject : subjects) {
        query.run(subject, Side::Live);
        MatchOptions shallow;
        shallow.max_start_depth = 5;
        query.run(subject, Side::Live, shallow);
      }
    }
  }
}

TEST(QueryDifferential, DeepTreesWithManyStates) {
  Tally tally(fail_test);
  const TestedLanguage& c = language("c");
  for (const std::size_t depth : {50U, 400U}) {
    std::string braces = "void f(void) ";
    for (std::size_t i = 0; i < depth; ++i)
      braces += "{ a; ";
    const Subject blocks(c, "blocks", braces + std::string(depth / 2, '}'));
    const Subject closed(c, "closed blocks", braces + std::string(depth, '}'));
    MatchOptions few;
    few.match_limit = 50;
    for (const char* text :
         {"(compound_statement (expression_statement) @s . (compound_statement) @inner) @outer",
          "(compound_statement (_)* @all)", "(_ (MISSING) @m)", "(compound_statement) @c",
          "(compound_statement (_) @a \"}\" @b)"}) {
      QueryPair query(c, text, tally);
      ASSERT_TRUE(query.is_ready()) << text;
      for (const Subject* subject : {&blocks, &closed}) {
        query.run(*subject, Side::Live);
        query.run(*subject, Side::Lazy, few);
      }
    }
  }
}

}  // namespace
}  // namespace copse::query_differential
