// copse query: matches of a tree-sitter query in the stored trees.
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "copse/query.h"
#include "copse/workspace.h"

#include "commands.h"
#include "match_text.h"
#include "options.h"
#include "output.h"
#include "query_ranges.h"
#include "text.h"

namespace copse::cli {
namespace {

constexpr std::size_t kMaxQueryBytes = std::size_t{16} << 20;

constexpr const char* kExamples =
    R"(Text output has a line a capture: path:line:column: capture: source, line and column from 1, the
column in bytes. JSON has a line a match, rows and columns from 0. A match without captures has
nothing to show in text; count and jsonl have it.

Examples:
  copse query '(call_expression function: (identifier) @f (#eq? @f "malloc"))' --lang c
  copse query --file queries/tags.scm --lang rust --path 'src/**'
  copse query '(ERROR) @error' --format count
  copse query '(comment) @c' --format jsonl --limit 10
  copse query '(goto_statement) @g' --rev v1.2
  copse query '(call_expression) @c' --path src/main.c --lines 120:180

Exit status: 0 found, 1 nothing found, 2 error.)";

struct QueryFlags {
  std::string text;
  std::string file;
  std::string store_directory;
  std::string revision;
  std::string language;
  std::string path_glob;
  std::string format = "text";
  std::uint64_t limit = 0;  // 0: none
  std::string bytes;
  std::string lines;
  std::uint32_t match_limit = 0;  // 0: none
  unsigned jobs = 0;
  bool explain = false;
  bool no_index = false;
  ColorChoice color = ColorChoice::Auto;
};

Result<QueryRequest> make_request(const QueryFlags& flags) {
  if (flags.text.empty() == flags.file.empty()) {
    return Error(ErrorCode::InvalidArgument,
                 flags.text.empty() ? "there is no query; give one, or a file with --file"
                                    : "there are two queries; give one, or --file");
  }
  QueryRequest request;
  request.text = flags.text;
  if (!flags.file.empty()) {
    COPSE_TRY(request.text, read_whole_file(flags.file, kMaxQueryBytes));
  }
  if (!flags.language.empty()) request.language = flags.language;
  if (!flags.path_glob.empty()) request.path_glob = flags.path_glob;
  if (flags.limit != 0) request.limit = flags.limit;
  COPSE_TRY_STATUS(set_byte_range(flags.bytes, request.options));
  COPSE_TRY_STATUS(set_line_range(flags.lines, request.options));
  if (flags.match_limit != 0) request.options.match_limit = flags.match_limit;
  request.jobs = flags.jobs;
  request.use_index = !flags.no_index;
  return request;
}

// A line for the languages that were passed over, and one for each file that could not be read.
void say_what_was_left(const QueryReport& report, std::uint64_t bare_matches,
                       const QueryFlags& flags) {
  if (!report.left_out.empty() && flags.language.empty()) {
    std::string names;
    for (const std::string& name : report.left_out) {
      names += (names.empty() ? "" : ", ") + name;
    }
    say("left out, as the query does not compile for them: " + names);
  }
  if (flags.format == "text" && bare_matches > 0) {
    say("matches without a capture, of which text shows nothing: " + count_text(bare_matches) +
        "; add @name to the query to see where they are");
  }
  if (report.files_over_limit > 0 && flags.match_limit != 0) {
    say("files in which more than " + count_text(flags.match_limit) +
        " matches were in progress at once, so that some may be missing: " +
        count_text(report.files_over_limit));
  }
  for (const FileProblem& problem : report.unreadable) {
    say("not searched: " + problem.path + ": " + problem.reason);
  }
  if (!report.unreadable.empty()) {
    say("the answer is incomplete; 'copse verify' names all damage, and a store that is removed "
        "and "
        "indexed again is whole");
  }
}

// A query that does not compile points at its own text; every other error is one line.
int fail_query(const Error& error, const QueryError& where, const QueryFlags& flags,
               const QueryRequest& request) {
  if (where.message.empty()) return fail(error);
  const std::string name = flags.file.empty() ? "query" : flags.file;
  return fail_with_text(where.describe(name, request.text));
}

// What is needed of a file, and how many were left after each step.
void print_plan(const QueryReport& report, Output& out) {
  const SearchPlan& plan = report.plan;
  const auto line = [&](std::string_view what, std::uint64_t count) {
    out.write(what);
    out.write(count_text(count));
    out.end_line();
  };
  for (const std::string& needs : plan.needs) {
    out.write("needs            ");
    out.write(needs);
    out.end_line();
  }
  line("files            ", plan.files);
  line("  asked for      ", plan.files_asked_for);
  line("  left by index  ", plan.files_of_index);
  line("  by their text  ", plan.files_with_text);
  line("  with a start   ", plan.files_with_start);
  line("blocks read      ", plan.blocks);
  line("  located        ", plan.blocks_located);
  line("nodes read       ", plan.nodes);
  line("  looked at      ", plan.nodes_entered);
  line("matches          ", report.matches);
}

Result<QueryReport> search(const Workspace& workspace, const QueryRequest& request,
                           const QueryFlags& flags, Output& out,
                           std::atomic<std::uint64_t>& bare_matches, QueryError& where) {
  const MatchFormat format = match_format(flags.format);
  if (format == MatchFormat::Count || flags.explain) return workspace.query_count(request, &where);
  const MatchText text(format, Palette::make(wants_color(flags.color, out.is_terminal())),
                       out.is_terminal());
  MatchWriter writer;
  writer.render = [&](const FileMatch& found, std::string& rendered) {
    if (found.match->captures->empty()) bare_matches.fetch_add(1, std::memory_order_relaxed);
    text.append(found, rendered);
  };
  writer.deliver = [&](std::string_view rendered) {
    out.write(rendered);
    out.pass_on();
    return !out.failed();
  };
  return workspace.query_text(request, writer, &where);
}

int run_query(const QueryFlags& flags) {
  const auto request = make_request(flags);
  if (!request.ok()) return fail(request.error());
  auto store = open_store(flags.store_directory, flags.revision);
  if (!store.ok()) return fail(store.error());

  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  QueryError where;
  std::atomic<std::uint64_t> bare_matches = 0;
  const auto report =
      search(store.value().workspace, request.value(), flags, *out, bare_matches, where);
  if (!report.ok()) {
    (void)out->finish(kExitError);
    return fail_query(report.error(), where, flags, request.value());
  }
  if (flags.explain) {
    print_plan(report.value(), *out);
  } else if (flags.format == "count") {
    out->write(std::to_string(report.value().matches));
    out->end_line();
  }
  const int exit_code = report.value().matches > 0 ? kExitDone : kExitNothingFound;
  const int written = out->finish(exit_code);
  say_what_was_left(report.value(), bare_matches, flags);
  return report.value().unreadable.empty() ? written : kExitError;
}

}  // namespace

