// Random queries over random sources: what `make test` does for some seconds and `make fuzz` for
// longer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "options_generator.h"
#include "query_generator.h"
#include "query_pair.h"
#include "sources.h"

namespace copse::query_differential {

// One language with what its random sources are made of. Made once, for many rounds.
class RandomRounds {
 public:
  explicit RandomRounds(const TestedLanguage& language)
      : language_(language),
        sample_(language, "sample", language.sample),
        tokens_(tokens_of(sample_)),
        supertypes_(learn_supertypes(language.real, sample_.root())) {}

  // Compiling takes tree-sitter milliseconds where the parse tables are large.
  bool is_slow() const { return ts_language_state_count(language_.real) > 3000; }

  // One source, some queries that are made from it, and each of them run in several ways.
  void round(std::uint64_t seed, std::size_t queries, Tally& tally) const {
    std::mt19937_64 random(seed);
    const Subject subject(language_, "seed " + std::to_string(seed), source(random));
    if (!subject.is_parsed()) return;
    // Where the source has little left, the sample is what queries are made of.
    const Subject& model = below(random, 4) == 0 ? sample_ : subject;
    QueryGenerator generator(language_.real, model.root(), model.source(), supertypes_, random());
    OptionsGenerator options(random());
    for (std::size_t i = 0; i < queries; ++i) {
      QueryPair query(language_, generator.query(), tally, i % 8 == 0);
      if (!query.is_ready()) continue;
      // Without a limit, a few nested quantifiers keep tree-sitter busy for minutes.
      constexpr std::uint32_t limit = 100;
      query.run_whole(subject, i % 4 == 0 ? Side::Lazy : Side::Live, limit);
      query.run_whole(subject, Side::Shaped, limit);
      if (&model == &sample_) query.run_whole(sample_, Side::Live, limit);
      for (std::size_t k = 0; k < 3; ++k) {
        MatchOptions chosen = options.next(subject);
        chosen.match_limit = std::min(chosen.match_limit, limit);
        query.run(subject, Side::Live, chosen);
      }
    }
  }

 private:
  std::string source(std::mt19937_64& random) const {
    switch (below(random, 4)) {
      case 0:
        return sample_.source();
      case 1:
        return token_soup(tokens_, random);
      default:
        return damaged(sample_.source(), random);
    }
  }

  const TestedLanguage& language_;
  Subject sample_;
  std::vector<std::string> tokens_;
  SupertypesByKind supertypes_;
};

}  // namespace copse::query_differential
