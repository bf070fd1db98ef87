// The level under made-up loads, over made-up time.
#include "codec/level_controller.h"

#include <vector>

#include <gtest/gtest.h>

namespace copse {
namespace {

constexpr unsigned kProcessors = 2;
constexpr std::uint64_t kFrameBytes = 64 * 1024;
// Nanoseconds a byte at each level, and ratios.
constexpr std::array<double, kLevelCount> kCosts = {2, 3, 12, 40};
constexpr std::array<double, kLevelCount> kRatios = {2.5, 3, 3.5, 3.8};

// A machine on which a stream of a given rate is compressed, beside others that want a given share.
class Machine {
 public:
  Machine(const LevelOptions& options, double mb_per_s)
      : controller(options), bytes_per_s_(mb_per_s * 1e6) {
    controller.add_reading(reading_);
  }

  // A fifth of a second. The stream goes first, the others take what they want of the rest.
  void step(double others_wanted) {
    const auto level = static_cast<std::size_t>(controller.level());
    const double seconds = static_cast<double>(kReadingIntervalNs) * 1e-9;
    const double demand = bytes_per_s_ * kCosts[level] * 1e-9 / kProcessors;
    share = std::min(demand, controller.state().allowed_share);
    const double host = std::min(1.0, share + others_wanted);
    const double all_ns = seconds * kProcessors * 1e9;
    const auto raw =
        static_cast<std::uint64_t>(share * kProcessors * seconds / (kCosts[level] * 1e-9));
    for (std::uint64_t done = 0; done + kFrameBytes <= raw; done += kFrameBytes) {
      add_frame();
    }
    reading_.process.at_ns += kReadingIntervalNs;
    reading_.process.cpu_ns += static_cast<std::int64_t>(share * all_ns);
    reading_.host_busy_ns += static_cast<std::int64_t>(host * all_ns);
    reading_.host_all_ns += static_cast<std::int64_t>(all_ns);
    reading_.processors = kProcessors;
    controller.add_reading(reading_);
  }

  void add_frame() {
    const auto level = static_cast<std::size_t>(controller.level());
    controller.add_frame({controller.level(), kFrameBytes,
                          static_cast<std::uint64_t>(kFrameBytes / kRatios[level]),
                          static_cast<std::int64_t>(kFrameBytes * kCosts[level])});
  }

  LevelName after(int steps, double others_wanted) {
    for (int i = 0; i < steps; ++i) {
      step(others_wanted);
    }
    return controller.level();
  }

  LevelController controller;
  double share = 0;