void add_query_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("query", "Find what a tree-sitter query matches");
  auto flags = std::make_shared<QueryFlags>();
  command->add_option("QUERY", flags->text, "The query, in tree-sitter's query language")
      ->type_name("QUERY");
  command->add_option("-f,--file", flags->file, "Read the query from a file; - is standard input")
      ->type_name("FILE");
  command
      ->add_option("--lang", flags->language,
                   "Only files of this language; default: every one the query compiles for")
      ->type_name("LANG");
  command
      ->add_option("--path", flags->path_glob,
                   "Only files whose path matches; * stops at /, ** does not")
      ->type_name("GLOB");
  command->add_option("--format", flags->format, "text, jsonl or count; default: text")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "jsonl", "count"}));
  command->add_option("--limit", flags->limit, "Stop after N matches")
      ->type_name("N")
      ->check(CLI::Validator(CLI::PositiveNumber).description(""));
  command
      ->add_option("--bytes", flags->bytes,
                   "Only what touches bytes A to B of a file, counted from 0, B not included")
      ->type_name("A:B");
  command->add_option("--lines", flags->lines, "Only what touches lines A to B, counted from 1")
      ->type_name("A:B");
  command
      ->add_option("--match-limit", flags->match_limit,
                   "Follow at most N unfinished matches at once; more are dropped")
      ->type_name("N")
      ->check(CLI::Validator(CLI::PositiveNumber).description(""));
  command->add_flag("--explain", flags->explain,
                    "Instead of matches: what a file needs, and what was left after each step");
  command->add_flag("--no-index", flags->no_index, "Look into every file, for comparing");
  add_jobs_option(*command, flags->jobs);
  add_store_option(*command, flags->store_directory);
  add_revision_option(*command, flags->revision);
  add_color_option(*command, flags->color);
  command->footer(kExamples);
  command->callback([flags, &action] { action = [flags] { return run_query(*flags); }; });
}

}  // namespace copse::cli
