// copse gc: gives space back that nothing in the store needs any more.
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "copse/gc.h"

#include "commands.h"
#include "json_output.h"
#include "options.h"
#include "output.h"
#include "text.h"

namespace copse::cli {
namespace {

constexpr const char* kExamples =
    R"(Copies what is still needed out of packs that are partly waste and removes what nothing needs. Nothing
is compressed anew: 'copse compact' does that, and leaves no waste either. Readers are not disturbed.

Examples:
  copse gc --dry-run
  copse gc --store /tmp/store
  copse gc --json | jq '.bytes_before - .bytes_after'

Exit status: 0 done, 2 nothing was done (no store, somebody else writes it, its catalogue is damaged).)";

struct GcFlags {
  std::string store_directory;
  GcOptions options;
  bool json = false;
};

void print_json(Output& out, const GcFlags& flags, const GcReport& report) {
  JsonWriter json(out);
  json.begin_object();
  json.key("dry_run").boolean(flags.options.dry_run);
  json.key("bytes_before").number(report.bytes_before);
  json.key("bytes_after").number(report.bytes_after);
  json.key("bytes_copied").number(report.bytes_copied);
  json.key("elapsed_s").number(report.elapsed_s);
  json.end_object().end_line();
}

void print_text(Output& out, const GcFlags& flags, const GcReport& report) {
  const std::string after = size_text(report.bytes_after);
  if (flags.options.dry_run) {
    out.write(size_text(report.bytes_before) + " now, about " + after + " would be left");
  } else {
    out.write(size_text(report.bytes_before) + " before, " + after + " after; " +
              size_text(report.bytes_copied) + " copied out of packs, in " +
              decimal_text(report.elapsed_s, 1) + " s");
  }
  out.end_line();
}

int run_gc(const GcFlags& flags) {
  auto directory = flags.store_directory;
  if (directory.empty()) {
    auto found = Workspace::find_store(".");
    if (!found.ok()) return fail(found.error());
    directory = std::move(found).value();
  }
  const auto report = collect_garbage(directory, flags.options);
  if (!report.ok()) return fail(report.error());
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  flags.json ? print_json(*out, flags, report.value()) : print_text(*out, flags, report.value());
  return out->finish(kExitDone);
}

}  // namespace

void add_gc_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("gc", "Give back space that nothing needs");
  auto flags = std::make_shared<GcFlags>();
  command->add_flag("-n,--dry-run", flags->options.dry_run, "Only say what could be given back");
  command->add_flag("--json", flags->json, "Print one JSON object");
  add_store_option(*command, flags->store_directory);
  command->footer(kExamples);
  command->callback([flags, &action] { action = [flags] { return run_gc(*flags); }; });
}

}  // namespace copse::cli
