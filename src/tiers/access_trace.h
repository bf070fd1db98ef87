// Who asked for what, in order, replayed against a policy; and the best that any could have done.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tiers/replacement_policy.h"

namespace copse {

struct Access {
  EntryKey key = 0;
  std::uint64_t bytes = 0;  // of the entry; the same at each access
};

struct ReplayResult {
  std::uint64_t accesses = 0;
  std::uint64_t hits = 0;
  std::uint64_t hit_bytes = 0;
  std::uint64_t bytes = 0;  // of all accesses
};

// A cache of `capacity_bytes` that starts empty. Entries that are larger are never kept.
ReplayResult replay(std::span<const Access> trace, ReplacementPolicy& policy,
                    std::uint64_t capacity_bytes);

// Puts out, or does not let in, whom it will need last (Belady 1966). With entries of different
// sizes that is no longer the very best, which is NP-hard to find, but a bound nobody here reaches.
ReplayResult replay_optimal(std::span<const Access> trace, std::uint64_t capacity_bytes);

}  // namespace copse
