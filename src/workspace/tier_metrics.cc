// What tiers hold and did, under names for those who watch.
#include <array>
#include <string>

#include "copse/metrics.h"

namespace copse {
namespace {

struct Column {
  const char* name;
  const char* help;
  MetricType type;
  std::uint64_t TierCounters::*value;
};

constexpr std::array<Column, 7> kColumns = {{
    {"copse_tier_bytes", "Bytes in a tier.", MetricType::Gauge, &TierCounters::bytes},
    {"copse_tier_entries", "Files in a tier.", MetricType::Gauge, &TierCounters::entries},
    {"copse_tier_hits_total", "Files that were asked for and answered from a tier.",
     MetricType::Counter, &TierCounters::hits},
    {"copse_tier_misses_total", "Files that were asked for and were not in a tier.",
     MetricType::Counter, &TierCounters::misses},
    {"copse_tier_promotions_total", "Files that came to a tier from one below.",
     MetricType::Counter, &TierCounters::promotions},
    {"copse_tier_demotions_total", "Files that came to a tier from one above.", MetricType::Counter,
     &TierCounters::demotions},
    {"copse_tier_evictions_total", "Files that had to leave a tier for one below.",
     MetricType::Counter, &TierCounters::evictions},
}};

MetricFamily gauge(const char* name, const char* help, std::uint64_t value) {
  return {name, help, MetricType::Gauge, {{{}, value}}};
}

}  // namespace

std::vector<MetricFamily> tier_metrics(const TierReport& report) {
  std::vector<MetricFamily> families;
  for (const Column& column : kColumns) {
    MetricFamily family{column.name, column.help, column.type, {}};
    for (std::size_t tier = 0; tier < kTiers; ++tier) {
      family.samples.push_back({{{"tier", std::string(tier_name(static_cast<Tier>(tier)))}},
                                report.tiers[tier].*column.value});
    }
    families.push_back(std::move(family));
  }
  families.push_back(gauge("copse_memory_budget_bytes",
                           "What the process may have in anonymous memory.", report.budget_bytes));
  families.push_back(gauge("copse_memory_highest_bytes",
                           "The most that was seen of the process's anonymous memory.",
                           report.memory_bytes_max));
  families.push_back(gauge("copse_tier_held_bytes",
                           "Bytes of decoded trees, those that only callers hold included.",
                           report.held_bytes));
  families.push_back(
      gauge("copse_pending_files", "Files that wait to be written.", report.pending_files));
  families.push_back(
      gauge("copse_pending_bytes", "Bytes that wait to be written.", report.pending_bytes));
  families.push_back(gauge("copse_disk_bytes", "Bytes of the store's files.", report.disk_bytes));
  families.push_back(
      gauge("copse_disk_quota_bytes", "What the store's files may take.", report.disk_bytes_max));
  return families;
}

}  // namespace copse
