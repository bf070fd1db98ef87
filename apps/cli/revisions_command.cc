// copse revisions and copse forget: which revisions a store has, and one of them out of it.
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "copse/revisions.h"
#include "copse/workspace.h"

#include "commands.h"
#include "json_output.h"
#include "options.h"
#include "output.h"
#include "revision_text.h"
#include "text.h"

namespace copse::cli {
namespace {

constexpr const char* kRevisionsExamples =
    R"(A line a revision, oldest first: the beginning of its id, its date, the names it was indexed by, its
subject. 'copse index --rev' puts revisions into a store, 'copse forget' takes them out.

Examples:
  copse revisions
  copse revisions --json | jq -r .revision

Exit status: 0 printed, 1 there are none, 2 error.)";

constexpr const char* kForgetExamples =
    R"(Contents that no other revision has go with it; 'copse compact' gives their space back.

Examples:
  copse forget --rev v1.0
  copse forget --rev 89e6c98d && copse compact

Exit status: 0 forgotten, 2 error.)";

struct RevisionsFlags {
  std::string store_directory;
  bool names = false;
  bool json = false;
};

struct ForgetFlags {
  std::string revision;
  std::string store_directory;
  bool json = false;
};

std::string names_text(const RevisionInfo& revision) {
  std::string text;
  for (const std::string& name : revision.names) {
    text += (text.empty() ? "" : ", ") + escape_controls(name);
  }
  return text.empty() ? text : " (" + text + ")";
}

void print_text(Output& out, const RevisionInfo& revision, bool names_only) {
  if (!names_only) {
    out.write(short_revision(revision.id) + "  " + date_text(revision) + names_text(revision) +
              "  " + escape_controls(replace_invalid_utf8(revision.subject)));
    out.end_line();
    return;
  }
  for (const std::string& name : revision.names) {
    out.write(name);
    out.end_line();
  }
  out.write(short_revision(revision.id));
  out.end_line();
}

void print_json(JsonWriter& json, const RevisionInfo& revision) {
  json.begin_object();
  print_revision(json, revision);
  json.end_object().end_line();
}

int run_revisions(const RevisionsFlags& flags) {
  const auto store = open_store(flags.store_directory);
  if (!store.ok()) return fail(store.error());
  const auto revisions = store.value().workspace.revisions();
  if (!revisions.ok()) return fail(revisions.error());
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  JsonWriter json(*out);
  for (const RevisionInfo& revision : revisions.value()) {
    if (out->failed()) break;
    flags.json ? print_json(json, revision) : print_text(*out, revision, flags.names);
  }
  return out->finish(revisions.value().empty() ? kExitNothingFound : kExitDone);
}

int run_forget(const ForgetFlags& flags) {
  const auto directory = find_store(flags.store_directory);
  if (!directory.ok()) return fail(directory.error());
  const auto report = forget_revision(directory.value(), flags.revision);
  if (!report.ok()) return fail(report.error());
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  const RevisionInfo& revision = report.value().revision;
  if (flags.json) {
    JsonWriter json(*out);
    json.begin_object();
    print_revision(json, revision);
    json.key("contents_removed").number(report.value().contents);
    json.end_object().end_line();
  } else {
    out->write("forgot " + short_revision(revision.id) + names_text(revision) + " and " +
               counted(report.value().contents, "content") + " that no other revision has");
    out->end_line();
  }
  return out->finish(kExitDone);
}

}  // namespace

void add_revisions_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("revisions", "List the indexed revisions");
  auto flags = std::make_shared<RevisionsFlags>();
  command->add_flag("--names", flags->names, "Only what --rev takes, one a line");
  command->add_flag("--json", flags->json,
                    "An object a line: revision, previous, time, subject, names");
  add_store_option(*command, flags->store_directory);
  command->footer(kRevisionsExamples);
  command->callback([flags, &action] { action = [flags] { return run_revisions(*flags); }; });
}

void add_forget_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("forget", "Take a revision out of the store");
  auto flags = std::make_shared<ForgetFlags>();
  command->add_option("--rev", flags->revision, "The revision, as other commands take it")
      ->type_name("REV")
      ->required();
  command->add_flag("--json", flags->json, "One JSON object");
  add_store_option(*command, flags->store_directory);
  command->footer(kForgetExamples);
  command->callback([flags, &action] { action = [flags] { return run_forget(*flags); }; });
}

}  // namespace copse::cli
