// The tree of commands, and what is said when the command line makes no sense.
#include "program.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "copse/workspace.h"

#include "commands.h"
#include "output.h"
#include "signals.h"
#include "text.h"

namespace copse::cli {
namespace {

constexpr std::size_t kHelpColumn = 28;

constexpr const char* kDescription =
    "Keeps the syntax trees of a directory in a small store and answers tree-sitter queries from "
    "it.";

constexpr const char* kExamples = R"(Examples:
  copse index ~/src/project
  cd ~/src/project
  copse query '(function_definition declarator: (_) @name)' --lang c
  copse pattern 'free($A)' --lang c
  copse tree src/main.c --at 12:5
  copse verify

'copse COMMAND --help' says more about each.)";

// CLI11's help without what repeats itself: "DIR DIR REQUIRED", "FORMAT:{text,jsonl,count}".
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() {
    column_width(kHelpColumn);
    label("Positionals", "Arguments");
    label("SUBCOMMAND", "COMMAND");
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string type = option->get_type_name();
    if (option->get_positional() || option->get_items_expected_max() == 0) return "";
    return " " + type.substr(0, type.find(":{"));
  }
};

void add_commands(CLI::App& program, Action& action) {
  add_index_command(program, action);
  add_query_command(program, action);
  add_pattern_command(program, action);
  add_rule_command(program, action);
  add_symbols_command(program, action);
  add_outline_command(program, action);
  add_tree_command(program, action);
  add_cat_command(program, action);
  add_ls_command(program, action);
  add_stats_command(program, action);
  add_verify_command(program, action);
  add_compact_command(program, action);
  add_gc_command(program, action);
  add_repair_command(program, action);
  add_delta_command(program, action);
  add_patch_command(program, action);
  add_completion_command(program, action);
  for (CLI::App* command : program.get_subcommands({})) {
    command->group("Commands");
  }
  add_parse_worker_command(program, action);
}

int print(std::string_view text, int descriptor, int exit_code) {
  const auto out = std::make_unique<Output>(descriptor);
  out->write(text);
  return out->finish(exit_code);
}

std::vector<std::string> command_names(const CLI::App& program) {
  std::vector<std::string> names;
  const auto listed = [](const CLI::App* command) { return !command->get_group().empty(); };
  for (const CLI::App* command : program.get_subcommands(listed)) {
    names.push_back(command->get_name());
  }
  return names;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

std::string meant_text(const std::optional<std::string>& nearest) {
  return nearest ? "did you mean " + *nearest + "? " : std::string();
}

// The command that was named, or the program itself.
const CLI::App& innermost(const CLI::App& program) {
  const auto named = program.get_subcommands();
  return named.empty() ? program : *named.front();
}

int explain(const CLI::App& program, const CLI::ParseError& error) {
  const CLI::App& command = innermost(program);
  const std::string help =
      "'copse " + (&command == &program ? "" : command.get_name() + " ") + "--help' shows how";
  const std::vector<std::string> extra = program.remaining(true);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr || extra.empty()) {
    return fail(std::string(error.what()) + "; " + help);
  }
  const std::string& word = extra.front();
  const bool is_option = word.starts_with('-');
  if (!is_option && &command == &program) {
    return fail("there is no command '" + word + "'; " +
                meant_text(nearest_word(word, command_names(program))) + help);
  }
  const auto nearest = is_option ? nearest_word(word, option_names(command)) : std::nullopt;
  return fail("unexpected argument '" + word + "'; " + meant_text(nearest) + help);
}

}  // namespace

int run_program(int argc, const char* const* argv) {
  ignore_write_signals();
  Action action;
  CLI::App program(kDescription, "copse");
  program.set_version_flag("--version", "copse " + std::string(version()),
                           "Print the version and leave");
  program.set_help_flag("-h,--help", "Print this help and leave");
  program.formatter(std::make_shared<HelpFormatter>());
  program.footer(kExamples);
  program.require_subcommand(0, 1);
  add_commands(program, action);
  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return print(program.help(), STDOUT_FILENO, kExitDone);
  } catch (const CLI::CallForVersion& call) {
    return print(std::string(call.what()) + "\n", STDOUT_FILENO, kExitDone);
  } catch (const CLI::ParseError& error) {
    return explain(program, error);
  }
  if (!action) return print(program.help(), STDERR_FILENO, kExitError);
  return action();
}

}  // namespace copse::cli
