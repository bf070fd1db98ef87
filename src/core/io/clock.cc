// The clocks of this machine.
#include "core/io/clock.h"

#include <chrono>

namespace copse {
namespace {

class RealClock final : public Clock {
 public:
  std::int64_t monotonic_ns() const override {
    return nanoseconds(std::chrono::steady_clock::now().time_since_epoch());
  }

  std::int64_t wall_ns() const override {
    return nanoseconds(std::chrono::system_clock::now().time_since_epoch());
  }

 private:
  template <typename Duration>
  static std::int64_t nanoseconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
  }
};

}  // namespace

const Clock& real_clock() {
  static const RealClock kClock;
  return kClock;
}

}  // namespace copse
