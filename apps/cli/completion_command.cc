// copse completion: a script that teaches a shell the commands and flags.
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "commands.h"
#include "completion_model.h"
#include "output.h"

namespace copse::cli {
namespace {

constexpr const char* kExamples = R"(Examples:
  copse completion bash > ~/.local/share/bash-completion/completions/copse
  copse completion zsh > ~/.zfunc/_copse       with fpath=(~/.zfunc $fpath) in ~/.zshrc
  copse completion fish > ~/.config/fish/completions/copse.fish
  source <(copse completion bash)              in this shell only)";

int run_completion(const CLI::App& program, const std::string& shell) {
  const ProgramModel model = read_program_model(program);
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  if (shell == "bash") {
    out->write(bash_completion(model));
  } else if (shell == "zsh") {
    out->write(zsh_completion(model));
  } else {
    out->write(fish_completion(model));
  }
  return out->finish(kExitDone);
}

}  // namespace

void add_completion_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("completion", "Print a completion script for a shell");
  auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->type_name("SHELL")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer(kExamples);
  command->callback([shell, &program, &action] {
    action = [shell, &program] { return run_completion(program, *shell); };
  });
}

}  // namespace copse::cli
