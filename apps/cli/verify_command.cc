// copse verify: is the store what was written, and are the trees what a parser makes?
#include <cstdint>
#include <memory>
#include <string>

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

constexpr const char* kExamples =
    R"(Checks every checksum. With --deep every stored source is parsed again as well, and every node and
field compared with the stored tree. Each difference is named, a line each.

Examples:
  copse verify
  copse verify --deep --store /tmp/store
  copse verify --json | jq .differences

Exit status: 0 clean, 2 differences, damage or another error, 130 after Ctrl-C.)";

struct VerifyFlags {
  std::string store_directory;
  ParseFlags parse;
  bool deep = false;
  unsigned jobs = 0;
  bool json = false;
};

// Names differences as they are found. Called from one thread at a time.
class DifferencePrinter {
 public:
  DifferencePrinter(bool as_json, Output& out) : as_json_(as_json), out_(out), json_(out) {
    if (as_json_) json_.begin_object().key("differences").begin_array();
  }

  void print(const std::string& difference) {
    ++count_;
    if (as_json_) {
      json_.string(difference);
      return;
    }
    out_.write(escape_controls(difference));
    out_.end_line();
  }

  void print_summary(const VerifyReport& report) {
    if (as_json_) {
      json_.end_array();
      json_.key("files").number(report.files);
      json_.key("nodes_compared").number(report.nodes_compared);
      json_.key("difference_count").number(count_);
      json_.key("interrupted").boolean(report.interrupted);
      json_.end_object().end_line();
      return;
    }
    out_.write(counted(report.files, "file") + " checked, " +
               counted(report.nodes_compared, "node") + " compared, " +
               (count_ == 0 ? "no difference" : counted(count_, "difference")));
    out_.end_line();
  }

  std::uint64_t count() const { return count_; }

 private:
  bool as_json_;
  Output& out_;
  JsonWriter json_;
  std::uint64_t count_ = 0;
};

Result<VerifyReport> verify_with_progress(const Workspace& workspace, const VerifyFlags& flags,
                                          const StopSignals& signals, DifferencePrinter& printer) {
  VerifyOptions options;
  options.deep = flags.deep;
  options.grammar_path = flags.parse.grammar_path();
  options.parse_command = flags.parse.parse_command();
  options.jobs = flags.jobs;
  options.stop = signals.flag();
  ProgressReporter reporter("verifying");
  options.progress = [&reporter](const IndexProgress& progress) { reporter.update(progress); };
  return workspace.verify(options, [&](const std::string& difference) {
    reporter.clear();
    printer.print(difference);
  });
}

int run_verify(const VerifyFlags& flags) {
  const auto store = open_store(flags.store_directory);
  if (!store.ok()) return fail(store.error());
  const Workspace& workspace = store.value().workspace;
  const StopSignals signals;
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  DifferencePrinter printer(flags.json, *out);
  auto report = verify_with_progress(workspace, flags, signals, printer);
  const bool stopped = signals.flag()->load();
  if (!report.ok() && !stopped) {
    if (!flags.json) (void)out->finish(kExitError);
    return fail(report.error());
  }
  VerifyReport summary = report.ok() ? report.value() : VerifyReport{};
  summary.interrupted = summary.interrupted || stopped;
  if (printer.count() == 0) {
    for (const std::string& note : workspace.damage_notes()) {
      printer.print(note);
    }
  }
  printer.print_summary(summary);
  if (printer.count() > 0) {
    say(summary.not_compared == printer.count()
            ? "these trees could not be compared; they still answer from the grammars in the store"
            : "the store is not what it should be; run 'copse index' to store damaged files anew");
  }
  if (summary.interrupted) say("interrupted; not everything was checked");
  const int clean = summary.interrupted ? signals.exit_code() : kExitDone;
  return out->finish(printer.count() > 0 || summary.differences > 0 ? kExitError : clean);
}

}  // namespace

void add_verify_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("verify", "Check the store; with --deep every node");
  auto flags = std::make_shared<VerifyFlags>();
  command->add_flag("--deep", flags->deep, "Parse every source again and compare every node");
  add_jobs_option(*command, flags->jobs);
  add_parse_options(*command, flags->parse);
  command->add_flag("--json", flags->json, "Print one JSON object");
  add_store_option(*command, flags->store_directory);
  command->footer(kExamples);
  command->callback([flags, &action] { action = [flags] { return run_verify(*flags); }; });
}

}  // namespace copse::cli
