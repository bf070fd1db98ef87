// The cursor: a stack of the nodes from its root down to the current one, hidden ones included.
#include <algorithm>

#include "core/check.h"
#include "syntax/tree_data.h"

namespace copse {

Cursor::Cursor(Node root) {
  reset(root);
}

void Cursor::reset(Node root) {
  COPSE_CHECK(!root.is_null());
  tree_ = &root.tree();
  stack_.clear();
  stack_.push_back({root.index(), 0, root.alias(), true});
}

Node Cursor::node() const {
  return {tree_, stack_.back().index, stack_.back().alias};
}

std::uint16_t Cursor::field_id() const {
  for (std::size_t i = stack_.size() - 1; i > 0; --i) {
    const Entry& entry = stack_[i];
    if (i != stack_.size() - 1 && entry.visible) break;
    if (copse_node_is_extra(&tree_->node(entry.index))) break;
    const std::uint16_t production = copse_node_production(&tree_->node(stack_[i - 1].index));
    const Grammar::FieldEntries entries = tree_->grammar->fields_of(production);
    for (const TSFieldMapEntry* field = entries.begin; field != entries.end; ++field) {
      if (!field->inherited && field->child_index == entry.structural_child) return field->field_id;
    }
  }
  return 0;
}

std::string_view Cursor::field_name() const {
  return tree_->grammar->field_name(field_id());
}

std::uint32_t Cursor::depth() const {
  return static_cast<std::uint32_t>(
      std::count_if(stack_.begin() + 1, stack_.end(), [](const Entry& e) { return e.visible; }));
}

std::uint32_t Cursor::descendant_index() const {
  if (stack_.size() == 1) return 0;
  const VisibleRank& rank = tree_->visible_rank();
  return rank.count_before(stack_.back().index) - rank.count_before(stack_.front().index + 1) + 1;
}

// Pushes the first child of the current entry that is visible or leads to visible ones.
bool Cursor::push_first_shown() {
  ChildWalk child(*tree_, stack_.back().index);
  while (child.next()) {
    const bool visible = child.visible();
    if (!visible && !child.shows_children()) continue;
    stack_.push_back({child.index(), child.structural(), child.alias(), visible});
    return true;
  }
  return false;
}

// The same with the last such child that lies before the node `before`.
bool Cursor::push_last_shown(std::uint32_t before) {
  std::optional<Entry> last;
  ChildWalk child(*tree_, stack_.back().index);
  while (child.next() && child.index() < before) {
    const bool visible = child.visible();
    if (!visible && !child.shows_children()) continue;
    last = Entry{child.index(), child.structural(), child.alias(), visible};
  }
  if (last) stack_.push_back(*last);
  return last.has_value();
}

// Goes down to a visible node. A node may claim to show others and not do so where a tree was made
// up: then this goes up to a visible one instead and returns false.
bool Cursor::reach_visible(bool last) {
  const std::size_t size = stack_.size() - 1;
  while (!stack_.back().visible) {
    if (last ? push_last_shown(UINT32_MAX) : push_first_shown()) continue;
    stack_.resize(size);
    while (stack_.size() > 1 && !stack_.back().visible)
      stack_.pop_back();
    return false;
  }
  return true;
}

bool Cursor::goto_first_child() {
  return push_first_shown() && reach_visible(false);
}

bool Cursor::goto_last_child() {
  return push_last_shown(UINT32_MAX) && reach_visible(true);
}

bool Cursor::goto_next_sibling() {
  for (std::size_t level = stack_.size() - 1; level > 0; --level) {
    const Entry& left = stack_[level];
    if (left.visible && level + 1 < stack_.size()) return false;
    // Siblings that follow: the walk starts behind the node that is left, so that long lists of
    // siblings are crossed in linear time.
    const std::uint32_t parent = stack_[level - 1].index;
    const std::uint32_t end = parent + copse_node_count(&tree_->node(parent));
    const std::uint16_t production = copse_node_production(&tree_->node(parent));
    std::uint32_t structural = left.structural_child;
    std::uint32_t index = left.index;
    for (;;) {
      if (!copse_node_is_extra(&tree_->node(index))) ++structural;
      index += copse_node_count(&tree_->node(index));
      if (index >= end) break;
      const CopseFlatNode& node = tree_->node(index);
      const std::uint16_t alias = copse_node_is_extra(&node)
                                      ? std::uint16_t{0}
                                      : tree_->grammar->alias_at(production, structural);
      const bool visible = alias != 0 || tree_->grammar->is_visible(copse_node_symbol(&node));
      if (!visible && !copse_node_shows_children(&node)) continue;
      stack_.resize(level);
      stack_.push_back({index, structural, alias, visible});
      return reach_visible(false);
    }
  }
  return false;
}

bool Cursor::goto_previous_sibling() {
  const std::vector<Entry> saved = stack_;
  while (stack_.size() > 1) {
    const Entry left = stack_.back();
    if (left.visible && stack_.size() < saved.size()) break;
    stack_.pop_back();
    if (!push_last_shown(left.index)) continue;
    return reach_visible(true);
  }
  stack_ = saved;
  return false;
}

bool Cursor::goto_parent() {
  for (std::size_t level = stack_.size() - 1; level > 0; --level) {
    if (!stack_[level - 1].visible) continue;
    stack_.resize(level);
    return true;
  }
  return false;
}

template <bool kCounts, typename AtGoal>
std::optional<std::uint32_t> Cursor::goto_first_child_where(AtGoal at_goal) {
  const std::size_t initial_size = stack_.size();
  std::uint32_t rank = 0;
  for (bool descended = true; descended;) {
    descended = false;
    ChildWalk child(*tree_, stack_.back().index);
    while (child.next()) {
      const bool visible = child.visible();
      if (at_goal(tree_->end_of(child.index()))) {
        if (!visible && !child.shows_children()) continue;
        stack_.push_back({child.index(), child.structural(), child.alias(), visible});
        if (visible) return rank;
        descended = true;
        break;
      }
      if (kCounts) rank += visible ? 1 : Node(tree_, child.index(), 0).child_count();
    }
  }
  stack_.resize(initial_size);
  return std::nullopt;
}

std::optional<std::uint32_t> Cursor::goto_first_child_for_byte(std::uint32_t byte) {
  return goto_first_child_where<true>([&](std::uint32_t end) { return end > byte; });
}

std::optional<std::uint32_t> Cursor::goto_first_child_for_point(Point point) {
  return goto_first_child_where<true>([&](std::uint32_t end) {
    const Point at = tree_->point_at(end);
    return end > 0 && (at.row > point.row || (at.row == point.row && at.column > point.column));
  });
}

bool Cursor::goto_child_at(std::uint32_t byte) {
  return goto_first_child_where<false>([&](std::uint32_t end) { return end > byte; }).has_value();
}

void Cursor::goto_descendant(std::uint32_t descendant_index) {
  const VisibleRank& rank = tree_->visible_rank();
  const std::uint32_t root = stack_.front().index;
  const std::uint32_t root_end = root + copse_node_count(&tree_->node(root));
  const std::uint32_t before_root = rank.count_before(root + 1);
  stack_.resize(1);
  if (descendant_index > rank.count_before(root_end) - before_root) return;
  // The goal is the node at which the count of visible ones passes this number.
  const std::uint32_t goal = before_root + descendant_index;
  bool found = descendant_index == 0;
  while (!found) {
    ChildWalk child(*tree_, stack_.back().index);
    while (child.next()) {
      const std::uint32_t end = child.index() + copse_node_count(&tree_->node(child.index()));
      if (rank.count_before(end) < goal) continue;
      stack_.push_back({child.index(), child.structural(), child.alias(), child.visible()});
      found = child.visible() && rank.count_before(child.index()) + 1 == goal;
      break;
    }
  }
}

}  // namespace copse
