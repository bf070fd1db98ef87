// copse pattern: code that looks like a piece of code.
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "copse/rule.h"

#include "commands.h"
#include "output.h"
#include "rule_output.h"

namespace copse::cli {
namespace {

constexpr const char* kExamples =
    R"(A pattern is code of the language. $NAME in it stands for one node, $$$NAME for any number of them,
$_ and $$$ for what need not be named; the same name twice stands for the same code. Where a piece
of code could be read in several ways, give more of it with --context, and with --selector the kind
of the node in it that is meant. Patterns mean what ast-grep makes of them.

Text output has a line a match: path:line:column: pattern: source, line and column from 1, the
column in bytes. JSON has a line a match with its metavariables, rows and columns from 0.

Examples:
  copse pattern 'kmalloc($SIZE, GFP_ATOMIC)' --lang c
  copse pattern 'if err != nil { return $$$ }' --lang go --format count
  copse pattern '$A && $A()' --lang js --format jsonl
  copse pattern --context 'class A { $F = $I }' --selector public_field_definition --lang ts

Exit status: 0 found, 1 nothing found, 2 error.)";

struct PatternFlags {
  std::string pattern;
  std::string context;
  std::string selector;
  std::string language;
  std::string strictness = "smart";
  RuleFlags search;
};

int run_pattern(const PatternFlags& flags) {
  if (flags.pattern.empty() == flags.context.empty()) {
    return fail(flags.pattern.empty() ? "there is no pattern; give one, or --context"
                                      : "there are two patterns; give one, or --context");
  }
  PatternSpec spec;
  spec.text = flags.pattern.empty() ? flags.context : flags.pattern;
  if (!flags.selector.empty()) spec.selector = flags.selector;
  spec.strictness = strictness_named(flags.strictness).value_or(Strictness::Smart);
  const auto rules = RuleSet::from_pattern(std::move(spec), flags.language);
  if (!rules.ok()) return fail(rules.error());
  return run_rules(rules.value(), flags.search, RuleWords::Pattern);
}

}  // namespace

void add_pattern_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("pattern", "Find code that looks like a pattern");
  auto flags = std::make_shared<PatternFlags>();
  command->add_option("PATTERN", flags->pattern, "Code with metavariables: 'copy($FROM, $TO)'")
      ->type_name("PATTERN");
  command->add_option("--lang", flags->language, "The language of the pattern and the files")
      ->type_name("LANG")
      ->required();
  command->add_option("--context", flags->context, "More code, in place of PATTERN")
      ->type_name("CODE");
  command->add_option("--selector", flags->selector, "The kind of the node in it that is meant")
      ->type_name("KIND");
  command
      ->add_option("--strictness", flags->strictness,
                   "cst, smart, ast, relaxed, signature or template; default: smart")
      ->type_name("HOW")
      ->check(CLI::IsMember({"cst", "smart", "ast", "relaxed", "signature", "template"}));
  add_rule_flags(*command, flags->search);
  command->footer(kExamples);
  command->callback([flags, &action] { action = [flags] { return run_pattern(*flags); }; });
}

}  // namespace copse::cli
