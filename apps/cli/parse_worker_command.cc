// copse parse-worker: parses for another process, which talks to it on standard input. If a grammar
// crashes or hangs here, only one file is lost.
#include <memory>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "copse/workspace.h"

#include "commands.h"
#include "output.h"
#include "signals.h"

namespace copse::cli {
namespace {

int run_parse_worker(double timeout_s) {
  leave_stopping_to_parent();
  const Status served = serve_parse_requests(STDIN_FILENO, timeout_s);
  if (served.ok()) return kExitDone;
  // A parent that has gone needs no message, and its terminal may belong to something else by now.
  return served.error().code() == ErrorCode::Io ? kExitError : fail(served.error());
}

}  // namespace

void add_parse_worker_command(CLI::App& program, Action& action) {
  // A command of no group is not in the help.
  CLI::App* command = program.add_subcommand("parse-worker", "")->group("");
  auto timeout_s = std::make_shared<double>();
  command->add_option("TIMEOUT_S", *timeout_s)->required();
  command->callback(
      [timeout_s, &action] { action = [timeout_s] { return run_parse_worker(*timeout_s); }; });
}

}  // namespace copse::cli
