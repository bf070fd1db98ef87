// copse repair: makes a damaged store whole again from what is left.
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "copse/repair.h"

#include "commands.h"
#include "json_output.h"
#include "options.h"
#include "output.h"
#include "signals.h"
#include "text.h"

namespace copse::cli {
namespace {

constexpr const char* kExamples =
    R"(What the store keeps twice is written anew from the copy that is whole; a tree is made again from its
source; a source comes from an equal file of the store, or from the file it was read from if that still
has the same content. What cannot be made again is named.

Examples:
  copse repair --dry-run
  copse repair --store /tmp/store
  copse repair --json | jq .lost

Exit status: 0 the store is whole, 1 something is damaged still (with --dry-run: something is damaged),
2 nothing was done (no store, somebody else writes it), 130 after Ctrl-C; what was repaired stays.)";

struct RepairFlags {
  std::string store_directory;
  ParseFlags parse;
  bool dry_run = false;
  bool json = false;
};

void print_list(JsonWriter& json, const char* key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const std::string& text : texts) {
    json.string(text);
  }
  json.end_array();
}

void print_json(Output& out, const RepairReport& report) {
  JsonWriter json(out);
  json.begin_object();
  print_list(json, "found", report.found);
  print_list(json, "left", report.left);
  json.key("sources_restored").number(report.sources_restored);
  json.key("trees_restored").number(report.trees_restored);
  json.key("lost").begin_array();
  for (const FileProblem& problem : report.lost) {
    json.begin_object().key("path").string(problem.path).key("reason").string(problem.reason);
    json.end_object();
  }
  json.end_array();
  json.key("elapsed_s").number(report.elapsed_s);
  json.key("interrupted").boolean(report.interrupted);
  json.end_object().end_line();
}

void print_line(Output& out, const std::string& text) {
  out.write(escape_controls(text));
  out.end_line();
}

void print_text(Output& out, const RepairFlags& flags, const RepairReport& report) {
  if (report.found.empty()) return print_line(out, "nothing is damaged");
  for (const std::string& damage : report.found) {
    print_line(out, damage);
  }
  for (const FileProblem& problem : report.lost) {
    print_line(out, (flags.dry_run ? "to be made again: " : "lost: ") + problem.path + ": " +
                        problem.reason);
  }
  const std::string damages = counted(report.found.size(), "damage");
  if (flags.dry_run) {
    return print_line(out, damages + ", " + counted(report.lost.size(), "file") + " concerned");
  }
  print_line(out, damages + " found, " + counted(report.sources_restored, "source") + " and " +
                      counted(report.trees_restored, "tree") + " made again, " +
                      (report.left.empty() ? "nothing is damaged now"
                                           : counted(report.left.size(), "damage") + " left"));
}

int run_repair(const RepairFlags& flags) {
  auto directory = flags.store_directory;
  if (directory.empty()) {
    auto found = Workspace::find_store(".");
    if (!found.ok()) return fail(found.error());
    directory = std::move(found).value();
  }
  const StopSignals signals;
  RepairOptions options;
  options.grammar_path = flags.parse.grammar_path();
  options.parse_command = flags.parse.parse_command();
  options.dry_run = flags.dry_run;
  options.stop = signals.flag();
  const auto result = repair_store(directory, options);
  if (!result.ok()) return fail(result.error());
  const RepairReport& report = result.value();
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  flags.json ? print_json(*out, report) : print_text(*out, flags, report);
  if (report.interrupted) {
    say("interrupted; what was repaired stays");
    return out->finish(signals.exit_code());
  }
  if (report.left.empty() && report.lost.empty()) return out->finish(kExitDone);
  say(flags.dry_run ? "run 'copse repair' to repair what can be"
                    : "run 'copse index' to store what was lost anew");
  return out->finish(kExitStoppedEarly);
}

}  // namespace

void add_repair_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("repair", "Make a damaged store whole again");
  auto flags = std::make_shared<RepairFlags>();
  command->add_flag("-n,--dry-run", flags->dry_run, "Only say what is damaged");
  add_parse_options(*command, flags->parse);
  command->add_flag("--json", flags->json, "Print one JSON object");
  add_store_option(*command, flags->store_directory);
  command->footer(kExamples);
  command->callback([flags, &action] { action = [flags] { return run_repair(*flags); }; });
}

}  // namespace copse::cli
