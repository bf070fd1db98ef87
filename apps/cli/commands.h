// The commands of the program, each in a file of its own.
#pragma once

#include <functional>

namespace CLI {  // NOLINT(readability-identifier-naming): the library spells it so
class App;
}  // namespace CLI

namespace copse::cli {

// What the command line asked for. Answers the exit status.
using Action = std::function<int()>;

// Each adds one command with its flags, examples and exit statuses to `program`. Naming the command
// sets `action`, which outlives the parsing of the command line but not `program`.
void add_index_command(CLI::App& program, Action& action);
void add_query_command(CLI::App& program, Action& action);
void add_symbols_command(CLI::App& program, Action& action);
void add_outline_command(CLI::App& program, Action& action);
void add_pattern_command(CLI::App& program, Action& action);
void add_rule_command(CLI::App& program, Action& action);
void add_tree_command(CLI::App& program, Action& action);
void add_cat_command(CLI::App& program, Action& action);
void add_ls_command(CLI::App& program, Action& action);
void add_stats_command(CLI::App& program, Action& action);
void add_verify_command(CLI::App& program, Action& action);
void add_compact_command(CLI::App& program, Action& action);
void add_gc_command(CLI::App& program, Action& action);
void add_repair_command(CLI::App& program, Action& action);
void add_delta_command(CLI::App& program, Action& action);
void add_patch_command(CLI::App& program, Action& action);
void add_completion_command(CLI::App& program, Action& action);
// Not in the help: how `copse index` parses in a process of its own.
void add_parse_worker_command(CLI::App& program, Action& action);

}  // namespace copse::cli
