// copse index: brings a store up to date with a directory.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "copse/workspace.h"

#include "commands.h"
#include "json_output.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "signals.h"
#include "text.h"

namespace copse::cli {
namespace {

constexpr std::size_t kProblemsNamed = 20;
constexpr double kLongestTimeoutSeconds = 86400;

constexpr const char* kExamples =
    R"(Files of no known language are left out unless --all is given. What cannot be parsed (a grammar
that crashes, a file that takes too long) is kept as plain source and named.

Examples:
  copse index .                       the store is ./.copse
  copse index src --store /tmp/store  somewhere else
  copse index . --all --no-ignore     every file there is

Exit status: 0 the store is up to date, 1 something was stored but not all (a full disk),
2 nothing was stored, 130 after Ctrl-C; what was stored stays.)";

struct IndexFlags {
  std::string directory;
  std::string store_directory;
  ParseFlags parse;
  IndexOptions options;
  bool verbose = false;
  bool json = false;
};

void say_problems(std::string_view what, const std::vector<FileProblem>& problems, bool all) {
  const std::size_t named = all ? problems.size() : std::min(problems.size(), kProblemsNamed);
  for (std::size_t i = 0; i < named; ++i) {
    say(std::string(what) + " " + problems[i].path + ": " + problems[i].reason);
  }
  if (named < problems.size()) {
    say(counted(problems.size() - named, "more file") + " " + std::string(what) +
        "; -v names them all");
  }
}

void print_problems(JsonWriter& json, const std::vector<FileProblem>& problems) {
  json.begin_array();
  for (const FileProblem& problem : problems) {
    json.begin_object().key("path").string(problem.path).key("reason").string(problem.reason);
    json.end_object();
  }
  json.end_array();
}

void print_json(Output& out, const IndexReport& report) {
  JsonWriter json(out);
  json.begin_object();
  json.key("files_seen").number(report.files_seen);
  json.key("files_parsed").number(report.files_parsed);
  json.key("files_unchanged").number(report.files_unchanged);
  json.key("files_removed").number(report.files_removed);
  json.key("files_committed").number(report.files_committed);
  print_problems(json.key("plain"), report.plain);
  print_problems(json.key("unreadable"), report.unreadable);
  json.key("bytes_parsed").number(report.bytes_parsed);
  json.key("nodes_parsed").number(report.nodes_parsed);
  json.key("elapsed_s").number(report.elapsed_s);
  json.key("interrupted").boolean(report.interrupted);
  json.key("stopped_by").string_or_null(report.stopped_by);
  json.end_object().end_line();
}

void print_text(Output& out, const IndexReport& report) {
  const double per_s =
      report.elapsed_s > 0 ? static_cast<double>(report.bytes_parsed) / report.elapsed_s : 0;
  out.write(counted(report.files_parsed, "file") + " parsed (" + size_text(report.bytes_parsed) +
            ", " + counted(report.nodes_parsed, "node") + ") in " +
            decimal_text(report.elapsed_s, 1) + " s, " +
            size_text(static_cast<std::uint64_t>(per_s)) + "/s; " +
            count_text(report.files_unchanged) + " unchanged, " + count_text(report.files_removed) +
            " removed, " + count_text(report.plain.size()) + " kept as plain source, " +
            count_text(report.unreadable.size()) + " not readable");
  out.end_line();
}

int exit_code_of(const IndexReport& report, const StopSignals& signals) {
  if (!report.interrupted && report.stopped_by.empty()) return kExitDone;
  const std::string why =
      report.stopped_by.empty() ? "interrupted" : "stopped: " + report.stopped_by;
  say(why + "; what was stored stays, the same command completes it");
  return report.interrupted ? signals.exit_code() : kExitStoppedEarly;
}

Result<IndexReport> index_with_progress(const IndexFlags& flags, const StopSignals& signals) {
  IndexOptions options = flags.options;
  options.store_directory = flags.store_directory;
  options.grammar_path = flags.parse.grammar_path();
  options.parse_command = flags.parse.parse_command();
  options.stop = signals.flag();
  ProgressReporter reporter("indexing");
  options.progress = [&reporter](const IndexProgress& progress) { reporter.update(progress); };
  return index_directory(flags.directory, options);
}

int run_index(const IndexFlags& flags) {
  const StopSignals signals;
  const auto result = index_with_progress(flags, signals);
  if (!result.ok()) {
    const bool interrupted =
        result.error().code() == ErrorCode::Interrupted && signals.flag()->load();
    return interrupted ? (say(result.error().message()), signals.exit_code())
                       : fail(result.error());
  }
  const IndexReport& report = result.value();
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  flags.json ? print_json(*out, report) : print_text(*out, report);
  say_problems("kept as plain source:", report.plain, flags.verbose);
  say_problems("not readable:", report.unreadable, flags.verbose);
  return out->finish(exit_code_of(report, signals));
}

}  // namespace

void add_index_command(CLI::App& program, Action& action) {
  CLI::App* command =
      program.add_subcommand("index", "Store a directory's sources and trees, or what changed");
  auto flags = std::make_shared<IndexFlags>();
  command->add_option("DIR", flags->directory, "The directory to index")
      ->type_name("DIR")
      ->required();
  command->add_option("--store", flags->store_directory, "Where the store is; default: DIR/.copse")
      ->type_name("DIR");
  add_jobs_option(*command, flags->options.jobs);
  command->add_flag("--no-ignore", flags->options.include_ignored,
                    "Take files that .gitignore leaves out, too");
  command->add_flag("--all", flags->options.include_unknown,
                    "Keep files of no known language as plain source");
  command
      ->add_option("--parse-timeout", flags->options.parse_timeout_s,
                   "Keep a file as plain source when parsing takes longer; default: 60")
      ->type_name("SECONDS")
      ->check(CLI::Validator(CLI::Range(0.001, kLongestTimeoutSeconds)).description(""));
  command
      ->add_option("--phases-off", flags->options.phases_off,
                   "Phases of compression the store goes without, to measure them; 'none' for all")
      ->type_name("LIST")
      ->delimiter(',');
  add_parse_options(*command, flags->parse);
  command->add_flag("-v,--verbose", flags->verbose, "Name every file kept as plain source");
  command->add_flag("--json", flags->json, "Print the summary as JSON");
  command->footer(kExamples);
  command->callback([flags, &action] { action = [flags] { return run_index(*flags); }; });
}

}  // namespace copse::cli
