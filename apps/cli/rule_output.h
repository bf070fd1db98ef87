// Matches of rules and code patterns, as `copse rule` and `copse pattern` print them.
#pragma once

#include <cstdint>
#include <string>

#include "copse/rule.h"
#include "copse/workspace.h"

#include "json_output.h"
#include "options.h"
#include "output.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library spells it so
class App;
}  // namespace CLI

namespace copse::cli {

// What the two commands share.
struct RuleFlags {
  std::string store_directory;
  std::string revision;
  ParseFlags parse;
  std::string path_glob;
  std::string format = "text";
  std::uint64_t limit = 0;  // 0: none
  unsigned jobs = 0;
  ColorChoice color = ColorChoice::Auto;
};

void add_rule_flags(CLI::App& command, RuleFlags& flags);

// How much of a rule goes with each line.
enum class RuleWords : std::uint8_t { Pattern, Rule };

// Searches, prints, and answers the exit status.
int run_rules(const RuleSet& rules, const RuleFlags& flags, RuleWords words);

}  // namespace copse::cli
