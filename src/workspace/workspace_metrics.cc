// What is counted, under names for those who watch.
#include <array>
#include <utility>

#include "copse/metrics.h"

#include "core/counters.h"
#include "core/io/memory.h"
#include "workspace/workspace_impl.h"

namespace copse {
namespace {

using Samples = std::vector<std::pair<const char*, std::uint64_t>>;

// Samples that differ in one label.
MetricFamily labelled(const char* name, const char* help, MetricType type, const char* label,
                      const Samples& samples) {
  MetricFamily family{name, help, type, {}};
  for (const auto& [value, number] : samples) {
    family.samples.push_back({{{label, value}}, number});
  }
  return family;
}

MetricFamily single(const char* name, const char* help, MetricType type, std::uint64_t value) {
  return {name, help, type, {{{}, value}}};
}

void add_io(std::vector<MetricFamily>& families, const Counters& counters) {
  const auto of = [&](Counter counter) { return counters.value(counter); };
  families.push_back(labelled("copse_io_operations_total",
                              "Operations on the store's files, by kind.", MetricType::Counter,
                              "operation",
                              {{"read", of(Counter::Reads)},
                               {"map", of(Counter::Maps)},
                               {"write", of(Counter::Writes)},
                               {"sync", of(Counter::Syncs)},
                               {"rename", of(Counter::Renames)},
                               {"remove", of(Counter::Removals)}}));
  families.push_back(
      labelled("copse_io_bytes_total",
               "Bytes read from and written to the store's files, without what was "
               "read through maps.",
               MetricType::Counter, "operation",
               {{"read", of(Counter::ReadBytes)}, {"write", of(Counter::WrittenBytes)}}));
  families.push_back(single("copse_io_failures_total",
                            "Operations on the store's files that failed.", MetricType::Counter,
                            of(Counter::Failures)));
}

}  // namespace

std::vector<MetricFamily> storage_metrics(const Storage& storage) {
  std::vector<MetricFamily> families;
  if (storage.counters() != nullptr) add_io(families, *storage.counters());
  return families;
}

std::vector<MetricFamily> Workspace::metrics() const {
  return impl_->metrics();
}

std::vector<MetricFamily> Workspace::Impl::metrics() const {
  const Counters& counters = *storage.counters();
  std::vector<MetricFamily> families;
  add_io(families, counters);
  families.push_back(labelled("copse_frames_read_total", "Stored sources and trees that were read.",
                              MetricType::Counter, "kind",
                              {{"source", counters.value(Counter::SourceFrames)},
                               {"tree", counters.value(Counter::TreeFrames)}}));
  families.push_back(labelled("copse_frame_bytes_total",
                              "Bytes of the stored sources and trees that were read.",
                              MetricType::Counter, "kind",
                              {{"source", counters.value(Counter::SourceFrameBytes)},
                               {"tree", counters.value(Counter::TreeFrameBytes)}}));
  families.push_back(single("copse_deltas_total", "Sources that were put together from a base.",
                            MetricType::Counter, counters.value(Counter::Deltas)));
  families.push_back(single("copse_fallbacks_total",
                            "Trees that were parsed again because the stored one is damaged.",
                            MetricType::Counter, counters.value(Counter::Fallbacks)));
  families.push_back(single("copse_damages_total", "Places in the store that were found damaged.",
                            MetricType::Counter, store.damages().size() + postings_notes().size()));
  families.push_back(single("copse_generation", "The commit that is being read.", MetricType::Gauge,
                            store.generation()));
  families.push_back(
      single("copse_files", "Files that are shown.", MetricType::Gauge, store.file_count()));
  if (const auto memory = memory_usage(); memory.ok()) {
    families.push_back(labelled("copse_process_memory_bytes",
                                "Memory of the process, as the kernel counts it.",
                                MetricType::Gauge, "kind",
                                {{"anonymous", memory.value().rss_anonymous_bytes},
                                 {"file", memory.value().rss_file_bytes}}));
  }
  return families;
}

std::vector<MetricFamily> store_metrics(const StoreStats& stats) {
  constexpr MetricType kGauge = MetricType::Gauge;
  struct Column {
    const char* name;
    const char* help;
    std::uint64_t LanguageStats::*value;
  };
  constexpr std::array<Column, 6> kColumns = {{
      {"copse_language_files", "Files in the store.", &LanguageStats::files},
      {"copse_language_lines", "Lines of the sources.", &LanguageStats::lines},
      {"copse_language_nodes", "Nodes of the trees, hidden ones included.", &LanguageStats::nodes},
      {"copse_language_source_bytes", "Bytes of the sources.", &LanguageStats::source_bytes},
      {"copse_language_stored_source_bytes", "Bytes of the sources as they are stored.",
       &LanguageStats::stored_source_bytes},
      {"copse_language_stored_tree_bytes", "Bytes of the trees as they are stored.",
       &LanguageStats::stored_tree_bytes},
  }};
  std::vector<MetricFamily> families;
  for (const Column& column : kColumns) {
    MetricFamily family{column.name, column.help, kGauge, {}};
    for (const LanguageStats& language : stats.languages) {
      family.samples.push_back({{{"language", language.language}}, language.*column.value});
    }
    families.push_back(std::move(family));
  }
  families.push_back(labelled("copse_store_bytes", "Bytes of the store's files, by what they hold.",
                              kGauge, "part",
                              {{"packs", stats.pack_bytes},
                               {"catalogue", stats.catalogue_bytes},
                               {"shared", stats.shared_bytes}}));
  families.push_back(
      labelled("copse_index_bytes", "Bytes of the packs that find files and names.", kGauge, "kind",
               {{"postings", stats.postings_bytes}, {"symbols", stats.symbols_bytes}}));
  families.push_back(single("copse_deduplicated_bytes",
                            "Bytes of sources that are equal to another file's and stored with it.",
                            kGauge, stats.deduplicated_bytes));
  return families;
}

}  // namespace copse
