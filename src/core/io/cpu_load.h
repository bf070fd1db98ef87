// The seam to the processors: how much of them is used, by this process and by all, as the kernel
// counts it; and stepping aside for others.
#pragma once

#include <cstdint>
#include <string_view>

#include "copse/result.h"

namespace copse {

// What this process has used so far. Two of them make a rate.
struct ProcessTime {
  std::int64_t at_ns = 0;   // monotonic; its zero means nothing
  std::int64_t cpu_ns = 0;  // of all its threads, in user and kernel mode
};

// The same beside what all processes of the machine used. The kernel counts these in ticks of 10
// ms: over 200 ms and two processors a share is right within 5 %. What runs at low priority gives
// way by itself, so it counts as idle, unless this process has a low priority, too.
struct CpuReading {
  ProcessTime process;
  std::int64_t host_busy_ns = 0;  // of all processors together; stolen time counts as busy
  std::int64_t host_all_ns = 0;
  unsigned processors = 1;
};

// Passed by reference, so that a test can make up a load. Thread-safe.
class CpuLoad {
 public:
  CpuLoad() = default;
  CpuLoad(const CpuLoad&) = delete;
  CpuLoad& operator=(const CpuLoad&) = delete;
  virtual ~CpuLoad() = default;

  // About 30 us: for several times a second.
  virtual Result<CpuReading> read() const = 0;
  // Under a microsecond.
  virtual ProcessTime process_time() const = 0;
  // Of the calling thread, likewise.
  virtual std::int64_t thread_cpu_ns() const = 0;
  // Leaves the processors to others for that long.
  virtual void rest(std::int64_t ns) const = 0;
};

// Those of this machine. Lives as long as the process.
const CpuLoad& real_cpu_load();

// From the text of /proc/stat, with so many ticks a second; its process time is zero. Corrupt when
// the line of all processors is not there.
enum class LowPriority : std::uint8_t { Idle, Busy };
Result<CpuReading> parse_host_load(std::string_view stat_text, std::int64_t ticks_per_second,
                                   LowPriority low_priority);

}  // namespace copse
