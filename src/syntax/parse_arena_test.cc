// Parses in arenas against parses without: the same trees, whatever the memory they lay in.
#include "syntax/parse_arena.h"

#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "syntax/tree_parser.h"
#include "testing/languages.h"

namespace copse {
namespace {

void expect_same(const FlatTree& a, const FlatTree& b, std::string_view what) {
  ASSERT_EQ(a.nodes.size(), b.nodes.size()) << what;
  EXPECT_EQ(std::memcmp(a.nodes.data(), b.nodes.data(), a.nodes.size() * sizeof(CopseFlatNode)), 0)
      << what;
  EXPECT_EQ(a.faults, b.faults) << what;
  EXPECT_EQ(a.visible_count, b.visible_count) << what;
  ASSERT_EQ(a.error_leaves.size(), b.error_leaves.size()) << what;
  for (std::size_t i = 0; i < a.error_leaves.size(); ++i) {
    EXPECT_EQ(a.error_leaves[i].node, b.error_leaves[i].node) << what;
    EXPECT_EQ(a.error_leaves[i].lookahead, b.error_leaves[i].lookahead) << what;
  }
}

std::string many_lines(std::string_view line, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes)
    text += line;
  return text;
}

// Deep, long, broken, empty; and one whose tree does not fit the region.
std::vector<std::string> c_sources() {
  std::string deep(2000, '(');
  deep = "int x = " + deep + "1" + std::string(2000, ')') + ";\n";
  return {
      "int main(void) { return 0; }\n",
      "",
      deep,
      many_lines("static int f(int a) { return a ? f(a - 1) : 'x'; } /* and so on */\n", 200'000),
      many_lines("int )( f { @ = \"unfinished\n #if\n", 20'000),
      many_lines("int a[] = {1, 2, 3, b + c * d};\n", 2'000'000),
      "int after;\n"};
}

struct Parsed {
  std::string language;
  std::string source;
  FlatTree tree;
};

std::vector<Parsed> parse_plainly() {
  std::vector<Parsed> all;
  for (std::string& source : c_sources()) {
    FlatTree tree = testing::parse_flat("c", source);
    all.push_back({"c", std::move(source), std::move(tree)});
  }
  // Scanners of all kinds, some with a state in every token.
  for (const std::string& id : testing::all_languages()) {
    for (testing::SampleSource& sample : testing::sample_sources(id)) {
      FlatTree tree = testing::parse_flat(id, sample.text);
      all.push_back({id, std::move(sample.text), std::move(tree)});
    }
  }
  return all;
}

Parser parser_of(const std::string& language) {
  auto parser = Parser::create(testing::language(language).language());
  EXPECT_TRUE(parser.ok());
  return std::move(parser).value();
}

// One process-wide switch: each test of this kind runs in a process of its own.
void check_in_arenas() {
  const std::vector<Parsed> expected = parse_plainly();
  // Made before, used and freed behind it.
  Parser old_parser = parser_of("c");
  auto old_tree = old_parser.parse_tree(expected[0].source, {});
  ASSERT_TRUE(old_tree.ok());
  use_parse_arenas();
  use_parse_arenas();
  const auto parse_all = [&] {
    for (const Parsed& parsed : expected) {
      auto tree = parser_of(parsed.language).parse(parsed.source, {});
      ASSERT_TRUE(tree.ok());
      expect_same(tree.value(), parsed.tree, parsed.language);
    }
  };
  std::thread other(parse_all);
  parse_all();
  other.join();
  // A tree of its own outlives every scope.
  auto kept = old_parser.parse_tree(expected[3].source, {});
  ASSERT_TRUE(kept.ok());
  bool go_on = true;
  auto stopped = old_parser.parse(expected[5].source, [&] { return std::exchange(go_on, false); });
  EXPECT_FALSE(stopped.ok());
  parse_all();
  auto flat = flatten(kept.value().get());
  ASSERT_TRUE(flat.ok());
  expect_same(flat.value(), expected[3].tree, "kept");
  flat = flatten(old_tree.value().get());
  ASSERT_TRUE(flat.ok());
  expect_same(flat.value(), expected[0].tree, "from before");
}

TEST(ParseArena, GivesTheSameTrees) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        check_in_arenas();
        std::_Exit(::testing::Test::HasFailure() ? 1 : 0);
      },
      ::testing::ExitedWithCode(0), "");
}

bool spills(std::string_view source) {
  const ParseScope scope;
  Parser parser = parser_of("c");
  auto tree = parser.parse_tree(source, {});
  const bool spilled = scope.has_spilled();
  // The test's own: goes while the scope is open.
  return tree.ok() && spilled;
}

TEST(ParseArena, SpillsWhatDoesNotFit) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        use_parse_arenas();
        const std::vector<std::string> sources = c_sources();
        std::_Exit(!spills(sources[3]) && spills(sources[5]) && !spills(sources[0]) ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(ParseArena, HasScopesOnlyWhereItIsUsed) {
  const ParseScope unused;
  EXPECT_FALSE(unused.is_open());
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        use_parse_arenas();
        {
          const ParseScope outer;
          const ParseScope inner;
          std::_Exit(outer.is_open() && !inner.is_open() && !outer.has_spilled() ? 0 : 1);
        }
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace copse
