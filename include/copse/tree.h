// Stored trees, read: languages, nodes and a cursor, with tree-sitter's own meaning of every fact.
//
// A Tree owns its source and its nodes in preorder, hidden nodes included, at twelve bytes a node.
// Node and Cursor are views: they stay valid as long as some copy of their Tree lives. All of them
// are immutable after construction and may be read by many threads; a Cursor belongs to one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "copse/cursor.h"
#include "copse/language.h"
#include "copse/node.h"
#include "copse/preorder.h"
#include "copse/result.h"

struct TSLanguage;  // tree-sitter's own, of tree_sitter/api.h
struct TSTree;

namespace copse {

// A line of the source: bytes [begin, end).
struct Row {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// A source and its concrete syntax tree.
//
// What a Workspace opens is made as it is asked for: the nodes of a block of 16,384 when one of
// them is, and of a file over 1 MiB also the source around them. What that finds damaged is filled
// with ERROR nodes; fault() and check() name it.
class Tree {
 public:
  explicit Tree(std::shared_ptr<const TreeData> data) : data_(std::move(data)) {}

  Node root() const;
  // The whole source; of a large file that was opened in parts, it is read now. Node::text() reads
  // what it needs.
  std::string_view source() const;
  std::uint32_t source_size() const;
  // Where a row lies, its line end not included; no value when there is no such row.
  std::optional<Row> row(std::uint32_t row) const;
  Language language() const;
  // As the parser made them, hidden ones included, and as tree-sitter's API shows them. O(1).
  std::uint32_t node_count() const;
  std::uint32_t visible_node_count() const;
  // The same text as ts_node_string of the root. O(nodes).
  std::string to_sexp() const;
  // Node's, of the root.
  Node descendant_for_byte_range(std::uint32_t begin, std::uint32_t end) const;

  // A tree-sitter tree, made from the stored nodes without parsing, for code that takes no other.
  // The caller frees it with ts_tree_delete; it needs neither this Tree nor its source. Null when
  // `language` is null, has other tables than the tree was made with, or memory is out.
  //
  // Nodes, cursors and queries say of it what they say of a fresh parse. What is not stored is not
  // there: parse states, and the ranges that were included, of which it names none. Therefore a
  // parser that is given it as the old tree, edited or not, is right, and reuses nothing; and
  // ts_tree_get_changed_ranges may name more than what changed.
  //
  // The tree is tree-sitter 0.25.10's in memory: the program's core has to be of that version, and
  // a program that has one beside the library's must not have replaced its allocator.
  // O(nodes), some dozens of nanoseconds each; the first call for a language compares its tables,
  // which takes some ten milliseconds, and from then on `language` has to stay loaded.
  TSTree* to_ts_tree(const TSLanguage* language) const;

  // Makes whatever was not made yet, and says what is damaged. O(nodes), at the first call.
  Status check() const;
  // Whether what was asked for so far was whole: an answer out of a tree that was opened in parts
  // can be trusted only then. O(1).
  Status fault() const;

  const std::shared_ptr<const TreeData>& data() const { return data_; }

 private:
  std::shared_ptr<const TreeData> data_;
};

}  // namespace copse
