// Comparison by two cursors in step.
#include "syntax/tree_compare.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace copse {
namespace {

std::string at_point(TSPoint point) {
  return std::to_string(point.row + 1) + ":" + std::to_string(point.column + 1);
}

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

std::string point_text(std::uint32_t row, std::uint32_t column) {
  return std::to_string(row) + ":" + std::to_string(column);
}

class Comparer {
 public:
  Comparer(const TSTree* fresh, const TreeData& stored)
      : fresh_(ts_tree_cursor_new(ts_tree_root_node(fresh))), stored_(Node(&stored, 0, 0)) {}
  Comparer(const Comparer&) = delete;
  Comparer& operator=(const Comparer&) = delete;
  ~Comparer() { ts_tree_cursor_delete(&fresh_); }

  TreeComparison run() {
    for (;;) {
      compare_node();
      if (descend()) continue;
      while (!next_sibling()) {
        if (!ascend()) return std::move(result_);
      }
    }
  }

 private:
  // Goes down where both can; a difference in children has been named by compare_node.
  bool descend() {
    const bool fresh = ts_tree_cursor_goto_first_child(&fresh_);
    const bool stored = stored_.goto_first_child();
    if (fresh && stored) return true;
    if (fresh) ts_tree_cursor_goto_parent(&fresh_);
    if (stored) stored_.goto_parent();
    return false;
  }

  bool next_sibling() {
    const bool fresh = ts_tree_cursor_goto_next_sibling(&fresh_);
    const bool stored = stored_.goto_next_sibling();
    if (fresh == stored) return fresh;
    // One list of children is longer; its parent was named. What is left over has no partner.
    return false;
  }

  bool ascend() {
    const bool fresh = ts_tree_cursor_goto_parent(&fresh_);
    const bool stored = stored_.goto_parent();
    return fresh && stored;
  }

  void differ(TSNode node, const char* fact, const std::string& expected,
              const std::string& found) {
    ++result_.difference_count;
    if (result_.differences.size() == kDifferencesNamedMax) return;
    result_.differences.push_back(at_point(ts_node_start_point(node)) + ": " +
                                  std::string(ts_node_type(node)) + ": " + fact + " is " + found +
                                  ", a fresh parse has " + expected);
  }

  void compare_text(TSNode node, const char* fact, std::string_view expected,
                    std::string_view found) {
    if (expected != found) differ(node, fact, quoted(expected), quoted(found));
  }

  void compare_flag(TSNode node, const char* fact, bool expected, bool found) {
    if (expected != found) {
      differ(node, fact, expected ? "true" : "false", found ? "true" : "false");
    }
  }

  void compare_number(TSNode node, const char* fact, std::uint32_t expected, std::uint32_t found) {
    if (expected != found) differ(node, fact, std::to_string(expected), std::to_string(found));
  }

  void compare_point(TSNode node, const char* fact, TSPoint expected, Point found) {
    if (expected.row == found.row && expected.column == found.column) return;
    differ(node, fact, point_text(expected.row, expected.column),
           point_text(found.row, found.column));
  }

  void compare_node() {
    ++result_.nodes;
    const TSNode fresh = ts_tree_cursor_current_node(&fresh_);
    const Node stored = stored_.node();
    const char* field = ts_tree_cursor_current_field_name(&fresh_);
    compare_text(fresh, "field", field == nullptr ? "" : field, stored_.field_name());
    compare_text(fresh, "kind", ts_node_type(fresh), stored.kind());
    compare_text(fresh, "grammar kind", ts_node_grammar_type(fresh), stored.grammar_kind());
    compare_number(fresh, "kind id", ts_node_symbol(fresh), stored.kind_id());
    compare_flag(fresh, "named", ts_node_is_named(fresh), stored.is_named());
    compare_flag(fresh, "extra", ts_node_is_extra(fresh), stored.is_extra());
    compare_flag(fresh, "missing", ts_node_is_missing(fresh), stored.is_missing());
    compare_flag(fresh, "error", ts_node_is_error(fresh), stored.is_error());
    compare_flag(fresh, "has_error", ts_node_has_error(fresh), stored.has_error());
    compare_number(fresh, "start byte", ts_node_start_byte(fresh), stored.start_byte());
    compare_number(fresh, "end byte", ts_node_end_byte(fresh), stored.end_byte());
    compare_point(fresh, "start", ts_node_start_point(fresh), stored.start_point());
    compare_point(fresh, "end", ts_node_end_point(fresh), stored.end_point());
    compare_number(fresh, "child count", ts_node_child_count(fresh), stored.child_count());
    compare_number(fresh, "named child count", ts_node_named_child_count(fresh),
                   stored.named_child_count());
  }

  TSTreeCursor fresh_;
  Cursor stored_;
  TreeComparison result_;
};

}  // namespace

TreeComparison compare_with_tree_sitter(const TSTree* fresh, const TreeData& stored) {
  return Comparer(fresh, stored).run();
}

namespace {

void add_difference(TreeComparison& comparison, std::string difference) {
  ++comparison.difference_count;
  if (comparison.differences.size() < kDifferencesNamedMax) {
    comparison.differences.push_back(std::move(difference));
  }
}

std::string where(const TreeData& tree, std::uint32_t node) {
  const Point point = tree.point_at(tree.node(node).start);
  return point_text(point.row + 1, point.column + 1) + ": node " + std::to_string(node) + " ('" +
         tree.grammar->symbol_name(copse_node_symbol(&tree.node(node))) + "', hidden ones counted)";
}

}  // namespace

void compare_hidden_facts(const FlatTree& fresh, const RecordedCounts& record,
                          const TreeData& stored, TreeComparison& comparison) {
  const CopseFlatNode* const found = stored.nodes();
  const std::uint32_t found_count = stored.node_count();
  const std::size_t common = std::min<std::size_t>(fresh.nodes.size(), found_count);
  // Where visible nodes differ they were named; one hidden node more is worth naming in any case.
  for (std::uint32_t i = 0; i < common; ++i) {
    const CopseFlatNode& a = fresh.nodes[i];
    const CopseFlatNode& b = found[i];
    if (a.tag == b.tag && a.start == b.start && a.extent == b.extent) continue;
    add_difference(comparison, where(stored, i) + " is not what a fresh parse has");
    break;
  }
  if (fresh.nodes.size() != found_count) {
    add_difference(comparison, "1:1: " + std::to_string(found_count) +
                                   " nodes, hidden ones counted, a fresh parse has " +
                                   std::to_string(fresh.nodes.size()));
  }
  if (fresh.visible_count != record.visible_nodes || fresh.nodes.size() != record.nodes) {
    add_difference(comparison, "1:1: " + std::to_string(record.nodes) + " nodes on record, " +
                                   std::to_string(record.visible_nodes) +
                                   " of them visible; a fresh parse has " +
                                   std::to_string(fresh.nodes.size()) + ", " +
                                   std::to_string(fresh.visible_count));
  }
  for (const CopseErrorLeaf& a : fresh.error_leaves) {
    if (a.node >= found_count) break;
    const std::optional<std::int32_t> b = stored.lookahead_of(a.node);
    if (!b || *b == a.lookahead) continue;
    add_difference(comparison, where(stored, a.node) + ": lookahead is " + std::to_string(*b) +
                                   ", a fresh parse has " + std::to_string(a.lookahead));
  }
}

}  // namespace copse
