// The seam to the clock.
#pragma once

#include <cstdint>

namespace copse {

// Passed by reference, so that a test can hold the time still. Thread-safe.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  // Never goes back; its zero means nothing.
  virtual std::int64_t monotonic_ns() const = 0;
  // Since the epoch.
  virtual std::int64_t wall_ns() const = 0;
};

// The clocks of this machine. Lives as long as the process.
const Clock& real_clock();

}  // namespace copse
