#include "copse/query.h"

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "query/query_test_support.h"

namespace copse {
namespace {

TEST(Query, GivesCapturesInTreeSittersOrder) {
  EXPECT_EQ(captured("c", "(call_expression function: (_) @f arguments: (argument_list (_)* @a))",
                     "int x = f(1, g(2), 3);"),
            "f 1|g 2");
  EXPECT_EQ(captured("c", "(identifier) @a (number_literal) @b", "int x = f(1);"), "x|f|1");
  EXPECT_EQ(captured("c", "(MISSING \";\") @m", "int x = 1"), "");
}

TEST(Query, NamesItsCapturesAndPatterns) {
  const auto query =
      Query::compile(test_language("c").language(), "(identifier) @b.c @a\n(number_literal) @a");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query.value().pattern_count(), 2U);
  EXPECT_EQ(query.value().capture_names(), (std::vector<std::string>{"b.c", "a"}));
  EXPECT_EQ(query.value().language().name(), "c");
}

TEST(Query, StopsWhenToldTo) {
  const auto query = Query::compile(test_language("c").language(), "(identifier) @i");
  ASSERT_TRUE(query.ok());
  int calls = 0;
  const auto status = query.value().matches(test_language("c").parse("int a, b, c;"), {},
                                            [&](const Match&) { return ++calls < 2; });
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(calls, 2);
}

// Everybody has a cursor of their own over the same query and tree.
TEST(Query, GivesMatchesWhenAsked) {
  const auto query =
      Query::compile(test_language("c").language(), R"(((identifier) @i (#not-eq? @i "b")))");
  ASSERT_TRUE(query.ok());
  const Tree tree = test_language("c").parse("int a, b, c, d;");
  auto first = query.value().cursor(tree);
  auto second = query.value().cursor(test_language("c").parse("int x;"));
  ASSERT_TRUE(first.ok() && second.ok());
  MatchCursor moved = std::move(first).value();
  std::string texts;
  while (const auto match = moved.next()) {
    const std::string_view text = match->captures->at(0).node.text();
    EXPECT_EQ(text.data(), tree.source().data() + match->captures->at(0).node.start_byte());
    texts += text;
    const auto other = second.value().next();
    if (other) texts += other->captures->at(0).node.text();
  }
  EXPECT_EQ(texts, "axcd");
  EXPECT_FALSE(moved.next().has_value());
  EXPECT_FALSE(moved.summary().did_exceed_match_limit);
  EXPECT_FALSE(query.value().cursor(test_language("json").parse("[1]")).ok());
}

TEST(Query, CursorsOfManyThreadsShareIt) {
  const auto query =
      Query::compile(test_language("c").language(), R"(((identifier) @i (#match? @i "^[a-c]+$")))");
  ASSERT_TRUE(query.ok());
  const Tree tree = test_language("c").parse("int a, bc, d, ccc;");
  std::vector<std::string> texts(8);
  std::vector<std::thread> threads;
  for (std::string& out : texts) {
    threads.emplace_back([&query, &tree, &out] {
      auto cursor = query.value().cursor(tree);
      while (const auto match = cursor.value().next())
        out += match->captures->at(0).node.text();
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(texts, std::vector<std::string>(8, "abcccc"));
}

TEST(Query, KeepsToAByteRange) {
  const std::string source = "int a; int b; int c;";
  EXPECT_EQ(captured("c", "(identifier) @i", source, {.begin_byte = 7, .end_byte = 13}), "b");
  // As for tree-sitter, an end of 0 is none.
  EXPECT_EQ(captured("c", "(identifier) @i", source, {.begin_byte = 7, .end_byte = 0}), "b|c");
  EXPECT_EQ(captured("c", "(identifier) @i", source, {.begin_byte = 9, .end_byte = 8}),
            "byte range from 9 to 8 ends before it begins");
}

TEST(Query, RefusesATreeOfAnotherGrammar) {
  const auto query = Query::compile(test_language("c").language(), "(identifier) @i");
  ASSERT_TRUE(query.ok());
  const auto status = query.value().matches(test_language("json").parse("[1]"), {},
                                            [](const Match&) { return true; });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), ErrorCode::InvalidArgument);
  EXPECT_NE(status.error().message().find("the tree of json"), std::string::npos);
}

TEST(Query, TakesATreeWhoseGrammarWasStored) {
  const Tree live = test_language("json").parse("[1, 2]");
  auto stored = Grammar::from_snapshot(live.language().grammar()->snapshot());
  ASSERT_TRUE(stored.ok());
  const auto query = Query::compile(Language(stored.value()), "(number) @n");
  ASSERT_TRUE(query.ok());
  int calls = 0;
  EXPECT_TRUE(query.value().matches(live, {}, [&](const Match&) { return ++calls > 0; }).ok());
  EXPECT_EQ(calls, 2);
}

TEST(Query, RunsInManyThreadsAtOnce) {
  const auto query =
      Query::compile(test_language("c").language(), R"(((identifier) @i (#match? @i "^[a-c]+$")))");
  ASSERT_TRUE(query.ok());
  const Tree tree = test_language("c").parse("int a, bc, d, ccc;");
  std::vector<int> calls(8, 0);
  const auto count_matches = [&](int& count) {
    const auto add = [&](const Match&) { return ++count > 0; };
    for (int i = 0; i < 100; ++i) {
      EXPECT_TRUE(query.value().matches(tree, {}, add).ok());
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(calls.size());
  for (int& count : calls) {
    threads.emplace_back(count_matches, std::ref(count));
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(calls, std::vector<int>(8, 300));
}

// What random queries found: tree-sitter's own analysis reads behind its steps here, and crashes.
TEST(Query, SurvivesWhatTreeSittersCompilerDoesNot) {
  const auto query = Query::compile(
      test_language("ruby").language(),
      R"x((E(call)((identifier)@1[(assignment left:(MISS)"="@3 right:(right_assignment_list)x"
      R"x([(_arg)@d((_arg/integer)(splat_argument"*"))@2]","(identifier)@c",")@1))x"
      R"x((assignment(MISS))@2]@r)))x");
  ASSERT_FALSE(query.ok());
  EXPECT_EQ(query.error().code(), ErrorCode::Corrupt);
  EXPECT_NE(query.error().message().find("breaks down over this query"), std::string::npos);
}

struct CompileCase {
  std::string_view query;
  QueryError::Kind kind;
  Point position;
  std::string_view message;
};

TEST(Query, SaysWhereAndWhyItDoesNotCompile) {
  using Kind = QueryError::Kind;
  const std::vector<CompileCase> cases = {
      {"(identifier", Kind::Syntax, {0, 11}, "the query ends inside a pattern"},
      {"(identifier) )", Kind::Syntax, {0, 13}, "the query's syntax is broken"},
      {"\n (nosuch_node x)", Kind::NodeType, {1, 2}, "c has no node `nosuch_node`"},
      {R"((_ "no\"such"))", Kind::NodeType, {0, 4}, R"(c has no node `no\"such`)"},
      {"(_ nosuch: (_))", Kind::Field, {0, 3}, "c has no field `nosuch`"},
      {"((_) @a (#eq? @b \"\"))", Kind::Capture, {0, 15}, "nothing before is captured as `b`"},
      {"(identifier (identifier))",
       Kind::Structure,
       {0, 12},
       "impossible pattern: no tree of c can match from here"},
      {"(_ ((_)?)+)",
       Kind::Structure,
       {0, 9},
       "a + around what may match nothing never ends; a * says what is meant"},
  };
  for (const CompileCase& test : cases) {
    QueryError error;
    const auto query = Query::compile(test_language("c").language(), test.query, &error);
    ASSERT_FALSE(query.ok()) << test.query;
    EXPECT_EQ(query.error().code(), ErrorCode::InvalidArgument) << test.query;
    EXPECT_EQ(error.kind, test.kind) << test.query;
    EXPECT_EQ(error.position, test.position) << test.query << error.position.column;
    EXPECT_EQ(error.message, test.message) << test.query;
    EXPECT_TRUE(query.error().message().ends_with(error.message)) << query.error().message();
  }
}

}  // namespace
}  // namespace copse
