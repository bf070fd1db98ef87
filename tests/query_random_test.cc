// Random queries over random sources, each with tree-sitter's own answer. COPSE_SEED repeats a run;
// the fuzz target query_random goes on for as long as it is told to.
#include <cstdint>
#include <random>

#include <gtest/gtest.h>

#include "query_differential/random_rounds.h"
#include "query_differential/settings.h"

namespace copse::query_differential {
namespace {

TEST(QueryRandom, MatchesAreTreeSitters) {
  constexpr std::size_t rounds = 16;
  std::mt19937_64 random(seed_of_run());
  Tally tally(fail_test);
  for (const TestedLanguage& language : languages()) {
    const RandomRounds made(language);
    for (std::size_t i = 0; i < rounds / kShare; ++i) {
      made.round(random(), made.is_slow() ? 4 : 14, tally);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(tally.matches, tally.queries);
}

}  // namespace
}  // namespace copse::query_differential
