// Matching a code pattern against one node, by ast-grep's rules for what may be passed over.
#pragma once

#include <cstdint>
#include <vector>

#include "query/code_pattern.h"
#include "query/flat_walk.h"

namespace copse {

// What the metavariables are bound to. Every change can be taken back to a mark.
class Bindings {
 public:
  explicit Bindings(std::size_t variables) : slots_(variables) {}

  struct Slot {
    bool bound = false;
    std::vector<NodeRef> nodes;  // one, or those of a list
  };

  const Slot& at(std::size_t variable) const { return slots_[variable]; }
  std::size_t mark() const { return trail_.size(); }
  void set(std::size_t variable, std::vector<NodeRef> nodes);
  void set_one(std::size_t variable, NodeRef node);
  void roll_back(std::size_t mark);

 private:
  struct Change {
    std::size_t variable;
    Slot before;
  };

  std::vector<Slot> slots_;
  std::vector<Change> trail_;
};

// Belongs to one thread and one tree.
class PatternMatcher {
 public:
  explicit PatternMatcher(const FlatView& view) : view_(view) {}

  // Bindings are as before when it does not match.
  bool matches(const CodePattern& pattern, NodeRef node, Bindings& bindings);

  // Whether two nodes are the same code: equal text where one has no named children, else equal
  // kinds and children.
  bool same_code(NodeRef left, NodeRef right);

 private:
  enum class Verdict : std::uint8_t { Both, SkipBoth, SkipGoal, SkipCandidate, None };
  enum class Flow : std::uint8_t { Fail, Done, Again, On };

  // A list of pattern nodes against a list of nodes; both shrink from the front.
  struct Lists {
    const std::uint32_t* goal;
    const std::uint32_t* goals_end;
    std::size_t candidate;  // in pool_
    std::size_t candidates_end;

    bool goals_left() const { return goal != goals_end; }
    bool candidates_left() const { return candidate != candidates_end; }
  };

  const PatternNode& goal(const Lists& lists) const { return pattern_->nodes[*lists.goal]; }
  Verdict match_node(const PatternNode& goal, NodeRef node);
  Verdict match_terminal(const PatternNode& goal, NodeRef node) const;
  Verdict match_variable(const PatternNode& goal, NodeRef node);
  bool match_children(const PatternNode& goal, NodeRef node);
  bool match_lists(Lists lists);
  Flow match_list_variable(Lists& lists);
  bool match_next(Lists& lists);
  bool take_list(const PatternNode& list, std::size_t begin, std::size_t end,
                 std::size_t passed_goals);
  bool same_lists(const std::vector<NodeRef>& left, const std::vector<NodeRef>& right);
  bool rest_may_be_missing(Lists& lists) const;
  bool may_trail(NodeRef node) const;
  bool passes_extras() const;
  bool kinds_agree(std::uint16_t goal, std::uint16_t kind) const;

  const FlatView& view_;
  const CodePattern* pattern_ = nullptr;
  Bindings* bindings_ = nullptr;
  std::vector<NodeRef> pool_;  // children of the nodes that are being matched, a stack
  std::vector<std::pair<NodeRef, NodeRef>> pairs_;  // what same_code has still to compare
};

}  // namespace copse
