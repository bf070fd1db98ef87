// Stored trees, read: languages, nodes and a cursor, with tree-sitter's own meaning of every fact.
//
// A Tree owns its source and its nodes in preorder, hidden nodes included, at twelve bytes a node.
// Node and Cursor are views: they stay valid as long as some copy of their Tree lives. All of them
// are immutable after construction and may be read by many threads; a Cursor belongs to one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "copse/cursor.h"
#include "copse/language.h"
#include "copse/node.h"

namespace copse {

// A source and its concrete syntax tree.
class Tree {
 public:
  explicit Tree(std::shared_ptr<const TreeData> data) : data_(std::move(data)) {}

  Node root() const;
  std::string_view source() const;
  Language language() const;
  // As the parser made them, hidden ones included, and as tree-sitter's API shows them. O(1).
  std::uint32_t node_count() const;
  std::uint32_t visible_node_count() const;
  // The same text as ts_node_string of the root. O(nodes).
  std::string to_sexp() const;
  // Node's, of the root.
  Node descendant_for_byte_range(std::uint32_t begin, std::uint32_t end) const;

  const std::shared_ptr<const TreeData>& data() const { return data_; }

 private:
  std::shared_ptr<const TreeData> data_;
};

}  // namespace copse
