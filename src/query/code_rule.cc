#include "query/code_rule.h"

#include <algorithm>
#include <utility>

#include "query/metavariable.h"
#include "query/rule_matcher.h"
#include "query/rule_needs.h"
#include "query/rule_program.h"

namespace copse {

std::vector<std::string> CodeRule::fragments(const RuleDocument& document,
                                             std::string_view language) {
  std::vector<std::string> out;
  for (const RuleDocument::Pattern& pattern : document.patterns) {
    out.push_back(pattern_fragment(pattern.spec.text, language));
  }
  return out;
}

Result<CodeRule> CodeRule::compile(const Language& language, const RuleDocument& document,
                                   const std::vector<std::shared_ptr<const TreeData>>& parsed) {
  COPSE_TRY(RuleProgram program, compile_rule(document, language.grammar(), parsed));
  return CodeRule(std::make_shared<const RuleProgram>(std::move(program)));
}

CodeRule::CodeRule(std::shared_ptr<const RuleProgram> program) : program_(std::move(program)) {
  std::vector<std::string> names = {"match"};
  std::vector<bool> lists = {false};
  for (std::size_t i = 0; i < program_->variables.size(); ++i) {
    names.push_back(program_->variables.name(i));
    lists.push_back(program_->variables.is_list(i));
  }
  capture_names_ = std::make_shared<const std::vector<std::string>>(std::move(names));
  capture_is_list_ = std::make_shared<const std::vector<bool>>(std::move(lists));
  needs_ = std::make_shared<const RuleNeeds>(needs_of(*program_));
}

bool CodeRule::has_error() const {
  return std::any_of(program_->patterns.begin(), program_->patterns.end(),
                     [](const CodePattern& pattern) { return pattern.has_error(); });
}

bool CodeRule::may_match(const CopseFlatNode* nodes, std::uint32_t count) const {
  const KindSet* const kinds = program_->steps[program_->root].kinds.get();
  if (kinds == nullptr || kinds->is_all()) return true;
  return std::any_of(nodes, nodes + count, [kinds](const CopseFlatNode& node) {
    return kinds->tag_may_be(node.tag) || kinds->tag_names_children(node.tag);
  });
}

Status CodeRule::matches(const Tree& tree, const std::function<bool(const Match&)>& visit) const {
  const TreeData& data = *tree.data();
  const Grammar& own = *program_->grammar;
  if (data.grammar.get() != &own && data.grammar->identity() != own.identity()) {
    return Error(ErrorCode::InvalidArgument, "the rule is for grammar " + own.name() + " " +
                                                 own.identity().hex() + ", the tree of " +
                                                 data.grammar->name() + " " +
                                                 data.grammar->identity().hex());
  }
  const FlatView view(data);
  COPSE_TRY_STATUS(data.fault());
  const RuleStep& root = program_->steps[program_->root];
  const KindSet all;
  KindScan scan(view, NodeRef{}, root.kinds != nullptr ? *root.kinds : all, true);
  RuleMatcher matcher(*program_, view);
  std::vector<Capture> captures;
  for (NodeRef node{}; scan.next(node);) {
    const auto found = matcher.match(node);
    if (!found) continue;
    captures.assign(1, {0, view.public_node(*found)});
    for (std::uint32_t i = 0; i < program_->variables.size(); ++i) {
      for (const NodeRef bound : matcher.bindings().at(i).nodes) {
        captures.push_back({i + 1, view.public_node(bound)});
      }
    }
    if (!visit({0, &captures})) break;
  }
  return matcher.fault();
}

}  // namespace copse
