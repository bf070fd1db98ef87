// Entries in an order, found by their keys: what policies are made of.
#pragma once

#include <cstdint>
#include <list>
#include <unordered_map>

#include "core/check.h"
#include "tiers/replacement_policy.h"

namespace copse {

struct ListedEntry {
  EntryKey key = 0;
  std::uint64_t bytes = 0;
  std::uint8_t uses = 0;  // as the policy counts them
};

// Front is new, back is old. Not thread-safe.
class EntryList {
 public:
  using Place = std::list<ListedEntry>::iterator;

  bool empty() const { return entries_.empty(); }
  std::uint64_t bytes() const { return bytes_; }
  std::size_t size() const { return entries_.size(); }
  Place begin() { return entries_.begin(); }
  Place end() { return entries_.end(); }
  // REQUIRES: not empty.
  Place oldest() { return std::prev(entries_.end()); }

  // end() when it is not there.
  Place find(EntryKey key) {
    const auto found = places_.find(key);
    return found == places_.end() ? entries_.end() : found->second;
  }
  // REQUIRES: it is not there.
  void push_front(const ListedEntry& entry) {
    entries_.push_front(entry);
    COPSE_CHECK(places_.emplace(entry.key, entries_.begin()).second);
    bytes_ += entry.bytes;
  }
  void move_to_front(Place place) { entries_.splice(entries_.begin(), entries_, place); }
  ListedEntry take(Place place) {
    const ListedEntry entry = *place;
    places_.erase(entry.key);
    entries_.erase(place);
    bytes_ -= entry.bytes;
    return entry;
  }

 private:
  std::list<ListedEntry> entries_;
  std::unordered_map<EntryKey, Place> places_;
  std::uint64_t bytes_ = 0;
};

}  // namespace copse
