// The budget is one of real memory: a process of its own, whose memory the kernel counts while it
// opens ten times as much as it may hold. COPSE_SEED repeats a run.
#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "copse/tiers.h"

#include "cli_run.h"
#include "core/io/memory.h"
#include "testing/languages.h"

namespace copse {
namespace {

constexpr std::uint32_t kFiles = 400;
constexpr double kBudgetMb = 24;
constexpr double kBytesPerMb = 1e6;

std::string c_source(std::uint32_t file) {
  std::string text;
  for (std::uint32_t i = 0; i < 400 + file % 7 * 150; ++i) {
    const std::string n = std::to_string(file * 10000 + i);
    text += "static int f" + n + "(int x, struct s *p) { return x > " + n + " ? g(x, p->a) : h(\"" +
            n + "\"); }\n";
  }
  return text;
}

// Sanitizers keep memory of their own, and freed memory for a while.
constexpr bool kIsMeasurable =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    false;
#else
    true;
#endif

class Watcher {
 public:
  Watcher() : thread_([this] { watch(); }) {}
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  ~Watcher() {
    stop_ = true;
    thread_.join();
  }

  void look() {
    const auto usage = memory_usage();
    ASSERT_TRUE(usage.ok());
    const std::uint64_t now = usage.value().budget_bytes();
    std::uint64_t before = highest_;
    while (now > before && !highest_.compare_exchange_weak(before, now)) {
    }
  }
  std::uint64_t highest() const { return highest_; }

 private:
  void watch() {
    while (!stop_) {
      look();
    }
  }

  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> highest_ = 0;
  std::thread thread_;
};

TEST(TierBudget, HoldsForTheWholeProcess) {
  cli_test::ScratchDirectory scratch;
  for (std::uint32_t file = 0; file < kFiles; ++file) {
    cli_test::write_file(scratch / ("project/" + std::to_string(file) + ".c"), c_source(file));
  }
  const cli_test::RunResult indexed =
      cli_test::run({"index", scratch / "project", "--store", scratch / "store"});
  ASSERT_EQ(indexed.exit_code, 0) << indexed.err;
  give_back_freed_memory();

  TierSettings settings;
  settings.storage_dir = scratch / "store";
  settings.memory_budget_mb = kBudgetMb;
  auto tiers = TieredWorkspace::open(settings);
  ASSERT_TRUE(tiers.ok()) << tiers.error().message();
  testing::Random random(3);
  Watcher watcher;
  std::uint64_t decoded = 0;
  const auto open_file = [&](std::uint32_t file) {
    const auto tree = tiers.value().get(std::to_string(file) + ".c");
    ASSERT_TRUE(tree.ok()) << tree.error().message();
    decoded += std::uint64_t{tree.value().node_count()} * 12 + tree.value().source().size();
    watcher.look();
  };
  // Some are asked for more often than others; then all, one after another; then some again.
  for (int i = 0; i < 600; ++i) {
    open_file(random.below(1 + random.below(kFiles)));
  }
  for (std::uint32_t file = 0; file < kFiles; ++file) {
    open_file(file);
  }
  for (int i = 0; i < 600; ++i) {
    open_file(random.below(1 + random.below(kFiles)));
  }
  const auto report = tiers.value().report();
  ASSERT_TRUE(report.ok());
  EXPECT_GT(static_cast<double>(decoded), kBudgetMb * kBytesPerMb * 10);
  EXPECT_GT(report.value().tiers[0].hits, 50U);
  if (kIsMeasurable) {
    EXPECT_LT(static_cast<double>(watcher.highest()), kBudgetMb * kBytesPerMb * 1.1)
        << "room " << report.value().room_bytes << ", held " << report.value().held_bytes;
  }
}

}  // namespace
}  // namespace copse
