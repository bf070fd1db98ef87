// Random queries over random sources in every language, each compared with tree-sitter's own
// answer: the rounds of tests/query_random_test.cc, for as long as it is wanted. The input is a
// seed; each input is as good as any other.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "../tests/query_differential/random_rounds.h"

namespace {

using namespace copse::query_differential;

const RandomRounds& rounds_of(std::size_t language) {
  static std::vector<std::unique_ptr<RandomRounds>> made(languages().size());
  if (made[language] == nullptr) {
    made[language] = std::make_unique<RandomRounds>(languages()[language]);
  }
  return *made[language];
}

[[noreturn]] void fail(const std::string& difference) {
  std::fprintf(stderr, "%s\n", difference.c_str());
  std::abort();
}

}  // namespace

// As in the target query.
// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming)
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:compile_as_tree_sitter\n";
}
// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::uint64_t seed = 0;
  if (size < 1 + sizeof(seed)) return 0;
  std::memcpy(&seed, data + 1, sizeof(seed));
  static Tally tally(fail);
  rounds_of(data[0] % languages().size()).round(seed, 2, tally);
  return 0;
}
