// How much of the process's budget the tiers may take: what the kernel counts, less what is not
// theirs.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>

#include "copse/result.h"

#include "core/io/memory.h"

namespace copse {

// Thread-safe.
class MemoryBudget {
 public:
  // A part of the budget is left free for what comes and goes between two looks at the kernel.
  static constexpr std::uint64_t kSlackDivisor = 25;
  // The tiers get this much in any case, whatever else the process holds.
  static constexpr std::uint64_t kRoomDivisorMin = 8;
  // A look at the kernel is due after so many bytes were decoded.
  static constexpr std::uint64_t kLookEveryBytes = std::uint64_t{1} << 20;

  using Reading = std::function<Result<MemoryUsage>()>;

  MemoryBudget(std::uint64_t bytes, Reading reading);

  // Notes that so many bytes were decoded; whether it is time for look().
  bool is_due(std::uint64_t decoded_bytes);
  // Asks the kernel, and says what the tiers may take, of which they say they have `taken_bytes` in
  // memory now.
  std::uint64_t look(std::uint64_t taken_bytes);

  std::uint64_t bytes() const { return bytes_; }
  // As of the last look: what the kernel said, and whether it was above the budget.
  std::uint64_t last_reading() const;
  std::uint64_t highest_reading() const;
  bool is_over() const;
  std::uint64_t room() const;

 private:
  const std::uint64_t bytes_;
  const Reading reading_;
  mutable std::mutex mutex_;
  std::uint64_t decoded_ = 0;
  std::uint64_t other_bytes_ = 0;  // what is not the tiers', at its highest of late
  std::uint64_t last_ = 0;
  std::uint64_t highest_ = 0;
  std::uint64_t room_ = 0;
};

}  // namespace copse
