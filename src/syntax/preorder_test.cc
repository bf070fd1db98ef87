// A preorder walk says what a cursor says, node by node.
#include "copse/preorder.h"

#include <gtest/gtest.h>

#include "copse/tree.h"

#include "syntax/tree_data.h"
#include "testing/languages.h"

namespace copse {
namespace {

bool advance(Cursor& cursor) {
  if (cursor.goto_first_child()) return true;
  while (!cursor.goto_next_sibling()) {
    if (!cursor.goto_parent()) return false;
  }
  return true;
}

// From the cursor's node down; returns how many nodes there were.
std::uint32_t expect_same(Node root) {
  Cursor cursor(root);
  Preorder walk(root);
  std::uint32_t nodes = 0;
  bool more = true;
  while (walk.next()) {
    EXPECT_TRUE(more);
    if (!more) return nodes;
    const Node node = cursor.node();
    EXPECT_EQ(walk.node(), node);
    EXPECT_EQ(walk.kind_id(), node.kind_id());
    EXPECT_EQ(walk.field_id(), cursor.field_id()) << node.kind() << " " << node.index();
    EXPECT_EQ(walk.start_byte(), node.start_byte());
    EXPECT_EQ(walk.end_byte(), node.end_byte());
    EXPECT_EQ(walk.is_named(), node.is_named());
    EXPECT_EQ(walk.depth(), cursor.depth());
    more = advance(cursor);
    ++nodes;
  }
  EXPECT_FALSE(more);
  return nodes;
}

TEST(Preorder, SaysWhatACursorSaysInEveryLanguage) {
  for (const std::string& id : testing::all_languages()) {
    for (const auto& source : testing::sample_sources(id)) {
      SCOPED_TRACE(id + ", " + source.name);
      const Tree tree(make_tree_data(testing::language(id).grammar(), source.text,
                                     testing::parse_flat(id, source.text)));
      EXPECT_EQ(expect_same(tree.root()), tree.visible_node_count());
      Cursor cursor(tree.root());
      for (int below = 0; below < 12 && advance(cursor); ++below)
        expect_same(cursor.node());
    }
  }
}

}  // namespace
}  // namespace copse
