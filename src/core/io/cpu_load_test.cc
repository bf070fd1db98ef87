// What the kernel says about processors: its text, damaged texts, and the real one.
#include "core/io/cpu_load.h"

#include <gtest/gtest.h>

namespace copse {
namespace {

constexpr std::string_view kStat =
    "cpu  100 20 30 1000 50 6 7 8 90 0\n"
    "cpu0 50 10 15 500 25 3 3 4 45 0\n"
    "cpu1 50 10 15 500 25 3 4 4 45 0\n"
    "intr 12345 0 9\n";

TEST(CpuLoad, ReadsTheLineOfAllProcessors) {
  const auto reading = parse_host_load(kStat, 100, LowPriority::Idle);
  ASSERT_TRUE(reading.ok()) << reading.error().message();
  EXPECT_EQ(reading.value().host_busy_ns, 151 * 10'000'000);
  EXPECT_EQ(parse_host_load(kStat, 100, LowPriority::Busy).value().host_busy_ns, 171 * 10'000'000);
  EXPECT_EQ(reading.value().host_all_ns, 1221 * 10'000'000LL);
  EXPECT_EQ(reading.value().processors, 2U);
}

TEST(CpuLoad, RefusesOtherTexts) {
  for (const std::string_view text :
       {"", "cpu  1 2 3 4 5 6 7 8", "cpu  1 2 3 4 5 6 7\n", "cpu  1 2 x 4 5 6 7 8\n",
        "cpu0 1 2 3 4 5 6 7 8\n", "cpu  1 2 3 -4 5 6 7 8\n",
        "cpu  9223372036854775807 2 3 4 5 6 7 8\n", "cpu  99999999999999999999 2 3 4 5 6 7 8\n"}) {
    const auto reading = parse_host_load(text, 100, LowPriority::Idle);
    ASSERT_FALSE(reading.ok()) << text;
    EXPECT_EQ(reading.error().code(), ErrorCode::Corrupt);
  }
  EXPECT_FALSE(parse_host_load(kStat, 0, LowPriority::Idle).ok());
}

TEST(CpuLoad, TheRealOneGoesOn) {
  const auto before = real_cpu_load().read();
  ASSERT_TRUE(before.ok()) << before.error().message();
  EXPECT_GT(before.value().host_all_ns, before.value().host_busy_ns);
  EXPECT_GT(before.value().process.cpu_ns, 0);
  const std::int64_t thread_before = real_cpu_load().thread_cpu_ns();
  // Works until the clock of the process has moved by more than its resolution.
  volatile unsigned work = 0;
  while (real_cpu_load().process_time().cpu_ns - before.value().process.cpu_ns < 1'000'000) {
    work = work + 1;
  }
  EXPECT_GT(real_cpu_load().thread_cpu_ns(), thread_before);
  EXPECT_GE(real_cpu_load().process_time().at_ns, before.value().process.at_ns);
}

}  // namespace
}  // namespace copse
