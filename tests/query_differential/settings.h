// What the programs of these tests share: how much of the work sanitizers do, seeds, and what a
// leak checker must know.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include <gtest/gtest.h>

namespace copse::query_differential {

// Sanitizers make compiling queries twenty times slower: they see one query of each language in
// eight.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::size_t kShare = 8;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr std::size_t kShare = 8;
#else
inline constexpr std::size_t kShare = 1;
#endif
#else
inline constexpr std::size_t kShare = 1;
#endif

// For a Tally: what it is told fails the running test.
inline void fail_test(const std::string& what) {
  ADD_FAILURE() << what;
}

// Printed, so that a failure can be seen again with COPSE_SEED=<it>.
inline std::uint64_t seed_of_run() {
  const char* given = std::getenv("COPSE_SEED");  // NOLINT(concurrency-mt-unsafe): one thread
  const std::uint64_t seed =
      given != nullptr
          ? std::strtoull(given, nullptr, 10)
          : static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  std::cout << "COPSE_SEED=" << seed << "\n";
  return seed;
}

}  // namespace copse::query_differential

// tree-sitter's own compiler forgets some lists when it refuses a query; ours must not. The name is
// the sanitizer's. In one file of a program only.
// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming)
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:compile_as_tree_sitter\n";
}
// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)
