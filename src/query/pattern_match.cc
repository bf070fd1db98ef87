#include "query/pattern_match.h"

#include <utility>

namespace copse {

void Bindings::set(std::size_t variable, std::vector<NodeRef> nodes) {
  Slot& slot = slots_[variable];
  trail_.push_back({variable, std::move(slot)});
  slot = {true, std::move(nodes)};
}

void Bindings::set_one(std::size_t variable, NodeRef node) {
  set(variable, {node});
}

void Bindings::roll_back(std::size_t mark) {
  while (trail_.size() > mark) {
    slots_[trail_.back().variable] = std::move(trail_.back().before);
    trail_.pop_back();
  }
}

bool PatternMatcher::matches(const CodePattern& pattern, NodeRef node, Bindings& bindings) {
  if (pattern.root_kind && view_.kind(node) != *pattern.root_kind) return false;
  pattern_ = &pattern;
  bindings_ = &bindings;
  const std::size_t mark = bindings.mark();
  const PatternNode& root = pattern.root();
  // A metavariable that is the whole pattern stands for comments, too.
  const bool variable_alone = pattern.strictness == Strictness::Smart &&
                              root.kind != PatternNode::Kind::Terminal &&
                              root.kind != PatternNode::Kind::Internal;
  const Verdict verdict = variable_alone ? match_variable(root, node) : match_node(root, node);
  if (verdict == Verdict::Both) return true;
  bindings.roll_back(mark);
  return false;
}

bool PatternMatcher::passes_extras() const {
  return pattern_->strictness != Strictness::Cst && pattern_->strictness != Strictness::Ast;
}

bool PatternMatcher::kinds_agree(std::uint16_t goal, std::uint16_t kind) const {
  return goal == kind || goal == COPSE_SYMBOL_ERROR;
}

PatternMatcher::Verdict PatternMatcher::match_node(const PatternNode& goal, NodeRef node) {
  switch (goal.kind) {
    case PatternNode::Kind::Terminal:
      return match_terminal(goal, node);
    case PatternNode::Kind::Internal:
      if (pattern_->strictness != Strictness::Template &&
          !kinds_agree(goal.symbol, view_.kind(node))) {
        return Verdict::None;
      }
      return match_children(goal, node) ? Verdict::Both : Verdict::None;
    default:
      if (passes_extras() && view_.is_extra(node)) return Verdict::SkipCandidate;
      return match_variable(goal, node);
  }
}

PatternMatcher::Verdict PatternMatcher::match_terminal(const PatternNode& goal,
                                                       NodeRef node) const {
  const bool kind_agrees = kinds_agree(goal.symbol, view_.kind(node));
  // The kind of a token without a name is its text.
  if (kind_agrees && (!goal.named || goal.text == view_.text(node))) return Verdict::Both;
  if (passes_extras() && view_.is_extra(node)) return Verdict::SkipCandidate;
  const bool skip_candidate = !view_.is_named(node);
  bool skip_goal = false;
  switch (pattern_->strictness) {
    case Strictness::Cst:
      return Verdict::None;
    case Strictness::Smart:
      break;
    case Strictness::Signature:
      if (kind_agrees) return Verdict::Both;
      skip_goal = !goal.named;
      break;
    case Strictness::Ast:
    case Strictness::Relaxed:
      skip_goal = !goal.named;
      break;
    case Strictness::Template:
      if (goal.text == view_.text(node)) return Verdict::Both;
      break;
  }
  if (skip_goal) return skip_candidate ? Verdict::SkipBoth : Verdict::SkipGoal;
  return skip_candidate ? Verdict::SkipCandidate : Verdict::None;
}

PatternMatcher::Verdict PatternMatcher::match_variable(const PatternNode& goal, NodeRef node) {
  const auto verdict = [](bool good) { return good ? Verdict::Both : Verdict::None; };
  switch (goal.kind) {
    case PatternNode::Kind::AnyOne:
      return verdict(!goal.named || view_.is_named(node));
    case PatternNode::Kind::One: {
      if (goal.named && !view_.is_named(node)) return Verdict::None;
      const Bindings::Slot& slot = bindings_->at(goal.variable);
      if (slot.bound && !same_code(slot.nodes.front(), node)) return Verdict::None;
      bindings_->set_one(goal.variable, node);
      return Verdict::Both;
    }
    case PatternNode::Kind::List: {
      const Bindings::Slot& slot = bindings_->at(goal.variable);
      if (slot.bound && !same_lists(slot.nodes, {node})) return Verdict::None;
      bindings_->set_one(goal.variable, node);
      return Verdict::Both;
    }
    default:
      return Verdict::Both;
  }
}

bool PatternMatcher::match_children(const PatternNode& goal, NodeRef node) {
  const std::size_t begin = pool_.size();
  view_.children(node, pool_);
  const std::uint32_t* goals = pattern_->children.data() + goal.first_child;
  const bool matched =
      pool_.size() > begin && match_lists({goals, goals + goal.child_count, begin, pool_.size()});
  pool_.resize(begin);
  return matched;
}

bool PatternMatcher::match_lists(Lists lists) {
  for (;;) {
    const Flow flow = match_list_variable(lists);
    if (flow == Flow::Fail) return false;
    if (flow == Flow::Done) return true;
    if (flow == Flow::Again) continue;
    if (!match_next(lists)) return false;
    if (lists.goals_left()) {
      ++lists.goal;
      if (lists.candidates_left()) ++lists.candidate;
    }
    if (!lists.goals_left()) {
      for (; lists.candidates_left(); ++lists.candidate) {
        if (!may_trail(pool_[lists.candidate])) return false;
      }
      return true;
    }
    if (!lists.candidates_left()) return false;
  }
}

// REQUIRES: there are candidates left.
PatternMatcher::Flow PatternMatcher::match_list_variable(Lists& lists) {
  if (!lists.goals_left()) return Flow::Done;
  const PatternNode& list = goal(lists);
  if (!list.is_list()) return Flow::On;
  const std::size_t begin = lists.candidate;
  std::size_t passed_goals = 0;
  for (++lists.goal; lists.goals_left() && goal(lists).is_trivial(); ++lists.goal) {
    ++passed_goals;
  }
  if (!lists.goals_left()) {
    return take_list(list, begin, lists.candidates_end, passed_goals) ? Flow::Done : Flow::Fail;
  }
  if (goal(lists).is_list()) {
    // Of two lists side by side, the first one takes one node.
    if (++lists.candidate == lists.candidates_end) return Flow::Fail;
    return take_list(list, begin, lists.candidate, passed_goals) ? Flow::Again : Flow::Fail;
  }
  for (;;) {
    const std::size_t mark = bindings_->mark();
    const bool ends_here = match_node(goal(lists), pool_[lists.candidate]) == Verdict::Both;
    bindings_->roll_back(mark);
    if (ends_here) {
      return take_list(list, begin, lists.candidate, passed_goals) ? Flow::On : Flow::Fail;
    }
    if (++lists.candidate == lists.candidates_end) return Flow::Fail;
  }
}

// Binds the list, without the nodes that stand for the tokens that were passed in the pattern.
bool PatternMatcher::take_list(const PatternNode& list, std::size_t begin, std::size_t end,
                               std::size_t passed_goals) {
  if (list.kind != PatternNode::Kind::List) return true;
  const std::size_t count = end - begin > passed_goals ? end - begin - passed_goals : 0;
  std::vector<NodeRef> nodes(pool_.begin() + static_cast<std::ptrdiff_t>(begin),
                             pool_.begin() + static_cast<std::ptrdiff_t>(begin + count));
  const Bindings::Slot& slot = bindings_->at(list.variable);
  if (slot.bound && !same_lists(slot.nodes, nodes)) return false;
  bindings_->set(list.variable, std::move(nodes));
  return true;
}

// Leaves the lists at a pair that matched, or with no goals where what is left of them may be
// missing. REQUIRES: there are goals left.
bool PatternMatcher::match_next(Lists& lists) {
  for (;;) {
    if (!lists.candidates_left()) return rest_may_be_missing(lists);
    switch (match_node(goal(lists), pool_[lists.candidate])) {
      case Verdict::Both:
        return true;
      case Verdict::None:
        return false;
      case Verdict::SkipCandidate:
        ++lists.candidate;
        break;
      case Verdict::SkipBoth:
        ++lists.candidate;
        [[fallthrough]];
      case Verdict::SkipGoal:
        ++lists.goal;
        if (!lists.goals_left()) return true;
        break;
    }
  }
}

bool PatternMatcher::rest_may_be_missing(Lists& lists) const {
  for (; lists.goals_left(); ++lists.goal) {
    const PatternNode& rest = goal(lists);
    if (pattern_->strictness == Strictness::Cst) return false;
    if (rest.is_list()) continue;
    if (pattern_->strictness == Strictness::Smart || pattern_->strictness == Strictness::Template) {
      return false;
    }
    if (rest.kind == PatternNode::Kind::Internal || rest.named) return false;
  }
  return true;
}

bool PatternMatcher::may_trail(NodeRef node) const {
  switch (pattern_->strictness) {
    case Strictness::Cst:
      return false;
    case Strictness::Smart:
      return true;
    case Strictness::Ast:
      return !view_.is_named(node);
    case Strictness::Relaxed:
    case Strictness::Signature:
      return !view_.is_named(node) || view_.is_extra(node);
    case Strictness::Template:
      return view_.is_extra(node);
  }
  return false;
}

bool PatternMatcher::same_lists(const std::vector<NodeRef>& left,
                                const std::vector<NodeRef>& right) {
  std::size_t i = 0;
  std::size_t j = 0;
  for (;; ++i, ++j) {
    while (i < left.size() && !view_.is_named(left[i]))
      ++i;
    while (j < right.size() && !view_.is_named(right[j]))
      ++j;
    if (i == left.size() || j == right.size()) return i == left.size() && j == right.size();
    if (!same_code(left[i], right[j])) return false;
  }
}

bool PatternMatcher::same_code(NodeRef left, NodeRef right) {
  pairs_.assign(1, {left, right});
  const std::size_t pool_begin = pool_.size();
  bool same = true;
  while (same && !pairs_.empty()) {
    const auto [a, b] = pairs_.back();
    pairs_.pop_back();
    if (a == b) continue;
    if (!view_.has_named_children(a) || !view_.has_named_children(b)) {
      same = view_.text(a) == view_.text(b);
      continue;
    }
    view_.children(a, pool_);
    const std::size_t middle = pool_.size();
    view_.children(b, pool_);
    const std::size_t count = middle - pool_begin;
    same = view_.kind(a) == view_.kind(b) && pool_.size() - middle == count;
    for (std::size_t i = 0; same && i < count; ++i) {
      pairs_.emplace_back(pool_[pool_begin + i], pool_[middle + i]);
    }
    pool_.resize(pool_begin);
  }
  return same;
}

}  // namespace copse
