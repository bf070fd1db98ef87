// Policies beside plain twins, the pool beside a map, the sketch beside exact counts.
#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <random>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

#include "tiers/access_trace.h"
#include "tiers/frequency_sketch.h"
#include "tiers/memory_budget.h"
#include "tiers/page_pool.h"
#include "tiers/replacement_policy.h"

namespace copse {
namespace {

constexpr std::uint64_t kSeed = 11;

// The oldest is in front. What each policy does, a step at a time, over plain lists.
struct PlainEntry {
  EntryKey key;
  std::uint64_t bytes;
  int uses = 0;
};
using PlainList = std::deque<PlainEntry>;

PlainList::iterator find_in(PlainList& list, EntryKey key) {
  return std::find_if(list.begin(), list.end(), [&](const PlainEntry& e) { return e.key == key; });
}

std::uint64_t bytes_of(const PlainList& list) {
  std::uint64_t bytes = 0;
  for (const PlainEntry& entry : list) {
    bytes += entry.bytes;
  }
  return bytes;
}

class PlainLru : public ReplacementPolicy {
 public:
  void set_capacity(std::uint64_t /*bytes*/) override {}
  void insert(EntryKey key, std::uint64_t bytes) override { list_.push_back({key, bytes}); }
  void hit(EntryKey key) override {
    const auto at = find_in(list_, key);
    if (at == list_.end()) return;
    const PlainEntry entry = *at;
    list_.erase(at);
    list_.push_back(entry);
  }
  void remove(EntryKey key) override {
    const auto at = find_in(list_, key);
    if (at != list_.end()) list_.erase(at);
  }
  std::optional<EntryKey> evict() override {
    if (list_.empty()) return std::nullopt;
    const EntryKey key = list_.front().key;
    list_.pop_front();
    return key;
  }
  std::uint64_t bytes() const override { return bytes_of(list_); }

 private:
  PlainList list_;
};

class PlainSieve : public PlainLru {
 public:
  void insert(EntryKey key, std::uint64_t bytes) override { list_.push_back({key, bytes}); }
  void hit(EntryKey key) override {
    const auto at = find_in(list_, key);
    if (at != list_.end()) at->uses = 1;
  }
  void remove(EntryKey key) override {
    const auto at = find_in(list_, key);
    if (at == list_.end()) return;
    const auto index = static_cast<std::size_t>(at - list_.begin());
    if (index < hand_) --hand_;
    list_.erase(at);
    wrap();
  }
  std::optional<EntryKey> evict() override {
    if (list_.empty()) return std::nullopt;
    for (;; ++hand_) {
      if (hand_ >= list_.size()) hand_ = 0;
      if (list_[hand_].uses == 0) break;
      list_[hand_].uses = 0;
    }
    const EntryKey key = list_[hand_].key;
    list_.erase(list_.begin() + static_cast<std::ptrdiff_t>(hand_));
    wrap();
    return key;
  }
  std::uint64_t bytes() const override { return bytes_of(list_); }

 private:
  // Behind the newest the hand begins anew, also when newer ones come.
  void wrap() {
    if (hand_ >= list_.size()) hand_ = 0;
  }

  PlainList list_;
  std::size_t hand_ = 0;
};

class PlainS3Fifo : public PlainLru {
 public:
  void set_capacity(std::uint64_t bytes) override { capacity_ = bytes; }
  void insert(EntryKey key, std::uint64_t bytes) override {
    const auto ghost = std::find(ghosts_.begin(), ghosts_.end(), key);
    if (ghost == ghosts_.end()) {
      small_.push_back({key, bytes});
    } else {
      ghosts_.erase(ghost);
      main_.push_back({key, bytes});
    }
  }
  void hit(EntryKey key) override {
    for (PlainList* list : {&small_, &main_}) {
      const auto at = find_in(*list, key);
      if (at != list->end()) at->uses = std::min(at->uses + 1, 3);
    }
  }
  void remove(EntryKey key) override {
    for (PlainList* list : {&small_, &main_}) {
      const auto at = find_in(*list, key);
      if (at != list->end()) list->erase(at);
    }
  }
  std::optional<EntryKey> evict() override {
    while (!small_.empty() || !main_.empty()) {
      const bool small = !small_.empty() && (main_.empty() || bytes_of(small_) >= capacity_ / 10);
      PlainList& list = small ? small_ : main_;
      PlainEntry entry = list.front();
      list.pop_front();
      if (small && entry.uses >= 2) {
        main_.push_back({entry.key, entry.bytes});
      } else if (small) {
        ghosts_.push_back(entry.key);
        while (ghosts_.size() > std::max<std::size_t>(small_.size() + main_.size(), 64))
          ghosts_.pop_front();
        return entry.key;
      } else if (entry.uses > 0) {
        --entry.uses;
        main_.push_back(entry);
      } else {
        return entry.key;
      }
    }
    return std::nullopt;
  }
  std::uint64_t bytes() const override { return bytes_of(small_) + bytes_of(main_); }

