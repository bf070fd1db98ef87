// Coming up and going down.
#include "tiers/tier_table.h"

#include <algorithm>
#include <utility>

namespace copse {
namespace {

// What an entry takes beside its bytes: the table's node, its policies' nodes, a TreeData.
constexpr std::uint64_t kEntryBytes = 512;
constexpr std::size_t kSketchKeys = std::size_t{1} << 15;
// Asked for so often of late, an entry is worth a place in the tier below.
constexpr std::uint32_t kUsesToDemote = 2;
// And so often, worth the making of the warm form, which takes about as long as one use of it
// saves.
constexpr std::uint32_t kUsesToWarm = 8;
// Demotions that push others out push no more than this many rounds.
constexpr int kRoundsMax = 4;

EntryKey key_of(std::string_view path) {
  return checksum64(as_bytes(path));
}

}  // namespace

TierTable::TierTable(const TierTableOptions& options, std::shared_ptr<PagePool> pool,
                     MemoryBudget& budget, Load load)
    : options_(options),
      pool_(std::move(pool)),
      budget_(budget),
      load_(std::move(load)),
      uses_(kSketchKeys) {
  for (auto& policy : policies_) {
    policy = make_policy(options.replacement);
  }
  manage();
}

bool TierTable::is_on(Tier tier) const {
  if (tier == Tier::Warm) return options_.warm;
  if (tier == Tier::Cold) return options_.cold;
  return true;
}

std::uint64_t TierTable::capacity(Tier tier) const {
  const double cold_ratio = 1 - options_.hot_ratio - options_.warm_ratio;
  double ratio = options_.hot_ratio;
  if (tier == Tier::Warm) ratio = options_.warm_ratio;
  if (tier == Tier::Cold) ratio = cold_ratio;
  if (tier == Tier::Hot) {
    if (!options_.warm) ratio += options_.warm_ratio;
    if (!options_.cold) ratio += cold_ratio;
  }
  return static_cast<std::uint64_t>(static_cast<double>(room_) * std::clamp(ratio, 0.0, 1.0));
}

std::uint64_t TierTable::packed_bytes() const {
  return policies_[1]->bytes() + policies_[2]->bytes();
}

std::uint64_t TierTable::taken_bytes() const {
  const std::lock_guard lock(mutex_);
  return packed_bytes() + pool_->resident_bytes();
}

std::uint64_t TierTable::tree_bytes_max() const {
  const std::lock_guard lock(mutex_);
  return room_ / 4 * 3;
}

// ---- asking ------------------------------------------------------------------------------------

TierTable::Found TierTable::find(std::string_view path, const std::optional<ContentKey>& content) {
  const EntryKey key = key_of(path);
  const std::lock_guard lock(mutex_);
  Found found;
  found.epoch = epoch_;
  uses_.add(key);
  const auto at = entries_.find(key);
  const bool here = at != entries_.end() && at->second.path == path &&
                    (!content || at->second.content == *content);
  if (here) {
    const Entry& entry = at->second;
    found.tree = entry.tree;
    found.packed = entry.packed;
    if (entry.packed != nullptr) {
      found.tier = entry.packed_tier;
      policy(entry.packed_tier).hit(key);
    }
    if (entry.tree != nullptr) {
      found.tier = Tier::Hot;
      policy(Tier::Hot).hit(key);
    }
  }
  for (const Tier tier : {Tier::Hot, Tier::Warm, Tier::Cold}) {
    if (tier == found.tier) {
      ++counter(tier).hits;
      break;
    }
    if (is_on(tier)) ++counter(tier).misses;
  }
  return found;
}

Tier TierTable::tier_of(std::string_view path) const {
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(key_of(path));
  if (at == entries_.end() || at->second.path != path) return Tier::Frozen;
  return at->second.tree != nullptr ? Tier::Hot : at->second.packed_tier;
}

void TierTable::count_frozen(bool hit) {
  const std::lock_guard lock(mutex_);
  ++(hit ? counter(Tier::Frozen).hits : counter(Tier::Frozen).misses);
}

std::array<TierCounters, kTiers> TierTable::counters() const {
  const std::lock_guard lock(mutex_);
  std::array<TierCounters, kTiers> counters = counters_;
  for (std::size_t tier = 0; tier < policies_.size(); ++tier) {
    counters[tier].bytes = policies_[tier]->bytes();
  }
  for (const auto& [key, entry] : entries_) {
    if (entry.tree != nullptr) ++counters[0].entries;
    if (entry.packed != nullptr) ++counters[static_cast<std::size_t>(entry.packed_tier)].entries;
  }
  return counters;
}

// ---- leaving -----------------------------------------------------------------------------------

void TierTable::drop_packed(Entry& entry, EntryKey key) {
  if (entry.packed == nullptr) return;
  policy(entry.packed_tier).remove(key);
  entry.packed = nullptr;
}

void TierTable::erase_if_empty(EntryKey key) {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return;
  if (at->second.tree == nullptr && at->second.packed == nullptr) entries_.erase(at);
}

void TierTable::leave_hot(EntryKey key, Entry& entry, Departures& departures) {
  entry.tree = nullptr;
  const bool is_warm = entry.packed != nullptr && entry.packed_tier == Tier::Warm;
  const bool is_cold = entry.packed != nullptr && entry.packed_tier == Tier::Cold;
  const bool wanted = uses_.count(key) >= kUsesToDemote;
  if (is_warm) {
    ++counter(Tier::Warm).demotions;
  } else if (uses_.count(key) >= kUsesToWarm && is_on(Tier::Warm)) {
    departures.push_back({entry.path, entry.content, Tier::Warm});
  } else if (is_cold) {
    ++counter(Tier::Cold).demotions;
  } else if (wanted && is_on(Tier::Cold)) {
    departures.push_back({entry.path, entry.content, Tier::Cold});
  } else {
    ++counter(Tier::Frozen).demotions;
  }
}

void TierTable::leave_packed(Tier tier, Entry& entry, Departures& departures) {
  entry.packed = nullptr;
  if (entry.tree != nullptr) return;
  if (tier == Tier::Warm && is_on(Tier::Cold)) {
    departures.push_back({entry.path, entry.content, Tier::Cold});
  } else {
    ++counter(Tier::Frozen).demotions;
  }
}

bool TierTable::evict_one(Tier tier, Departures& departures) {
  const auto key = policy(tier).evict();
  if (!key) return false;
  ++counter(tier).evictions;
  Entry& entry = entries_.at(*key);
  if (tier == Tier::Hot) {
    leave_hot(*key, entry, departures);
  } else {
    leave_packed(tier, entry, departures);
  }
  erase_if_empty(*key);
  return true;
}

// Until `need` more bytes of decoded trees fit. Trees that callers hold, and those that are larger
// than the tier, take from the tiers below.
void TierTable::shrink(std::uint64_t need, Departures& departures) {
  while (policy(Tier::Hot).bytes() + need > capacity(Tier::Hot)) {
    if (!evict_one(Tier::Hot, departures)) break;
  }
  for (const Tier tier : {Tier::Warm, Tier::Cold}) {
    while (policy(tier).bytes() > capacity(tier)) {
      if (!evict_one(tier, departures)) break;
    }
  }
  for (const Tier tier : {Tier::Cold, Tier::Warm, Tier::Hot}) {
    while (pool_->used_bytes() + need + packed_bytes() > room_) {
      if (!evict_one(tier, departures)) break;
    }
  }
  pool_->set_resident_limit(room_ - std::min(room_, packed_bytes()));
}

void TierTable::set_room(std::uint64_t bytes) {
  room_ = bytes;
  for (const Tier tier : {Tier::Hot, Tier::Warm, Tier::Cold}) {
    policy(tier).set_capacity(capacity(tier));
  }
}

void TierTable::manage() {
  Departures departures;
  std::uint64_t epoch = 0;
  for (const bool again : {false, true}) {
    const std::uint64_t room = budget_.look(taken_bytes());
    {
      const std::lock_guard lock(mutex_);
      set_room(room);
      shrink(0, departures);
      epoch = epoch_;
    }
    if (again || !budget_.is_over()) break;
    // What was freed in small pieces is still the process's.
    give_back_freed_memory();
  }
  settle(std::move(departures), epoch);
}

void TierTable::forget(std::string_view path) {
  const EntryKey key = key_of(path);
  const std::lock_guard lock(mutex_);
  ++epoch_;
  const auto at = entries_.find(key);
  if (at == entries_.end() || at->second.path != path) return;
  drop_packed(at->second, key);
  policy(Tier::Hot).remove(key);
  entries_.erase(at);
}

void TierTable::forget_changed(const ContentOf& content_of) {
  std::vector<std::pair<std::string, ContentKey>> known;
  {
    const std::lock_guard lock(mutex_);
    // What is on its way up or down now may be of before.
    ++epoch_;
    for (const auto& [key, entry] : entries_) {
      known.emplace_back(entry.path, entry.content);
    }
  }
  for (const auto& [path, content] : known) {
    if (content_of(path) != std::optional(content)) forget(path);
  }
}

// ---- coming up ---------------------------------------------------------------------------------

PagePool::Block TierTable::allocate(std::size_t bytes, Departures& departures) {
  {
    const std::lock_guard lock(mutex_);
    shrink(PagePool::rounded(bytes), departures);
  }
  for (;;) {
    PagePool::Block block = pool_->allocate(bytes);
    if (block != nullptr) return block;
    // Another thread was faster, or no free stretch is long enough.
    const std::lock_guard lock(mutex_);
    if (!evict_one(Tier::Hot, departures)) return nullptr;
  }
}

Result<std::shared_ptr<const TreeData>> TierTable::promote(std::string_view path,
                                                           const PackedTree& packed, Tier from,
                                                           std::uint64_t epoch) {
  Departures departures;
  const std::size_t bytes = packed.decoded_bytes();
  PagePool::Block block = allocate(bytes, departures);
  if (block == nullptr) {
    return Error(ErrorCode::LimitExceeded,
                 std::string(path) + ": its tree takes " + std::to_string(bytes) +
                     " bytes, and trees that are held leave none of the memory budget's " +
                     std::to_string(budget_.bytes()));
  }
  COPSE_TRY(auto tree, unpack_tree_into(packed, std::move(block)));
  insert_hot(path, packed.content, tree, PagePool::rounded(bytes) + kEntryBytes, from, epoch);
  settle(std::move(departures), epoch);
  if (budget_.is_due(bytes)) manage();
  return tree;
}

// Where somebody else was faster, `tree` becomes theirs.
void TierTable::insert_hot(std::string_view path, const ContentKey& content,
                           std::shared_ptr<const TreeData>& tree, std::uint64_t bytes, Tier from,
                           std::uint64_t epoch) {
  const EntryKey key = key_of(path);
  const std::lock_guard lock(mutex_);
  if (epoch != epoch_) return;
  Entry& entry = entries_[key];
  if (entry.path.empty()) {
    entry.path = path;
    entry.content = content;
  }
  // Another path of the same key keeps its place.
  if (entry.path != path || entry.content != content) return;
  if (entry.tree != nullptr) {
    tree = entry.tree;
    return;
  }
  entry.tree = tree;
  policy(Tier::Hot).insert(key, bytes);
  if (from != Tier::Hot) ++counter(Tier::Hot).promotions;
}

// ---- going down --------------------------------------------------------------------------------

void TierTable::settle(Departures departures, std::uint64_t epoch) {
  for (int round = 0; round < kRoundsMax && !departures.empty(); ++round) {
    Departures more;
    for (const Leaving& leaving : departures) {
      demote(leaving, epoch, more);
    }
    departures = std::move(more);
  }
  const std::lock_guard lock(mutex_);
  counter(Tier::Frozen).demotions += departures.size();
}

// What cannot be packed stays where it is in any case: frozen.
void TierTable::demote(const Leaving& leaving, std::uint64_t epoch, Departures& more) {
  const auto pack = [&]() -> Result<std::shared_ptr<const PackedTree>> {
    COPSE_TRY(const PackedTree frozen, load_(leaving.path, leaving.content));
    if (leaving.target == Tier::Warm) return make_warm(frozen);
    return make_cold(frozen);
  };
  auto packed = pack();
  const EntryKey key = key_of(leaving.path);
  const std::lock_guard lock(mutex_);
  const std::uint64_t bytes =
      packed.ok() ? packed.value()->held_bytes() + leaving.path.size() + kEntryBytes : 0;
  if (!packed.ok() || epoch != epoch_ || bytes > capacity(leaving.target)) {
    ++counter(Tier::Frozen).demotions;
    return;
  }
  Entry& entry = entries_[key];
  if (entry.path.empty()) {
    entry.path = leaving.path;
    entry.content = leaving.content;
  }
  if (entry.path != leaving.path || entry.content != leaving.content) return;
  drop_packed(entry, key);
  entry.packed = std::move(packed).value();
  entry.packed_tier = leaving.target;
  policy(leaving.target).insert(key, bytes);
  ++counter(leaving.target).demotions;
  while (policy(leaving.target).bytes() > capacity(leaving.target)) {
    if (!evict_one(leaving.target, more)) break;
  }
}

}  // namespace copse
