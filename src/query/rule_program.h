// A rule compiled for one grammar: a flat list of steps that refer to one another by number.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "query/code_pattern.h"
#include "query/flat_walk.h"
#include "query/regex.h"
#include "query/rule_document.h"

namespace copse {

struct RuleStep {
  enum class Op : std::uint8_t {
    Pattern,   // operand: of patterns
    Kind,      // symbol
    Regex,     // operand: of regexes
    NthChild,  // position, reverse, inner or none
    Range,     // operand: of ranges
    Inside,    // inner, stop_by, stop, field
    Has,
    Precedes,
    Follows,
    All,     // parts
    Any,     // parts
    Not,     // inner
    Matches  // operand: of utils
  };
  static constexpr std::uint32_t kNone = UINT32_MAX;

  Op op = Op::Kind;
  RuleSpec::StopBy stop_by = RuleSpec::StopBy::Neighbor;
  bool reverse = false;
  std::uint16_t symbol = 0;
  std::uint16_t field = 0;  // 0: none
  ChildPosition position;
  std::uint32_t operand = kNone;  // index into the list that `op` names
  std::uint32_t inner = kNone;
  std::uint32_t stop = kNone;
  std::vector<std::uint32_t> parts;
  // What a node has to be for the step to hold; null for anything.
  std::shared_ptr<const KindSet> kinds;
};

struct RuleProgram {
  struct Utility {
    std::string name;
    std::uint32_t step = RuleStep::kNone;
  };
  struct Constraint {
    std::uint32_t variable;
    std::uint32_t step;
  };

  std::shared_ptr<const Grammar> grammar;
  std::vector<RuleStep> steps;
  std::vector<CodePattern> patterns;
  std::vector<Regex> regexes;
  std::vector<RuleSpec::Range> ranges;
  std::vector<Utility> utils;
  std::vector<Constraint> constraints;
  VariableTable variables;
  std::uint32_t root = 0;
  std::map<std::vector<std::uint16_t>, std::shared_ptr<const KindSet>> kind_sets;
};

// Compiles `document`; `fragments` are its patterns' texts parsed, one for each of them in order.
Result<RuleProgram> compile_rule(const RuleDocument& document,
                                 const std::shared_ptr<const Grammar>& grammar,
                                 const std::vector<std::shared_ptr<const TreeData>>& fragments);

// Adds the steps of an ESQuery-like selector of kinds ("call_expression > identifier") and answers
// the one that decides. InvalidArgument in ast-grep's words.
Result<std::uint32_t> compile_kind_selector(std::string_view selector, RuleProgram& program);

// Adds a step; its kinds are worked out from those it refers to, which are there already.
std::uint32_t add_step(RuleProgram& program, RuleStep step);

}  // namespace copse
