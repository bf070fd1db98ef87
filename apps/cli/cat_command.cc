// copse cat: a stored source, byte for byte.
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "copse/workspace.h"

#include "commands.h"
#include "options.h"
#include "output.h"

namespace copse::cli {
namespace {

constexpr const char* kExamples = R"(Examples:
  copse cat src/main.c
  copse cat src/main.c | diff - src/main.c
  copse cat src/main.c --rev v1.2

Exit status: 0 printed, 2 error.)";

struct CatFlags {
  std::string path;
  std::string store_directory;
  std::string revision;
};

int run_cat(const CatFlags& flags) {
  const auto store = open_store(flags.store_directory, flags.revision);
  if (!store.ok()) return fail(store.error());
  const std::string path = stored_path(flags.path);
  const auto source = store.value().workspace.source(path);
  if (!source.ok()) {
    return fail(source.error().code() == ErrorCode::NotFound ? unknown_path(store.value(), path)
                                                             : source.error());
  }
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  out->write(source.value());
  return out->finish(kExitDone);
}

}  // namespace

void add_cat_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("cat", "Print a stored file, byte for byte");
  auto flags = std::make_shared<CatFlags>();
  command->add_option("PATH", flags->path, "The file, as 'copse ls' names it")
      ->type_name("PATH")
      ->required();
  add_store_option(*command, flags->store_directory);
  add_revision_option(*command, flags->revision);
  command->footer(kExamples);
  command->callback([flags, &action] { action = [flags] { return run_cat(*flags); }; });
}

}  // namespace copse::cli
