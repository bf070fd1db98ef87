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
#include <vector>

namespace copse {

class Grammar;    // a language's tables; see Language
struct TreeData;  // what a Tree shares

// A position as tree-sitter counts it: rows from 0, columns in bytes from 0.
struct Point {
  std::uint32_t row = 0;
  std::uint32_t column = 0;

  bool operator==(const Point&) const = default;
};

// A grammar as a store remembers it: symbols, fields, aliases, productions and parse tables, all
// that reading and querying need, so neither needs the grammar's shared object. Cheap to copy.
class Language {
 public:
  explicit Language(std::shared_ptr<const Grammar> grammar);

  // As the grammar spells it: "c_sharp", "tsx".
  std::string_view name() const;
  // tree-sitter's ABI version, 13 to 15.
  std::uint32_t abi_version() const;
  // "1.2.3", or empty before ABI 15.
  std::string version() const;
  // 64 hexadecimal digits that change when any of the grammar's tables change.
  std::string identity() const;

  // How many symbols there are, aliases included.
  std::uint32_t symbol_count() const;
  std::uint32_t field_count() const;
  // "ERROR" for 0xFFFF; empty when there is no such symbol.
  std::string_view symbol_name(std::uint16_t symbol) const;
  // Fields count from 1; empty when there is no such field.
  std::string_view field_name(std::uint16_t field) const;
  // 0 when there is no such field.
  std::uint16_t field_id(std::string_view name) const;

  const std::shared_ptr<const Grammar>& grammar() const { return grammar_; }

 private:
  std::shared_ptr<const Grammar> grammar_;
};

class Tree;

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
  // Moves to the visible node with this descendant_index; stays when there is none.
  void goto_descendant(std::uint32_t descendant_index);
  void reset(Node root);

 private:
  struct Entry {
    std::uint32_t index;
    std::uint32_t structural_child;  // rank among the parent's children that are not extra
    std::uint16_t alias;
    bool visible;
  };

  bool push_first_shown();
  bool push_last_shown(std::uint32_t before);
  template <typename AtGoal>
  std::optional<std::uint32_t> goto_first_child_where(AtGoal at_goal);

  const TreeData* tree_ = nullptr;
  std::vector<Entry> stack_;
};

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
  // The same text as ts_node_string of the root.
  std::string to_sexp() const;
  // The smallest visible node that covers the byte range [begin, end).
  Node descendant_for_byte_range(std::uint32_t begin, std::uint32_t end) const;

  const std::shared_ptr<const TreeData>& data() const { return data_; }

 private:
  std::shared_ptr<const TreeData> data_;
};

}  // namespace copse
