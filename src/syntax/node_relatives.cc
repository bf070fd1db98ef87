// From a node to those around it, and down to a place in the source: node.c (core 0.25.10) over
// flat nodes. Where tree-sitter searches by position, so does this: beside empty nodes the answers
// are not those of a search by identity.
#include <optional>
#include <utility>
#include <vector>

#include "copse/node.h"

#include "core/check.h"
#include "syntax/node_children.h"
#include "syntax/tree_data.h"

namespace copse {
namespace {

Node node_at(const TreeData& tree, const ChildWalk& child) {
  return {&tree, child.index(), child.alias()};
}

// ---- siblings ----------------------------------------------------------------------------------

// Where the last leaf before a node ends: the node's padding starts there. O(levels).
std::uint32_t end_before(const TreeData& tree, std::uint32_t index) {
  while (index > 0) {
    const CopseFlatNode& node = tree.node(--index);
    if (copse_node_is_leaf(&node)) return node.start + node.extent;
  }
  return 0;
}

// tree-sitter keeps small tokens as values in place of pointers and compares those, so that one
// missing token may be taken for another of its kind.
bool may_be_mistaken(const TreeData& tree, std::uint32_t index) {
  constexpr std::uint32_t kSymbolMax = 255;
  constexpr std::uint32_t kLookaheadBytesEnd = 16;
  const CopseFlatNode& node = tree.node(index);
  return copse_node_is_missing(&node) && copse_node_symbol(&node) <= kSymbolMax &&
         bytes_looked_at(tree, index) < kLookaheadBytesEnd;
}

// As ts_subtree_has_trailing_empty_descendant: whether `node`, or what it may be mistaken for, is
// among the last nodes below `index` that take no room at all, padding included.
bool ends_in_empty(const TreeData& tree, std::uint32_t index, std::uint32_t node) {
  const std::uint32_t end = tree.end_of(index);
  const std::uint32_t subtree_end = index + copse_node_count(&tree.node(index));
  std::uint32_t end_of_last = end_before(tree, index);
  ChildWalk child(tree, index);
  while (child.next()) {
    if (end_of_last != end) {
      end_of_last = tree.end_of(child.index());
      continue;
    }
    if (node >= child.index() && node < subtree_end) return true;
    const std::uint32_t tag = tree.node(node).tag;
    std::uint32_t other = child.index();
    while (other < subtree_end && tree.node(other).tag != tag)
      ++other;
    return other < subtree_end && may_be_mistaken(tree, node);
  }
  return false;
}

// A node that a search for siblings may have to go to, and whether it is itself an answer.
struct Candidate {
  Node node;
  bool asked_for = false;
};

std::optional<Candidate> candidate_of(const TreeData& tree, const ChildWalk& child,
                                      NodeKinds kinds) {
  if (is_asked_for(child, kinds)) return Candidate{node_at(tree, child), true};
  if (shows_any(tree, child.index(), kinds)) return Candidate{node_at(tree, child), false};
  return std::nullopt;
}

struct SiblingLevel {
  std::optional<std::uint32_t> containing;  // the child that the node is in
  Candidate nearest;                        // null when there is none
};

// Among the children of `parent`: the last candidate before `node`.
SiblingLevel look_back(const TreeData& tree, std::uint32_t parent, Node node, bool empty,
                       NodeKinds kinds) {
  SiblingLevel level;
  const std::uint32_t target = node.end_byte();
  ChildWalk child(tree, parent);
  while (child.next() && child.index() != node.index()) {
    const std::uint32_t end = tree.end_of(child.index());
    if (end > target ||
        (end == target && (!empty || ends_in_empty(tree, child.index(), node.index())))) {
      level.containing = child.index();
      break;
    }
    if (const auto candidate = candidate_of(tree, child, kinds)) level.nearest = *candidate;
  }
  return level;
}

// The first candidate behind it.
SiblingLevel look_ahead(const TreeData& tree, std::uint32_t parent, Node node, NodeKinds kinds) {
  SiblingLevel level;
  const std::uint32_t start = node.start_byte();
  const std::uint32_t target = node.end_byte();
  ChildWalk child(tree, parent);
  while (child.next()) {
    if (tree.end_of(child.index()) <= target) continue;
    const std::uint32_t child_start = tree.node(child.index()).start;
    if (start == target ? child_start < start : child_start <= start) {
      if (child.index() != node.index()) level.containing = child.index();
    } else if (const auto candidate = candidate_of(tree, child, kinds)) {
      level.nearest = *candidate;
      break;
    }
  }
  return level;
}

Node find_previous(Node self, NodeKinds kinds) {
  const TreeData& tree = self.tree();
  const Node parent = self.parent();
  if (parent.is_null()) return {};
  const bool empty = end_before(tree, self.index()) == self.end_byte();
  std::uint32_t at = parent.index();
  Candidate outer;  // the nearest one found on a level above
  for (;;) {
    const SiblingLevel level = look_back(tree, at, self, empty, kinds);
    if (level.containing) {
      if (!level.nearest.node.is_null()) outer = level.nearest;
      at = *level.containing;
    } else if (!level.nearest.node.is_null()) {
      if (level.nearest.asked_for) return level.nearest.node;
      at = level.nearest.node.index();
    } else if (outer.asked_for || outer.node.is_null()) {
      return outer.node;
    } else {
      at = std::exchange(outer, {}).node.index();
    }
  }
}

Node find_next(Node self, NodeKinds kinds) {
  const TreeData& tree = self.tree();
  const Node parent = self.parent();
  if (parent.is_null()) return {};
  std::uint32_t at = parent.index();
  Candidate outer;
  bool outer_searched = false;
  for (;;) {
    const SiblingLevel level = look_ahead(tree, at, self, kinds);
    if (level.containing) {
      if (!level.nearest.node.is_null()) outer = level.nearest;
      at = *level.containing;
    } else if (!level.nearest.node.is_null()) {
      if (level.nearest.asked_for) return level.nearest.node;
      at = level.nearest.node.index();
    } else if (outer.asked_for || outer.node.is_null()) {
      return outer.node;
    } else {
      // What the outer one shows is empty and was passed over. tree-sitter would search it forever.
      if (std::exchange(outer_searched, true)) return {};
      at = outer.node.index();
    }
  }
}

// ---- places in the source ----------------------------------------------------------------------

// A place as a border between bytes: the first byte that is not before it, and the first that is
// behind it.
struct Border {
  std::uint64_t at;
  std::uint64_t behind;
};

Border border_of(std::uint32_t byte) {
  return {byte, std::uint64_t{byte} + 1};
}

// Columns beyond their line's end, and rows beyond the last, lie before whatever comes next.
Border border_of(const TreeData& tree, Point point) {
  const std::optional<RowSpan> row = tree.row(point.row);
  if (!row) return {UINT64_MAX, UINT64_MAX};
  const std::uint64_t byte = std::uint64_t{row->begin} + point.column;
  return byte < row->next ? Border{byte, byte + 1} : Border{row->next, row->next};
}

// As ts_node__descendant_for_byte_range.
Node find_covering(Node self, Border begin, Border end, NodeKinds kinds) {
  const TreeData& tree = self.tree();
  std::uint32_t parent = self.index();
  for (bool descended = true; descended;) {
    descended = false;
    ChildWalk child(tree, parent);
    while (child.next()) {
      const std::uint32_t child_start = tree.node(child.index()).start;
      const std::uint32_t child_end = tree.end_of(child.index());
      if (child_end < end.at) continue;
      if (child_end < (child_start == child_end ? begin.at : begin.behind)) continue;
      if (child_start >= begin.behind) break;
      parent = child.index();
      if (is_asked_for(child, kinds)) self = node_at(tree, child);
      descended = true;
      break;
    }
  }
  return self;
}

bool has_more_children_than(const TreeData& tree, std::uint32_t index, std::uint32_t count) {
  ChildWalk child(tree, index);
  while (child.next()) {
    if (count-- == 0) return true;
  }
  return false;
}

// As ts_node__first_child_for_byte. It remembers one place to come back to when a hidden child has
// nothing behind the goal, and that only when the child has more children than came before it.
Node find_child_behind(Node self, std::uint32_t goal, NodeKinds kinds) {
  struct Place {
    ChildWalk children;
    std::uint32_t passed;
  };
  const TreeData& tree = self.tree();
  Place place{ChildWalk(tree, self.index()), 0};
  std::optional<Place> way_back;
  for (;;) {
    std::optional<std::uint32_t> below;
    while (!below && place.children.next()) {
      const ChildWalk& child = place.children;
      ++place.passed;
      if (tree.end_of(child.index()) <= goal) continue;
      if (is_asked_for(child, kinds)) return node_at(tree, child);
      if (!child.shows_children()) continue;
      if (has_more_children_than(tree, child.index(), place.passed)) way_back = place;
      below = child.index();
    }
    if (below) {
      place = {ChildWalk(tree, *below), 0};
    } else if (way_back) {
      place = *std::exchange(way_back, std::nullopt);
    } else {
      return {};
    }
  }
}

// ---- the way down to a descendant --------------------------------------------------------------

// As ts_node_child_with_descendant where the descendant has text.
Node find_child_over(Node self, Node descendant) {
  const TreeData& tree = self.tree();
  const std::uint32_t start = descendant.start_byte();
  const std::uint32_t end = descendant.end_byte();
  std::uint32_t parent = self.index();
  for (;;) {
    ChildWalk child(tree, parent);
    do {
      if (!child.next() || tree.node(child.index()).start > start) return {};
      if (child.index() == descendant.index()) return node_at(tree, child);
    } while (tree.end_of(child.index()) < end || !child.shows_children());
    if (child.visible()) return node_at(tree, child);
    parent = child.index();
  }
}

// The same where it is empty: every child that touches it is searched, for more than one may. Only
// the way down from `self` to the node that is looked at is kept.
Node find_child_over_empty(Node self, Node descendant) {
  const TreeData& tree = self.tree();
  const std::uint32_t at = descendant.start_byte();
  std::vector<ChildWalk> way;
  way.emplace_back(tree, self.index());
  // The outermost visible node on the way, the innermost child included.
  const auto outermost = [&]() -> Node {
    for (const ChildWalk& child : way) {
      if (child.visible()) return node_at(tree, child);
    }
    return {};
  };
  while (!way.empty()) {
    ChildWalk& child = way.back();
    if (child.next() && tree.node(child.index()).start <= at) {
      if (child.index() == descendant.index()) {
        const Node found = outermost();
        return found.is_null() ? node_at(tree, child) : found;
      }
      if (tree.end_of(child.index()) >= at && child.shows_children()) {
        way.emplace_back(tree, child.index());
      }
      continue;
    }
    // Nothing in this level. A child that reaches beyond the goal ends the search in its own level
    // too: with itself, when it is visible.
    for (way.pop_back(); !way.empty(); way.pop_back()) {
      if (tree.end_of(way.back().index()) <= at) break;
      if (way.back().visible()) return outermost();
    }
  }
  return {};
}

}  // namespace

// The nearest visible ancestor, found by ranks: tree-sitter's search by position comes to the same.
Node Node::parent() const {
  Node found;
  std::uint32_t parent = 0;
  std::uint16_t alias = 0;
  bool visible = true;
  while (parent != index_) {
    if (visible) found = Node(tree_, parent, alias);
    ChildWalk child(*tree_, parent);
    do {
      COPSE_CHECK(child.next());
    } while (child.index() + copse_node_count(&tree_->node(child.index())) <= index_);
    parent = child.index();
    alias = child.alias();
    visible = child.visible();
  }
  return found;
}

Node Node::child_with_descendant(Node descendant) const {
  return descendant.start_byte() == descendant.end_byte() ? find_child_over_empty(*this, descendant)
                                                          : find_child_over(*this, descendant);
}

Node Node::next_sibling() const {
  return find_next(*this, NodeKinds::Visible);
}

Node Node::prev_sibling() const {
  return find_previous(*this, NodeKinds::Visible);
}

Node Node::next_named_sibling() const {
  return find_next(*this, NodeKinds::Named);
}

Node Node::prev_named_sibling() const {
  return find_previous(*this, NodeKinds::Named);
}

Node Node::first_child_for_byte(std::uint32_t byte) const {
  return find_child_behind(*this, byte, NodeKinds::Visible);
}

Node Node::first_named_child_for_byte(std::uint32_t byte) const {
  return find_child_behind(*this, byte, NodeKinds::Named);
}

Node Node::descendant_for_byte_range(std::uint32_t begin, std::uint32_t end) const {
  if (begin > end) return {};
  return find_covering(*this, border_of(begin), border_of(end), NodeKinds::Visible);
}

Node Node::named_descendant_for_byte_range(std::uint32_t begin, std::uint32_t end) const {
  if (begin > end) return {};
  return find_covering(*this, border_of(begin), border_of(end), NodeKinds::Named);
}

Node Node::descendant_for_point_range(Point begin, Point end) const {
  if (begin > end) return {};
  return find_covering(*this, border_of(*tree_, begin), border_of(*tree_, end), NodeKinds::Visible);
}

Node Node::named_descendant_for_point_range(Point begin, Point end) const {
  if (begin > end) return {};
  return find_covering(*this, border_of(*tree_, begin), border_of(*tree_, end), NodeKinds::Named);
}

}  // namespace copse
