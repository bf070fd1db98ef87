// Children by rank and by field: node.c (core 0.25.10) over flat nodes.
#include "syntax/node_children.h"

#include "copse/node.h"

namespace copse {
namespace {

// The field that a production gives one of its children itself; 0 for none.
std::uint16_t field_at(const TreeData& tree, std::uint32_t parent, std::uint32_t structural) {
  const Grammar::FieldEntries fields =
      tree.grammar->fields_of(copse_node_production(&tree.node(parent)));
  for (const TSFieldMapEntry* field = fields.begin; field != fields.end; ++field) {
    if (!field->inherited && field->child_index == structural) return field->field_id;
  }
  return 0;
}

struct RankedChild {
  Node node;
  std::uint16_t field;
};

// The child of that rank, searched level by level. Where named children are asked for, a level may
// be a visible node without a name: tree-sitter looks for them there although it does not count
// them, and finds none in the end, or one that its counts do not know.
std::optional<RankedChild> find_child(const TreeData& tree, std::uint32_t parent,
                                      std::uint32_t rank, NodeKinds kinds) {
  std::uint16_t inherited_field = 0;
  for (bool descended = true; descended;) {
    descended = false;
    ChildWalk child(tree, parent);
    while (child.next()) {
      const bool extra = copse_node_is_extra(&tree.node(child.index()));
      if (is_asked_for(child, kinds)) {
        if (rank-- != 0) continue;
        std::uint16_t field = 0;
        if (!extra) field = field_at(tree, parent, child.structural());
        if (!extra && field == 0) field = inherited_field;
        return RankedChild{Node(&tree, child.index(), child.alias()), field};
      }
      if (!shows_any(tree, child.index(), kinds)) continue;
      const std::uint32_t below = count_shown(tree, child.index(), kinds, rank);
      if (rank >= below) {
        rank -= below;
        continue;
      }
      // A hidden extra has, to tree-sitter, the field of the child before it.
      const std::uint32_t structural = extra ? child.structural() - 1 : child.structural();
      const std::uint16_t field = field_at(tree, parent, structural);
      if (field != 0) inherited_field = field;
      parent = child.index();
      descended = true;
      break;
    }
  }
  return std::nullopt;
}

Node child_or_null(const TreeData& tree, std::uint32_t parent, std::uint32_t rank,
                   NodeKinds kinds) {
  const std::optional<RankedChild> child = find_child(tree, parent, rank, kinds);
  return child ? child->node : Node();
}

std::string_view field_or_empty(const TreeData& tree, std::uint32_t parent, std::uint32_t rank,
                                NodeKinds kinds) {
  const std::optional<RankedChild> child = find_child(tree, parent, rank, kinds);
  if (!child || child->field == 0) return {};
  return tree.grammar->field_name(child->field);
}

// One level of the search for a field: the children still to look at, and the production's entries
// that may still name one.
struct FieldLevel {
  ChildWalk children;
  const TSFieldMapEntry* entry;
  const TSFieldMapEntry* end;
};

// Entries are sorted by field; tree-sitter cuts off smaller ones in front and larger ones behind.
std::optional<FieldLevel> open_field_level(const TreeData& tree, std::uint32_t index,
                                           std::uint16_t field) {
  if (!copse_node_shows_children(&tree.node(index))) return std::nullopt;
  const Grammar::FieldEntries fields =
      tree.grammar->fields_of(copse_node_production(&tree.node(index)));
  const TSFieldMapEntry* begin = fields.begin;
  const TSFieldMapEntry* end = fields.end;
  while (begin != end && begin->field_id < field)
    ++begin;
  while (begin != end && end[-1].field_id > field)
    --end;
  if (begin == end) return std::nullopt;
  return FieldLevel{ChildWalk(tree, index), begin, end};
}

// Goes on at one level. A node when the search ends there; a rank below which to look next, and
// then nothing more is to be looked for here if the level's entries are used up.
struct FieldStep {
  Node found;
  std::optional<std::uint32_t> below;
};

FieldStep take_field_step(const TreeData& tree, FieldLevel& level) {
  while (level.entry != level.end && level.children.next()) {
    const ChildWalk& child = level.children;
    if (copse_node_is_extra(&tree.node(child.index()))) continue;
    if (child.structural() < level.entry->child_index) continue;
    if (level.entry->inherited) {
      ++level.entry;
      return {Node(), child.index()};
    }
    const Node node(&tree, child.index(), child.alias());
    if (child.visible()) return {node, std::nullopt};
    if (child.shows_children()) return {node.child(0), std::nullopt};
    ++level.entry;
  }
  return {};
}

}  // namespace

std::uint32_t count_shown(const TreeData& tree, std::uint32_t parent, NodeKinds kinds,
                          std::uint32_t enough) {
  std::uint32_t count = 0;
  if (!shows_any(tree, parent, kinds)) return 0;
  std::vector<ChildWalk> open;
  open.emplace_back(tree, parent);
  while (!open.empty() && count <= enough) {
    if (!open.back().next()) {
      open.pop_back();
      continue;
    }
    const ChildWalk& child = open.back();
    if (child.visible()) {
      if (is_asked_for(child, kinds)) ++count;
    } else if (shows_any(tree, child.index(), kinds)) {
      open.emplace_back(tree, child.index());
    }
  }
  return count;
}

std::uint32_t bytes_looked_at(const TreeData& tree, std::uint32_t missing_leaf) {
  const std::uint32_t start = tree.node(missing_leaf).start;
  const std::uint32_t root_end = copse_node_count(&tree.node(0));
  for (std::uint32_t i = missing_leaf + 1; i < root_end; ++i) {
    const CopseFlatNode& next = tree.node(i);
    if (!copse_node_is_leaf(&next)) continue;
    if (next.extent == 0 && copse_node_symbol(&next) != COPSE_SYMBOL_END) continue;
    return next.start + next.extent - start + 1;
  }
  return 1;
}

Node Node::child(std::uint32_t rank) const {
  return child_or_null(*tree_, index_, rank, NodeKinds::Visible);
}

Node Node::named_child(std::uint32_t rank) const {
  return child_or_null(*tree_, index_, rank, NodeKinds::Named);
}

std::string_view Node::field_name_for_child(std::uint32_t rank) const {
  return field_or_empty(*tree_, index_, rank, NodeKinds::Visible);
}

std::string_view Node::field_name_for_named_child(std::uint32_t rank) const {
  return field_or_empty(*tree_, index_, rank, NodeKinds::Named);
}

Node Node::child_by_field_name(std::string_view name) const {
  return child_by_field_id(language().field_id(name));
}

Node Node::child_by_field_id(std::uint16_t field) const {
  if (field == 0) return {};
  std::vector<FieldLevel> levels;
  std::optional<std::uint32_t> below = index_;
  do {
    if (below) {
      // What is used up needs no way back to it.
      if (!levels.empty() && levels.back().entry == levels.back().end) levels.pop_back();
      if (auto level = open_field_level(*tree_, *below, field)) levels.push_back(*level);
    } else {
      levels.pop_back();
    }
    if (levels.empty()) return {};
    const FieldStep step = take_field_step(*tree_, levels.back());
    if (!step.found.is_null()) return step.found;
    below = step.below;
  } while (true);
}

}  // namespace copse
