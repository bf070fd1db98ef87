#include "query/rule_matcher.h"

#include <algorithm>

namespace copse {
namespace {

// Characters of the line before the byte.
std::uint64_t column_in_characters(std::string_view line) {
  return static_cast<std::uint64_t>(std::count_if(line.begin(), line.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

bool is_at(const TreeData& tree, std::uint32_t byte, const RuleSpec::Place& place) {
  const Point point = tree.point_at(byte);
  if (point.row != place.line) return false;
  if (!place.column) return true;
  return column_in_characters(tree.text(byte - point.column, byte)) == *place.column;
}

}  // namespace

std::optional<NodeRef> RuleMatcher::match(NodeRef node) {
  bindings_.roll_back(0);
  const Found found = holds(program_.root, node, bindings_);
  if (!found) return std::nullopt;
  for (const RuleProgram::Constraint& constraint : program_.constraints) {
    const Bindings::Slot& slot = bindings_.at(constraint.variable);
    if (!slot.bound) continue;
    const NodeRef bound = slot.nodes.front();
    if (!holds(constraint.step, bound, bindings_)) return std::nullopt;
  }
  return found;
}

Status RuleMatcher::fault() const {
  if (!too_deep_) return success();
  return Error(ErrorCode::LimitExceeded,
               "a utility called itself more than " + std::to_string(kDepthMax) + " levels deep");
}

// Goes as deep as the rule, and further where utilities call themselves, up to kDepthMax.
RuleMatcher::Found RuleMatcher::holds(std::uint32_t step, NodeRef node, Bindings& bindings) {
  const RuleStep& what = program_.steps[step];
  if (what.kinds != nullptr && !what.kinds->has(view_.kind(node))) return std::nullopt;
  if (depth_ >= kDepthMax) {
    too_deep_ = true;
    return std::nullopt;
  }
  ++depth_;
  const Found found = decide(what, node, bindings);
  --depth_;
  return found;
}

RuleMatcher::Found RuleMatcher::decide(const RuleStep& step, NodeRef node, Bindings& bindings) {
  using Op = RuleStep::Op;
  const auto itself = [node](bool good) { return good ? Found(node) : std::nullopt; };
  switch (step.op) {
    case Op::Pattern:
      return itself(patterns_.matches(program_.patterns[step.operand], node, bindings));
    case Op::Kind:
      return itself(view_.kind(node) == step.symbol);
    case Op::Regex:
      return itself(program_.regexes[step.operand].search(view_.text(node)));
    case Op::NthChild:
      return itself(nth_child(step, node, bindings));
    case Op::Range:
      return itself(range(program_.ranges[step.operand], node));
    case Op::Inside:
      return inside(step, node, bindings);
    case Op::Has:
      return has(step, node, bindings);
    case Op::Precedes:
    case Op::Follows:
      return beside(step, node, bindings);
    case Op::All:
      return itself(all(step, node, bindings));
    case Op::Any:
      return itself(any(step, node, bindings));
    case Op::Not: {
      const std::size_t mark = bindings.mark();
      const bool found = holds(step.inner, node, bindings).has_value();
      bindings.roll_back(mark);
      return itself(!found);
    }
    case Op::Matches:
      return holds(program_.utils[step.operand].step, node, bindings);
  }
  return std::nullopt;
}

bool RuleMatcher::all(const RuleStep& step, NodeRef node, Bindings& bindings) {
  const std::size_t mark = bindings.mark();
  for (const std::uint32_t part : step.parts) {
    if (holds(part, node, bindings)) continue;
    bindings.roll_back(mark);
    return false;
  }
  return true;
}

bool RuleMatcher::any(const RuleStep& step, NodeRef node, Bindings& bindings) {
  const std::size_t mark = bindings.mark();
  return std::any_of(step.parts.begin(), step.parts.end(), [&](std::uint32_t part) {
    bindings.roll_back(mark);
    return holds(part, node, bindings).has_value();
  });
}

bool RuleMatcher::range(const RuleSpec::Range& range, NodeRef node) const {
  return is_at(view_.tree(), view_.start(node), range.start) &&
         is_at(view_.tree(), view_.end(node), range.end);
}

bool RuleMatcher::parent(NodeRef node, NodeRef& parent) {
  way_.go_to(node.index);
  return way_.parent(parent);
}

// Counts named siblings, or what the rule of the step finds at them. What that rule binds at the
// node itself stays bound, as in ast-grep.
bool RuleMatcher::nth_child(const RuleStep& step, NodeRef node, Bindings& bindings) {
  NodeRef above{};
  if (!parent(node, above)) return false;
  std::vector<NodeRef> siblings;
  view_.children(above, siblings);
  std::erase_if(siblings, [&](NodeRef sibling) { return !view_.is_named(sibling); });
  if (step.inner != RuleStep::kNone) {
    std::vector<NodeRef> found;
    for (const NodeRef sibling : siblings) {
      const std::size_t mark = bindings.mark();
      if (const Found hit = holds(step.inner, sibling, bindings)) found.push_back(*hit);
      bindings.roll_back(mark);
    }
    siblings = std::move(found);
  }
  if (step.reverse) std::reverse(siblings.begin(), siblings.end());
  const auto at = std::find(siblings.begin(), siblings.end(), node);
  if (at == siblings.end()) return false;
  if (step.inner != RuleStep::kNone) static_cast<void>(holds(step.inner, node, bindings));
  return step.position.holds(static_cast<std::size_t>(at - siblings.begin()));
}

std::optional<NodeRef> RuleMatcher::child_by_field(NodeRef node, std::uint16_t field) const {
  const Node child = view_.public_node(node).child_by_field_id(field);
  if (child.is_null()) return std::nullopt;
  return NodeRef{child.index(), child.alias()};
}

bool RuleMatcher::stops(std::uint32_t step, NodeRef node) {
  Bindings none(program_.variables.size());
  return holds(step, node, none).has_value();
}

RuleMatcher::Found RuleMatcher::inside(const RuleStep& step, NodeRef node, Bindings& bindings) {
  std::vector<NodeRef> above;
  if (step.stop_by == RuleSpec::StopBy::Neighbor) {
    NodeRef nearest{};
    if (parent(node, nearest)) above.push_back(nearest);
  } else {
    way_.go_to(node.index);
    way_.ancestors(above);
  }
  NodeRef below = node;
  for (const NodeRef ancestor : above) {
    bool in_field = true;
    if (step.field != 0) {
      const auto child = child_by_field(ancestor, step.field);
      in_field = child && *child == below;
      below = ancestor;
    }
    // The rule that ends the search is asked first, and about this node still in vain.
    const bool last = step.stop_by == RuleSpec::StopBy::Rule && stops(step.stop, ancestor);
    if (in_field) {
      if (const Found found = holds(step.inner, ancestor, bindings)) return found;
    }
    if (last) break;
  }
  return std::nullopt;
}

RuleMatcher::Found RuleMatcher::has(const RuleStep& step, NodeRef node, Bindings& bindings) {
  if (step.field != 0) return has_field(step, node, bindings);
  switch (step.stop_by) {
    case RuleSpec::StopBy::End:
      return has_below(step, node, false, bindings);
    case RuleSpec::StopBy::Rule:
      return has_until(step, node, bindings);
    case RuleSpec::StopBy::Neighbor:
      break;
  }
  std::vector<NodeRef> children;
  view_.children(node, children);
  for (const NodeRef child : children) {
    if (const Found found = holds(step.inner, child, bindings)) return found;
  }
  return std::nullopt;
}

RuleMatcher::Found RuleMatcher::has_below(const RuleStep& step, NodeRef node, bool with_top,
                                          Bindings& bindings) {
  const KindSet* kinds = program_.steps[step.inner].kinds.get();
  KindScan scan(view_, node, kinds != nullptr ? *kinds : all_kinds_, with_top);
  for (NodeRef below{}; scan.next(below);) {
    if (const Found found = holds(step.inner, below, bindings)) return found;
  }
  return std::nullopt;
}

// Does not look below nodes that end the search, though at them.
RuleMatcher::Found RuleMatcher::has_until(const RuleStep& step, NodeRef node, Bindings& bindings) {
  std::vector<NodeRef> left;
  view_.children(node, left);
  std::reverse(left.begin(), left.end());
  while (!left.empty()) {
    const NodeRef next = left.back();
    left.pop_back();
    if (const Found found = holds(step.inner, next, bindings)) return found;
    if (stops(step.stop, next)) continue;
    const auto begin = static_cast<std::ptrdiff_t>(left.size());
    view_.children(next, left);
    std::reverse(left.begin() + begin, left.end());
  }
  return std::nullopt;
}

RuleMatcher::Found RuleMatcher::has_field(const RuleStep& step, NodeRef node, Bindings& bindings) {
  const auto child = child_by_field(node, step.field);
  if (!child) return std::nullopt;
  if (step.stop_by == RuleSpec::StopBy::End) return has_below(step, *child, true, bindings);
  const Found found = holds(step.inner, *child, bindings);
  if (found || step.stop_by == RuleSpec::StopBy::Neighbor) return found;
  if (stops(step.stop, *child)) return std::nullopt;
  // With a field, ast-grep looks at the children of its node and no further.
  std::vector<NodeRef> children;
  view_.children(*child, children);
  for (const NodeRef below : children) {
    if (const Found hit = holds(step.inner, below, bindings)) return hit;
  }
  return std::nullopt;
}

// The siblings that a search looks at, nearest first. Where tree-sitter's cursor finds the node by
// its first byte, an empty one may be taken for the next.
void RuleMatcher::siblings(const RuleStep& step, NodeRef node, std::vector<NodeRef>& out) {
  const bool forward = step.op == RuleStep::Op::Precedes;
  if (step.stop_by == RuleSpec::StopBy::Neighbor) {
    const Node from = view_.public_node(node);
    const Node beside = forward ? from.next_sibling() : from.prev_sibling();
    if (!beside.is_null()) out.push_back({beside.index(), beside.alias()});
    return;
  }
  NodeRef above = node;
  static_cast<void>(parent(node, above));
  std::vector<NodeRef> children;
  view_.children(above, children);
  const std::uint32_t byte = view_.start(node);
  const auto at = std::find_if(children.begin(), children.end(),
                               [&](NodeRef child) { return view_.end(child) > byte; });
  if (at == children.end()) return;
  if (forward) {
    out.assign(at + 1, children.end());
  } else {
    out.assign(std::make_reverse_iterator(at), children.rend());
  }
}

RuleMatcher::Found RuleMatcher::beside(const RuleStep& step, NodeRef node, Bindings& bindings) {
  std::vector<NodeRef> candidates;
  siblings(step, node, candidates);
  for (const NodeRef candidate : candidates) {
    const bool last = step.stop_by == RuleSpec::StopBy::Rule && stops(step.stop, candidate);
    if (const Found found = holds(step.inner, candidate, bindings)) return found;
    if (last) break;
  }
  return std::nullopt;
}

}  // namespace copse
