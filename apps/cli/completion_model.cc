// CLI11 describes an option that takes one of several words as "NAME:{a,b,c}".
#include "completion_model.h"

#include <string_view>

#include <CLI/CLI.hpp>

namespace copse::cli {
namespace {

ArgumentModel read_argument(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  ArgumentModel argument;
  argument.name = type.substr(0, type.find(':'));
  const std::size_t open = type.find('{');
  const std::size_t close = type.find('}');
  if (open == std::string::npos || close == std::string::npos) return argument;
  for (std::size_t begin = open + 1; begin <= close;) {
    const std::size_t end = std::min(type.find(',', begin), close);
    argument.choices.push_back(type.substr(begin, end - begin));
    begin = end + 1;
  }
  return argument;
}

OptionModel read_option(const CLI::Option& option) {
  OptionModel model;
  for (const std::string& name : option.get_lnames()) {
    model.names.push_back("--" + name);
  }
  for (const std::string& name : option.get_snames()) {
    model.names.push_back("-" + name);
  }
  model.description = option.get_description();
  model.takes_value = option.get_items_expected_max() > 0;
  if (model.takes_value) model.value = read_argument(option);
  return model;
}

// Positional arguments have no names with dashes.
std::vector<OptionModel> read_options(const CLI::App& command) {
  std::vector<OptionModel> models;
  for (const CLI::Option* option : command.get_options()) {
    if (option->nonpositional()) models.push_back(read_option(*option));
  }
  return models;
}

}  // namespace

ProgramModel read_program_model(const CLI::App& program) {
  ProgramModel model;
  model.options = read_options(program);
  const auto listed = [](const CLI::App* command) { return !command->get_group().empty(); };
  for (const CLI::App* command : program.get_subcommands(listed)) {
    CommandModel entry;
    entry.name = command->get_name();
    entry.description = command->get_description();
    entry.options = read_options(*command);
    for (const CLI::Option* option : command->get_options()) {
      if (option->get_positional()) entry.positionals.push_back(read_argument(*option));
    }
    model.commands.push_back(std::move(entry));
  }
  return model;
}

}  // namespace copse::cli
