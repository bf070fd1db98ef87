// What one user of a store counts: a number for each kind of event, added to by any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace copse {

enum class Counter : std::uint8_t {
  Reads,
  ReadBytes,
  Maps,  // what is read through a map is not among the reads
  Writes,
  WrittenBytes,
  Syncs,  // of files and of directories
  Renames,
  Removals,
  Failures,  // operations on files that did not succeed
  SourceFrames,
  SourceFrameBytes,  // as they are stored
  TreeFrames,
  TreeFrameBytes,
  Deltas,     // sources that were put together from a base
  Fallbacks,  // trees that were parsed again because the stored one is damaged
};
inline constexpr std::size_t kCounters = static_cast<std::size_t>(Counter::Fallbacks) + 1;

// Thread-safe. Each counter has a cache line of its own: threads that count different things do not
// wait for one another. The counts of one moment are not a snapshot of it.
class Counters {
 public:
  void add(Counter counter, std::uint64_t amount = 1) {
    slots_[static_cast<std::size_t>(counter)].value.fetch_add(amount, std::memory_order_relaxed);
  }

  std::uint64_t value(Counter counter) const {
    return slots_[static_cast<std::size_t>(counter)].value.load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::size_t kCacheLineBytes = 64;

  struct alignas(kCacheLineBytes) Slot {
    std::atomic<std::uint64_t> value = 0;
  };

  std::array<Slot, kCounters> slots_;
};

}  // namespace copse