 private:
  std::uint64_t capacity_ = 0;
  PlainList small_;
  PlainList main_;
  std::deque<EntryKey> ghosts_;
};

// How often a key was seen it asks the sketch, which has a test of its own.
class PlainTinyLfu : public PlainLru {
 public:
  void set_capacity(std::uint64_t bytes) override { capacity_ = bytes; }
  void insert(EntryKey key, std::uint64_t bytes) override {
    seen_.add(key);
    window_.push_back({key, bytes});
    while (this->bytes() <= capacity_ && window_.size() > 1 && window_is_full()) {
      move_front(window_, probation_);
    }
  }
  void hit(EntryKey key) override {
    seen_.add(key);
    for (PlainList* list : {&window_, &protected_, &probation_}) {
      const auto at = find_in(*list, key);
      if (at == list->end()) continue;
      const PlainEntry entry = *at;
      list->erase(at);
      (list == &window_ ? window_ : protected_).push_back(entry);
      if (list != &probation_) return;
    }
    while (bytes_of(protected_) > (capacity_ - capacity_ / 100) / 100 * 80 &&
           protected_.size() > 1) {
      move_front(protected_, probation_);
    }
  }
  void remove(EntryKey key) override {
    for (PlainList* list : {&window_, &protected_, &probation_}) {
      const auto at = find_in(*list, key);
      if (at != list->end()) list->erase(at);
    }
  }
  std::optional<EntryKey> evict() override {
    PlainList& main = probation_.empty() ? protected_ : probation_;
    if (window_.size() > 1 && window_is_full() && !main.empty()) {
      const bool wins = seen_.count(window_.front().key) > seen_.count(main.front().key);
      const EntryKey loser = wins ? main.front().key : window_.front().key;
      (wins ? main : window_).pop_front();
      if (wins) move_front(window_, probation_);
      return loser;
    }
    PlainList& from = main.empty() ? window_ : main;
    if (from.empty()) return std::nullopt;
    const EntryKey key = from.front().key;
    from.pop_front();
    return key;
  }
  std::uint64_t bytes() const override {
    return bytes_of(window_) + bytes_of(probation_) + bytes_of(protected_);
  }

 private:
  bool window_is_full() const { return bytes_of(window_) > capacity_ / 100; }
  static void move_front(PlainList& from, PlainList& to) {
    to.push_back(from.front());
    from.pop_front();
  }

