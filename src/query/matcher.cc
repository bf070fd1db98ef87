// The walk, and when states begin, go on and end.
#include "query/matcher.h"

#include <algorithm>

namespace copse {

// Each fact is found at its first use: most nodes are asked for few of them.
struct Matcher::Here {
  explicit Here(MatchWalk& where)
      : walk(where),
        symbol(where.public_symbol()),
        is_named(where.is_named()),
        is_missing(copse_node_is_missing(&where.node())),
        is_error(symbol == COPSE_SYMBOL_ERROR) {}

  const FieldStatus& field() {
    if (!field_known) {
      field_status = walk.field();
      field_known = true;
    }
    return field_status;
  }
  const LaterSiblings& later() {
    if (!later_known) {
      later_siblings = walk.later_siblings();
      later_known = true;
    }
    return later_siblings;
  }

  MatchWalk& walk;
  std::uint16_t symbol;
  bool is_named;
  bool is_missing;
  bool is_error;
  bool field_known = false;
  bool later_known = false;
  FieldStatus field_status;
  LaterSiblings later_siblings;
};

void Matcher::begin(const MatchNodes& nodes, const MatchScope& scope) {
  nodes_ = nodes;
  scope_ = scope;
  whole_ = scope.is_whole();
  located_ = nodes.positions == nullptr;
  depth_ = 0;
  on_visible_ = true;
  ascending_ = false;
  halted_ = false;
  exceeded_ = false;
  entered_ = 0;
  states_.clear();
  finished_.clear();
  given_ = State();
  free_lists_.clear();
  for (std::uint32_t i = 0; i < lists_.size(); ++i) {
    free_lists_.push_back(i);
  }
  walk_.reset(nodes.nodes);
  const std::uint32_t count = copse_node_count(&nodes.nodes[0]);
  first_solid_ = 0;
  while (first_solid_ < count && may_be_empty(first_solid_))
    ++first_solid_;
}

bool Matcher::next(FoundMatch& match) {
  release_list(given_.captures);
  given_.captures = kNoList;
  while (finished_.empty()) {
    if (halted_) return false;
    if (ascending_) {
      leave();
    } else {
      enter();
    }
  }
  given_ = finished_.front();
  finished_.pop_front();
  match.pattern = given_.pattern;
  match.captures = list_of(given_);
  return true;
}

// ---- the walk ----------------------------------------------------------------------------------

Matcher::Wants Matcher::wants() const {
  Wants wants;
  for (const State& state : states_) {
    const QueryStep& step = program_.step(state.step);
    if (step.depth == kPatternDone) {
      wants.any_event = true;
    } else {
      wants.depth =
          std::max<std::int64_t>(wants.depth, std::int64_t{state.start_depth} + step.depth);
    }
  }
  return wants;
}

void Matcher::enter() {
  ++entered_;
  if (on_visible_) enter_visible();
  const Wants wanted = wants();
  if (!whole_ || wanted.any_event) {
    if (should_descend(wanted)) return descend(false);
    ascending_ = true;
  } else {
    descend(wanted.depth <= std::int64_t{depth_} && !walk_.top().opens);
  }
}

void Matcher::descend(bool of_concern) {
  ascending_ = !(of_concern ? walk_.first_child_of_concern() : walk_.first_child());
  if (ascending_) return;
  on_visible_ = walk_.top().is_visible;
  depth_ += on_visible_ ? 1 : 0;
  if (whole_) depth_ = walk_.top().depth;
}

void Matcher::leave() {
  if (on_visible_) drop_states_below();
  const Wants wanted = wants();
  while (!walk_.at_root()) {
    const std::int64_t depth = walk_.top().sibling_depth();
    const bool each =
        !whole_ || wanted.any_event || wanted.depth >= depth || walk_.opens_siblings();
    if (walk_.next_sibling_or_up(!each)) return moved_beside();
    if (walk_.top().is_visible) return moved_up();
  }
  halt();
}

void Matcher::moved_beside() {
  ascending_ = false;
  const bool visible = walk_.top().is_visible;
  if (visible && !on_visible_) ++depth_;
  if (!visible && on_visible_) --depth_;
  on_visible_ = visible;
  if (whole_) depth_ = walk_.top().depth;
}

// From a hidden node that was not descended into, which a range can bring about, the original goes
// up one level too many in its own count, and takes the parent for hidden.
void Matcher::moved_up() {
  --depth_;
  if (!whole_) return;
  depth_ = walk_.top().depth;
  on_visible_ = true;
}

void Matcher::halt() {
  halted_ = true;
  for (const State& state : states_) {
    release_list(state.captures);
  }
  states_.clear();
}

bool Matcher::should_descend(const Wants& wanted) {
  const MatchLevel& top = walk_.top();
  if (in_range(top, walk_.parent()) && depth_ < scope_.max_start_depth) return true;
  if (wanted.depth > std::int64_t{depth_}) return true;
  if (depth_ >= scope_.max_start_depth || on_visible_) return false;
  // A pattern without a root may have one of its nodes below a hidden node, and another beside it.
  const std::uint16_t repetition = walk_.repetition();
  return repetition == 0 || program_.has_rootless_in(repetition);
}

bool Matcher::parent_in_range(const MatchLevel* parent) {
  if (parent == nullptr) return true;
  // Only a node without a byte, at the very beginning, ends at 0.
  if (whole_ && (parent->end > first_solid_)) return true;
  const CopseFlatNode* nodes = located().nodes;
  const std::uint32_t begin = nodes[parent->index].start;
  const std::uint32_t end = copse_node_end(nodes, parent->index);
  const PointBound& from = scope_.begin_point;
  const bool precedes =
      end <= scope_.begin_byte || end < from.byte || (from.exact && end == from.byte);
  return !precedes && begin < scope_.end_byte && begin < scope_.end_point.byte;
}

bool Matcher::in_range(const MatchLevel& node, const MatchLevel* parent) {
  if (!parent_in_range(parent)) return false;
  if (whole_) return true;
  const CopseFlatNode* nodes = nodes_.nodes;
  const std::uint32_t begin = nodes[node.index].start;
  const std::uint32_t end = copse_node_end(nodes, node.index);
  const PointBound& from = scope_.begin_point;
  const bool ends_at_bound = end == scope_.begin_byte || (from.exact && end == from.byte);
  const bool precedes =
      end < scope_.begin_byte || end < from.byte || (begin != end && ends_at_bound);
  return !precedes && begin < scope_.end_byte && begin < scope_.end_point.byte;
}

// ---- states ------------------------------------------------------------------------------------

void Matcher::enter_visible() {
  if (states_.empty() && program_.wildcard_entries().empty() &&
      program_.entries_of(walk_.public_symbol()).empty()) {
    return;
  }
  Here here(walk_);
  start_patterns(here);
  advance_states(here);
  keep_longest();
}

void Matcher::start_patterns(Here& here) {
  if (!here.is_error) {
    for (const QueryEntry& entry : program_.wildcard_entries()) {
      const QueryStep& step = program_.step(entry.step);
      if (step.supertype_symbol != 0 && !walk_.has_any_supertype()) continue;
      if (may_start_at(step)) start(entry, here);
    }
  }
  // The original asks this for a symbol's first entry and takes the answer for all of them, though
  // others may begin at another depth.
  const auto entries = program_.entries_of(here.symbol);
  if (entries.empty() || !may_start_at(program_.step(entries.front().step))) return;
  for (const QueryEntry& entry : entries) {
    start(entry, here);
  }
}

bool Matcher::may_start_at(const QueryStep& step) const {
  const std::uint32_t start_depth = depth_ - step.depth;
  return start_depth <= scope_.max_start_depth;
}

void Matcher::start(const QueryEntry& entry, Here& here) {
  const QueryStep& step = program_.step(entry.step);
  const MatchLevel* parent = walk_.parent();
  const bool begins = entry.is_rooted ? in_range(walk_.top(), parent)
                                      : parent_in_range(parent) && !walk_.parent_is_error();
  if (begins && (step.field == 0 || here.field().field == step.field)) add_state(entry);
}

// States stay in ascending order of start depth and pattern; a duplicate of one that has not moved
// yet would be dropped at once.
void Matcher::add_state(const QueryEntry& entry) {
  const QueryStep& step = program_.step(entry.step);
  const std::uint32_t start_depth = depth_ - step.depth;
  std::size_t at = states_.size();
  for (; at > 0; --at) {
    const State& before = states_[at - 1];
    if (before.start_depth < start_depth) break;
    if (before.start_depth == start_depth) {
      if (before.pattern == entry.pattern && before.step == entry.step) return;
      if (before.pattern <= entry.pattern) break;
    }
  }
  State state;
  state.step = entry.step;
  state.pattern = entry.pattern;
  state.start_depth = static_cast<std::uint16_t>(start_depth);
  state.needs_parent = step.depth == 1;
  states_.insert(states_.begin() + static_cast<std::ptrdiff_t>(at), state);
}

bool Matcher::fits(const QueryStep& step, Here& here) {
  bool fits = false;
  if (step.symbol != kWildcardSymbol) {
    fits = here.symbol == step.symbol && (!step.is_missing || here.is_missing);
  } else if (step.is_missing) {
    fits = here.is_missing;
  } else {
    fits = !here.is_error && (here.is_named || !step.is_named);
  }
  if (!fits) return false;
  if (step.is_last_child && here.later().named) return false;
  if (step.supertype_symbol != 0 && !walk_.has_supertype(step.supertype_symbol)) return false;
  if (step.field != 0 && step.field != here.field().field) return false;
  if (step.negated_field_list != 0) {
    for (const std::uint16_t* field = program_.negated_fields(step.negated_field_list); *field != 0;
         ++field) {
      if (walk_.has_child_with_field(*field)) return false;
    }
  }
  return true;
}

void Matcher::advance_states(Here& here) {
  const std::uint32_t depth = depth_;
  std::size_t copies = 0;
  for (std::size_t at = 0; at < states_.size(); at += 1 + copies) {
    State& state = states_[at];
    const QueryStep& step = program_.step(state.step);
    state.has_alternatives = false;
    copies = 0;
    if (std::uint32_t{state.start_depth} + step.depth != depth) continue;
    // In a tree of as many levels, a complete state.
    if (step.depth == kPatternDone) continue;
    const bool node_fits = fits(step, here);
    bool later_can = false;
    if (!(step.is_immediate && here.is_named) && !state.seeks_immediate) {
      later_can = here.later().any;
      if (later_can && step.field != 0 && step.field == here.field().field) {
        later_can = here.field().again;
      }
    }
    if (!node_fits) {
      if (later_can) continue;
      release_list(state.captures);
      erase_state(at);
      --at;
      continue;
    }
    // One goes on with this node, one waits for a later sibling.
    if (later_can && (step.contains_captures || step.is_fallible) && copy_state(at) != nullptr) {
      ++copies;
    }
    take(at, copies);
  }
}

void Matcher::take(std::size_t& at, std::size_t& copies) {
  const std::uint16_t step_index = states_[at].step;
  const QueryStep& step = program_.step(step_index);
  if (states_[at].needs_parent) take_parent(states_[at]);
  if (step.captures[0] != kNoStep) {
    capture(states_[at], walk_.top().index, walk_.top().alias, step);
  }
  if (states_[at].dead) {
    erase_state(at);
    --at;
    return;
  }
  State& state = states_[at];
  ++state.step;
  // Anchors pass over anonymous nodes, but not behind a wildcard for any node.
  state.seeks_immediate =
      step.symbol == kWildcardSymbol && !step.is_named && program_.step(state.step).is_immediate;
  branch(at, copies);
}

// A pattern that begins with `(_` begins for us at the node below.
void Matcher::take_parent(State& state) {
  const MatchLevel* parent = walk_.parent();
  if (parent == nullptr) {
    state.dead = true;
    return;
  }
  state.needs_parent = false;
  std::uint32_t skipped = state.step;
  do {
    --skipped;
  } while (program_.step(skipped).is_dead_end || program_.step(skipped).is_pass_through ||
           program_.step(skipped).depth > 0);
  const QueryStep& step = program_.step(skipped);
  if (step.captures[0] != kNoStep) capture(state, parent->index, parent->raw_alias, step);
}

void Matcher::branch(std::size_t at, std::size_t& copies) {
  std::size_t end = at + 1;
  for (std::size_t k = at; k < end; ++k) {
    for (;;) {
      State& child = states_[k];
      const QueryStep& step = program_.step(child.step);
      if (step.alternative == kNoStep) break;
      if (step.is_dead_end) {
        child.step = step.alternative;
        continue;
      }
      const bool again = step.is_pass_through;
      if (again) ++child.step;
      State* const copy = copy_state(k);
      if (copy != nullptr) {
        ++end;
        ++copies;
        copy->step = step.alternative;
        if (step.alternative_is_immediate) copy->seeks_immediate = true;
      }
      if (!again) break;
    }
  }
}

// Where a pattern has optional or repeated nodes, a state is not kept beside one of the same
// pattern that holds its captures.
void Matcher::keep_longest() {
  for (std::size_t at = 0; at < states_.size(); ++at) {
    if (states_[at].dead) {
      erase_state(at);
      --at;
      continue;
    }
    if (!compare_with_later(at)) {
      --at;
      continue;
    }
    if (program_.step(states_[at].step).depth != kPatternDone || states_[at].has_alternatives) {
      continue;
    }
    finish(states_[at]);
    erase_state(at);
    --at;
  }
}

bool Matcher::compare_with_later(std::size_t at) {
  for (std::size_t k = at + 1; k < states_.size(); ++k) {
    State& state = states_[at];
    State& other = states_[k];
    if (other.start_depth != state.start_depth || other.pattern != state.pattern) break;
    bool state_holds = false;
    bool other_holds = false;
    compare_captures(state, other, state_holds, other_holds);
    if (state_holds) {
      if (state.step == other.step) {
        release_list(other.captures);
        erase_state(k);
        --k;
        continue;
      }
      other.has_alternatives = true;
    }
    if (other_holds) {
      if (state.step == other.step) {
        release_list(state.captures);
        erase_state(at);
        return false;
      }
      state.has_alternatives = true;
    }
  }
  return true;
}

void Matcher::drop_states_below() {
  if (states_.empty()) return;
  const std::uint32_t depth = depth_;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const State state = states_[i];
    const QueryStep& step = program_.step(state.step);
    if (step.depth == kPatternDone) {
      if (state.start_depth > depth || depth == 0) {
        finish(state);
        continue;
      }
    } else if (std::uint32_t{state.start_depth} + step.depth > depth) {
      release_list(state.captures);
      continue;
    }
    states_[kept++] = state;
  }
  states_.resize(kept);
}

void Matcher::finish(const State& state) {
  finished_.push_back(state);
}

}  // namespace copse
