// Replay of traces.
#include "tiers/access_trace.h"

#include <limits>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace copse {

ReplayResult replay(std::span<const Access> trace, ReplacementPolicy& policy,
                    std::uint64_t capacity_bytes) {
  ReplayResult result;
  std::unordered_set<EntryKey> there;
  policy.set_capacity(capacity_bytes);
  for (const Access& access : trace) {
    ++result.accesses;
    result.bytes += access.bytes;
    if (there.contains(access.key)) {
      ++result.hits;
      result.hit_bytes += access.bytes;
      policy.hit(access.key);
      continue;
    }
    if (access.bytes > capacity_bytes) continue;
    policy.insert(access.key, access.bytes);
    there.insert(access.key);
    while (policy.bytes() > capacity_bytes) {
      const auto victim = policy.evict();
      if (!victim) break;
      there.erase(*victim);
    }
  }
  return result;
}

ReplayResult replay_optimal(std::span<const Access> trace, std::uint64_t capacity_bytes) {
  constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> next_use(trace.size(), kNever);
  std::unordered_map<EntryKey, std::size_t> seen;
  for (std::size_t i = trace.size(); i-- > 0;) {
    const auto [at, is_new] = seen.try_emplace(trace[i].key, i);
    if (!is_new) next_use[i] = std::exchange(at->second, i);
  }
  ReplayResult result;
  std::set<std::pair<std::size_t, EntryKey>> by_next_use;
  std::unordered_map<EntryKey, Access> there;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const Access& access = trace[i];
    ++result.accesses;
    result.bytes += access.bytes;
    if (there.contains(access.key)) {
      ++result.hits;
      result.hit_bytes += access.bytes;
      by_next_use.erase({i, access.key});
    } else {
      there.emplace(access.key, access);
      bytes += access.bytes;
    }
    by_next_use.insert({next_use[i], access.key});
    while (bytes > capacity_bytes) {
      const auto last = std::prev(by_next_use.end());
      bytes -= there.at(last->second).bytes;
      there.erase(last->second);
      by_next_use.erase(last);
    }
  }
  return result;
}

}  // namespace copse
