// Every match of every query must be tree-sitter's own: grammars' queries, awkward ones by hand,
// and random ones, over sources with errors in them, with the language as loaded and as stored.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "query/query_text.h"
#include "query_differential/query_generator.h"
#include "query_differential/real_core.h"

namespace copse::query_differential {
namespace {

// Sanitizers make compiling queries twenty times slower: they see one query of each language in
// eight.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kShare = 8;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::size_t kShare = 8;
#else
constexpr std::size_t kShare = 1;
#endif
#else
constexpr std::size_t kShare = 1;
#endif

const std::filesystem::path kDataDir = std::filesystem::path(COPSE_TEST_DATA_DIR) / "queries";

struct SourceFile {
  std::string id;
  std::string file;
};

const std::vector<SourceFile> kSources = {
    {"bash", "bash.sh"},
    {"c", "c.c"},
    {"c_sharp", "c_sharp.cs"},
    {"cpp", "cpp.cpp"},
    {"css", "css.css"},
    {"go", "go.go"},
    {"html", "html.html"},
    {"java", "java.java"},
    {"javascript", "javascript.js"},
    {"json", "json.json"},
    {"php", "php.php"},
    {"python", "python.py"},
    {"ruby", "ruby.rb"},
    {"rust", "rust.rs"},
    {"tsx", "tsx.tsx"},
    {"typescript", "typescript.ts"},
};

// Parsed once for all tests of the program.
const std::vector<Subject>& subjects() {
  static const std::vector<Subject> kAll = [] {
    std::vector<Subject> made;
    made.reserve(kSources.size());
    for (const SourceFile& source : kSources) {
      made.push_back(make_subject(source.id, read_file(kDataDir / "sources" / source.file)));
    }
    return made;
  }();
  return kAll;
}

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

struct Tally {
  std::size_t queries = 0;
  std::size_t errors = 0;
  std::size_t matches = 0;
  std::size_t captures = 0;

  ~Tally() {
    std::cout << queries << " queries, " << errors << " of them refused by both, " << matches
              << " matches, " << captures << " captures\n";
  }
};

enum class Sides : std::uint8_t { Live = 1, LiveAndStored = 2 };

void check(const Subject& subject, std::string_view query, const MatchOptions& options, Sides sides,
           Tally& tally) {
  // tree-sitter would not come back from compiling it.
  if (check_query_text(query, *subject.languages[0].grammar())) return;
  const Outcome real = run_real(subject, query, options);
  for (std::size_t side = 0; side < static_cast<std::size_t>(sides); ++side) {
    const Outcome ours = run_copse(subject, side, query, options);
    EXPECT_TRUE(real == ours) << subject.id << (side == 0 ? " live" : " stored") << ", bytes "
                              << options.begin_byte << " to " << options.end_byte << ", limit "
                              << options.match_limit << "\n"
                              << query << "\n"
                              << first_difference(real, ours);
  }
  ++tally.queries;
  tally.errors += real.error != TSQueryErrorNone ? 1 : 0;
  tally.matches += real.matches.size();
  for (const FoundMatch& match : real.matches) {
    tally.captures += match.captures.size();
  }
}

TEST(QueryDifferential, QueriesThatGrammarsShip) {
  Tally tally;
  for (const Subject& subject : subjects()) {
    const auto folder = std::filesystem::path(COPSE_TEST_GRAMMAR_DIR) / "queries" / subject.id;
    ASSERT_TRUE(std::filesystem::is_directory(folder)) << folder;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      check(subject, read_file(entry.path()), {}, Sides::LiveAndStored, tally);
    }
  }
}

TEST(QueryDifferential, AwkwardQueriesOfEachLanguage) {
  Tally tally;
  for (const Subject& subject : subjects()) {
    for (const std::string& query : split_queries(read_file(kDataDir / (subject.id + ".scm")))) {
      check(subject, query, {}, Sides::LiveAndStored, tally);
    }
  }
}

// The hand-written queries for any language, each with its subject; with a share of them, each
// language gets other ones.
template <typename Visit>
void for_queries_of_any_language(Visit&& visit) {
  const auto queries = split_queries(read_file(kDataDir / "any.scm"));
  std::size_t offset = 0;
  for (const Subject& subject : subjects()) {
    for (std::size_t i = offset++ % kShare; i < queries.size(); i += kShare) {
      visit(subject, queries[i]);
    }
  }
}

TEST(QueryDifferential, AwkwardQueriesOfAnyLanguage) {
  Tally tally;
  for_queries_of_any_language([&](const Subject& subject, const std::string& query) {
    check(subject, query, {}, Sides::LiveAndStored, tally);
  });
}

TEST(QueryDifferential, ByteRangesAndMatchLimits) {
  Tally tally;
  std::mt19937_64 random(1);
  for_queries_of_any_language([&](const Subject& subject, const std::string& query) {
    const auto size = static_cast<std::uint32_t>(subject.source.size());
    MatchOptions options;
    options.begin_byte = static_cast<std::uint32_t>(random() % size);
    options.end_byte = options.begin_byte + static_cast<std::uint32_t>(random() % (size / 4));
    check(subject, query, options, Sides::Live, tally);
    options = {.begin_byte = 0, .end_byte = options.begin_byte};
    options.match_limit = 1 + static_cast<std::uint32_t>(random() % 8);
    check(subject, query, options, Sides::Live, tally);
  });
}

std::uint64_t seed_of_run() {
  const char* given = std::getenv("COPSE_SEED");  // NOLINT(concurrency-mt-unsafe): one thread
  if (given != nullptr) return std::strtoull(given, nullptr, 10);
  return static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
}

// Compiling takes tree-sitter milliseconds where the parse tables are large.
std::size_t random_queries_for(const Subject& subject) {
  constexpr std::uint32_t many_states = 3000;
  return (ts_language_state_count(subject.language) > many_states ? 60U : 210U) / kShare;
}

TEST(QueryDifferential, RandomQueries) {
  const std::uint64_t seed = seed_of_run();
  std::cout << "COPSE_SEED=" << seed << "\n";
  Tally tally;
  std::mt19937_64 random(seed);
  for (const Subject& subject : subjects()) {
    QueryGenerator generator(subject.language, subject.root(), random());
    for (std::size_t i = 0; i < random_queries_for(subject); ++i) {
      // Without a limit, a few nested quantifiers keep tree-sitter busy for minutes.
      MatchOptions options{.match_limit = random() % 4 == 0 ? 8U : 100U};
      if (random() % 4 == 0) {
        options.begin_byte = static_cast<std::uint32_t>(random() % subject.source.size());
        options.end_byte = options.begin_byte + static_cast<std::uint32_t>(random() % 400);
      }
      const Sides sides = i % 8 == 0 ? Sides::LiveAndStored : Sides::Live;
      check(subject, generator.query(), options, sides, tally);
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace copse::query_differential

// tree-sitter's own compiler forgets some lists when it refuses a query; ours must not. The name is
// the sanitizer's.
// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming)
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:run_real\n";
}
// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)
