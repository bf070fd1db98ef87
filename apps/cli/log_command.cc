// copse log: which indexed revisions changed a file.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

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

constexpr const char* kExamples =
    R"(A line a change, newest first: revision, date, kind of change, bytes, how many more or fewer than
before, and the commit's subject. Revisions are those that 'copse index --rev' put into the store; each
is compared with the nearest of its ancestors there. A file that comes with a content that another one
had, which goes, is renamed.

Examples:
  copse log src/main.c
  copse log src/main.c --json | jq -r 'select(.change == "added") | .revision'

Exit status: 0 found, 1 no revision has the file, 2 error.)";

struct LogFlags {
  std::string path;
  std::string store_directory;
  bool json = false;
  ColorChoice color = ColorChoice::Auto;
};

std::string_view word_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::Added:
      return "added";
    case ChangeKind::Modified:
      return "modified";
    case ChangeKind::Removed:
      return "removed";
    case ChangeKind::Renamed:
      return "renamed";
  }
  return "";
}

void print_json(JsonWriter& json, const PathChange& change) {
  json.begin_object();
  print_revision(json, change.revision);
  json.key("change").string(word_of(change.kind));
  json.key("previous_path").string_or_null(change.previous_path);
  json.key("bytes").number(change.bytes);
  json.key("bytes_before").number(change.bytes_before);
  json.key("lines").number(change.lines);
  json.key("nodes").number(change.nodes);
  json.end_object().end_line();
}

void print_text(Output& out, const Palette& palette, const PathChange& change) {
  const bool more = change.bytes >= change.bytes_before;
  const std::uint64_t difference =
      more ? change.bytes - change.bytes_before : change.bytes_before - change.bytes;
  out.write(palette.name);
  out.write(short_revision(change.revision.id));
  out.write(palette.reset);
  out.write("  " + date_text(change.revision) + "  " + std::string(word_of(change.kind)) + "  " +
            std::to_string(change.bytes) + " (" + (more ? "+" : "-") + std::to_string(difference) +
            ")  " + escape_controls(replace_invalid_utf8(change.revision.subject)));
  if (!change.previous_path.empty()) {
    out.write("  (was " + escape_controls(change.previous_path) + ")");
  }
  out.end_line();
}

int run_log(const LogFlags& flags) {
  const auto store = open_store(flags.store_directory);
  if (!store.ok()) return fail(store.error());
  const auto changes = store.value().workspace.log(stored_path(flags.path));
  if (!changes.ok()) {
    const int exit_code = fail(changes.error());
    return changes.error().code() == ErrorCode::NotFound ? kExitNothingFound : exit_code;
  }
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  const Palette palette = Palette::make(wants_color(flags.color, out->is_terminal()));
  JsonWriter json(*out);
  for (const PathChange& change : changes.value()) {
    if (out->failed()) break;
    flags.json ? print_json(json, change) : print_text(*out, palette, change);
  }
  return out->finish(kExitDone);
}

}  // namespace

void add_log_command(CLI::App& program, Action& action) {
  CLI::App* command =
      program.add_subcommand("log", "List the indexed revisions that changed a file");
  auto flags = std::make_shared<LogFlags>();
  command->add_option("PATH", flags->path, "The file, as 'copse ls --rev' names it")
      ->type_name("PATH")
      ->required();
  command->add_flag("--json", flags->json, "An object a line");
  add_store_option(*command, flags->store_directory);
  add_color_option(*command, flags->color);
  command->footer(kExamples);
  command->callback([flags, &action] { action = [flags] { return run_log(*flags); }; });
}

}  // namespace copse::cli
