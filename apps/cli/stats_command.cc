// copse stats: how much of what, and what it costs.
#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "copse/metrics.h"
#include "copse/workspace.h"

#include "commands.h"
#include "json_output.h"
#include "options.h"
#include "output.h"
#include "text.h"

namespace copse::cli {
namespace {

constexpr const char* kExamples =
    R"(Nodes are counted as the parser makes them, hidden ones included; visible ones beside them. Bits a
node are those of the stored trees. Memory is this process's, as the kernel counts it.

Examples:
  copse stats
  copse stats --json | jq .store_bytes
  copse stats --prometheus > /var/lib/node_exporter/copse.prom

Exit status: 0 printed, 2 error.)";

constexpr std::size_t kColumns = 9;
using Row = std::array<std::string, kColumns>;

struct StatsFlags {
  std::string store_directory;
  bool json = false;
  bool prometheus = false;
};

double bits_a_node(const LanguageStats& stats) {
  return stats.nodes == 0
             ? 0
             : static_cast<double>(stats.stored_tree_bytes) * 8 / static_cast<double>(stats.nodes);
}

LanguageStats total_of(const std::vector<LanguageStats>& languages) {
  LanguageStats total;
  for (const LanguageStats& each : languages) {
    total.files += each.files;
    total.lines += each.lines;
    total.nodes += each.nodes;
    total.visible_nodes += each.visible_nodes;
    total.source_bytes += each.source_bytes;
    total.stored_source_bytes += each.stored_source_bytes;
    total.stored_tree_bytes += each.stored_tree_bytes;
  }
  return total;
}

void print_counts(JsonWriter& json, const LanguageStats& stats) {
  json.key("files").number(stats.files);
  json.key("lines").number(stats.lines);
  json.key("nodes").number(stats.nodes);
  json.key("visible_nodes").number(stats.visible_nodes);
  json.key("source_bytes").number(stats.source_bytes);
  json.key("stored_source_bytes").number(stats.stored_source_bytes);
  json.key("stored_tree_bytes").number(stats.stored_tree_bytes);
  json.key("bits_per_node").number(bits_a_node(stats));
}

void print_json(Output& out, const StoreStats& stats) {
  JsonWriter json(out);
  json.begin_object().key("languages").begin_array();
  for (const LanguageStats& language : stats.languages) {
    json.begin_object().key("lang").string_or_null(language.language);
    print_counts(json, language);
    json.end_object();
  }
  json.end_array().key("total").begin_object();
  print_counts(json, total_of(stats.languages));
  json.end_object();
  json.key("generation").number(stats.generation);
  json.key("store_bytes").number(stats.store_bytes);
  json.key("pack_bytes").number(stats.pack_bytes);
  json.key("postings_bytes").number(stats.postings_bytes);
  json.key("symbols_bytes").number(stats.symbols_bytes);
  json.key("catalogue_bytes").number(stats.catalogue_bytes);
  json.key("shared_bytes").number(stats.shared_bytes);
  json.key("deduplicated_bytes").number(stats.deduplicated_bytes);
  json.key("phases_off").begin_array();
  for (const std::string& phase : stats.phases_off) {
    json.string(phase);
  }
  json.end_array();
  json.key("rss_anon_bytes").number(stats.rss_anon_bytes);
  json.key("rss_file_bytes").number(stats.rss_file_bytes);
  json.end_object().end_line();
}

Row row_of(const std::string& name, const LanguageStats& stats) {
  return {name,
          count_text(stats.files),
          count_text(stats.lines),
          count_text(stats.nodes),
          count_text(stats.visible_nodes),
          size_text(stats.source_bytes),
          size_text(stats.stored_source_bytes),
          size_text(stats.stored_tree_bytes),
          stats.nodes == 0 ? "-" : decimal_text(bits_a_node(stats), 2)};
}

void print_table(Output& out, const std::vector<Row>& rows) {
  std::array<std::size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < kColumns; ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  for (const Row& row : rows) {
    std::string line = row[0] + std::string(widths[0] - row[0].size(), ' ');
    for (std::size_t i = 1; i < kColumns; ++i) {
      line += "  " + std::string(widths[i] - row[i].size(), ' ') + row[i];
    }
    out.write(line);
    out.end_line();
  }
}

void print_text(Output& out, const StoreStats& stats, const std::string& directory) {
  std::vector<Row> rows = {{"language", "files", "lines", "nodes", "visible", "source",
                            "stored source", "stored trees", "bits/node"}};
  for (const LanguageStats& language : stats.languages) {
    rows.push_back(row_of(language.language.empty() ? "(plain)" : language.language, language));
  }
  rows.push_back(row_of("total", total_of(stats.languages)));
  print_table(out, rows);
  out.end_line();
  out.write("store   " + size_text(stats.store_bytes) + " in " + directory + ": packs " +
            size_text(stats.pack_bytes) + " (postings " + size_text(stats.postings_bytes) +
            ", symbols " + size_text(stats.symbols_bytes) + "), catalogue " +
            size_text(stats.catalogue_bytes) + ", grammars and models " +
            size_text(stats.shared_bytes) + "; generation " + count_text(stats.generation));
  out.end_line();
  out.write("memory  RssAnon " + size_text(stats.rss_anon_bytes) + ", RssFile " +
            size_text(stats.rss_file_bytes));
  out.end_line();
}

// What the store takes, then what this command did with it.
int print_prometheus(const Workspace& workspace, const StoreStats& stats) {
  std::vector<MetricFamily> families = store_metrics(stats);
  for (MetricFamily& family : workspace.metrics()) {
    families.push_back(std::move(family));
  }
  const auto text = prometheus_text(families);
  if (!text.ok()) return fail(text.error());
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  out->write(text.value());
  return out->finish(kExitDone);
}

int run_stats(const StatsFlags& flags) {
  const auto store = open_store(flags.store_directory);
  if (!store.ok()) return fail(store.error());
  const auto stats = store.value().workspace.stats();
  if (!stats.ok()) return fail(stats.error());
  if (flags.prometheus) return print_prometheus(store.value().workspace, stats.value());
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  flags.json ? print_json(*out, stats.value())
             : print_text(*out, stats.value(), store.value().directory);
  return out->finish(kExitDone);
}

}  // namespace

void add_stats_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("stats", "Count files, lines, nodes and bytes");
  auto flags = std::make_shared<StatsFlags>();
  CLI::Option* json = command->add_flag("--json", flags->json, "One JSON object");
  command->add_flag("--prometheus", flags->prometheus, "Metrics in Prometheus's text format")
      ->excludes(json);
  add_store_option(*command, flags->store_directory);
  command->footer(kExamples);
  command->callback([flags, &action] { action = [flags] { return run_stats(*flags); }; });
}

}  // namespace copse::cli
