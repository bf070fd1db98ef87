// Finds a query's matches in one tree: the same ones, with the same captures, in the same order as
// tree-sitter's query cursor (query.c, core 0.25.10).
//
// The rules for states (in-progress matches) are the original's, whose steps they follow. What is
// different is which nodes they see: while no state waits for anything below or beside the current
// node, everything up to the next node at which a match can begin is passed over. For such nodes
// the rules would do nothing: entering one starts nothing and advances nothing, leaving it ends
// nothing. A state that is complete but waits for a longer match ends at the next node that is
// entered or left, so while there is one no node is passed over.
//
// Byte positions are asked for only where the rules compare nodes whose order their places in the
// tree do not tell. Keeps its memory from tree to tree. For one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "query/match_walk.h"
#include "query/query_program.h"

namespace copse {

// Makes the `start` of all nodes and the `extent` of leaves valid, when somebody asks for them.
class NodePositions {
 public:
  NodePositions() = default;
  NodePositions(const NodePositions&) = delete;
  NodePositions& operator=(const NodePositions&) = delete;
  virtual ~NodePositions() = default;
  virtual void locate() = 0;
};

// A tree's nodes, rank 0 the root. Without `positions` they are all located.
struct MatchNodes {
  const CopseFlatNode* nodes = nullptr;
  NodePositions* positions = nullptr;
};

// A bound that compares as a byte and, where it was a point, as the first byte that is not before
// it; `exact` when such a byte has that very point.
struct PointBound {
  std::uint32_t byte = 0;
  bool exact = true;
};

struct MatchScope {
  std::uint32_t begin_byte = 0;
  std::uint32_t end_byte = UINT32_MAX;
  PointBound begin_point;
  PointBound end_point{UINT32_MAX, false};
  std::uint32_t max_start_depth = UINT32_MAX;
  std::uint32_t match_limit = UINT32_MAX;  // states with captures at one time

  // Nothing is left out: nodes may be passed over.
  bool is_whole() const {
    return begin_byte == 0 && end_byte == UINT32_MAX && begin_point.byte == 0 &&
           end_point.byte == UINT32_MAX && max_start_depth == UINT32_MAX &&
           match_limit == UINT32_MAX;
  }
};

struct MatchCapture {
  std::uint32_t node = 0;
  std::uint16_t alias = 0;
  std::uint16_t index = 0;  // of the capture's name

  bool operator==(const MatchCapture&) const = default;
};

struct FoundMatch {
  std::uint32_t pattern = 0;
  std::span<const MatchCapture> captures;  // valid until the next call
};

class Matcher {
 public:
  // In-progress lists of captures at most, as in the original, whose ids have 16 bits.
  static constexpr std::uint32_t kCaptureListsMax = UINT16_MAX;

  // Borrows all three.
  Matcher(const QueryProgram& program, const StartTable& starts, const CopseQueryTables& tables)
      : program_(program), walk_(tables, starts) {}

  // REQUIRES: with a scope that is not whole, nodes are located.
  void begin(const MatchNodes& nodes, const MatchScope& scope);
  // Whether a match can begin anywhere. REQUIRES: right behind begin().
  bool can_match() { return first_concern() < walk_.top().end; }
  // The first node at which one may begin. REQUIRES: the same.
  std::uint32_t first_concern() { return walk_.next_concern(0); }
  // Nodes up to this one may lie below one that ends where the source begins, in which nothing
  // matches. REQUIRES: begin().
  std::uint32_t first_solid_leaf() const { return first_solid_; }
  // False when there are no more.
  bool next(FoundMatch& match);
  bool did_exceed_match_limit() const { return exceeded_; }
  // Nodes that were entered since begin().
  std::uint64_t entered() const { return entered_; }

 private:
  static constexpr std::uint32_t kNoList = UINT32_MAX;
  using CaptureList = std::vector<MatchCapture>;

  struct State {
    std::uint32_t captures = kNoList;
    std::uint16_t start_depth = 0;
    std::uint16_t step = 0;
    std::uint16_t pattern = 0;
    std::uint16_t consumed = 0;
    bool seeks_immediate : 1 = true;
    bool has_alternatives : 1 = false;  // that may still become longer
    bool dead : 1 = false;
    bool needs_parent : 1 = false;
  };
  // What is wanted of the nodes to come.
  struct Wants {
    std::int64_t depth = -1;  // of the deepest step that a state waits for
    bool any_event = false;   // a state is complete and waits
  };
  // What one visible node is, asked for as rules need it.
  struct Here;

  void enter();
  void leave();
  void descend(bool of_concern);
  void moved_beside();
  void moved_up();
  void halt();
  void enter_visible();
  void start_patterns(Here& here);
  // Whether the match of which the current node is that step begins where max_start_depth lets it.
  bool may_start_at(const QueryStep& step) const;
  void start(const QueryEntry& entry, Here& here);
  void add_state(const QueryEntry& entry);
  void advance_states(Here& here);
  // Whether the node is what the state's step asks for.
  bool fits(const QueryStep& step, Here& here);
  void take(std::size_t& at, std::size_t& copies);
  void take_parent(State& state);
  void branch(std::size_t at, std::size_t& copies);
  void keep_longest();
  // False when the state itself was dropped.
  bool compare_with_later(std::size_t at);
  void drop_states_below();
  void finish(const State& state);
  bool should_descend(const Wants& wanted);
  bool in_range(const MatchLevel& node, const MatchLevel* parent);
  bool parent_in_range(const MatchLevel* parent);
  Wants wants() const;

  void capture(State& state, std::uint32_t node, std::uint16_t alias, const QueryStep& step);
  // A list of the state's own; null when the limit is reached and none can be taken over.
  CaptureList* list_for(State& state, std::size_t keep);
  std::size_t first_in_progress_capture();
  State* copy_state(std::size_t at);
  std::uint32_t acquire_list();
  void release_list(std::uint32_t list);
  const CaptureList& list_of(const State& state) const {
    return state.captures == kNoList ? no_captures_ : lists_[state.captures];
  }
  void erase_state(std::size_t at) {
    states_.erase(states_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  void compare_captures(const State& left, const State& right, bool& left_holds_right,
                        bool& right_holds_left);
  int compare_nodes(std::uint32_t left, std::uint32_t right);
  int compare_located(std::uint32_t left, std::uint32_t right);
  bool may_be_empty(std::uint32_t leaf) const;
  bool has_solid_leaf(std::uint32_t first, std::uint32_t end) const;
  std::uint32_t start_of(std::uint32_t node) { return located().nodes[node].start; }
  std::uint32_t end_of(std::uint32_t node) { return copse_node_end(located().nodes, node); }
  const MatchNodes& located();

  const QueryProgram& program_;
  MatchWalk walk_;
  MatchNodes nodes_;
  MatchScope scope_;
  bool whole_ = true;
  bool located_ = true;
  // Where the original takes itself to be, which is not always where it is: see moved_up().
  std::uint32_t depth_ = 0;
  bool on_visible_ = true;
  bool ascending_ = false;
  bool halted_ = true;
  bool exceeded_ = false;
  std::uint32_t first_solid_ = 0;  // leaf that is surely not empty
  std::uint64_t entered_ = 0;
  std::vector<State> states_;  // by start depth, then pattern
  std::deque<State> finished_;
  State given_;  // whose captures the caller has
  std::vector<CaptureList> lists_;
  std::vector<std::uint32_t> free_lists_;
  CaptureList no_captures_;
};

}  // namespace copse
