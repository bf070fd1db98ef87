// A walk over the visible nodes of a stored tree.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "copse/node.h"

namespace copse {

// Walks visible nodes as TSTreeCursor does. Never leaves the node it was made with. A move returns
// false, and stays, when there is nowhere to go. A move looks at the siblings it passes, hidden
// ones included; going back to a previous sibling looks at all that come before it. Memory: 12
// bytes a level of depth.
class Cursor {
 public:
  explicit Cursor(Node root);

  Node node() const;
  // The name of the current node's field, as ts_tree_cursor_current_field_name gives it; empty if
  // none.
  std::string_view field_name() const;
  std::uint16_t field_id() const;
  // Visible ancestors between the current node and the cursor's root.
  std::uint32_t depth() const;
  // Rank of the current node among the visible nodes of the cursor's root. O(1) after the first
  // call on a tree, which is O(nodes).
  std::uint32_t descendant_index() const;

  bool goto_first_child();
  bool goto_last_child();
  bool goto_next_sibling();
  bool goto_previous_sibling();
  bool goto_parent();
  // The first child that ends after the byte or point; its rank among the visible children.
  std::optional<std::uint32_t> goto_first_child_for_byte(std::uint32_t byte);
  std::optional<std::uint32_t> goto_first_child_for_point(Point point);
  // As goto_first_child_for_byte, without counting the children that come before: of a large tree,
  // only the blocks on the way are made. O(children passed, hidden ones included).
  bool goto_child_at(std::uint32_t byte);
  // Moves to the visible node with this descendant_index; to the cursor's root when there is none.
  void goto_descendant(std::uint32_t descendant_index);
  // Starts again from another node, or from where another cursor is. A copy of a cursor goes its
  // own way from where the cursor was.
  void reset(Node root);
  void reset_to(const Cursor& other) { *this = other; }

 private:
  struct Entry {
    std::uint32_t index;
    std::uint32_t structural_child;  // rank among the parent's children that are not extra
    std::uint16_t alias;
    bool visible;
  };

  bool push_first_shown();
  bool push_last_shown(std::uint32_t before);
  bool reach_visible(bool last);
  template <bool kCounts, typename AtGoal>
  std::optional<std::uint32_t> goto_first_child_where(AtGoal at_goal);

  const TreeData* tree_ = nullptr;
  std::vector<Entry> stack_;
};

}  // namespace copse