  std::uint64_t capacity_ = 0;
  FrequencySketch seen_{std::size_t{1} << 15};
  PlainList window_;
  PlainList probation_;
  PlainList protected_;
};

void expect_same(ReplacementPolicy& policy, ReplacementPolicy& twin) {
  std::mt19937_64 random(kSeed);
  std::map<EntryKey, bool> there;
  policy.set_capacity(6000);
  twin.set_capacity(6000);
  for (int step = 0; step < 20000; ++step) {
    const EntryKey key = random() % (random() % 300 + 1);
    if (random() % 50 == 0) {
      policy.remove(key);
      twin.remove(key);
      there.erase(key);
    } else if (there.contains(key)) {
      policy.hit(key);
      twin.hit(key);
    } else {
      const std::uint64_t bytes = 1 + random() % 200;
      policy.insert(key, bytes);
      twin.insert(key, bytes);
      there[key] = true;
    }
    ASSERT_EQ(policy.bytes(), twin.bytes());
    while (policy.bytes() > 6000) {
      const auto victim = policy.evict();
      ASSERT_EQ(victim, twin.evict()) << "step " << step;
      there.erase(*victim);
    }
  }
}

TEST(ReplacementPolicy, LruIsItsTwin) {
  PlainLru twin;
  expect_same(*make_lru_policy(), twin);
}
TEST(ReplacementPolicy, SieveIsItsTwin) {
  PlainSieve twin;
  expect_same(*make_sieve_policy(), twin);
}
TEST(ReplacementPolicy, TinyLfuIsItsTwin) {
  PlainTinyLfu twin;
  expect_same(*make_tiny_lfu_policy(), twin);
}
TEST(ReplacementPolicy, S3FifoIsItsTwin) {
  PlainS3Fifo twin;
  expect_same(*make_s3_fifo_policy(), twin);
}

// A hundred entries are used again and again while thousands pass by once.
std::vector<Access> uses_beside_a_scan() {
  std::vector<Access> trace;
  std::mt19937_64 random(kSeed);
  for (std::uint64_t i = 0; i < 40000; ++i) {
    trace.push_back({random() % 100, 10});
    if (i > 4000) trace.push_back({1000 + i, 10});
    if (i > 4000) trace.push_back({100000 + i, 10});
  }
  return trace;
}

TEST(ReplacementPolicy, ScansPassByAllButLru) {
  const std::vector<Access> trace = uses_beside_a_scan();
  const auto hits = [&](Replacement replacement) {
    return replay(trace, *make_policy(replacement), 1200).hits;
  };
  const std::uint64_t best = replay_optimal(trace, 1200).hits;
  for (const Replacement kind : {Replacement::S3Fifo, Replacement::TinyLfu}) {
    EXPECT_GT(hits(kind), best * 85 / 100) << static_cast<int>(kind);
  }
  EXPECT_LT(hits(Replacement::Lru), best * 60 / 100);
}

TEST(ReplacementPolicy, NoneBeatsTheOptimum) {
  std::mt19937_64 random(kSeed);
  std::vector<Access> trace;
  for (int i = 0; i < 20000; ++i) {
    trace.push_back({random() % (random() % 500 + 1), 10});
  }
  const std::uint64_t best = replay_optimal(trace, 1000).hits;
  for (int kind = 0; kind < 4; ++kind) {
    const auto policy = make_policy(static_cast<Replacement>(kind));
    const std::uint64_t hits = replay(trace, *policy, 1000).hits;
    EXPECT_LE(hits, best) << kind;
    EXPECT_GT(hits, best / 2) << kind;
    while (policy->evict()) {
    }
    EXPECT_EQ(policy->bytes(), 0U);
  }
}

TEST(FrequencySketch, NeverSaysLessThanWasSeen) {
  FrequencySketch sketch(1024);
  std::mt19937_64 random(kSeed);
  std::unordered_map<std::uint64_t, std::uint32_t> seen;
  for (int i = 0; i < 5000; ++i) {
    const std::uint64_t key = (random() % 700 + 1) * 0x9E3779B97F4A7C15U;
    ++seen[key];
    sketch.add(key);
  }
  std::uint32_t too_much = 0;
  for (const auto& [key, count] : seen) {
    const std::uint32_t expected = std::min(count, FrequencySketch::kCountMax);
    ASSERT_GE(sketch.count(key), expected);
    if (sketch.count(key) > expected + 2) ++too_much;
  }
  EXPECT_LT(too_much, seen.size() / 4);
}

TEST(PagePool, BlocksAreApartAndTheLimitHolds) {
  constexpr std::size_t kLimit = std::size_t{4} << 20;
  const auto pool = PagePool::reserve(kLimit * 4);
  ASSERT_NE(pool, nullptr);
  pool->set_resident_limit(kLimit);
  std::mt19937_64 random(kSeed);
  std::vector<std::pair<PagePool::Block, std::size_t>> blocks;
  std::size_t used = 0;
  for (int step = 0; step < 4000; ++step) {
    if (blocks.empty() || random() % 2 == 0) {
      const std::size_t bytes = 1 + random() % 200000;
      PagePool::Block block = pool->allocate(bytes);
      const bool fits = used + PagePool::rounded(bytes) <= kLimit;
      ASSERT_EQ(block != nullptr, fits);
      if (!fits) continue;
      std::memset(block.get(), static_cast<int>(bytes % 251), bytes);
      used += PagePool::rounded(bytes);
      blocks.emplace_back(std::move(block), bytes);
    } else {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      const auto& [block, bytes] = blocks.back();
      for (const std::size_t at : {std::size_t{0}, bytes / 2, bytes - 1}) {
        ASSERT_EQ(block.get()[at], bytes % 251);
      }
      used -= PagePool::rounded(bytes);
      blocks.pop_back();
    }
    ASSERT_EQ(pool->used_bytes(), used);
    ASSERT_LE(pool->resident_bytes(), kLimit);
  }
  blocks.clear();
  pool->set_resident_limit(0);
  EXPECT_EQ(pool->resident_bytes(), 0U);
}

TEST(MemoryBudget, LeavesWhatOthersHold) {
  std::uint64_t resident = 10'000'000;
  MemoryBudget budget(50'000'000, [&]() -> Result<MemoryUsage> {
    MemoryUsage usage;
    usage.rss_anonymous_bytes = resident;
    return usage;
  });
  EXPECT_EQ(budget.look(4'000'000), 50'000'000U - 6'000'000 - 2'000'000);
  EXPECT_FALSE(budget.is_over());
  resident = 60'000'000;
  EXPECT_EQ(budget.look(20'000'000), 50'000'000U - 40'000'000 - 2'000'000);
  EXPECT_TRUE(budget.is_over());
  resident = 90'000'000;
  EXPECT_EQ(budget.look(0), 50'000'000U / 8);
}

}  // namespace
}  // namespace copse
