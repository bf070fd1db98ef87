// What states capture, and how captures are compared.
#include <algorithm>

#include "query/matcher.h"

namespace copse {

void Matcher::capture(State& state, std::uint32_t node, std::uint16_t alias,
                      const QueryStep& step) {
  if (state.dead) return;
  CaptureList* const list = list_for(state, states_.size());
  if (list == nullptr) {
    state.dead = true;
    return;
  }
  for (const std::uint16_t index : step.captures) {
    if (index == kNoStep) break;
    list->push_back({node, alias, index});
  }
}

std::uint32_t Matcher::acquire_list() {
  if (!free_lists_.empty() &&
      lists_.size() - free_lists_.size() < std::min(scope_.match_limit, kCaptureListsMax)) {
    const std::uint32_t list = free_lists_.back();
    free_lists_.pop_back();
    lists_[list].clear();
    return list;
  }
  if (lists_.size() >= std::min(scope_.match_limit, kCaptureListsMax)) return kNoList;
  lists_.emplace_back();
  return static_cast<std::uint32_t>(lists_.size() - 1);
}

void Matcher::release_list(std::uint32_t list) {
  if (list != kNoList) free_lists_.push_back(list);
}

// When there are no more lists, the state with the earliest capture gives its own up and ends.
Matcher::CaptureList* Matcher::list_for(State& state, std::size_t keep) {
  if (state.captures != kNoList) return &lists_[state.captures];
  state.captures = acquire_list();
  if (state.captures != kNoList) return &lists_[state.captures];
  exceeded_ = true;
  const std::size_t first = first_in_progress_capture();
  if (first == states_.size() || first == keep) return nullptr;
  State& other = states_[first];
  state.captures = other.captures;
  other.captures = kNoList;
  other.dead = true;
  lists_[state.captures].clear();
  return &lists_[state.captures];
}

// The state whose next capture begins first; states_.size() when there is none. Passes over states
// that are sure to match, as the original does.
std::size_t Matcher::first_in_progress_capture() {
  std::size_t result = states_.size();
  std::uint32_t first_byte = UINT32_MAX;
  std::uint32_t first_pattern = UINT32_MAX;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    State& state = states_[i];
    if (state.dead) continue;
    const CaptureList& captures = list_of(state);
    const auto before_range = [&](std::uint32_t node) {
      const std::uint32_t end = end_of(node);
      const PointBound& from = scope_.begin_point;
      return end <= scope_.begin_byte || end < from.byte || (from.exact && end == from.byte);
    };
    while (state.consumed < captures.size() && before_range(captures[state.consumed].node))
      ++state.consumed;
    if (state.consumed >= captures.size()) continue;
    const std::uint32_t byte = start_of(captures[state.consumed].node);
    const bool is_first = result == states_.size() || byte < first_byte ||
                          (byte == first_byte && state.pattern < first_pattern);
    if (!is_first || program_.step(state.step).root_pattern_guaranteed) continue;
    result = i;
    first_byte = byte;
    first_pattern = state.pattern;
  }
  return result;
}

Matcher::State* Matcher::copy_state(std::size_t at) {
  State copy = states_[at];
  copy.captures = kNoList;
  if (states_[at].captures != kNoList) {
    if (list_for(copy, at) == nullptr) return nullptr;
    lists_[copy.captures] = lists_[states_[at].captures];
  }
  states_.insert(states_.begin() + static_cast<std::ptrdiff_t>(at) + 1, copy);
  return &states_[at + 1];
}

void Matcher::compare_captures(const State& left, const State& right, bool& left_holds_right,
                               bool& right_holds_left) {
  const CaptureList& ours = list_of(left);
  const CaptureList& theirs = list_of(right);
  left_holds_right = true;
  right_holds_left = true;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < ours.size() && j < theirs.size()) {
    if (ours[i].node == theirs[j].node && ours[i].index == theirs[j].index) {
      ++i;
      ++j;
      continue;
    }
    const int order = compare_nodes(ours[i].node, theirs[j].node);
    if (order <= 0) right_holds_left = false;
    if (order >= 0) left_holds_right = false;
    if (order <= 0) ++i;
    if (order >= 0) ++j;
  }
  if (i < ours.size()) right_holds_left = false;
  if (j < theirs.size()) left_holds_right = false;
}

const MatchNodes& Matcher::located() {
  if (!located_) {
    nodes_.positions->locate();
    located_ = true;
  }
  return nodes_;
}

// By start, then the longer one first: 0 also for different nodes of the same bytes.
int Matcher::compare_located(std::uint32_t left, std::uint32_t right) {
  const std::uint32_t left_start = start_of(left);
  const std::uint32_t right_start = start_of(right);
  if (left_start != right_start) return left_start < right_start ? -1 : 1;
  const std::uint32_t left_end = end_of(left);
  const std::uint32_t right_end = end_of(right);
  if (left_end != right_end) return left_end > right_end ? -1 : 1;
  return 0;
}

// As compare_located, from the nodes' places where these say enough.
int Matcher::compare_nodes(std::uint32_t left, std::uint32_t right) {
  if (left == right) return 0;
  if (located_) return compare_located(left, right);
  if (left > right) return -compare_nodes(right, left);
  const CopseFlatNode* nodes = nodes_.nodes;
  const std::uint32_t end = left + copse_node_count(&nodes[left]);
  // A byte between the two beginnings.
  if (has_solid_leaf(left, right)) return -1;
  if (right < end) {
    // Inside: longer, if there is a byte behind.
    const std::uint32_t inner_end = right + copse_node_count(&nodes[right]);
    const bool same_start = std::all_of(nodes + left, nodes + right, [](const CopseFlatNode& node) {
      return !copse_node_is_leaf(&node);
    });
    if (has_solid_leaf(inner_end, end)) return -1;
    if (same_start && inner_end == end) return 0;
  }
  return compare_located(left, right);
}

// Tokens that a lexer made have at least a byte; what a scanner, error recovery or the end of the
// file made may have none.
bool Matcher::may_be_empty(std::uint32_t node) const {
  const std::uint32_t tag = nodes_.nodes[node].tag;
  constexpr std::uint32_t kUnsure = COPSE_TAG_MISSING | COPSE_TAG_EXTERNAL;
  const std::uint32_t symbol = tag >> 16;
  return (tag & COPSE_TAG_LEAF) == 0 || (tag & kUnsure) != 0 || symbol == COPSE_SYMBOL_END ||
         symbol >= COPSE_SYMBOL_ERROR_REPEAT;
}

bool Matcher::has_solid_leaf(std::uint32_t first, std::uint32_t end) const {
  for (std::uint32_t node = first; node < end; ++node) {
    if (!may_be_empty(node)) return true;
  }
  return false;
}

}  // namespace copse
