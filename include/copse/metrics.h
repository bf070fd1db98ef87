// Numbers for those who watch a program: what was read, written and found damaged, and what a store
// takes, as families of samples and as Prometheus's text.
//
//   auto families = workspace.metrics();
//   auto text = prometheus_text(families);   // answer GET /metrics with it
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "copse/result.h"
#include "copse/storage.h"
#include "copse/store_stats.h"
#include "copse/tiers.h"

namespace copse {

enum class MetricType : std::uint8_t { Counter, Gauge };

struct MetricSample {
  // Name and value; a value is UTF-8, which is not checked.
  std::vector<std::pair<std::string, std::string>> labels;
  std::uint64_t value = 0;
};

// All names begin with "copse_"; those of counters end in "_total", and bytes are called so.
struct MetricFamily {
  std::string name;
  std::string help;
  MetricType type = MetricType::Counter;
  std::vector<MetricSample> samples;
};

// Workspace::metrics() answers counters of one workspace, from 0 when it was opened: operations on
// files, frames that were read, trees that were parsed again, places that were found damaged; and
// the generation and the memory of the process as gauges.

// What went through a storage since Storage::counted(): operations, bytes, failures. Empty for
// others.
std::vector<MetricFamily> storage_metrics(const Storage& storage);

// What a store takes, and how much is in it by language, as gauges.
std::vector<MetricFamily> store_metrics(const StoreStats& stats);

// Bytes, entries and movements of each tier, and the budgets.
std::vector<MetricFamily> tier_metrics(const TierReport& report);

// Prometheus's text format 0.0.4: HELP, TYPE and samples of each family, in their order, escaped.
// InvalidArgument for names that Prometheus does not take, for two families of one name, for a
// label that a sample has twice and for two samples with the same labels.
Result<std::string> prometheus_text(const std::vector<MetricFamily>& families);

}  // namespace copse
