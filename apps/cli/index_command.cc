// copse index: brings a store up to date with a directory.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "copse/revisions.h"
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
that crashes, a file that takes too long) is kept as plain source and named. With --rev commits are
read out of git, without a checkout; what the store has already is not read again.

Examples:
  copse index .                       the store is ./.copse
  copse index src --store /tmp/store  somewhere else
  copse index . --all --no-ignore     every file there is
  copse index --rev v1.0 --rev v1.1   two revisions, beside what the directory has
  copse index --rev v1.0..main        every commit since then
  copse index --rev v1.0 --repo /srv/project.git --store /tmp/store

Exit status: 0 the store is up to date, 1 something was stored but not all (a full disk),
2 nothing was stored, 130 after Ctrl-C; what was stored stays.)";

struct IndexFlags {
  std::string directory;
  std::string store_directory;
  ParseFlags parse;
  IndexOptions options;
  std::vector<std::string> revisions;
  std::string repository;
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

void print_json(Output& out, const IndexFlags& flags, const RevisionReport& all) {
  const IndexReport& report = all.files;
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
  if (!flags.revisions.empty()) {
    json.key("revisions_seen").number(all.revisions_seen);
    json.key("revisions_stored").number(all.revisions_stored);
    json.key("links").number(all.links);
    json.key("submodules").number(all.submodules);
  }
  json.key("elapsed_s").number(report.elapsed_s);
  json.key("interrupted").boolean(report.interrupted);
  json.key("stopped_by").string_or_null(report.stopped_by);
  json.end_object().end_line();
}

void print_text(Output& out, const IndexFlags& flags, const RevisionReport& all) {
  const IndexReport& report = all.files;
  if (!flags.revisions.empty()) {
    out.write(counted(all.revisions_seen, "revision") + ", " + count_text(all.revisions_stored) +
              " of them new or changed; ");
  }
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

void say_what_git_left_out(const RevisionReport& report) {
  if (report.links > 0)
    say("left out, as links are not followed: " + counted(report.links, "link"));
  if (report.submodules > 0) {
    say("left out, as they are repositories of their own: " +
        counted(report.submodules, "submodule"));
  }
}

// Of a directory without revisions.
Result<RevisionReport> index_files(const IndexFlags& flags, const IndexOptions& options) {
  RevisionReport report;
  if (!flags.revisions.empty()) {
    RevisionRequest request{flags.repository, flags.revisions};
    if (request.directory.empty()) request.directory = flags.directory;
    if (request.directory.empty()) request.directory = ".";
    return index_revisions(request, options);
  }
  if (flags.directory.empty() || !flags.repository.empty()) {
    return Error(ErrorCode::InvalidArgument,
                 flags.directory.empty()
                     ? "there is no directory to index; give one ('copse index .'), or a revision "
                       "with --rev"
                     : "--repo needs a revision; give one with --rev");
  }
  COPSE_TRY(report.files, index_directory(flags.directory, options));
  return report;
}

Result<RevisionReport> index_with_progress(const IndexFlags& flags, const StopSignals& signals) {
  IndexOptions options = flags.options;
  options.store_directory = flags.store_directory;
  if (options.store_directory.empty() && !flags.repository.empty()) {
    // The repository is elsewhere, and perhaps not ours to write to.
    options.store_directory =
        (flags.directory.empty() ? "." : flags.directory) + "/" + std::string(kStoreDirectoryName);
  }
  options.grammar_path = flags.parse.grammar_path();
  options.parse_command = flags.parse.parse_command();
  options.stop = signals.flag();
  ProgressReporter reporter("indexing");
  options.progress = [&reporter](const IndexProgress& progress) { reporter.update(progress); };
  return index_files(flags, options);
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
  const IndexReport& report = result.value().files;
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  flags.json ? print_json(*out, flags, result.value()) : print_text(*out, flags, result.value());
  say_what_git_left_out(result.value());
  say_problems("kept as plain source:", report.plain, flags.verbose);
  say_problems("not readable:", report.unreadable, flags.verbose);
  return out->finish(exit_code_of(report, signals));
}

}  // namespace

void add_index_command(CLI::App& program, Action& action) {
  CLI::App* command =
      program.add_subcommand("index", "Store a directory's sources and trees, or what changed");
  auto flags = std::make_shared<IndexFlags>();
  command->add_option("DIR", flags->directory, "The directory to index; with --rev, default: .")
      ->type_name("DIR");
  command
      ->add_option("--rev", flags->revisions,
                   "Index this commit of the directory's repository (tag, branch, hash, A..B) in "
                   "place of its files; may be repeated")
      ->type_name("REV")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--repo", flags->repository, "With --rev: the repository, if it is elsewhere")
      ->type_name("DIR");
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
