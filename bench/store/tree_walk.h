// The walk that every open file is asked for: each visible node once, its kind, field and span.
#pragma once

#include <chrono>
#include <cstdint>

#include <tree_sitter/api.h>

#include "copse/preorder.h"
#include "copse/tree.h"

namespace copse::bench {

inline std::uint64_t mixed(std::uint64_t hash, std::uint64_t kind_and_field, std::uint64_t span) {
  constexpr std::uint64_t kOddFactor = 0x9E3779B97F4A7C15U;
  hash = (hash ^ kind_and_field) * kOddFactor;
  return ((hash ^ (hash >> 29)) ^ span) * kOddFactor;
}

inline std::uint64_t walk_tree(const Tree& tree) {
  std::uint64_t hash = 0;
  for (Preorder walk(tree.root()); walk.next();) {
    hash = mixed(hash, std::uint64_t{walk.kind_id()} << 16 | walk.field_id(),
                 std::uint64_t{walk.start_byte()} << 32 | walk.end_byte());
  }
  return hash;
}

// The same of a tree that tree-sitter parsed, by its cursor.
inline std::uint64_t walk_tree(const TSTree* tree) {
  TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
  std::uint64_t hash = 0;
  for (bool more = true; more;) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    hash = mixed(
        hash, std::uint64_t{ts_node_symbol(node)} << 16 | ts_tree_cursor_current_field_id(&cursor),
        std::uint64_t{ts_node_start_byte(node)} << 32 | ts_node_end_byte(node));
    if (ts_tree_cursor_goto_first_child(&cursor)) continue;
    while (more && !ts_tree_cursor_goto_next_sibling(&cursor)) {
      more = ts_tree_cursor_goto_parent(&cursor);
    }
  }
  ts_tree_cursor_delete(&cursor);
  return hash;
}

using Clock = std::chrono::steady_clock;

inline double microseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

}  // namespace copse::bench
