// The walk that both sides are asked for: every visible node in the order of a cursor, and of each
// its kind, its field and where it lies, taken into a hash that must come out the same.
#pragma once

#include <cstdint>

#include <tree_sitter/api.h>

#include "copse/tree.h"

namespace copse::bench {

inline std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  constexpr std::uint64_t kOddFactor = 0x9E3779B97F4A7C15U;
  hash = (hash ^ value) * kOddFactor;
  return hash ^ (hash >> 29);
}

struct StoredStep {
  explicit StoredStep(const Tree& tree) : cursor(tree.root()) {}
  bool down() { return cursor.goto_first_child(); }
  bool right() { return cursor.goto_next_sibling(); }
  bool up() { return cursor.goto_parent(); }
  std::uint64_t kind() const { return cursor.node().kind_id(); }
  std::uint64_t facts(std::uint64_t hash) const {
    const Node node = cursor.node();
    hash = mixed(hash, std::uint64_t{node.kind_id()} << 16 | cursor.field_id());
    return mixed(hash, std::uint64_t{node.start_byte()} << 32 | node.end_byte());
  }
  Cursor cursor;
};

struct ParsedStep {
  explicit ParsedStep(const TSTree* tree) : cursor(ts_tree_cursor_new(ts_tree_root_node(tree))) {}
  ~ParsedStep() { ts_tree_cursor_delete(&cursor); }
  ParsedStep(const ParsedStep&) = delete;
  ParsedStep& operator=(const ParsedStep&) = delete;
  bool down() { return ts_tree_cursor_goto_first_child(&cursor); }
  bool right() { return ts_tree_cursor_goto_next_sibling(&cursor); }
  bool up() { return ts_tree_cursor_goto_parent(&cursor); }
  std::uint64_t kind() const { return ts_node_symbol(ts_tree_cursor_current_node(&cursor)); }
  std::uint64_t facts(std::uint64_t hash) const {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    hash = mixed(
        hash, std::uint64_t{ts_node_symbol(node)} << 16 | ts_tree_cursor_current_field_id(&cursor));
    return mixed(hash, std::uint64_t{ts_node_start_byte(node)} << 32 | ts_node_end_byte(node));
  }
  TSTreeCursor cursor;
};

// Calls take(step) at every visible node.
template <typename Step, typename Take>
void walk(Step&& step, Take take) {
  for (;;) {
    take(step);
    if (step.down()) continue;
    while (!step.right()) {
      if (!step.up()) return;
    }
  }
}

// The same hash, by the walk that copse has for it.
inline std::uint64_t visit(const Tree& tree) {
  std::uint64_t hash = 0;
  for (Preorder walk(tree.root()); walk.next();) {
    hash = mixed(hash, std::uint64_t{walk.kind_id()} << 16 | walk.field_id());
    hash = mixed(hash, std::uint64_t{walk.start_byte()} << 32 | walk.end_byte());
  }
  return hash;
}

// The hash of everything.
template <typename Step>
std::uint64_t visit(Step&& step) {
  std::uint64_t hash = 0;
  walk(step, [&](const auto& at) { hash = at.facts(hash); });
  return hash;
}

// Kinds only: as little as a walk can do and still be one.
template <typename Step>
std::uint64_t kinds(Step&& step) {
  std::uint64_t hash = 0;
  walk(step, [&](const auto& at) { hash += at.kind(); });
  return hash;
}

}  // namespace copse::bench
