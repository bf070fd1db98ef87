// The cursor and the facts of nodes against tree-sitter's own, move by move.
#include <algorithm>
#include <cstdlib>
#include <memory>

#include <gtest/gtest.h>

#include "syntax/node_test_support.h"
#include "syntax/tree_compare.h"

namespace copse {
namespace {

using testing::Random;

class BothCursors {
 public:
  explicit BothCursors(const BothTrees& trees)
      : fresh_(ts_tree_cursor_new(ts_tree_root_node(trees.fresh.get()))),
        stored_(trees.stored.root()) {}
  BothCursors(const BothCursors&) = delete;
  BothCursors& operator=(const BothCursors&) = delete;
  ~BothCursors() { ts_tree_cursor_delete(&fresh_); }

  void move(Random& random, std::uint32_t bytes, std::uint32_t visible_nodes) {
    switch (random.below(9)) {
      case 0:
      case 1:
        both(ts_tree_cursor_goto_first_child(&fresh_), stored_.goto_first_child());
        break;
      case 2:
        both(ts_tree_cursor_goto_last_child(&fresh_), stored_.goto_last_child());
        break;
      case 3:
      case 4:
        both(ts_tree_cursor_goto_next_sibling(&fresh_), stored_.goto_next_sibling());
        break;
      case 5:
        go_back();
        break;
      case 6:
        both(ts_tree_cursor_goto_parent(&fresh_), stored_.goto_parent());
        break;
      case 7:
        seek(random.below(bytes + 2), random.chance(50));
        break;
      default: {
        const std::uint32_t goal = random.below(visible_nodes + 2);
        ts_tree_cursor_goto_descendant(&fresh_, goal);
        stored_.goto_descendant(goal);
        EXPECT_EQ(ts_tree_cursor_current_descendant_index(&fresh_), stored_.descendant_index());
        break;
      }
    }
    compare();
  }

 private:
  static void both(bool fresh, bool stored) { EXPECT_EQ(fresh, stored); }

  // tree-sitter 0.25.10 keeps the child's number in eight bits here and leaves the descendant index
  // behind: go by way of the parent, which has neither fault.
  void go_back() {
    const Node before = stored_.node();
    TSTreeCursor saved = ts_tree_cursor_copy(&fresh_);
    const bool moved = stored_.goto_previous_sibling();
    if (moved && ts_tree_cursor_goto_parent(&fresh_)) {
      ts_tree_cursor_goto_first_child(&fresh_);
      TSTreeCursor next = ts_tree_cursor_copy(&fresh_);
      while (ts_tree_cursor_goto_next_sibling(&next) &&
             !ts_node_eq(ts_tree_cursor_current_node(&next), ts_tree_cursor_current_node(&saved))) {
        ts_tree_cursor_reset_to(&fresh_, &next);
      }
      ts_tree_cursor_delete(&next);
    }
    EXPECT_EQ(moved, !(stored_.node() == before));
    ts_tree_cursor_delete(&saved);
  }

  void seek(std::uint32_t byte, bool by_point) {
    std::int64_t fresh = 0;
    std::optional<std::uint32_t> stored;
    if (by_point) {
      const Point point = stored_.node().tree().point_at(
          std::min(byte, static_cast<std::uint32_t>(stored_.node().tree().source().size())));
      fresh = ts_tree_cursor_goto_first_child_for_point(&fresh_, {point.row, point.column});
      stored = stored_.goto_first_child_for_point(point);
    } else {
      fresh = ts_tree_cursor_goto_first_child_for_byte(&fresh_, byte);
      stored = stored_.goto_first_child_for_byte(byte);
    }
    EXPECT_EQ(fresh, stored ? std::int64_t{*stored} : -1);
  }

  void compare() {
    const TSNode fresh = ts_tree_cursor_current_node(&fresh_);
    const Node stored = stored_.node();
    ASSERT_EQ(ts_node_start_byte(fresh), stored.start_byte());
    ASSERT_EQ(ts_node_end_byte(fresh), stored.end_byte());
    ASSERT_EQ(ts_node_type(fresh), stored.kind());
    ASSERT_EQ(ts_node_child_count(fresh), stored.child_count());
    ASSERT_EQ(ts_tree_cursor_current_depth(&fresh_), stored_.depth());
    const char* field = ts_tree_cursor_current_field_name(&fresh_);
    ASSERT_EQ(field == nullptr ? "" : field, stored_.field_name());
  }

