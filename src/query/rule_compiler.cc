// From a rule document to steps.
#include <algorithm>
#include <set>
#include <utility>

#include "query/metavariable.h"
#include "query/rule_program.h"

namespace copse {
namespace {

using Op = RuleStep::Op;
using Kinds = std::vector<std::uint16_t>;  // ascending

// Kinds of a node for which all of the parts can hold. False for any kind.
bool common_kinds(const RuleProgram& program, const std::vector<std::uint32_t>& parts,
                  Kinds& common) {
  bool known = false;
  for (const std::uint32_t part : parts) {
    const KindSet* kinds = program.steps[part].kinds.get();
    if (kinds == nullptr) continue;
    if (!known) {
      common = kinds->list();
      known = true;
      continue;
    }
    std::erase_if(common, [kinds](std::uint16_t kind) { return !kinds->has(kind); });
  }
  return known;
}

// Kinds of a node for which one of the parts can hold. False for any kind.
bool joint_kinds(const RuleProgram& program, const std::vector<std::uint32_t>& parts,
                 Kinds& joint) {
  std::set<std::uint16_t> found;
  for (const std::uint32_t part : parts) {
    const KindSet* kinds = program.steps[part].kinds.get();
    if (kinds == nullptr) return false;
    found.insert(kinds->list().begin(), kinds->list().end());
  }
  joint.assign(found.begin(), found.end());
  return true;
}

bool kinds_of_step(const RuleProgram& program, std::uint32_t step, Kinds& kinds) {
  return step != RuleStep::kNone && common_kinds(program, {step}, kinds);
}

bool kinds_of(const RuleProgram& program, const RuleStep& step, Kinds& kinds) {
  switch (step.op) {
    case Op::Pattern: {
      const auto potential = program.patterns[step.operand].potential_kinds();
      if (potential) kinds = *potential;
      return potential.has_value();
    }
    case Op::Kind:
      kinds = {step.symbol};
      return true;
    case Op::NthChild:
      return kinds_of_step(program, step.inner, kinds);
    case Op::All:
      return common_kinds(program, step.parts, kinds);
    case Op::Any:
      return joint_kinds(program, step.parts, kinds);
    case Op::Matches:
      return kinds_of_step(program, program.utils[step.operand].step, kinds);
    default:
      return false;
  }
}

class RuleCompiler {
 public:
  RuleCompiler(const RuleDocument& document,
               const std::vector<std::shared_ptr<const TreeData>>& fragments, RuleProgram& program)
      : document_(document), fragments_(fragments), program_(program) {}

  Status run();

 private:
  using Relation = std::optional<RuleSpec::Relation>;

  Status compile_patterns();
  Status compile_utils();
  Status compile_constraints();
  bool is_ready(std::uint32_t rule) const;
  Result<std::uint32_t> util_named(const std::string& name, TextPosition position) const;

  Result<std::uint32_t> rule(std::uint32_t index);
  Status add_atoms(const RuleSpec& spec, std::vector<std::uint32_t>& parts);
  Status add_compositions(const RuleSpec& spec, std::vector<std::uint32_t>& parts);
  Result<RuleStep> list(Op op, const std::vector<std::uint32_t>& rules);
  Status add_relation(Op op, const RuleSpec& spec, const Relation& relation,
                      std::vector<std::uint32_t>& parts);
  void add(RuleStep step, std::vector<std::uint32_t>& parts) {
    parts.push_back(add_step(program_, std::move(step)));
  }

