// What readers of a store found damaged, gathered from all threads.
#pragma once

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "store/records.h"

namespace copse {

inline constexpr std::size_t kMaxDamageNotes = 1000;

// Keeps each place once, and no more than kMaxDamageNotes. Thread-safe.
class DamageLog {
 public:
  void add(std::vector<Damage> damages) {
    const std::lock_guard guard(mutex_);
    for (Damage& damage : damages) {
      const bool known = std::any_of(damages_.begin(), damages_.end(), [&](const Damage& other) {
        return other.file == damage.file && other.offset == damage.offset;
      });
      if (!known && damages_.size() < kMaxDamageNotes) damages_.push_back(std::move(damage));
    }
  }

  std::vector<Damage> list() const {
    const std::lock_guard guard(mutex_);
    return damages_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Damage> damages_;
};

}  // namespace copse
