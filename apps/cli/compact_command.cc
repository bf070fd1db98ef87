// copse compact: brings a store to its smallest.
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "copse/compact.h"

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
constexpr int kHighestLevel = 22;
constexpr std::uint64_t kLargestDictionaryKb = 1024;

constexpr const char* kExamples =
    R"(Sources are compressed with a dictionary for each language, trees with a model learnt from more of
them. What the store answers stays the same; readers are not disturbed, and a run that is stopped or
killed loses nothing. Once more on the same files it finds nothing to do.

Examples:
  copse compact
  copse compact --store /tmp/store --jobs 1
  copse compact --json | jq .bytes_after

Exit status: 0 the store is at its smallest, 1 a part was done but not all (a full disk),
2 nothing was done, or a damaged file was met and left, 130 after Ctrl-C; what was done stays.)";

struct CompactFlags {
  std::string store_directory;
  CompactOptions options;
  std::uint64_t dictionary_kb = kLargestDictionaryKb;
  bool small = false;
  bool fast = false;
  bool json = false;
};

void print_json(Output& out, const CompactReport& report) {
  JsonWriter json(out);
  json.begin_object();
  json.key("bytes_before").number(report.bytes_before);
  json.key("bytes_after").number(report.bytes_after);
  json.key("files").number(report.files);
  json.key("files_rewritten").number(report.files_rewritten);
  json.key("files_shared").number(report.files_shared);
  json.key("models_learnt").number(report.models_learnt);
  json.key("deltas_written").number(report.deltas_written);
  json.key("dictionaries_trained").number(report.dictionaries_trained);
  json.key("damaged").begin_array();
  for (const FileProblem& problem : report.damaged) {
    json.begin_object().key("path").string(problem.path).key("reason").string(problem.reason);
    json.end_object();
  }
  json.end_array();
  json.key("elapsed_s").number(report.elapsed_s);
  json.key("interrupted").boolean(report.interrupted);
  json.key("stopped_by").string_or_null(report.stopped_by);
  json.end_object().end_line();
}

void print_text(Output& out, const CompactReport& report) {
  const std::string dictionaries =
      count_text(report.dictionaries_trained) +
      (report.dictionaries_trained == 1 ? " dictionary" : " dictionaries");
  out.write(size_text(report.bytes_before) + " before, " + size_text(report.bytes_after) +
            " after; " + count_text(report.files_rewritten) + " of " +
            counted(report.files, "file") + " written anew (" + count_text(report.files_shared) +
            " equal to others), " + counted(report.models_learnt, "model") + " and " +
            dictionaries + " learnt, in " + decimal_text(report.elapsed_s, 1) + " s");
  out.end_line();
}

void say_damaged(const std::vector<FileProblem>& damaged) {
  for (std::size_t i = 0; i < damaged.size() && i < kProblemsNamed; ++i) {
    say("left as it is: " + damaged[i].path + ": " + damaged[i].reason);
  }
  if (damaged.size() > kProblemsNamed) {
    say(counted(damaged.size() - kProblemsNamed, "more file") + " left; --json names them all");
  }
  if (!damaged.empty()) say("run 'copse index' to store damaged files anew");
}

int exit_code_of(const CompactReport& report, const StopSignals& signals) {
  if (!report.interrupted && report.stopped_by.empty()) {
    return report.damaged.empty() ? kExitDone : kExitError;
  }
  const std::string why =
      report.stopped_by.empty() ? "interrupted" : "stopped: " + report.stopped_by;
  say(why + "; what was done stays, the same command goes on with the rest");
  return report.interrupted ? signals.exit_code() : kExitStoppedEarly;
}

int run_compact(const CompactFlags& flags) {
  auto directory = flags.store_directory;
  if (directory.empty()) {
    auto found = Workspace::find_store(".");
    if (!found.ok()) return fail(found.error());
    directory = std::move(found).value();
  }
  const StopSignals signals;
  CompactOptions options = flags.options;
  options.dictionary_bytes = flags.dictionary_kb * 1024;
  options.stop = signals.flag();
  if (flags.small || flags.fast) options.small_trees = flags.small;
  Result<CompactReport> result = [&] {
    ProgressReporter reporter("compacting");
    options.progress = [&reporter](const IndexProgress& progress) { reporter.update(progress); };
    return compact_store(directory, options);
  }();
  if (!result.ok()) {
    const bool interrupted =
        result.error().code() == ErrorCode::Interrupted && signals.flag()->load();
    return interrupted ? (say(result.error().message()), signals.exit_code())
                       : fail(result.error());
  }
  const CompactReport& report = result.value();
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  flags.json ? print_json(*out, report) : print_text(*out, report);
  say_damaged(report.damaged);
  return out->finish(exit_code_of(report, signals));
}

}  // namespace

void add_compact_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("compact", "Bring the store to its smallest");
  auto flags = std::make_shared<CompactFlags>();
  add_jobs_option(*command, flags->options.jobs);
  command->add_option("--level", flags->options.level, "Of zstd; default: 19, the highest is 22")
      ->type_name("LEVEL")
      ->check(CLI::Validator(CLI::Range(1, kHighestLevel)).description(""));
  command
      ->add_option("--dictionary-kb", flags->dictionary_kb,
                   "The largest dictionary for a language; default: 1024, 0: none")
      ->type_name("KB")
      ->check(CLI::Validator(CLI::Range(std::uint64_t{0}, kLargestDictionaryKb)).description(""));
  auto* small =
      command->add_flag("--small", flags->small,
                        "Trees in half the space, thawed at a quarter of the speed; kept by "
                        "later runs");
  command->add_flag("--fast", flags->fast, "Trees that open fast again, after --small")
      ->excludes(small);
  command->add_flag("--json", flags->json, "Print the summary as JSON");
  add_store_option(*command, flags->store_directory);
  command->footer(kExamples);
  command->callback([flags, &action] { action = [flags] { return run_compact(*flags); }; });
}

}  // namespace copse::cli
