// One node of a stored tree, and what tree-sitter's API says of it.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace copse {

class Language;
struct TreeData;  // what a Tree shares

// A position as tree-sitter counts it: rows from 0, columns in bytes from 0.
struct Point {
  std::uint32_t row = 0;
  std::uint32_t column = 0;

  // By row, then by column.
  auto operator<=>(const Point&) const = default;
};

// One node of a Tree: 16 bytes, passed by value. A default-constructed Node is null, and only
// is_null() may be asked of it.
class Node {
 public:
  Node() = default;
  // For those who walk flat trees themselves: the node at preorder rank `index`, under `alias` (0
  // for none), as its parent's production has it.
  Node(const TreeData* tree, std::uint32_t index, std::uint16_t alias)
      : tree_(tree), index_(index), alias_(alias) {}

  bool is_null() const { return tree_ == nullptr; }
  // The same node of the same tree, as ts_node_eq. O(1).
  bool operator==(const Node& other) const {
    return tree_ == other.tree_ && index_ == other.index_;
  }

  // Rank in preorder, hidden nodes included: the node's identity within its tree.
  std::uint32_t index() const { return index_; }
  std::uint16_t alias() const { return alias_; }
  const TreeData& tree() const { return *tree_; }
  Language language() const;

  // What the node is called here, an alias included, and by its grammar, without. O(1).
  std::string_view kind() const;
  std::uint16_t kind_id() const;
  std::string_view grammar_kind() const;
  std::uint16_t grammar_kind_id() const;

  bool is_named() const;
  bool is_extra() const;
  bool is_missing() const;
  bool is_error() const;
  // Whether the subtree has a syntax error or a missing token. O(log errors in the tree).
  bool has_error() const;

  // Half-open byte range, and the same as points. Bytes O(1), points O(log lines).
  std::uint32_t start_byte() const;
  std::uint32_t end_byte() const;
  Point start_point() const;
  Point end_point() const;
  // The bytes of the source that the node covers, not copied: a view that lasts as long as some
  // copy of the Tree does, and in a search over a workspace until the visitor returns. O(1).
  std::string_view text() const;

  // Visible children, as tree-sitter counts them. O(children, hidden ones included).
  std::uint32_t child_count() const;
  std::uint32_t named_child_count() const;
  // Visible nodes of the subtree, itself included. O(1) after the first call on a tree, which is
  // O(nodes).
  std::uint32_t descendant_count() const;

  // ---- Other nodes. What is not there is a null Node. In what a move costs, "children" are those
  // it passes, hidden ones included, and "levels" are those of the hidden tree that it goes down;
  // lists are balanced trees of hidden nodes, so that both stay small next to what is listed. To
  // visit many nodes in order, a Cursor costs less.

  // By rank from 0 among the visible, or the visible and named, children. O(children * levels).
  Node child(std::uint32_t rank) const;
  Node named_child(std::uint32_t rank) const;
  // The field such a child has; empty for none, and for a child that is not there. As child().
  std::string_view field_name_for_child(std::uint32_t rank) const;
  std::string_view field_name_for_named_child(std::uint32_t rank) const;
  // The first child that has the field, by name or by number (0 and unknown names: null). Fields
  // that hidden children hand up are found. O(children * levels); by name, and O(fields).
  Node child_by_field_name(std::string_view name) const;
  Node child_by_field_id(std::uint16_t field) const;

  // Null for the root. O(children) from the root down.
  Node parent() const;
  // The child that `descendant` is, or is below. What comes back for a node that is not below this
  // one is tree-sitter's answer, by position. O(children); for an empty node, of the subtrees that
  // touch it.
  Node child_with_descendant(Node descendant) const;
  // In the parent's list of visible, or visible and named, children. O(children) from the root
  // down.
  //
  // tree-sitter looks for siblings by position. Beside empty nodes (missing tokens, tokens without
  // text) it may therefore pass over some; so do these. It also takes two empty tokens for one
  // where all that it noted of them is equal. Not all of that is stored: these take them for one
  // when they are missing tokens of one kind and the next token ends close by, else for two.
  Node next_sibling() const;
  Node prev_sibling() const;
  Node next_named_sibling() const;
  Node prev_named_sibling() const;

  // The first child, or named child, that ends after the byte. O(children * levels).
  Node first_child_for_byte(std::uint32_t byte) const;
  Node first_named_child_for_byte(std::uint32_t byte) const;

  // The smallest node, or named node, of this subtree that covers [begin, end): this node when no
  // smaller one does, even where it does not cover the range itself; null when begin lies after
  // end. Any bytes and points may be given. O(children); by points, and O(log lines).
  Node descendant_for_byte_range(std::uint32_t begin, std::uint32_t end) const;
  Node named_descendant_for_byte_range(std::uint32_t begin, std::uint32_t end) const;
  Node descendant_for_point_range(Point begin, Point end) const;
  Node named_descendant_for_point_range(Point begin, Point end) const;

  // The same text as ts_node_string. O(nodes of the subtree).
  std::string to_sexp() const;

 private:
  const TreeData* tree_ = nullptr;
  std::uint32_t index_ = 0;
  std::uint16_t alias_ = 0;
};

}  // namespace copse
