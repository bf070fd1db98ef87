// Names looked up in a process that has looked up before.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace copse::bench {

// Prints a line of JSON: how many symbols each name has, and the median time of `rounds` exact
// lookups of it after a first one. Of a copse without symbols: null for all of it.
void run_warm_symbols(const std::string& store, std::uint64_t rounds,
                      const std::vector<std::string>& names);

}  // namespace copse::bench
