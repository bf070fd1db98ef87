// Where a matcher stands in a tree: the node and the levels above it, hidden ones included, and
// what tree-sitter's tree_cursor.c and node.c (core 0.25.10) would say about it, their oddities
// included.
//
// Memory: 32 bytes a level of depth. For one thread.
#pragma once

#include <cstdint>
#include <vector>

#include "query/query_engine.h"
#include "query/query_program.h"
#include "syntax/flat_node.h"

namespace copse {

struct MatchLevel {
  static constexpr std::uint32_t kNoSlot = UINT32_MAX;

  std::uint32_t index = 0;
  std::uint32_t end = 0;               // rank of the first node after the subtree
  std::uint32_t structural_child = 0;  // rank among the siblings that are not extra
  std::uint32_t depth = 0;             // visible levels above; a hidden one's is its parent's
  std::uint32_t parent_slot = kNoSlot;
  std::uint16_t symbol = 0;     // the alias if there is one, else the node's own
  std::uint16_t alias = 0;      // 0 for extras
  std::uint16_t raw_alias = 0;  // what parent_node takes for the alias: extras are looked up too
  std::uint8_t symbol_flags = 0;
  bool is_extra : 1 = false;
  bool is_visible : 1 = false;         // by its symbol or, when not extra, by an alias
  bool is_visible_parent : 1 = false;  // as ts_tree_cursor_parent_node sees it: extras too
  bool opens : 1 = false;              // its children are to be met one by one: see StartTable

  // Of the visible nodes beside it.
  std::uint32_t sibling_depth() const { return is_visible ? depth : depth + 1; }
};

// What ts_tree_cursor_current_status says of later siblings.
struct LaterSiblings {
  bool any = false;
  bool named = false;
};

struct FieldStatus {
  std::uint16_t field = 0;
  bool again = false;  // later siblings may have the field, too
};

class MatchWalk {
 public:
  MatchWalk(const CopseQueryTables& tables, const StartTable& starts)
      : tables_(tables), starts_(starts) {}

  // Stands at the root. `nodes` outlive the walk.
  void reset(const CopseFlatNode* nodes);

  const MatchLevel& top() const { return levels_[size_ - 1]; }
  const CopseFlatNode& node() const { return nodes_[top().index]; }
  bool at_root() const { return size_ == 1; }

  // Each moves to a node that is visible or shows visible ones below it; false: there is none, and
  // nothing changed. The second sort passes over subtrees in which no match can begin.
  bool first_child() { return enter_child(top().index + 1, 0, false); }
  bool first_child_of_concern() { return enter_child(top().index + 1, 0, true); }
  // Moves to a sibling after the current node, in the same level of the hidden tree; when there is
  // none, up one level, which is no entering: false.
  bool next_sibling_or_up(bool of_concern) {
    const MatchLevel& left = levels_[--size_];
    return enter_child(left.end, left.structural_child + (left.is_extra ? 0 : 1), of_concern);
  }
  // Whether the nodes beside the current one are to be met one by one. REQUIRES: not at the root.
  bool opens_siblings() const { return levels_[size_ - 2].opens; }

  std::uint16_t public_symbol() const { return public_symbol_of(top().symbol); }
  bool is_named() const { return (top().symbol_flags & COPSE_SYMBOL_NAMED) != 0; }
  const MatchLevel* parent() const {
    return top().parent_slot == MatchLevel::kNoSlot ? nullptr : &levels_[top().parent_slot];
  }
  bool parent_is_error() const;
  LaterSiblings later_siblings() const;
  FieldStatus field() const;
  // As many of the supertypes as tree-sitter looks at.
  bool has_supertype(std::uint16_t symbol) const;
  bool has_any_supertype() const;
  // As ts_node_child_by_field_id on the current node.
  bool has_child_with_field(std::uint16_t field);
  // The hidden node of a repetition: its symbol, else 0.
  std::uint16_t repetition() const;

  // Rank of the next node, from `index` on, that concerns the query.
  std::uint32_t next_concern(std::uint32_t index);

 private:
  // A walk over the children of one node, or over its later children.
  struct Children {
    const std::uint16_t* aliases = nullptr;  // null when the production has none
    std::uint32_t next = 0;
    std::uint32_t end = 0;
    std::uint32_t structural_child = 0;
  };
  // A place in a search for a field's node that goes down through hidden nodes.
  struct FieldFrame {
    std::uint32_t next = 0;
    std::uint32_t end = 0;
    std::uint32_t structural_child = 0;
    std::uint32_t production = 0;
    const TSFieldMapEntry* map = nullptr;
    const TSFieldMapEntry* map_end = nullptr;
  };
  enum class FieldStep : std::uint8_t { Absent, Found, Below };

  static constexpr unsigned kSupertypesMax = 8;

  std::uint8_t flags_of(std::uint16_t symbol) const {
    return tables_.symbol_flags[static_cast<std::uint16_t>(symbol + 2)];
  }
  std::uint16_t public_symbol_of(std::uint16_t symbol) const {
    return tables_.public_symbols[static_cast<std::uint16_t>(symbol + 2)];
  }
  // As ts_language_alias_at, which does not look where a production's row ends: a trailing extra
  // reads the first alias of the next production. Behind the last row the original reads foreign
  // memory; here there is no alias.
  std::uint16_t alias_at(std::uint32_t production, std::uint32_t structural_child) const {
    if (production == 0) return 0;
    const std::uint64_t position =
        std::uint64_t{production} * tables_.alias_sequence_length + structural_child;
    return position < tables_.alias_count ? tables_.alias_sequences[position] : 0;
  }
  Children children_from(std::uint32_t parent, std::uint32_t first, std::uint32_t end,
                         std::uint32_t structural_child) const;
  std::uint16_t alias_of(const Children& children, std::uint32_t tag) const {
    if (children.aliases == nullptr || (tag & COPSE_TAG_EXTRA) != 0) return 0;
    return children.structural_child < tables_.alias_sequence_length
               ? children.aliases[children.structural_child]
               : 0;
  }
  static void advance(Children& children, const CopseFlatNode& node) {
    children.next += copse_node_count(&node);
    children.structural_child += (node.tag & COPSE_TAG_EXTRA) == 0 ? 1 : 0;
  }
  bool enter_child(std::uint32_t first, std::uint32_t structural_child, bool of_concern);
  void push(const Children& children, const CopseFlatNode& node, std::uint16_t alias, bool visible,
            std::uint16_t symbol, std::uint8_t symbol_flags);
  bool look_for_later_siblings(std::size_t slot, LaterSiblings& later) const;
  FieldFrame field_frame(std::uint32_t index, std::uint16_t field) const;
  FieldStep field_step(FieldFrame& frame, std::uint32_t& below, bool& is_last) const;

  const CopseQueryTables& tables_;
  const StartTable& starts_;
  const CopseFlatNode* nodes_ = nullptr;
  std::uint32_t node_count_ = 0;
  std::uint32_t concern_ = 0;  // the last answer of next_concern()
  // More than size_ of them: what was popped is written over.
  std::vector<MatchLevel> levels_;
  std::size_t size_ = 0;
  std::vector<FieldFrame> field_frames_;
};

}  // namespace copse
