// /proc/stat and the clocks of processor time.
#include "core/io/cpu_load.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>
#include <sys/resource.h>
#include <thread>

#include <unistd.h>

#include "core/bytes.h"
#include "core/io/clock.h"
#include "core/io/file_system.h"

namespace copse {
namespace {

constexpr std::uint64_t kStatBytesMax = std::uint64_t{4} << 20;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
// Of the line's numbers: user, nice, system, idle, iowait, irq, softirq, steal. What follows is
// counted in the first two already.
constexpr int kColumns = 8;
constexpr int kNiceColumn = 1;
constexpr int kIdleColumn = 3;
constexpr int kWaitColumn = 4;

std::int64_t cpu_clock_ns(clockid_t clock) {
  timespec now{};
  // Cannot fail for clocks of one's own.
  static_cast<void>(clock_gettime(clock, &now));
  return std::int64_t{now.tv_sec} * kNsPerSecond + now.tv_nsec;
}

class RealCpuLoad final : public CpuLoad {
 public:
  Result<CpuReading> read() const override {
    COPSE_TRY(const Bytes text, real_file_system().read_file("/proc/stat", kStatBytesMax));
    // Of this thread's priority, which others share with it as a rule.
    const bool is_low = getpriority(PRIO_PROCESS, 0) > 0;
    auto reading = parse_host_load(as_text(text), sysconf(_SC_CLK_TCK),
                                   is_low ? LowPriority::Busy : LowPriority::Idle);
    if (!reading.ok()) return std::move(reading).take_error().with_context("/proc/stat");
    reading.value().process = process_time();
    return reading;
  }

  ProcessTime process_time() const override {
    return {real_clock().monotonic_ns(), cpu_clock_ns(CLOCK_PROCESS_CPUTIME_ID)};
  }

  std::int64_t thread_cpu_ns() const override { return cpu_clock_ns(CLOCK_THREAD_CPUTIME_ID); }

  void rest(std::int64_t ns) const override {
    std::this_thread::sleep_for(std::chrono::nanoseconds(ns));
  }
};

// The lines "cpu0 ...", "cpu1 ..." that follow the one of all.
unsigned count_processors(std::string_view lines) {
  unsigned count = 0;
  while (lines.starts_with("cpu")) {
    ++count;
    const std::size_t end = lines.find('\n');
    if (end == std::string_view::npos) break;
    lines.remove_prefix(end + 1);
  }
  return count;
}

}  // namespace

Result<CpuReading> parse_host_load(std::string_view stat_text, std::int64_t ticks_per_second,
                                   LowPriority low_priority) {
  constexpr std::string_view kLabel = "cpu ";
  const std::size_t line_end = stat_text.find('\n');
  if (!stat_text.starts_with(kLabel) || line_end == std::string_view::npos ||
      ticks_per_second <= 0) {
    return Error(ErrorCode::Corrupt, "it does not begin with a line of all processors");
  }
  const std::string_view line = stat_text.substr(0, line_end);
  const std::int64_t ns_per_tick = kNsPerSecond / ticks_per_second;
  CpuReading reading;
  std::size_t at = kLabel.size();
  for (int column = 0; column < kColumns; ++column) {
    at = line.find_first_not_of(' ', at);
    if (at == std::string_view::npos) at = line.size();
    std::int64_t ticks = 0;
    const auto [stop, code] = std::from_chars(line.data() + at, line.data() + line.size(), ticks);
    if (code != std::errc() || ticks < 0 || ticks > INT64_MAX / kColumns / ns_per_tick) {
      return Error(ErrorCode::Corrupt, "the line of all processors has no " +
                                           std::to_string(kColumns) +
                                           " numbers of ticks: " + std::string(line));
    }
    at = static_cast<std::size_t>(stop - line.data());
    reading.host_all_ns += ticks * ns_per_tick;
    const bool gives_way = column == kNiceColumn && low_priority == LowPriority::Idle;
    if (column != kIdleColumn && column != kWaitColumn && !gives_way) {
      reading.host_busy_ns += ticks * ns_per_tick;
    }
  }
  reading.processors = std::max(1U, count_processors(stat_text.substr(line_end + 1)));
  return reading;
}

const CpuLoad& real_cpu_load() {
  static const RealCpuLoad kLoad;
  return kLoad;
}

}  // namespace copse
