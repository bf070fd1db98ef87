#include "open_by_tier.h"

#include <string>
#include <string_view>
#include <vector>

#include "common/corpus.h"
#include "common/json_line.h"
#include "inputs.h"
#include "tree_walk.h"

namespace copse::bench {
namespace {

// What a tier has beside hot: nearly everything, so that what leaves hot stays in it.
constexpr double kSmallShare = 0.05;
constexpr double kBudgetMb = 200;
constexpr int kUses = 10;

TierSettings settings_for(const std::string& store, Tier tier) {
  TierSettings settings;
  settings.storage_dir = store;
  settings.memory_budget_mb = kBudgetMb;
  settings.hot_tier_ratio = tier == Tier::Hot ? 1 - kSmallShare : kSmallShare;
  settings.warm_tier_ratio = tier == Tier::Warm ? 1 - kSmallShare : 0;
  settings.warm_tier = tier == Tier::Warm;
  settings.cold_tier = tier == Tier::Cold;
  // The only one that lets go of what was asked for often.
  settings.replacement = Replacement::Lru;
  return settings;
}

void open_all(TieredWorkspace& tiers, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    const auto tree = tiers.get(path);
    if (!tree.ok()) give_up(tree.error().message());
  }
}

// What was asked for often lately goes down one tier when it leaves hot.
void bring(TieredWorkspace& tiers, const std::vector<std::string>& paths,
           const std::vector<std::string>& filler, Tier tier) {
  for (int use = 0; use < kUses; ++use) {
    open_all(tiers, paths);
  }
  if (tier == Tier::Frozen) {
    for (const std::string& path : paths) {
      const Status frozen = tiers.freeze(path);
      if (!frozen.ok()) give_up(frozen.error().message());
    }
  } else if (tier != Tier::Hot) {
    open_all(tiers, filler);
    open_all(tiers, filler);
  }
}

Tier tier_of(std::string_view name) {
  for (std::size_t i = 0; i < kTiers; ++i) {
    if (tier_name(static_cast<Tier>(i)) == name) return static_cast<Tier>(i);
  }
  give_up("no tier " + std::string(name));
}

}  // namespace

int bench_open_by_tier(int argc, char** argv) {
  if (argc != 6) return 2;
  const std::vector<std::string> paths = read_lines(argv[2]);
  const std::vector<std::string> filler = read_lines(argv[3]);
  const Tier tier = tier_of(argv[4]);
  std::vector<double> times;
  std::uint64_t elsewhere = 0;
  std::uint64_t hash = 0;
  for (std::uint64_t round = number_of(argv[5]); round > 0; --round) {
    // What was asked for in an earlier round would not leave hot.
    TieredWorkspace tiers = open_tiers(settings_for(argv[1], tier));
    bring(tiers, paths, filler, tier);
    hash = 0;
    for (const std::string& path : paths) {
      const auto place = tiers.place(path);
      if (!place.ok()) give_up(place.error().message());
      const auto begin = Clock::now();
      const auto tree = tiers.get(path);
      if (!tree.ok()) give_up(tree.error().message());
      hash ^= walk_tree(tree.value());
      const double us = microseconds_since(begin);
      if (place.value().tier == tier) {
        times.push_back(us);
      } else {
        ++elsewhere;
      }
    }
  }
  JsonLine().add("us", times).add("elsewhere", elsewhere).add("hash", hash).print();
  return 0;
}

int bench_parse(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string root = argv[1];
  Parsers parsers;
  std::vector<double> times;
  std::uint64_t hash = 0;
  std::string source;
  for (std::uint64_t round = number_of(argv[3]); round > 0; --round) {
    hash = 0;
    for (const std::string& path : read_lines(argv[2])) {
      read_source(root + "/" + path, source);
      const auto begin = Clock::now();
      const TreePointer tree = parsers.parse("c", source);
      hash ^= walk_tree(tree.get());
      times.push_back(microseconds_since(begin));
    }
  }
  JsonLine().add("us", times).add("hash", hash).print();
  return 0;
}

}  // namespace copse::bench
