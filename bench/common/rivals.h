// tree-sitter alone, as every task measures it: parsing, and what its trees take.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/corpus.h"

namespace copse::bench {

// One counter a thread on a cache line of its own.
struct alignas(64) Counter {
  std::uint64_t value = 0;
};
std::uint64_t sum_of(const std::vector<Counter>& counters);

// Ends the program when it is no number above 0.
unsigned jobs_of(const std::string& text);

// Parses every file and keeps nothing; prints the bytes.
void run_parse(const std::vector<SourceFile>& files, unsigned jobs);

// Prints what tree-sitter allocates for each tree, summed. Counting costs speed: time nothing in
// the same process.
void run_memory(const std::vector<SourceFile>& files, unsigned jobs);

}  // namespace copse::bench
