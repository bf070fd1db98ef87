// Who has to leave a cache of entries of different sizes: one interface, four policies.
//
// ADR 0020 has their hit rates over recorded traces, and which one is the default.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "copse/tiers.h"

namespace copse {

// Names an entry; the same file has the same one whenever it comes.
using EntryKey = std::uint64_t;

// Keeps an order, not the entries: its owner tells it what comes, is used and goes, and asks whom
// to put out. Not thread-safe. Deterministic. Memory: about a hundred bytes an entry, and thirty
// for one that it remembers after it has left.
class ReplacementPolicy {
 public:
  ReplacementPolicy() = default;
  ReplacementPolicy(const ReplacementPolicy&) = delete;
  ReplacementPolicy& operator=(const ReplacementPolicy&) = delete;
  virtual ~ReplacementPolicy() = default;

  // What the owner means to keep; some policies divide it. May change at any time.
  virtual void set_capacity(std::uint64_t bytes) = 0;
  // An entry comes in because it was asked for. REQUIRES: it is not there.
  virtual void insert(EntryKey key, std::uint64_t bytes) = 0;
  // It was asked for again; what is not there is ignored.
  virtual void hit(EntryKey key) = 0;
  // It leaves for another reason than eviction; what is not there is ignored.
  virtual void remove(EntryKey key) = 0;
  // Chooses one, forgets it, and says which; no value when there are none.
  virtual std::optional<EntryKey> evict() = 0;
  // Of all entries that are there.
  virtual std::uint64_t bytes() const = 0;
};

// Least recently used.
std::unique_ptr<ReplacementPolicy> make_lru_policy();
// Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023.
std::unique_ptr<ReplacementPolicy> make_s3_fifo_policy();
// Zhang et al., "SIEVE is simpler than LRU", NSDI 2024.
std::unique_ptr<ReplacementPolicy> make_sieve_policy();
// W-TinyLFU: Einziger, Friedman, Manes, "TinyLFU: a highly efficient cache admission policy",
// ACM Transactions on Storage 13 (4), 2017.
std::unique_ptr<ReplacementPolicy> make_tiny_lfu_policy();

std::unique_ptr<ReplacementPolicy> make_policy(Replacement replacement);

}  // namespace copse
