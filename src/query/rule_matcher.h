// Deciding whether a compiled rule holds for a node.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "copse/result.h"

#include "query/pattern_match.h"
#include "query/rule_program.h"

namespace copse {

// Belongs to one thread, one program and one tree; both outlive it.
class RuleMatcher {
 public:
  // Steps inside one another; utilities that call themselves through relations go deeper with the
  // tree.
  static constexpr std::size_t kDepthMax = 1000;

  RuleMatcher(const RuleProgram& program, const FlatView& view)
      : program_(program),
        view_(view),
        patterns_(view),
        way_(view, NodeRef{}),
        bindings_(program.variables.size()) {}

  // The node that the rule finds there: `node`, but for rules that are only about another one.
  // bindings() then tells what the metavariables stand for.
  std::optional<NodeRef> match(NodeRef node);
  const Bindings& bindings() const { return bindings_; }

  // LimitExceeded when a rule went too deep; what match() said since is not to be trusted.
  Status fault() const;

 private:
  using Found = std::optional<NodeRef>;

  Found holds(std::uint32_t step, NodeRef node, Bindings& bindings);
  Found decide(const RuleStep& step, NodeRef node, Bindings& bindings);
  bool all(const RuleStep& step, NodeRef node, Bindings& bindings);
  bool any(const RuleStep& step, NodeRef node, Bindings& bindings);
  bool range(const RuleSpec::Range& range, NodeRef node) const;
  bool nth_child(const RuleStep& step, NodeRef node, Bindings& bindings);
  Found inside(const RuleStep& step, NodeRef node, Bindings& bindings);
  Found has(const RuleStep& step, NodeRef node, Bindings& bindings);
  Found has_field(const RuleStep& step, NodeRef node, Bindings& bindings);
  Found has_until(const RuleStep& step, NodeRef node, Bindings& bindings);
  Found has_below(const RuleStep& step, NodeRef node, bool with_top, Bindings& bindings);
  Found beside(const RuleStep& step, NodeRef node, Bindings& bindings);
  void siblings(const RuleStep& step, NodeRef node, std::vector<NodeRef>& out);

  // Whether the rule that ends a search holds; it binds nothing.
  bool stops(std::uint32_t step, NodeRef node);
  bool parent(NodeRef node, NodeRef& parent);
  std::optional<NodeRef> child_by_field(NodeRef node, std::uint16_t field) const;

  const RuleProgram& program_;
  const FlatView& view_;
  PatternMatcher patterns_;
  WayDown way_;
  Bindings bindings_;
  const KindSet all_kinds_;
  std::size_t depth_ = 0;
  bool too_deep_ = false;
};

}  // namespace copse
