// The completion script for fish.
#include <string>
#include <string_view>

#include "completion_model.h"

namespace copse::cli {
namespace {

constexpr std::string_view kHead = R"script(# Completion of copse for fish. To install it:
#   copse completion fish > ~/.config/fish/completions/copse.fish

complete -c copse -f
)script";

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char byte : text) {
    if (byte == '\'' || byte == '\\') out += '\\';
    out += byte;
  }
  return out + "'";
}

// What fish offers for an argument; -x says that nothing but this may stand there.
std::string action_of(const ArgumentModel& argument) {
  if (!argument.choices.empty()) {
    std::string words;
    for (const std::string& choice : argument.choices) {
      words += (words.empty() ? "" : " ") + choice;
    }
    return " -x -a " + quoted(words);
  }
  if (argument.name == "DIR") return " -x -a '(__fish_complete_directories)'";
  if (argument.name == "FILE") return " -r -F";
  if (argument.name == "REV") return " -x -a '(copse revisions --names 2>/dev/null)'";
  if (argument.name == "PATH") return " -x -a '(copse ls 2>/dev/null)'";
  return " -x";
}

std::string option_line(const OptionModel& option, const std::string& condition) {
  std::string line = "complete -c copse -n " + quoted(condition);
  for (const std::string& name : option.names) {
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (option.takes_value) line += action_of(option.value);
  return line + " -d " + quoted(option.description) + "\n";
}

}  // namespace

std::string fish_completion(const ProgramModel& program) {
  const std::string outside = "__fish_use_subcommand";
  std::string script(kHead);
  for (const OptionModel& option : program.options) {
    script += option_line(option, outside);
  }
  for (const CommandModel& command : program.commands) {
    script += "complete -c copse -n " + quoted(outside) + " -a " + command.name + " -d " +
              quoted(command.description) + "\n";
  }
  for (const CommandModel& command : program.commands) {
    const std::string inside = "__fish_seen_subcommand_from " + command.name;
    for (const OptionModel& option : command.options) {
      script += option_line(option, inside);
    }
    if (command.positionals.empty()) continue;
    script +=
        "complete -c copse -n " + quoted(inside) + action_of(command.positionals.front()) + "\n";
  }
  return script;
}

}  // namespace copse::cli
