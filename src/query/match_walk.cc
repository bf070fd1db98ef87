#include "query/match_walk.h"

namespace copse {
namespace {

constexpr std::size_t kLevelsFirst = 256;

}  // namespace

void MatchWalk::reset(const CopseFlatNode* nodes) {
  nodes_ = nodes;
  node_count_ = copse_node_count(&nodes[0]);
  concern_ = 0;
  if (levels_.empty()) levels_.resize(kLevelsFirst);
  size_ = 1;
  MatchLevel& root = levels_[0];
  root = {};
  root.end = node_count_;
  root.symbol = copse_node_symbol(&nodes[0]);
  root.symbol_flags = flags_of(root.symbol);
  root.is_visible = true;
  root.is_visible_parent = true;
  root.is_extra = copse_node_is_extra(&nodes[0]);
  root.opens = starts_.opens(nodes[0].tag);
}

// Asked for places that only grow, but for a step back to children that were passed over.
std::uint32_t MatchWalk::next_concern(std::uint32_t index) {
  if (index < concern_ && concern_ < node_count_) {
    // The last search began at or before `index`, or it would not have been asked for.
    return concern_;
  }
  concern_ = starts_.find(nodes_, index, node_count_);
  return concern_;
}

MatchWalk::Children MatchWalk::children_from(std::uint32_t parent, std::uint32_t first,
                                             std::uint32_t end,
                                             std::uint32_t structural_child) const {
  const std::uint32_t production = copse_node_production(&nodes_[parent]);
  Children children{nullptr, first, end, structural_child};
  if (tables_.production_has_alias[production] != 0) {
    children.aliases = tables_.alias_sequences + production * tables_.alias_sequence_length;
  }
  return children;
}

bool MatchWalk::enter_child(std::uint32_t first, std::uint32_t structural_child, bool of_concern) {
  const MatchLevel& parent = top();
  const std::uint32_t end = parent.end;
  if (first >= end) return false;
  const std::uint32_t concern = of_concern ? next_concern(first) : first;
  if (concern >= end) return false;
  Children children = children_from(parent.index, first, end, structural_child);
  for (std::uint32_t wanted = concern; children.next < end;) {
    const CopseFlatNode& node = nodes_[children.next];
    if (of_concern && children.next + copse_node_count(&node) <= wanted) {
      advance(children, node);
      continue;
    }
    const std::uint16_t alias = alias_of(children, node.tag);
    const std::uint16_t own_symbol = copse_node_symbol(&node);
    const std::uint8_t own_flags = flags_of(own_symbol);
    if (alias != 0) {
      push(children, node, alias, true, alias, flags_of(alias));
      return true;
    }
    const bool visible = (own_flags & COPSE_SYMBOL_VISIBLE) != 0;
    if (visible || copse_node_shows_children(&node)) {
      push(children, node, 0, visible, own_symbol, own_flags);
      return true;
    }
    advance(children, node);
    if (!of_concern || children.next >= end) continue;
    wanted = next_concern(children.next);
    if (wanted >= end) return false;
  }
  return false;
}

void MatchWalk::push(const Children& children, const CopseFlatNode& node, std::uint16_t alias,
                     bool visible, std::uint16_t symbol, std::uint8_t symbol_flags) {
  if (size_ == levels_.size()) levels_.resize(size_ * 2);
  const std::size_t parent_slot = size_ - 1;
  const MatchLevel& parent = levels_[parent_slot];
  MatchLevel& level = levels_[size_++];
  level.index = children.next;
  level.end = children.next + copse_node_count(&node);
  level.structural_child = children.structural_child;
  level.depth = parent.depth + (visible ? 1 : 0);
  level.parent_slot =
      parent.is_visible_parent ? static_cast<std::uint32_t>(parent_slot) : parent.parent_slot;
  level.symbol = symbol;
  level.alias = alias;
  level.raw_alias = alias;
  level.symbol_flags = symbol_flags;
  level.is_extra = false;
  level.is_visible = visible;
  level.is_visible_parent = visible;
  level.opens = starts_.opens(node.tag) || (!visible && parent.opens);
  if ((node.tag & COPSE_TAG_EXTRA) == 0) return;
  level.is_extra = true;
  level.raw_alias = alias_at(copse_node_production(&nodes_[parent.index]), level.structural_child);
  if (level.raw_alias != 0) level.is_visible_parent = true;
}

bool MatchWalk::parent_is_error() const {
  const MatchLevel* above = parent();
  if (above == nullptr) return false;
  const std::uint16_t symbol =
      above->raw_alias != 0 ? above->raw_alias : copse_node_symbol(&nodes_[above->index]);
  return public_symbol_of(symbol) == COPSE_SYMBOL_ERROR;
}

// Whether nodes after that level's are shown, in one level of the hidden tree.
bool MatchWalk::look_for_later_siblings(std::size_t slot, LaterSiblings& later) const {
  const MatchLevel& level = levels_[slot];
  const MatchLevel& parent = levels_[slot - 1];
  if (level.end == parent.end) return false;
  Children rest = children_from(parent.index, level.end, parent.end,
                                level.structural_child + (level.is_extra ? 0 : 1));
  while (rest.next < rest.end) {
    const CopseFlatNode& sibling = nodes_[rest.next];
    const std::uint16_t alias = alias_of(rest, sibling.tag);
    const std::uint8_t flags = flags_of(alias != 0 ? alias : copse_node_symbol(&sibling));
    const bool visible = (flags & COPSE_SYMBOL_VISIBLE) != 0;
    if (visible || copse_node_shows_children(&sibling)) {
      later.any = true;
      if (visible ? (flags & COPSE_SYMBOL_NAMED) != 0 : copse_node_shows_named(&sibling)) {
        later.named = true;
        return true;
      }
    }
    advance(rest, sibling);
  }
  return later.any;
}

// As ts_tree_cursor_current_status. It is wrong about later named siblings where an inner hidden
// level has later siblings that are all anonymous (the outer levels are not asked any more);
// matches depend on that, so it stays.
LaterSiblings MatchWalk::later_siblings() const {
  LaterSiblings later;
  const std::size_t last = size_ - 1;
  for (std::size_t slot = last; slot > 0; --slot) {
    if (slot != last && (levels_[slot].symbol_flags & COPSE_SYMBOL_VISIBLE) != 0) break;
    if (look_for_later_siblings(slot, later)) break;
  }
  return later;
}

FieldStatus MatchWalk::field() const {
  FieldStatus status;
  if (tables_.field_map_slices == nullptr) return status;
  const std::size_t last = size_ - 1;
  for (std::size_t slot = last; slot > 0; --slot) {
    const MatchLevel& level = levels_[slot];
    if (slot != last && (level.symbol_flags & COPSE_SYMBOL_VISIBLE) != 0) break;
    if (level.is_extra) continue;
    const std::uint32_t production = copse_node_production(&nodes_[levels_[slot - 1].index]);
    const TSMapSlice slice = tables_.field_map_slices[production];
    const TSFieldMapEntry* begin = tables_.field_map_entries + slice.index;
    const TSFieldMapEntry* end = begin + slice.length;
    for (const TSFieldMapEntry* map = begin; status.field == 0 && map < end; ++map) {
      if (!map->inherited && map->child_index == level.structural_child)
        status.field = map->field_id;
    }
    if (status.field == 0) continue;
    for (const TSFieldMapEntry* map = begin; !status.again && map < end; ++map) {
      status.again = map->field_id == status.field && map->child_index > level.structural_child;
    }
  }
  return status;
}

bool MatchWalk::has_supertype(std::uint16_t symbol) const {
  const std::size_t last = size_ - 1;
  unsigned seen = 0;
  for (std::size_t slot = last; slot > 0 && seen < kSupertypesMax; --slot) {
    const MatchLevel& level = levels_[slot];
    if (slot != last && (level.symbol_flags & COPSE_SYMBOL_VISIBLE) != 0) break;
    if ((level.symbol_flags & COPSE_SYMBOL_SUPERTYPE) == 0) continue;
    if (level.symbol == symbol) return true;
    ++seen;
  }
  return false;
}

bool MatchWalk::has_any_supertype() const {
  const std::size_t last = size_ - 1;
  for (std::size_t slot = last; slot > 0; --slot) {
    const MatchLevel& level = levels_[slot];
    if (slot != last && (level.symbol_flags & COPSE_SYMBOL_VISIBLE) != 0) break;
    if ((level.symbol_flags & COPSE_SYMBOL_SUPERTYPE) != 0) return true;
  }
  return false;
}

std::uint16_t MatchWalk::repetition() const {
  const CopseFlatNode& node = this->node();
  const std::uint16_t symbol = copse_node_symbol(&node);
  const bool shown = (flags_of(symbol) & (COPSE_SYMBOL_NAMED | COPSE_SYMBOL_VISIBLE)) != 0;
  return copse_node_is_leaf(&node) || shown ? 0 : symbol;
}

// The first and last of a production's entries for a field, by node.c's two scans; none: map_end is
// null.
MatchWalk::FieldFrame MatchWalk::field_frame(std::uint32_t index, std::uint16_t field) const {
  FieldFrame frame;
  const CopseFlatNode& node = nodes_[index];
  if (!copse_node_shows_children(&node) || tables_.field_map_slices == nullptr) return frame;
  frame.production = copse_node_production(&node);
  const TSMapSlice slice = tables_.field_map_slices[frame.production];
  const TSFieldMapEntry* map = tables_.field_map_entries + slice.index;
  const TSFieldMapEntry* end = map + slice.length;
  while (map < end && map->field_id < field)
    ++map;
  while (map < end && end[-1].field_id > field)
    --end;
  if (map == end) return frame;
  frame.next = index + 1;
  frame.end = index + node.extent;
  frame.map = map;
  frame.map_end = end;
  return frame;
}

// Looks through the frame's children until one has the field, none can, or a hidden one has to be
// searched: `below`, and `is_last` when nothing would be left to do here after it.
MatchWalk::FieldStep MatchWalk::field_step(FieldFrame& frame, std::uint32_t& below,
                                           bool& is_last) const {
  while (frame.next < frame.end && frame.map != frame.map_end) {
    const std::uint32_t index = frame.next;
    const CopseFlatNode& child = nodes_[index];
    const std::uint32_t position = frame.structural_child;
    frame.next += copse_node_count(&child);
    if (copse_node_is_extra(&child)) continue;
    ++frame.structural_child;
    if (position < frame.map->child_index) continue;
    if (frame.map->inherited) {
      below = index;
      is_last = frame.map + 1 == frame.map_end;
      ++frame.map;
      return FieldStep::Below;
    }
    if (alias_at(frame.production, position) != 0 ||
        (flags_of(copse_node_symbol(&child)) & COPSE_SYMBOL_VISIBLE) != 0 ||
        copse_node_shows_children(&child)) {
      return FieldStep::Found;
    }
    ++frame.map;
  }
  return FieldStep::Absent;
}

// The original's recursion on an explicit stack.
bool MatchWalk::has_child_with_field(std::uint16_t field) {
  field_frames_.clear();
  FieldFrame frame = field_frame(top().index, field);
  for (;;) {
    std::uint32_t below = 0;
    bool is_last = false;
    switch (field_step(frame, below, is_last)) {
      case FieldStep::Found:
        return true;
      case FieldStep::Absent:
        if (field_frames_.empty()) return false;
        frame = field_frames_.back();
        field_frames_.pop_back();
        break;
      case FieldStep::Below:
        if (!is_last) field_frames_.push_back(frame);
        frame = field_frame(below, field);
        break;
    }
  }
}

}  // namespace copse