  const RuleDocument& document_;
  const std::vector<std::shared_ptr<const TreeData>>& fragments_;
  RuleProgram& program_;
};

Status RuleCompiler::run() {
  COPSE_TRY_STATUS(compile_patterns());
  COPSE_TRY_STATUS(compile_utils());
  COPSE_TRY(program_.root, rule(document_.root));
  return compile_constraints();
}

// All first, so that metavariables are numbered as they appear.
Status RuleCompiler::compile_patterns() {
  const std::string& language = program_.grammar->name();
  for (std::size_t i = 0; i < document_.patterns.size(); ++i) {
    const RuleDocument::Pattern& pattern = document_.patterns[i];
    auto compiled =
        compile_pattern(*fragments_[i], pattern.spec, expando_of(language), program_.variables);
    if (!compiled.ok()) return document_.error(pattern.position, compiled.error().message());
    program_.patterns.push_back(std::move(compiled).value());
  }
  return success();
}

// A utility is compiled after those that decide about the same node for it.
Status RuleCompiler::compile_utils() {
  for (const auto& [name, rule] : document_.utils) {
    program_.utils.push_back({name, RuleStep::kNone});
  }
  std::size_t left = document_.utils.size();
  while (left > 0) {
    const std::size_t before = left;
    for (std::size_t i = 0; i < document_.utils.size(); ++i) {
      const std::uint32_t index = document_.utils[i].second;
      if (program_.utils[i].step != RuleStep::kNone || !is_ready(index)) continue;
      COPSE_TRY(program_.utils[i].step, rule(index));
      --left;
    }
    if (left < before) continue;
    for (std::size_t i = 0; i < document_.utils.size(); ++i) {
      if (program_.utils[i].step != RuleStep::kNone) continue;
      return document_.error(document_.rules[document_.utils[i].second].position,
                             "Rule `" + document_.utils[i].first +
                                 "` has a cyclic dependency in its `matches` sub-rule.");
    }
  }
  return success();
}

bool RuleCompiler::is_ready(std::uint32_t rule) const {
  std::vector<std::uint32_t> left = {rule};
  while (!left.empty()) {
    const RuleSpec& spec = document_.rules[left.back()];
    left.pop_back();
    if (spec.matches) {
      const auto util = util_named(*spec.matches, spec.position);
      if (util.ok() && program_.utils[util.value()].step == RuleStep::kNone) return false;
    }
    if (spec.all) left.insert(left.end(), spec.all->begin(), spec.all->end());
    if (spec.any) left.insert(left.end(), spec.any->begin(), spec.any->end());
    if (spec.not_rule) left.push_back(*spec.not_rule);
  }
  return true;
}

Result<std::uint32_t> RuleCompiler::util_named(const std::string& name,
                                               TextPosition position) const {
  for (std::size_t i = 0; i < program_.utils.size(); ++i) {
    if (program_.utils[i].name == name) return static_cast<std::uint32_t>(i);
  }
  return document_.error(position, "Rule `" + name + "` is not defined.");
}

Status RuleCompiler::compile_constraints() {
  for (const auto& [name, index] : document_.constraints) {
    COPSE_TRY(const std::uint32_t step, rule(index));
    const std::int64_t variable = program_.variables.find(name, false);
    if (variable >= 0) {
      program_.constraints.push_back({static_cast<std::uint32_t>(variable), step});
    } else if (program_.variables.find(name, true) < 0) {
      return document_.error(document_.rules[index].position,
                             "Undefined meta var `" + name + "` used in `constraints`.");
    }
  }
  return success();
}

// Goes as deep as rules are nested, at most RuleDocument::kDepthMax.
Result<std::uint32_t> RuleCompiler::rule(std::uint32_t index) {
  const RuleSpec& spec = document_.rules[index];
  std::vector<std::uint32_t> parts;
  COPSE_TRY_STATUS(add_atoms(spec, parts));
  COPSE_TRY_STATUS(add_compositions(spec, parts));
  COPSE_TRY_STATUS(add_relation(Op::Inside, spec, spec.inside, parts));
  COPSE_TRY_STATUS(add_relation(Op::Has, spec, spec.has, parts));
  COPSE_TRY_STATUS(add_relation(Op::Precedes, spec, spec.precedes, parts));
  COPSE_TRY_STATUS(add_relation(Op::Follows, spec, spec.follows, parts));
  if (parts.size() == 1) return parts.front();
  RuleStep all;
  all.op = Op::All;
  all.parts = std::move(parts);
  return add_step(program_, std::move(all));
}

Status RuleCompiler::add_atoms(const RuleSpec& spec, std::vector<std::uint32_t>& parts) {
  RuleStep step;
  if (spec.pattern) {
    step.op = Op::Pattern;
    step.operand = *spec.pattern;
    add(step, parts);
  }
  if (spec.kind) {
    auto selected = compile_kind_selector(*spec.kind, program_);
    if (!selected.ok()) return document_.error(spec.position, selected.error().message());
    parts.push_back(selected.value());
  }
  if (spec.regex) {
    auto regex = Regex::compile(*spec.regex);
    if (!regex.ok()) return document_.error(spec.position, "regex: " + regex.error().message());
    step.op = Op::Regex;
    step.operand = static_cast<std::uint32_t>(program_.regexes.size());
    program_.regexes.push_back(std::move(regex).value());
    add(step, parts);
  }
  if (spec.nth_child) {
    RuleStep nth;
    nth.op = Op::NthChild;
    nth.position = spec.nth_child->position;
    nth.reverse = spec.nth_child->reverse;
    if (spec.nth_child->of_rule) {
      COPSE_TRY(nth.inner, rule(*spec.nth_child->of_rule));
    }
    add(nth, parts);
  }
  if (spec.range) {
    step.op = Op::Range;
    step.operand = static_cast<std::uint32_t>(program_.ranges.size());
    program_.ranges.push_back(*spec.range);
    add(step, parts);
  }
  return success();
}

Result<RuleStep> RuleCompiler::list(Op op, const std::vector<std::uint32_t>& rules) {
  RuleStep step;
  step.op = op;
  for (const std::uint32_t index : rules) {
    COPSE_TRY(const std::uint32_t part, rule(index));
    step.parts.push_back(part);
  }
  return step;
}

Status RuleCompiler::add_compositions(const RuleSpec& spec, std::vector<std::uint32_t>& parts) {
  if (spec.all) {
    COPSE_TRY(RuleStep all, list(Op::All, *spec.all));
    add(std::move(all), parts);
  }
  if (spec.any) {
    COPSE_TRY(RuleStep any, list(Op::Any, *spec.any));
    add(std::move(any), parts);
  }
  if (spec.not_rule) {
    RuleStep inverse;
    inverse.op = Op::Not;
    COPSE_TRY(inverse.inner, rule(*spec.not_rule));
    add(inverse, parts);
  }
  if (spec.matches) {
    RuleStep step;
    step.op = Op::Matches;
    COPSE_TRY(step.operand, util_named(*spec.matches, spec.position));
    add(step, parts);
  }
  return success();
}

Status RuleCompiler::add_relation(Op op, const RuleSpec& spec, const Relation& relation,
                                  std::vector<std::uint32_t>& parts) {
  if (!relation) return success();
  RuleStep step;
  step.op = op;
  step.stop_by = relation->stop_by;
  if (relation->stop_by == RuleSpec::StopBy::Rule) {
    COPSE_TRY(step.stop, rule(relation->stop_rule));
  }
  if (relation->field) {
    step.field =
        ts_language_field_id_for_name(program_.grammar->language(), relation->field->data(),
                                      static_cast<std::uint32_t>(relation->field->size()));
    if (step.field == 0) {
      return document_.error(spec.position,
                             "Relational rule contains invalid field " + *relation->field + ".");
    }
  }
  COPSE_TRY(step.inner, rule(relation->rule));
  add(step, parts);
  return success();
}

}  // namespace

std::uint32_t add_step(RuleProgram& program, RuleStep step) {
  Kinds kinds;
  if (kinds_of(program, step, kinds)) {
    auto& set = program.kind_sets[kinds];
    if (set == nullptr) set = std::make_shared<const KindSet>(*program.grammar, kinds);
    step.kinds = set;
  }
  program.steps.push_back(std::move(step));
  return static_cast<std::uint32_t>(program.steps.size() - 1);
}

Result<RuleProgram> compile_rule(const RuleDocument& document,
                                 const std::shared_ptr<const Grammar>& grammar,
                                 const std::vector<std::shared_ptr<const TreeData>>& fragments) {
  RuleProgram program;
  program.grammar = grammar;
  COPSE_TRY_STATUS(RuleCompiler(document, fragments, program).run());
  return program;
}

}  // namespace copse
