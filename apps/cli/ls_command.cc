// copse ls: what a store holds.
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "copse/workspace.h"

#include "commands.h"
#include "json_output.h"
#include "options.h"
#include "output.h"
#include "text.h"

namespace copse::cli {
namespace {

constexpr const char* kExamples =
    R"help(Paths are relative to the indexed directory, in the order of their bytes. With -l the columns are
language, bytes, lines, nodes (hidden ones included) and path, with tabs between them; the language
is - for what was kept as plain source.

Examples:
  copse ls
  copse ls -l | sort -k4 -n | tail
  copse ls --rev v1.2
  copse ls --json | jq -r 'select(.lang == null) | .path'

Exit status: 0 printed, 2 error.)help";

struct LsFlags {
  std::string store_directory;
  std::string revision;
  bool long_format = false;
  bool json = false;
};

void print_text(Output& out, const StoredFile& file, bool long_format) {
  if (long_format) {
    out.write((file.language.empty() ? "-" : file.language) + "\t" + std::to_string(file.bytes) +
              "\t" + std::to_string(file.lines) + "\t" + std::to_string(file.nodes) + "\t");
  }
  out.write(out.is_terminal() ? escape_controls(file.path) : file.path);
  out.end_line();
}

void print_json(JsonWriter& json, const StoredFile& file) {
  json.begin_object();
  json.key("path").string(file.path);
  json.key("lang").string_or_null(file.language);
  json.key("bytes").number(file.bytes);
  json.key("lines").number(file.lines);
  json.key("nodes").number(file.nodes);
  json.end_object().end_line();
}

int run_ls(const LsFlags& flags) {
  const auto store = open_store(flags.store_directory, flags.revision);
  if (!store.ok()) return fail(store.error());
  const auto files = store.value().workspace.files();
  if (!files.ok()) return fail(files.error());
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  JsonWriter json(*out);
  for (const StoredFile& file : files.value()) {
    if (out->failed()) break;
    flags.json ? print_json(json, file) : print_text(*out, file, flags.long_format);
  }
  const Status complete = store.value().workspace.check_complete();
  if (complete.ok()) return out->finish(kExitDone);
  (void)out->finish(kExitError);
  return fail(complete.error());
}

}  // namespace

void add_ls_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("ls", "List the stored files");
  auto flags = std::make_shared<LsFlags>();
  command->add_flag("-l,--long", flags->long_format, "Language, bytes, lines and nodes, too");
  command->add_flag("--json", flags->json, "An object a line: path, lang, bytes, lines, nodes");
  add_store_option(*command, flags->store_directory);
  add_revision_option(*command, flags->revision);
  command->footer(kExamples);
  command->callback([flags, &action] { action = [flags] { return run_ls(*flags); }; });
}

}  // namespace copse::cli
