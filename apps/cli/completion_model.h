// The commands and flags of the program as a shell needs to know them, read off CLI11's own tree.
#pragma once

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library spells it so
class App;
}  // namespace CLI

namespace copse::cli {

// What may stand where an argument is expected.
struct ArgumentModel {
  std::string name;                  // "DIR", "FILE", "PATH" (in the store), or what it means
  std::vector<std::string> choices;  // empty: anything
};

struct OptionModel {
  std::vector<std::string> names;  // with their dashes
  std::string description;
  bool takes_value = false;
  ArgumentModel value;
};

struct CommandModel {
  std::string name;
  std::string description;
  std::vector<OptionModel> options;
  std::vector<ArgumentModel> positionals;
};

struct ProgramModel {
  std::vector<OptionModel> options;
  std::vector<CommandModel> commands;  // those that the help lists
};

ProgramModel read_program_model(const CLI::App& program);

// A script for that shell; how to install it stands in its first lines.
std::string bash_completion(const ProgramModel& program);
std::string zsh_completion(const ProgramModel& program);
std::string fish_completion(const ProgramModel& program);

}  // namespace copse::cli
