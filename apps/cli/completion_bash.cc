// The completion script for bash.
#include <string>
#include <string_view>

#include "completion_model.h"

namespace copse::cli {
namespace {

constexpr std::string_view kHead = R"script(# Completion of copse for bash. To install it:
#   mkdir -p ~/.local/share/bash-completion/completions
#   copse completion bash > ~/.local/share/bash-completion/completions/copse

_copse_words() {
  mapfile -t COMPREPLY < <(compgen -W "$*" -- "$current")
}

_copse_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$current")
}

_copse_stored_paths() {
  local line
  compopt -o filenames 2>/dev/null
  while IFS= read -r line; do
    [[ $line == "$current"* ]] && COMPREPLY+=("$line")
  done < <(copse ls 2>/dev/null)
}

_copse_revisions() {
  mapfile -t COMPREPLY < <(compgen -W "$(copse revisions --names 2>/dev/null)" -- "$current")
}

_copse() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= i
  COMPREPLY=()
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD-2]}
  fi
)script";

constexpr std::string_view kTail = "}\n\ncomplete -F _copse copse\n";

std::string join(const std::vector<std::string>& words, std::string_view separator) {
  std::string joined;
  for (const std::string& word : words) {
    if (!joined.empty()) joined += separator;
    joined += word;
  }
  return joined;
}

// What fills COMPREPLY for an argument.
std::string action_of(const ArgumentModel& argument) {
  if (!argument.choices.empty()) return "_copse_words " + join(argument.choices, " ");
  if (argument.name == "DIR") return "_copse_files -d";
  if (argument.name == "FILE") return "_copse_files -f";
  if (argument.name == "REV") return "_copse_revisions";
  if (argument.name == "PATH") return "_copse_stored_paths";
  return ":";
}

std::string option_words(const std::vector<OptionModel>& options) {
  std::vector<std::string> words;
  for (const OptionModel& option : options) {
    words.insert(words.end(), option.names.begin(), option.names.end());
  }
  return join(words, " ");
}

std::string command_words(const ProgramModel& program, std::string_view separator) {
  std::vector<std::string> words;
  for (const CommandModel& command : program.commands) {
    words.push_back(command.name);
  }
  return join(words, separator);
}

std::string find_command(const ProgramModel& program) {
  return "  for ((i = 1; i < COMP_CWORD; i++)); do\n    case ${COMP_WORDS[i]} in\n      " +
         command_words(program, "|") + ") command=${COMP_WORDS[i]}; break ;;\n    esac\n  done\n";
}

std::string option_values(const ProgramModel& program) {
  std::string script = "  case \"$command $previous\" in\n";
  for (const CommandModel& command : program.commands) {
    for (const OptionModel& option : command.options) {
      if (!option.takes_value) continue;
      std::vector<std::string> cases;
      for (const std::string& name : option.names) {
        cases.push_back("'" + command.name + " " + name + "'");
      }
      script += "    " + join(cases, "|") + ") " + action_of(option.value) + "; return ;;\n";
    }
  }
  return script + "  esac\n";
}

std::string arguments(const ProgramModel& program) {
  std::string script = "  if [[ $current == -* ]]; then\n    case $command in\n";
  script += "      '') _copse_words " + option_words(program.options) + " ;;\n";
  for (const CommandModel& command : program.commands) {
    script += "      " + command.name + ") _copse_words " + option_words(command.options) + " ;;\n";
  }
  script += "    esac\n    return\n  fi\n  case $command in\n";
  script += "    '') _copse_words " + command_words(program, " ") + " ;;\n";
  for (const CommandModel& command : program.commands) {
    if (command.positionals.empty()) continue;
    script += "    " + command.name + ") " + action_of(command.positionals.front()) + " ;;\n";
  }
  return script + "  esac\n";
}

}  // namespace

std::string bash_completion(const ProgramModel& program) {
  return std::string(kHead) + find_command(program) + option_values(program) + arguments(program) +
         std::string(kTail);
}

}  // namespace copse::cli
