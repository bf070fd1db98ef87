// What is in memory, in which form, and who has to leave: hot, warm and cold.
//
// An entry that is hot may keep its packed form, so that leaving hot costs nothing then. Nothing
// here is the only copy of anything: what is not in a pack, the owner holds beside.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "copse/result.h"
#include "copse/tiers.h"

#include "core/hash.h"
#include "tiers/frequency_sketch.h"
#include "tiers/memory_budget.h"
#include "tiers/packed_tree.h"
#include "tiers/page_pool.h"
#include "tiers/replacement_policy.h"

namespace copse {

struct TierTableOptions {
  double hot_ratio = 0.4;
  double warm_ratio = 0.3;
  bool warm = true;
  bool cold = true;
  Replacement replacement = Replacement::S3Fifo;
};

// Thread-safe; decodes and encodes without its lock. Borrows the budget.
class TierTable {
 public:
  // The frozen form of that content of a path; NotFound when it is another one by now.
  using Load =
      std::function<Result<PackedTree>(const std::string& path, const ContentKey& content)>;

  struct Found {
    Tier tier = Tier::Frozen;
    std::shared_ptr<const TreeData> tree;      // hot
    std::shared_ptr<const PackedTree> packed;  // warm, cold
    std::uint64_t epoch = 0;                   // for promote()
  };

  TierTable(const TierTableOptions& options, std::shared_ptr<PagePool> pool, MemoryBudget& budget,
            Load load);

  // Where the path is; with `content`, only if it is that. Counts as a use.
  Found find(std::string_view path, const std::optional<ContentKey>& content);
  // The same without counting.
  Tier tier_of(std::string_view path) const;

  // Decodes it and makes it hot, if nothing was forgotten since `epoch`; others leave.
  // LimitExceeded when it does not fit, whoever leaves.
  Result<std::shared_ptr<const TreeData>> promote(std::string_view path, const PackedTree& packed,
                                                  Tier from, std::uint64_t epoch);
  // The path has another content from now on, or is to be frozen.
  void forget(std::string_view path);
  // The same for all whose content is not what `content_of` says; no value: the path is gone.
  using ContentOf = std::function<std::optional<ContentKey>(const std::string& path)>;
  void forget_changed(const ContentOf& content_of);
  // Asks the kernel, and evicts what is too much.
  void manage();
  // What decoded trees and their source take at most to be kept.
  std::uint64_t tree_bytes_max() const;

  void count_frozen(bool hit);
  std::array<TierCounters, kTiers> counters() const;

 private:
  struct Entry {
    std::string path;
    ContentKey content;
    std::shared_ptr<const TreeData> tree;
    std::shared_ptr<const PackedTree> packed;
    Tier packed_tier = Tier::Cold;
  };
  // Somebody on the way down.
  struct Leaving {
    std::string path;
    ContentKey content;
    Tier target = Tier::Frozen;
  };
  // What evictions leave to be done without the lock.
  using Departures = std::vector<Leaving>;

  ReplacementPolicy& policy(Tier tier) { return *policies_[static_cast<std::size_t>(tier)]; }
  TierCounters& counter(Tier tier) { return counters_[static_cast<std::size_t>(tier)]; }
  bool is_on(Tier tier) const;
  std::uint64_t capacity(Tier tier) const;
  std::uint64_t packed_bytes() const;
  std::uint64_t taken_bytes() const;

  // With the lock held.
  void set_room(std::uint64_t bytes);
  void leave_hot(EntryKey key, Entry& entry, Departures& departures);
  void leave_packed(Tier tier, Entry& entry, Departures& departures);
  void drop_packed(Entry& entry, EntryKey key);
  void erase_if_empty(EntryKey key);
  bool evict_one(Tier tier, Departures& departures);
  void shrink(std::uint64_t need, Departures& departures);

  // Without it.
  PagePool::Block allocate(std::size_t bytes, Departures& departures);
  void insert_hot(std::string_view path, const ContentKey& content,
                  std::shared_ptr<const TreeData>& tree, std::uint64_t bytes, Tier from,
                  std::uint64_t epoch);
  void settle(Departures departures, std::uint64_t epoch);
  void demote(const Leaving& leaving, std::uint64_t epoch, Departures& more);

  const TierTableOptions options_;
  const std::shared_ptr<PagePool> pool_;
  MemoryBudget& budget_;
  const Load load_;

  mutable std::mutex mutex_;
  std::unordered_map<EntryKey, Entry> entries_;
  std::array<std::unique_ptr<ReplacementPolicy>, kTiers - 1> policies_;
  std::array<TierCounters, kTiers> counters_;
  FrequencySketch uses_;
  std::uint64_t epoch_ = 0;
  std::uint64_t room_ = 0;
};

}  // namespace copse