  TSTreeCursor fresh_;
  Cursor stored_;
};

TEST(Cursor, MovesAsTreeSittersDoes) {
  Random random(20251120);
  for (const std::string& id : testing::all_languages()) {
    for (const auto& source : testing::sample_sources(id)) {
      SCOPED_TRACE(id + ", " + source.name + ", COPSE_SEED=" + std::to_string(random.seed()));
      const BothTrees trees(id, source.text);
      BothCursors cursors(trees);
      const auto bytes = static_cast<std::uint32_t>(source.text.size());
      for (int i = 0; i < 2000 && !::testing::Test::HasFailure(); ++i) {
        cursors.move(random, bytes, trees.stored.visible_node_count());
      }
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(Tree, EveryNodeIsWhatTreeSitterSays) {
  for (const std::string& id : testing::all_languages()) {
    for (const auto& source : testing::sample_sources(id)) {
      SCOPED_TRACE(id + ", " + source.name);
      const BothTrees trees(id, source.text);
      const TreeComparison comparison = compare_with_tree_sitter(trees.fresh.get(), *trees.data);
      EXPECT_EQ(comparison.difference_count, 0U)
          << (comparison.differences.empty() ? "" : comparison.differences.front());
      EXPECT_EQ(comparison.nodes, trees.stored.visible_node_count());
      EXPECT_EQ(comparison.nodes, ts_node_descendant_count(ts_tree_root_node(trees.fresh.get())));
    }
  }
}

TEST(Tree, SexpIsNodeString) {
  for (const std::string& id : testing::all_languages()) {
    for (const auto& source : testing::sample_sources(id)) {
      SCOPED_TRACE(id + ", " + source.name);
      const BothTrees trees(id, source.text);
      const std::unique_ptr<char, decltype(&std::free)> expected(
          ts_node_string(ts_tree_root_node(trees.fresh.get())), &std::free);
      EXPECT_EQ(trees.stored.to_sexp(), expected.get());
    }
  }
}

TEST(Tree, SmallestNodeAtEveryByte) {
  for (const std::string id : {"c", "python", "html"}) {
    const auto source = testing::sample_sources(id).back();
    const BothTrees trees(id, source.text);
    const TSNode root = ts_tree_root_node(trees.fresh.get());
    for (std::uint32_t byte = 0; byte < source.text.size(); ++byte) {
      for (const std::uint32_t length : {0U, 1U, 7U}) {
        const TSNode fresh = ts_node_descendant_for_byte_range(root, byte, byte + length);
        const Node stored = trees.stored.descendant_for_byte_range(byte, byte + length);
        ASSERT_EQ(ts_node_start_byte(fresh), stored.start_byte());
        ASSERT_EQ(ts_node_end_byte(fresh), stored.end_byte());
        ASSERT_EQ(ts_node_symbol(fresh), stored.kind_id());
      }
    }
  }
}

TEST(Tree, DeepNestingNeedsNoRecursion) {
  constexpr std::uint32_t kDepth = 100000;
  const std::string source = "x = " + std::string(kDepth, '[') + std::string(kDepth, ']');
  const BothTrees trees("python", source);
  EXPECT_GT(trees.stored.to_sexp().size(), kDepth);
  Cursor cursor(trees.stored.root());
  while (cursor.goto_first_child() || cursor.goto_next_sibling())
    continue;
  EXPECT_EQ(cursor.node().child_count(), 0U);
  cursor.goto_descendant(trees.stored.visible_node_count() - 1);
  EXPECT_EQ(cursor.descendant_index(), trees.stored.visible_node_count() - 1);
}

// One planted fault of each kind: the comparison that verify --deep rests on must name it.
TEST(TreeCompare, NamesAPlantedFieldAliasAndSpan) {
  const std::string source = "struct point { int x; };\nint f(struct point p) { return p.x; }\n";
  const BothTrees good("c", source);
  const auto named = [&](const char* fact, const auto& plant) {
    FlatTree tree = good.data->flat();
    bool planted = false;
    for (std::uint32_t i = 1; i < tree.nodes.size() && !planted; ++i)
      planted = plant(tree, i);
    ASSERT_TRUE(planted) << fact;
    const auto bad = make_tree_data(good.data->grammar, source, std::move(tree));
    const TreeComparison comparison = compare_with_tree_sitter(good.fresh.get(), *bad);
    ASSERT_GT(comparison.difference_count, 0U) << fact;
    const auto& all = comparison.differences;
    EXPECT_TRUE(std::any_of(all.begin(), all.end(),
                            [&](const std::string& difference) {
                              return difference.find(std::string(": ") + fact + " is ") !=
                                     std::string::npos;
                            }))
        << fact << "\n"
        << all.front();
  };
  const Grammar& grammar = *good.data->grammar;
  const auto set_production = [](CopseFlatNode& node, std::uint32_t production) {
    node.tag = (node.tag & 0xFFFF000FU) | production << 4;
  };
  named("field", [&](FlatTree& tree, std::uint32_t i) {
    CopseFlatNode& node = tree.nodes[i];
    if (std::string_view(grammar.symbol_name(copse_node_symbol(&node))) != "function_definition") {
      return false;
    }
    set_production(node, 0);
    return true;
  });
  named("kind", [&](FlatTree& tree, std::uint32_t i) {
    // The production that makes a type_identifier of an identifier, taken away.
    CopseFlatNode& node = tree.nodes[i];
    const std::uint16_t production = copse_node_production(&node);
    if (copse_node_is_leaf(&node)) return false;
    ChildWalk child(*good.data, i);
    while (child.next()) {
      if (child.alias() == 0) continue;
      for (std::uint32_t other = 0; other < grammar.production_count(); ++other) {
        if (grammar.alias_at(static_cast<std::uint16_t>(other), child.structural()) != 0) continue;
        if (other == production) continue;
        set_production(node, other);
        return true;
      }
    }
    return false;
  });
  named("end byte", [&](FlatTree& tree, std::uint32_t i) {
    CopseFlatNode& node = tree.nodes[i];
    if (!copse_node_is_leaf(&node) || node.extent < 3) return false;
    --node.extent;
    return true;
  });
}

}  // namespace
}  // namespace copse
