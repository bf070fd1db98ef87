// Real grammars, real sources and random numbers for tests.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/tree_parser.h"
#include "workspace/grammar_library.h"

namespace copse::testing {

// The sixteen grammars that come with copse.
const std::vector<std::string>& all_languages();

// The built grammar of that id; the same object each time. Fails the test program when it is
// missing.
const GrammarLibrary& language(const std::string& id);

struct SampleSource {
  std::string name;
  std::string text;
};

// Sources of the language to try things on: the test data's own, pieces of it cut in mid-token,
// with other line ends, and awkward small ones.
std::vector<SampleSource> sample_sources(const std::string& id);

// Parses with the language's grammar; fails the test program when that fails.
Parser::TreePointer parse(const std::string& id, std::string_view source);
FlatTree parse_flat(const std::string& id, std::string_view source);

// The whole file; fails the test program when it cannot be read.
std::string read_text(const std::string& path);

// A generator seeded by COPSE_SEED where that is set, else by the given seed; the seed is printed
// when the test fails.
class Random {
 public:
  explicit Random(std::uint64_t default_seed);

  std::uint64_t seed() const { return seed_; }
  std::uint32_t below(std::uint32_t limit) {
    return limit == 0 ? 0 : static_cast<std::uint32_t>(engine_() % limit);
  }
  bool chance(std::uint32_t percent) { return below(100) < percent; }

 private:
  std::uint64_t seed_;
  std::mt19937_64 engine_;
};

}  // namespace copse::testing
