// The completion script for zsh.
#include <string>
#include <string_view>

#include "completion_model.h"

namespace copse::cli {
namespace {

constexpr std::string_view kHead = R"script(#compdef copse
# Completion of copse for zsh. To install it, with a directory of $fpath:
#   copse completion zsh > ~/.zfunc/_copse
# and in ~/.zshrc: fpath=(~/.zfunc $fpath); autoload -U compinit; compinit

_copse_stored_paths() {
  local -a paths
  paths=("${(@f)$(copse ls 2>/dev/null)}")
  _multi_parts / paths
}

_copse_revisions() {
  local -a revisions
  revisions=("${(@f)$(copse revisions --names 2>/dev/null)}")
  _describe revision revisions
}

_copse() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
)script";

constexpr std::string_view kTail = R"script(
if [ "$funcstack[1]" = "_copse" ]; then
  _copse "$@"
else
  compdef _copse copse
fi
)script";

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char byte : text) {
    if (byte == '\'') {
      out += "'\\''";
    } else {
      out += byte;
    }
  }
  return out + "'";
}

// For a description inside [] or after a colon.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char byte : text) {
    if (byte == '[' || byte == ']' || byte == ':' || byte == '\\') out += '\\';
    out += byte;
  }
  return out;
}

std::string action_of(const ArgumentModel& argument) {
  if (!argument.choices.empty()) {
    std::string words;
    for (const std::string& choice : argument.choices) {
      words += (words.empty() ? "" : " ") + choice;
    }
    return "(" + words + ")";
  }
  if (argument.name == "DIR") return "_files -/";
  if (argument.name == "FILE") return "_files";
  if (argument.name == "REV") return "_copse_revisions";
  if (argument.name == "PATH") return "_copse_stored_paths";
  return " ";
}

std::string option_spec(const OptionModel& option, const std::string& name) {
  const bool is_long = name.starts_with("--");
  const bool repeats = option.names.front() == "--grammars";
  std::string spec = repeats ? "*" : "";
  spec += name + (option.takes_value ? (is_long ? "=" : "+") : "");
  spec += "[" + escaped(option.description) + "]";
  if (option.takes_value) {
    spec += ":" + escaped(option.value.name) + ":" + action_of(option.value);
  }
  return quoted(spec);
}

std::string option_specs(const std::vector<OptionModel>& options, const std::string& indent) {
  std::string script;
  for (const OptionModel& option : options) {
    for (const std::string& name : option.names) {
      script += " \\\n" + indent + option_spec(option, name);
    }
  }
  return script;
}

std::string command_case(const CommandModel& command) {
  std::string script = "        " + command.name + ")\n          _arguments";
  script += option_specs(command.options, "            ");
  std::size_t position = 0;
  for (const ArgumentModel& argument : command.positionals) {
    script += " \\\n            " + quoted(std::to_string(++position) + ":" +
                                           escaped(argument.name) + ":" + action_of(argument));
  }
  return script + "\n          ;;\n";
}

}  // namespace

std::string zsh_completion(const ProgramModel& program) {
  std::string script(kHead);
  script += "  _arguments -C" + option_specs(program.options, "    ");
  script += " \\\n    '1:command:->command' \\\n    '*::argument:->argument'\n  case $state in\n";
  script += "    command)\n      local -a commands\n      commands=(\n";
  for (const CommandModel& command : program.commands) {
    script += "        " + quoted(command.name + ":" + escaped(command.description)) + "\n";
  }
  script += "      )\n      _describe command commands\n      ;;\n";
  script += "    argument)\n      case $line[1] in\n";
  for (const CommandModel& command : program.commands) {
    script += command_case(command);
  }
  return script + "      esac\n      ;;\n  esac\n}\n" + std::string(kTail);
}

}  // namespace copse::cli
