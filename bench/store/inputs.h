// What the commands are given: lines, and settings by their names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "copse/tiers.h"

namespace copse::bench {

// All of them end the program when the input is not what it should be.
std::vector<std::string> read_lines(const std::string& path);
std::uint64_t number_of(std::string_view text);

// "lru", "s3_fifo", "sieve", "tiny_lfu".
inline constexpr std::string_view kPolicyNames[] = {"lru", "s3_fifo", "sieve", "tiny_lfu"};
Replacement policy_of(std::string_view name);

TieredWorkspace open_tiers(const TierSettings& settings);

// Of `values`, which is put in order: the value that this share of them does not exceed.
double quantile(std::vector<double>& values, double share);

}  // namespace copse::bench
