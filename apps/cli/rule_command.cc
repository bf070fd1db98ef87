// copse rule: what the rules of YAML files find.
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "copse/rule.h"

#include "commands.h"
#include "options.h"
#include "output.h"
#include "rule_output.h"

namespace copse::cli {
namespace {

constexpr const char* kExamples =
    R"(Rule files are YAML as ast-grep has it, one rule a document: id, language, rule, and where wanted
constraints, utils, message, severity, files, ignores. What changes code (fix, transform, rewriters)
is refused.

Text output has a line a match: path:line:column: severity[id]: message: source. JSON has a line a
match with rule, severity, message and metavariables.

Examples:
  copse rule rules/*.yml
  copse rule no-goto.yml --path 'drivers/**' --format jsonl
  copse rule --inline '{id: loops, language: go, rule: {kind: call_expression, inside: {kind:
      for_statement, stopBy: end}}}' --format count

Exit status: 0 found, 1 nothing found, 2 error.)";

struct RuleFileFlags {
  std::vector<std::string> files;
  std::vector<std::string> inline_rules;
  RuleFlags search;
};

Status append_rules(const std::string& name, const std::string& text, RuleSet& rules) {
  COPSE_TRY(const RuleSet more, RuleSet::from_yaml(name, text));
  rules.append(more);
  return success();
}

Result<RuleSet> read_rules(const RuleFileFlags& flags) {
  RuleSet rules;
  for (const std::string& file : flags.files) {
    COPSE_TRY(const std::string text, read_whole_file(file, RuleSet::kYamlBytesMax));
    COPSE_TRY_STATUS(append_rules(file == "-" ? "standard input" : file, text, rules));
  }
  for (const std::string& text : flags.inline_rules) {
    COPSE_TRY_STATUS(append_rules("inline", text, rules));
  }
  if (rules.size() == 0) {
    return Error(ErrorCode::InvalidArgument, "there is no rule; give a file, or --inline");
  }
  return rules;
}

int run_rule(const RuleFileFlags& flags) {
  const auto rules = read_rules(flags);
  if (!rules.ok()) return fail(rules.error());
  return run_rules(rules.value(), flags.search, RuleWords::Rule);
}

}  // namespace

void add_rule_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("rule", "Find what the rules of YAML files describe");
  auto flags = std::make_shared<RuleFileFlags>();
  command->add_option("FILE", flags->files, "Rule files; - is standard input")->type_name("FILE");
  command->add_option("--inline", flags->inline_rules, "A rule as YAML text; may be repeated")
      ->type_name("YAML")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  add_rule_flags(*command, flags->search);
  command->footer(kExamples);
  command->callback([flags, &action] { action = [flags] { return run_rule(*flags); }; });
}

}  // namespace copse::cli
