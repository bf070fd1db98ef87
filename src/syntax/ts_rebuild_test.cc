// Trees that are rebuilt for tree-sitter against fresh ones, through tree-sitter's own API.
#include <cstdlib>
#include <filesystem>

#include "syntax/node_test_support.h"

namespace copse {
namespace {

using testing::Random;

constexpr std::uint32_t kDamagedVersions = 8;
constexpr int kEdits = 5;

std::string_view text_of(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

std::string sexp_of(TSNode node) {
  const std::unique_ptr<char, decltype(&std::free)> text(ts_node_string(node), &std::free);
  return text.get();
}

Parser::TreePointer rebuild(const std::string& id, const Tree& stored) {
  return Parser::TreePointer(stored.to_ts_tree(testing::language(id).language()));
}

bool same_point(TSPoint a, TSPoint b) {
  return a.row == b.row && a.column == b.column;
}

// The same place in both trees: what can be said of a node without another one.
bool same_node(TSNode a, TSNode b) {
  if (ts_node_is_null(a) || ts_node_is_null(b)) return ts_node_is_null(a) == ts_node_is_null(b);
  return ts_node_symbol(a) == ts_node_symbol(b) &&
         ts_node_grammar_symbol(a) == ts_node_grammar_symbol(b) &&
         ts_node_start_byte(a) == ts_node_start_byte(b) &&
         ts_node_end_byte(a) == ts_node_end_byte(b) &&
         same_point(ts_node_start_point(a), ts_node_start_point(b)) &&
         same_point(ts_node_end_point(a), ts_node_end_point(b)) &&
         ts_node_is_named(a) == ts_node_is_named(b) && ts_node_is_extra(a) == ts_node_is_extra(b) &&
         ts_node_is_missing(a) == ts_node_is_missing(b) &&
         ts_node_is_error(a) == ts_node_is_error(b) &&
         ts_node_has_error(a) == ts_node_has_error(b) &&
         ts_node_has_changes(a) == ts_node_has_changes(b) &&
         ts_node_child_count(a) == ts_node_child_count(b) &&
         ts_node_named_child_count(a) == ts_node_named_child_count(b) &&
         ts_node_descendant_count(a) == ts_node_descendant_count(b);
}

std::string where(TSNode node) {
  return std::string(ts_node_type(node)) + " at " + std::to_string(ts_node_start_byte(node));
}

void expect_same_fields(TSNode fresh, TSNode rebuilt) {
  const std::uint32_t count = ts_node_child_count(fresh);
  for (std::uint32_t i = 0; i < count; ++i) {
    EXPECT_EQ(text_of(ts_node_field_name_for_child(fresh, i)),
              text_of(ts_node_field_name_for_child(rebuilt, i)))
        << where(fresh) << ", " << i;
  }
}

void expect_same_siblings(TSNode fresh, TSNode rebuilt) {
  EXPECT_TRUE(same_node(ts_node_parent(fresh), ts_node_parent(rebuilt))) << where(fresh);
  EXPECT_TRUE(same_node(ts_node_next_sibling(fresh), ts_node_next_sibling(rebuilt)))
      << where(fresh);
  EXPECT_TRUE(same_node(ts_node_prev_sibling(fresh), ts_node_prev_sibling(rebuilt)))
      << where(fresh);
  EXPECT_TRUE(same_node(ts_node_prev_named_sibling(fresh), ts_node_prev_named_sibling(rebuilt)))
      << where(fresh);
}

// By two cursors in step.
void expect_same_tree(const TSTree* fresh_tree, const TSTree* rebuilt_tree) {
  TSTreeCursor fresh = ts_tree_cursor_new(ts_tree_root_node(fresh_tree));
  TSTreeCursor rebuilt = ts_tree_cursor_new(ts_tree_root_node(rebuilt_tree));
  const auto both = [&](auto move) {
    const bool moved = move(&fresh);
    EXPECT_EQ(moved, move(&rebuilt));
    return moved;
  };
  for (bool more = true; more && !::testing::Test::HasFailure();) {
    const TSNode node = ts_tree_cursor_current_node(&fresh);
    const TSNode same = ts_tree_cursor_current_node(&rebuilt);
    ASSERT_TRUE(same_node(node, same)) << where(node);
    EXPECT_EQ(ts_tree_cursor_current_field_id(&fresh), ts_tree_cursor_current_field_id(&rebuilt));
    EXPECT_EQ(ts_tree_cursor_current_depth(&fresh), ts_tree_cursor_current_depth(&rebuilt));
    EXPECT_EQ(ts_tree_cursor_current_descendant_index(&fresh),
              ts_tree_cursor_current_descendant_index(&rebuilt));
    EXPECT_EQ(sexp_of(node), sexp_of(same));
    expect_same_fields(node, same);
    expect_same_siblings(node, same);
    if (both(ts_tree_cursor_goto_first_child)) continue;
    while (!both(ts_tree_cursor_goto_next_sibling)) {
      more = both(ts_tree_cursor_goto_parent);
      if (!more) break;
    }
  }
  ts_tree_cursor_delete(&fresh);
  ts_tree_cursor_delete(&rebuilt);
}

// Nodes, hidden ones included, as they are stored.
void expect_same_nodes(const FlatTree& expected, const FlatTree& found) {
  ASSERT_EQ(expected.nodes.size(), found.nodes.size());
  for (std::size_t i = 0; i < expected.nodes.size(); ++i) {
    const CopseFlatNode& a = expected.nodes[i];
    const CopseFlatNode& b = found.nodes[i];
    ASSERT_TRUE(a.tag == b.tag && a.start == b.start && a.extent == b.extent) << "node " << i;
  }
  EXPECT_EQ(expected.faults, found.faults);
  EXPECT_EQ(expected.visible_count, found.visible_count);
  ASSERT_EQ(expected.error_leaves.size(), found.error_leaves.size());
  for (std::size_t i = 0; i < expected.error_leaves.size(); ++i) {
    EXPECT_EQ(expected.error_leaves[i].node, found.error_leaves[i].node);
    EXPECT_EQ(expected.error_leaves[i].lookahead, found.error_leaves[i].lookahead);
  }
}

struct QueryDeleter {
  void operator()(TSQuery* query) const { ts_query_delete(query); }
};

std::unique_ptr<TSQuery, QueryDeleter> highlights(const std::string& id) {
  const std::string path =
      std::string(COPSE_TEST_GRAMMAR_DIR) + "/queries/" + id + "/highlights.scm";
  const std::string text = std::filesystem::exists(path) ? testing::read_text(path) : "(_) @node";
  std::uint32_t offset = 0;
  TSQueryError error = TSQueryErrorNone;
  std::unique_ptr<TSQuery, QueryDeleter> query(
      ts_query_new(testing::language(id).language(), text.data(),
                   static_cast<std::uint32_t>(text.size()), &offset, &error));
  EXPECT_NE(query, nullptr) << id << " at " << offset;
  return query;
}

// A line for each capture, in order.
std::vector<std::string> captures_of(const TSQuery* query, const TSTree* tree) {
  std::vector<std::string> captures;
  TSQueryCursor* cursor = ts_query_cursor_new();
  ts_query_cursor_exec(cursor, query, ts_tree_root_node(tree));
  TSQueryMatch match;
  std::uint32_t index = 0;
  while (ts_query_cursor_next_capture(cursor, &match, &index)) {
    const TSQueryCapture& capture = match.captures[index];
    captures.push_back(std::to_string(match.pattern_index) + " " + std::to_string(capture.index) +
                       " " + where(capture.node) + " " +
                       std::to_string(ts_node_end_byte(capture.node)));
  }
  ts_query_cursor_delete(cursor);
  return captures;
}

// Calls check(id, text) for the samples of all languages, whole and damaged.
template <typename Check>
void for_all_sources(std::uint64_t seed, Check check) {
  Random random(seed);
  for (const std::string& id : testing::all_languages()) {
    for (const auto& source : testing::sample_sources(id)) {
      SCOPED_TRACE(id + ", " + source.name);
      check(id, source.text, random);
      if (source.name != "whole") continue;
      for (std::uint32_t version = 0; version < kDamagedVersions; ++version) {
        SCOPED_TRACE("version " + std::to_string(version) +
                     ", COPSE_SEED=" + std::to_string(random.seed()));
        const std::string text = damage(source.text, random);
        if (can_be_parsed(id, text)) check(id, text, random);
      }
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(ToTsTree, IsAFreshParse) {
  for_all_sources(20251123, [](const std::string& id, const std::string& text, Random&) {
    const BothTrees trees(id, text);
    const Parser::TreePointer rebuilt = rebuild(id, trees.stored);
    ASSERT_NE(rebuilt, nullptr);
    EXPECT_EQ(ts_tree_language(rebuilt.get()), testing::language(id).language());
    expect_same_tree(trees.fresh.get(), rebuilt.get());
    expect_same_nodes(trees.data->flat(), flatten(rebuilt.get()).value());
  });
}

TEST(ToTsTree, QueriesCaptureTheSame) {
  std::size_t all = 0;
  std::string query_of;
  std::unique_ptr<TSQuery, QueryDeleter> query;
  for_all_sources(20251124, [&](const std::string& id, const std::string& text, Random&) {
    if (query_of != id) query = highlights(query_of = id);
    const BothTrees trees(id, text);
    const auto expected = captures_of(query.get(), trees.fresh.get());
    EXPECT_EQ(expected, captures_of(query.get(), rebuild(id, trees.stored).get()));
    all += expected.size();
  });
  EXPECT_GT(all, 10000U);
}

TSPoint end_of(std::string_view text, std::uint32_t byte) {
  const std::string_view before = text.substr(0, byte);
  const auto rows = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t newline = before.rfind('\n');
  const std::size_t line = newline == std::string_view::npos ? 0 : newline + 1;
  return {rows, static_cast<std::uint32_t>(before.size() - line)};
}

// As an old tree, edited several times over, it must not make a parse differ from one from scratch.
TEST(ToTsTree, NothingIsReusedWrongly) {
  for_all_sources(20251125, [](const std::string& id, const std::string& text, Random& random) {
    const BothTrees trees(id, text);
    const Parser::TreePointer old = rebuild(id, trees.stored);
    std::string edited = text;
    TSParser* parser = ts_parser_new();
    ASSERT_TRUE(ts_parser_set_language(parser, testing::language(id).language()));
    for (int i = 0; i <= kEdits; ++i) {
      const Parser::TreePointer again(ts_parser_parse_string(
          parser, old.get(), edited.data(), static_cast<std::uint32_t>(edited.size())));
      expect_same_nodes(testing::parse_flat(id, edited), flatten(again.get()).value());
      std::uint32_t ranges = 0;
      std::free(ts_tree_get_changed_ranges(old.get(), again.get(), &ranges));
      const auto size = static_cast<std::uint32_t>(edited.size());
      const std::uint32_t at = random.below(size + 1);
      const std::uint32_t removed = std::min(random.below(4), size - at);
      const std::string added =
          random.chance(50) ? "x" : std::string(1, "({\"; \n/"[random.below(7)]);
      std::string next = edited;
      next.replace(at, removed, added);
      if (!can_be_parsed(id, next)) continue;
      const auto new_end = at + static_cast<std::uint32_t>(added.size());
      const TSInputEdit edit{at,
                             at + removed,
                             new_end,
                             end_of(edited, at),
                             end_of(edited, at + removed),
                             end_of(next, new_end)};
      ts_tree_edit(old.get(), &edit);
      edited = std::move(next);
    }
    ts_parser_delete(parser);
  });
}

TEST(ToTsTree, OnlyForTheLanguageItWasMadeWith) {
  const BothTrees trees("c", "int x;\n");
  EXPECT_EQ(trees.stored.to_ts_tree(nullptr), nullptr);
  EXPECT_EQ(trees.stored.to_ts_tree(testing::language("cpp").language()), nullptr);
  for (int i = 0; i < 2; ++i) {
    EXPECT_NE(rebuild("c", trees.stored), nullptr);
    EXPECT_EQ(trees.stored.to_ts_tree(testing::language("go").language()), nullptr);
  }
}

TEST(ToTsTree, OutlivesTheStoredTree) {
  const std::string text = "x = [1, 2]\n";
  Parser::TreePointer rebuilt;
  std::string expected;
  {
    const BothTrees trees("python", text);
    rebuilt = rebuild("python", trees.stored);
    expected = trees.stored.to_sexp();
  }
  const Parser::TreePointer copy(ts_tree_copy(rebuilt.get()));
  rebuilt.reset();
  EXPECT_EQ(sexp_of(ts_tree_root_node(copy.get())), expected);
  std::uint32_t ranges = 1;
  std::free(ts_tree_included_ranges(copy.get(), &ranges));
  EXPECT_EQ(ranges, 0U);
}

TEST(ToTsTree, DeepNestingNeedsNoRecursion) {
  constexpr std::uint32_t kDepth = 100000;
  const std::string source = "x = " + std::string(kDepth, '[') + std::string(kDepth, ']');
  const BothTrees trees("python", source);
  const Parser::TreePointer rebuilt = rebuild("python", trees.stored);
  expect_same_nodes(trees.data->flat(), flatten(rebuilt.get()).value());
}

}  // namespace
}  // namespace copse
