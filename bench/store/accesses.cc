#include "accesses.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "common/corpus.h"
#include "common/json_line.h"
#include "core/io/memory.h"
#include "inputs.h"
#include "tree_walk.h"

namespace copse::bench {
namespace {

std::uint64_t memory_now() {
  const auto usage = memory_usage();
  if (!usage.ok()) give_up(usage.error().message());
  return usage.value().budget_bytes();
}

// Looks at the kernel's figure as often as it can, and whenever it is asked to.
class MemoryWatch {
 public:
  MemoryWatch() : thread_([this] { watch(); }) {}
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;
  ~MemoryWatch() { stop(); }

  void look() {
    const std::uint64_t now = memory_now();
    std::uint64_t before = most_.load();
    while (now > before && !most_.compare_exchange_weak(before, now)) {
    }
    ++looks_;
  }
  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::uint64_t most() const { return most_; }
  std::uint64_t looks() const { return looks_; }

 private:
  static constexpr auto kInterval = std::chrono::microseconds(200);

  void watch() {
    while (!stop_) {
      look();
      std::this_thread::sleep_for(kInterval);
    }
  }

  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> most_ = 0;
  std::atomic<std::uint64_t> looks_ = 0;
  std::thread thread_;
};

// What the accesses found, in the order of the tiers.
struct Found {
  std::array<std::vector<double>, kTiers> us;
  std::vector<double> all_us;
  std::uint64_t decoded_bytes = 0;  // of what was asked for, whether it was decoded or not
  std::uint64_t hash = 0;
};

constexpr std::uint64_t kNodeBytes = 12;

// Where each was is asked first: a look into a table, outside of what is timed.
void run_accesses(const TieredWorkspace& tiers, const std::vector<std::string>& paths,
                  const std::vector<std::uint32_t>& trace, MemoryWatch& watch, Found& found) {
  constexpr std::size_t kLookEvery = 16;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const std::string& path = paths[trace[i]];
    const auto place = tiers.place(path);
    if (!place.ok()) give_up(place.error().message());
    const auto begin = Clock::now();
    const auto tree = const_cast<TieredWorkspace&>(tiers).get(path);
    if (!tree.ok()) give_up(tree.error().message());
    found.hash ^= walk_tree(tree.value());
    const double us = microseconds_since(begin);
    found.us[static_cast<std::size_t>(place.value().tier)].push_back(us);
    found.all_us.push_back(us);
    found.decoded_bytes += tree.value().node_count() * kNodeBytes + place.value().source_bytes;
    if (i % kLookEvery == 0) watch.look();
  }
}

double mean_of(const std::vector<double>& values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

void print(Found& found, const TieredWorkspace& tiers, std::uint64_t before, std::uint64_t open,
           const MemoryWatch& watch) {
  const auto report = tiers.report();
  if (!report.ok()) give_up(report.error().message());
  JsonLine line;
  line.add("memory_before_bytes", before).add("memory_open_bytes", open);
  line.add("memory_max_bytes", watch.most()).add("memory_looks", watch.looks());
  line.add("budget_bytes", report.value().budget_bytes);
  line.add("room_bytes", report.value().room_bytes);
  line.add("accesses", std::uint64_t{found.all_us.size()});
  line.add("decoded_bytes", found.decoded_bytes);
  line.add("mean_us", std::optional(mean_of(found.all_us)));
  line.add("p50_us", std::optional(quantile(found.all_us, 0.5)));
  line.add("p99_us", std::optional(quantile(found.all_us, 0.99)));
  for (std::size_t tier = 0; tier < kTiers; ++tier) {
    const std::string name(tier_name(static_cast<Tier>(tier)));
    line.add(name + "_hits", std::uint64_t{found.us[tier].size()});
    line.add(name + "_mean_us", std::optional(mean_of(found.us[tier])));
    line.add(name + "_entries", report.value().tiers[tier].entries);
    line.add(name + "_bytes", report.value().tiers[tier].bytes);
    line.add(name + "_demotions", report.value().tiers[tier].demotions);
  }
  line.print();
}

}  // namespace

int bench_accesses(int argc, char** argv) {
  if (argc != 7) return 2;
  const std::vector<std::string> paths = read_lines(argv[2]);
  std::vector<std::uint32_t> trace;
  for (const std::string& line : read_lines(argv[3])) {
    const std::uint64_t number = number_of(line);
    if (number >= paths.size()) give_up("the trace names a path that is not there");
    trace.push_back(static_cast<std::uint32_t>(number));
  }
  const std::string_view on = argv[5];
  TierSettings settings;
  settings.storage_dir = argv[1];
  settings.replacement = policy_of(argv[4]);
  settings.warm_tier = on.find('w') != std::string_view::npos;
  settings.cold_tier = on.find('c') != std::string_view::npos;
  settings.memory_budget_mb = static_cast<double>(number_of(argv[6]));
  Found found;
  found.all_us.reserve(trace.size());
  give_back_freed_memory();
  const std::uint64_t before = memory_now();
  MemoryWatch watch;
  const TieredWorkspace tiers = open_tiers(settings);
  const std::uint64_t open = memory_now();
  run_accesses(tiers, paths, trace, watch, found);
  watch.stop();
  print(found, tiers, before, open, watch);
  return 0;
}

}  // namespace copse::bench
