// One node of a stored tree, and what tree-sitter's API says of it.
#pragma once

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

  bool operator==(const Point&) const = default;
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
  bool operator==(const Node&) const = default;

  // Rank in preorder, hidden nodes included: the node's identity within its tree.
  std::uint32_t index() const { return index_; }
  std::uint16_t alias() const { return alias_; }
  const TreeData& tree() const { return *tree_; }

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
  // The bytes of the source that the node covers. O(1).
  std::string_view text() const;

  // Visible children, as tree-sitter counts them. O(children, hidden ones included).
  std::uint32_t child_count() const;
  std::uint32_t named_child_count() const;

 private:
  const TreeData* tree_ = nullptr;
  std::uint32_t index_ = 0;
  std::uint16_t alias_ = 0;
};

}  // namespace copse