 private:
  double bytes_per_s_;
  CpuReading reading_;
};

LevelOptions wish(LevelName level) {
  LevelOptions options;
  options.wish = level;
  return options;
}

TEST(LevelController, AQuietMachineHasRoomForTheWish) {
  for (const LevelName level :
       {LevelName::Fastest, LevelName::Default, LevelName::Better, LevelName::Best}) {
    Machine machine(wish(level), 30);
    EXPECT_EQ(machine.after(50, 0.05), level);
    EXPECT_LE(machine.controller.state().level_changes, 1U);
  }
}

TEST(LevelController, FallsAtOnceUnderLoadAndComesBack) {
  Machine machine(wish(LevelName::Better), 60);
  EXPECT_EQ(machine.after(10, 0), LevelName::Better);
  // Compilers on both processors: it falls at the first reading, and again when they get more.
  EXPECT_EQ(machine.after(1, 1), LevelName::Default);
  EXPECT_EQ(machine.after(1, 1), LevelName::Fastest);
  EXPECT_EQ(machine.after(30, 1), LevelName::Fastest);
  // Within two seconds of their end: ten readings.
  EXPECT_EQ(machine.after(10, 0), LevelName::Better);
  EXPECT_EQ(machine.controller.state().level_changes, 4U);
}

TEST(LevelController, TakesTheLevelThatFitsBesideAHalfBusyMachine) {
  // Of two processors: fastest 0.1, default 0.15, better 0.6, best 2.
  Machine machine(wish(LevelName::Best), 100);
  EXPECT_EQ(machine.after(30, 0.5), LevelName::Default);
  EXPECT_EQ(machine.after(30, 0), LevelName::Better);
  EXPECT_EQ(machine.after(30, 0.75), LevelName::Fastest);
  // It finds its place and stays there.
  const std::uint64_t changes = machine.controller.state().level_changes;
  machine.after(100, 0.75);
  EXPECT_EQ(machine.controller.state().level_changes, changes);
}

TEST(LevelController, NeverAboveTheCeiling) {
  for (const double others : {0.0, 0.3, 0.6, 0.9, 1.0}) {
    Machine machine(wish(LevelName::Default), 10'000);
    for (int i = 0; i < 100; ++i) {
      machine.step(others);
      const double allowed = machine.controller.state().allowed_share;
      EXPECT_LE(allowed, kCpuCeiling);
      EXPECT_GE(allowed, kCpuFloor);
      // What others want shows only as they get it: it takes some readings to give way to all.
      const double share_max = i < 4 ? kCpuCeiling : std::max(kCpuFloor, kCpuCeiling - others);
      EXPECT_LE(machine.share, share_max + 1e-6);
    }
    EXPECT_EQ(machine.controller.level(), LevelName::Fastest);
  }
}

TEST(LevelController, RestsForWhatWasUsedAboveTheShare) {
  LevelController controller(wish(LevelName::Default));
  EXPECT_EQ(controller.rest_ns({1, 1}), 0);
  CpuReading reading;
  reading.processors = kProcessors;
  reading.process = {1'000'000'000, 5'000'000'000};
  controller.add_reading(reading);
  const auto rest = [&](std::int64_t elapsed_ms, std::int64_t used_ms) {
    return controller.rest_ns({reading.process.at_ns + elapsed_ms * 1'000'000,
                               reading.process.cpu_ns + used_ms * 1'000'000});
  };
  // 0.95 of 0.8 of two processors is 1.52 of time.
  EXPECT_EQ(rest(100, 152), 0);
  EXPECT_EQ(rest(100, 153), 0);  // 0.7 ms are not worth it
  EXPECT_NEAR(static_cast<double>(rest(100, 190)), 25e6, 1000);
  EXPECT_EQ(rest(100, 200'000), kRestNsMax);
  EXPECT_EQ(rest(-5, -5), 0);
}

TEST(LevelController, ATargetRatioTakesTheLowestLevelThatReachesIt) {
  LevelOptions options = wish(LevelName::Best);
  options.target_ratio = 3.2;
  Machine machine(options, 20);
  EXPECT_EQ(machine.controller.level(), LevelName::Fastest);
  EXPECT_EQ(machine.after(50, 0), LevelName::Better);
  EXPECT_NEAR(machine.controller.state().recent_ratio, 3.5, 0.01);
  // Out of reach: the highest that is allowed.
  options.target_ratio = 10;
  options.wish = LevelName::Better;
  Machine other(options, 20);
  EXPECT_EQ(other.after(50, 0), LevelName::Better);
  // Beside a load the ceiling comes first.
  EXPECT_EQ(other.after(5, 1), LevelName::Fastest);
}

TEST(LevelController, TheRecentRatioIsOfAHundredFrames) {
  LevelController controller(wish(LevelName::Default));
  const auto add = [&](int frames, std::uint64_t stored) {
    for (int i = 0; i < frames; ++i) {
      controller.add_frame({LevelName::Default, 1000, stored, 3000});
    }
  };
  add(100, 1000);
  EXPECT_NEAR(controller.state().recent_ratio, 1.0, 1e-9);
  add(50, 500);
  EXPECT_NEAR(controller.state().recent_ratio, 1000.0 / 750, 1e-9);
  add(50, 500);
  EXPECT_NEAR(controller.state().recent_ratio, 2.0, 1e-9);
}

TEST(LevelController, ReadingsThatSayNothingChangeNothing) {
  LevelController controller(wish(LevelName::Best));
  CpuReading reading;
  reading.processors = kProcessors;
  reading.process.at_ns = 10 * kReadingIntervalNs;
  EXPECT_TRUE(controller.wants_reading(0));
  controller.add_reading(reading);
  EXPECT_FALSE(controller.wants_reading(reading.process.at_ns + kReadingIntervalNs - 1));
  EXPECT_TRUE(controller.wants_reading(reading.process.at_ns + kReadingIntervalNs));
  // Too close, the clock of the host stands still, the counters go back: as a suspended machine.
  for (const std::int64_t elapsed : {std::int64_t{1}, 2 * kReadingIntervalNs, std::int64_t{-7}}) {
    reading.process.at_ns += elapsed;
    controller.add_reading(reading);
  }
  reading.process.at_ns += kReadingIntervalNs;
  reading.host_all_ns -= 100;
  controller.add_reading(reading);
  EXPECT_EQ(controller.level(), LevelName::Best);
  EXPECT_EQ(controller.state().level_changes, 0U);
}

}  // namespace
}  // namespace copse
