// Every operation of nodes against tree-sitter's own, on real and on damaged sources.
#include "copse/node.h"

#include <cstdlib>

#include "syntax/node_test_support.h"

namespace copse {
namespace {

using testing::Random;

constexpr std::uint32_t kDamagedVersions = 8;

std::string_view text_of(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

// Compares what both say of one tree. Each failure names the operation and the node.
class Comparer {
 public:
  Comparer(const BothTrees& trees, Random& random)
      : trees_(trees), pairs_(trees), random_(random) {}

  void compare_all() {
    for (const NodePairs::Pair& pair : pairs_.all()) {
      compare_facts(pair);
      compare_children(pair);
      compare_fields(pair);
      compare_relatives(pair);
      compare_places(pair);
      if (::testing::Test::HasFailure()) return;
    }
    compare_ways_down();
  }

 private:
  std::string at(const NodePairs::Pair& pair, const char* operation) const {
    return std::string(operation) + " of " + std::string(pair.stored.kind()) + ", node " +
           std::to_string(pair.stored.index()) + " at " + std::to_string(pair.stored.start_byte()) +
           ".." + std::to_string(pair.stored.end_byte());
  }

  void same(TSNode fresh, Node stored, const NodePairs::Pair& pair, const char* operation,
            std::uint32_t argument = 0, std::uint32_t second_argument = 0) {
    if (pairs_.same(fresh, stored)) return;
    const std::string expected = ts_node_is_null(fresh)
                                     ? "none"
                                     : std::string(ts_node_type(fresh)) + " at " +
                                           std::to_string(ts_node_start_byte(fresh)) + ".." +
                                           std::to_string(ts_node_end_byte(fresh));
    const std::string found =
        stored.is_null() ? "none"
                         : std::string(stored.kind()) + ", node " + std::to_string(stored.index());
    ADD_FAILURE() << at(pair, operation) << " (" << argument << ", " << second_argument << ") is "
                  << found << ", tree-sitter has " << expected;
  }

  void compare_facts(const NodePairs::Pair& pair) {
    const auto& [fresh, stored] = pair;
    EXPECT_EQ(ts_node_descendant_count(fresh), stored.descendant_count())
        << at(pair, "descendant_count");
    EXPECT_EQ(ts_node_child_count(fresh), stored.child_count()) << at(pair, "child_count");
    EXPECT_EQ(ts_node_named_child_count(fresh), stored.named_child_count())
        << at(pair, "named_child_count");
    EXPECT_EQ(ts_node_is_error(fresh), stored.is_error()) << at(pair, "is_error");
    EXPECT_EQ(stored.language().name(), trees_.stored.language().name());
    const std::unique_ptr<char, decltype(&std::free)> sexp(ts_node_string(fresh), &std::free);
    EXPECT_EQ(stored.to_sexp(), sexp.get()) << at(pair, "to_sexp");
  }

  // Every rank, two beyond the last, and one far off.
  void compare_children(const NodePairs::Pair& pair) {
    const auto& [fresh, stored] = pair;
    const std::uint32_t count = ts_node_child_count(fresh);
    for (std::uint32_t i = 0; i < count + 3; ++i) {
      const std::uint32_t rank = i == count + 2 ? UINT32_MAX : i;
      same(ts_node_child(fresh, rank), stored.child(rank), pair, "child", rank);
      same(ts_node_named_child(fresh, rank), stored.named_child(rank), pair, "named_child", rank);
      EXPECT_EQ(text_of(ts_node_field_name_for_child(fresh, rank)),
                stored.field_name_for_child(rank))
          << at(pair, "field_name_for_child") << ", " << rank;
      EXPECT_EQ(text_of(ts_node_field_name_for_named_child(fresh, rank)),
                stored.field_name_for_named_child(rank))
          << at(pair, "field_name_for_named_child") << ", " << rank;
    }
  }

  void compare_fields(const NodePairs::Pair& pair) {
    const auto& [fresh, stored] = pair;
    const std::uint32_t fields = trees_.stored.language().field_count();
    for (std::uint32_t i = 0; i <= fields + 1; ++i) {
      const auto field = static_cast<std::uint16_t>(i);
      const TSNode expected = ts_node_child_by_field_id(fresh, field);
      same(expected, stored.child_by_field_id(field), pair, "child_by_field_id", field);
      if (i == 0 || i > fields || ts_node_is_null(expected)) continue;
      const std::string_view name = trees_.stored.language().field_name(field);
      same(expected, stored.child_by_field_name(name), pair, "child_by_field_name", field);
    }
    EXPECT_TRUE(stored.child_by_field_name("no such field").is_null());
  }

  void compare_relatives(const NodePairs::Pair& pair) {
    const auto& [fresh, stored] = pair;
    same(ts_node_parent(fresh), stored.parent(), pair, "parent");
    same(ts_node_next_sibling(fresh), stored.next_sibling(), pair, "next_sibling");
    same(ts_node_prev_sibling(fresh), stored.prev_sibling(), pair, "prev_sibling");
    same(ts_node_next_named_sibling(fresh), stored.next_named_sibling(), pair,
         "next_named_sibling");
    same(ts_node_prev_named_sibling(fresh), stored.prev_named_sibling(), pair,
         "prev_named_sibling");
  }

  // Mostly in and around the node; sometimes anywhere, reversed, or beyond the source.
  std::uint32_t any_byte(Node near) {
    switch (random_.below(10)) {
      case 0:
        return UINT32_MAX - random_.below(2);
      case 1:
      case 2:
        return random_.below(static_cast<std::uint32_t>(trees_.data->source().size()) + 3);
      default: {
        const std::uint32_t begin = near.start_byte() - std::min(near.start_byte(), 2U);
        return begin + random_.below(near.end_byte() - begin + 3);
      }
    }
  }

  Point any_point(Node near) {
    const std::uint32_t byte = any_byte(near);
    if (byte >= UINT32_MAX - 1) {
      return random_.chance(50) ? Point{byte, random_.below(3)} : Point{random_.below(9), byte};
    }
    Point point = trees_.data->point_at(
        std::min(byte, static_cast<std::uint32_t>(trees_.data->source().size())));
    if (random_.chance(20)) point.column += random_.below(100);
    if (random_.chance(10)) point.row += random_.below(3);
    return point;
  }

  void compare_places(const NodePairs::Pair& pair) {
    const auto& [fresh, stored] = pair;
    for (int i = 0; i < 12; ++i) {
      const std::uint32_t a = i == 0 ? stored.start_byte() : any_byte(stored);
      const std::uint32_t b = i < 3 ? a : any_byte(stored);
      same(ts_node_first_child_for_byte(fresh, a), stored.first_child_for_byte(a), pair,
           "first_child_for_byte", a);
      same(ts_node_first_named_child_for_byte(fresh, a), stored.first_named_child_for_byte(a), pair,
           "first_named_child_for_byte", a);
      same(ts_node_descendant_for_byte_range(fresh, a, b), stored.descendant_for_byte_range(a, b),
           pair, "descendant_for_byte_range", a, b);
      same(ts_node_named_descendant_for_byte_range(fresh, a, b),
           stored.named_descendant_for_byte_range(a, b), pair, "named_descendant_for_byte_range", a,
           b);
      const Point p = any_point(stored);
      const Point q = i < 3 ? p : any_point(stored);
      const TSPoint begin{p.row, p.column};
      const TSPoint end{q.row, q.column};
      same(ts_node_descendant_for_point_range(fresh, begin, end),
           stored.descendant_for_point_range(p, q), pair, "descendant_for_point_range", p.row,
           p.column);
      same(ts_node_named_descendant_for_point_range(fresh, begin, end),
           stored.named_descendant_for_point_range(p, q), pair, "named_descendant_for_point_range",
           p.row, p.column);
    }
  }

  // From each node's ancestors, from itself, and between nodes that have nothing to do with each
  // other.
  void compare_ways_down() {
    const std::vector<NodePairs::Pair>& all = pairs_.all();
    for (const NodePairs::Pair& pair : all) {
      const auto way = [&](TSNode fresh, Node stored) {
        same(ts_node_child_with_descendant(fresh, pair.fresh),
             stored.child_with_descendant(pair.stored), pair, "child_with_descendant",
             stored.index());
      };
      way(pair.fresh, pair.stored);
      if (pair.stored.start_byte() == pair.stored.end_byte()) {
        for (const NodePairs::Pair& other : all)
          way(other.fresh, other.stored);
      }
      for (int i = 0; i < 2; ++i) {
        const auto& other = all[random_.below(static_cast<std::uint32_t>(all.size()))];
        way(other.fresh, other.stored);
      }
      Node ancestor = pair.stored.parent();
      TSNode fresh_ancestor = ts_node_parent(pair.fresh);
      while (!ancestor.is_null() && !::testing::Test::HasFailure()) {
        way(fresh_ancestor, ancestor);
        ancestor = ancestor.parent();
        fresh_ancestor = ts_node_parent(fresh_ancestor);
      }
      if (::testing::Test::HasFailure()) return;
    }
  }

  const BothTrees& trees_;
  NodePairs pairs_;
  Random& random_;
};

TEST(Node, EveryOperationIsTreeSitters) {
  Random random(20251121);
  for (const std::string& id : testing::all_languages()) {
    for (const auto& source : testing::sample_sources(id)) {
      SCOPED_TRACE(id + ", " + source.name + ", COPSE_SEED=" + std::to_string(random.seed()));
      const BothTrees trees(id, source.text);
      Comparer(trees, random).compare_all();
      if (HasFailure()) return;
    }
  }
}

TEST(Node, EveryOperationIsTreeSittersOnDamagedSources) {
  Random random(20251122);
  for (const std::string& id : testing::all_languages()) {
    for (const auto& source : testing::sample_sources(id)) {
      if (source.name != "whole") continue;
      for (std::uint32_t version = 0; version < kDamagedVersions; ++version) {
        const std::string text = damage(source.text, random);
        if (!can_be_parsed(id, text)) continue;
        SCOPED_TRACE(id + ", version " + std::to_string(version) +
                     ", COPSE_SEED=" + std::to_string(random.seed()));
        const BothTrees trees(id, text);
        Comparer(trees, random).compare_all();
        if (HasFailure()) return;
      }
    }
  }
}

// Two missing tokens of one kind side by side: tree-sitter takes the one for the other, unless the
// token behind them is long or far off.
TEST(Node, MissingTokensThatLookAlike) {
  Random random(20251126);
  std::uint32_t mistaken = 0;
  std::uint32_t told_apart = 0;
  for (const std::string before :
       {R"(""p""a""b""c"[{"d": nul": {"b": {"c": [[)", R"({"b": {"c": [[)"}) {
    for (const std::uint32_t blanks : {0U, 3U, 14U, 15U, 100U}) {
      const std::string source = before + std::string(blanks, '\n');
      SCOPED_TRACE(source);
      const BothTrees trees("json", source);
      Comparer(trees, random).compare_all();
      const NodePairs pairs(trees);
      for (const NodePairs::Pair& pair : pairs.all()) {
        const Node previous = pair.stored.prev_sibling();
        if (!pair.stored.is_missing() || previous.is_null()) continue;
        const bool right = previous.parent() == pair.stored.parent();
        ++(right ? told_apart : mistaken);
      }
    }
  }
  EXPECT_GT(mistaken, 0U);
  EXPECT_GT(told_apart, 0U);
}

}  // namespace
}  // namespace copse
