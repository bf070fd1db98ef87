// copse query over many files: whatever the index leaves out and however many threads search, the
// answer is the same.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli_project.h"

namespace copse::cli_test {
namespace {

constexpr int kFiles = 500;
constexpr int kCallsOfLargeFile = 12000;

std::string name_of_file(int number) {
  const std::string digits = std::to_string(number);
  return "src/f" + std::string(3 - digits.size(), '0') + digits + ".c";
}

std::string small_file(int number) {
  std::string text = "#include <stdio.h>\n";
  for (int i = 0; i < 3 + number % 5; ++i) {
    const std::string id = std::to_string(number) + "_" + std::to_string(i);
    text += "static int f" + id + "(int a) {\n  if (a > " + std::to_string(i) + ") return g(a, " +
            std::to_string(number) + ");\n  printf(\"%d\\n\", a);\n  return a;\n}\n";
  }
  if (number % 100 == 17) text += "int rare(void) { return seldom(1) + rare_too(2); }\n";
  if (number % 50 == 3) text += "void jump(void) { goto out; out: ; }\n";
  if (number % 70 == 9) text += "int broken( { ] ;\n";
  return text;
}

// One line of text for each match, where the query has one capture.
class CliQuery : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    project = new Project();
    for (int i = 0; i < kFiles; ++i)
      project->write(name_of_file(i), small_file(i));
    std::string large = "void large(int some_argument) {\n";
    for (int i = 0; i < kCallsOfLargeFile; ++i)
      large += "  called_very_often(some_argument, " + std::to_string(i) + ");\n";
    project->write("src/large.c", large + "}\n");
    project->index();
  }
  static void TearDownTestSuite() {
    delete project;
    project = nullptr;
  }

  static RunResult query(const std::string& text, std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"query", text});
    return project->copse(flags);
  }

  static Project* project;
};

Project* CliQuery::project = nullptr;

constexpr const char* kQueries[] = {
    "(call_expression function: (identifier) @f)",
    "((identifier) @i (#eq? @i \"rare\"))",
    "((call_expression function: (identifier) @i) (#match? @i \"^(rare_too|seldom|none)$\"))",
    "((identifier) @i (#not-eq? @i \"a\"))",
    "(goto_statement) @g",
    "(ERROR) @e",
    "[(goto_statement) (preproc_include)] @x",
    "(function_definition) @f (return_statement) @r",
    "(while_statement) @none",
    "((identifier) @i (#match? @i \"rare\"))",
    "((call_expression) @c (#match? @c \"seldom.[0-9]|rare_too.2\"))",
};

TEST_F(CliQuery, IndexAndThreadsChangeNothing) {
  const std::vector<std::vector<std::string>> variants = {
      {},
      {"-j", "1"},
      {"-j", "2"},
      {"-j", "8"},
      {"--no-index", "-j", "2"},
      {"--no-index", "-j", "8"},
  };
  for (const char* text : kQueries) {
    SCOPED_TRACE(text);
    const RunResult plain = query(text, {"--no-index", "-j", "1"});
    EXPECT_EQ(plain.exit_code, plain.out.empty() ? 1 : 0) << plain.err;
    for (const std::vector<std::string>& flags : variants) {
      const RunResult result = query(text, flags);
      EXPECT_EQ(result.exit_code, plain.exit_code);
      EXPECT_EQ(result.err, plain.err);
      // Megabytes are not for printing.
      EXPECT_TRUE(result.out == plain.out) << testing::PrintToString(flags);
    }
  }
}

TEST_F(CliQuery, EveryFormatHasTheSameMatches) {
  for (const char* text : kQueries) {
    SCOPED_TRACE(text);
    const std::vector<std::string> lines = lines_of(query(text, {}).out);
    const std::vector<std::string> objects = lines_of(query(text, {"--format", "jsonl"}).out);
    EXPECT_EQ(query(text, {"--format", "count"}).out, std::to_string(lines.size()) + "\n");
    ASSERT_EQ(objects.size(), lines.size());
    for (std::size_t i = 0; i < lines.size(); i += 1 + lines.size() / 200) {
      const auto match = parse_json(objects[i]);
      const auto& start = match["captures"][0]["start"];
      const std::string place = string(match, "path") + ":" +
                                std::to_string(start[0].GetUint() + 1) + ":" +
                                std::to_string(start[1].GetUint() + 1) + ": ";
      EXPECT_TRUE(lines[i].starts_with(place)) << lines[i] << " is not at " << place;
    }
  }
}

std::string first_lines(const std::vector<std::string>& lines, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < std::min(count, lines.size()); ++i)
    text += lines[i] + "\n";
  return text;
}

TEST_F(CliQuery, ALimitGivesTheFirstMatches) {
  for (const char* text : {kQueries[0], kQueries[1], kQueries[4]}) {
    const std::vector<std::string> lines = lines_of(query(text, {}).out);
    const std::vector<std::string> objects = lines_of(query(text, {"--format", "jsonl"}).out);
    const std::size_t all = lines.size();
    for (const std::size_t limit :
         {std::size_t{1}, std::size_t{2}, all / 3, all - 1, all, all + 1}) {
      for (const char* jobs : {"1", "2", "8"}) {
        SCOPED_TRACE(std::string(text) + " limit " + std::to_string(limit) + " jobs " + jobs);
        const std::vector<std::string> flags = {"--limit", std::to_string(limit), "-j", jobs};
        EXPECT_TRUE(query(text, flags).out == first_lines(lines, limit));
        const auto with_format = [&](const char* format) {
          std::vector<std::string> more = flags;
          more.insert(more.end(), {"--format", format});
          return query(text, more).out;
        };
        EXPECT_TRUE(with_format("jsonl") == first_lines(objects, limit));
        EXPECT_EQ(with_format("count"), std::to_string(std::min(limit, all)) + "\n");
      }
    }
  }
}

// A line of --explain without its number, with the number; lines of needs as they are.
std::map<std::string, std::string> explained(const std::string& out) {
  std::map<std::string, std::string> numbers;
  for (const std::string& line : lines_of(out)) {
    const std::string name = line.substr(0, 17);
    numbers[name.substr(0, name.find_last_not_of(' ') + 1)] += line.substr(17);
  }
  return numbers;
}

TEST_F(CliQuery, ExplainSaysWhatWasLeftAfterEachStep) {
  const RunResult result = query(kQueries[1], {"--lang", "c", "--explain"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  auto plan = explained(result.out);
  EXPECT_EQ(plan["needs"], "c: word rare: 5 files, 5 left");
  EXPECT_EQ(plan["files"], "504");
  EXPECT_EQ(plan["  asked for"], "502");
  EXPECT_EQ(plan["  left by index"], "5");
  EXPECT_EQ(plan["  by their text"], "5");
  EXPECT_EQ(plan["  with a start"], "5");
  EXPECT_EQ(plan["blocks read"], "5");
  EXPECT_EQ(plan["  located"], "5");
  EXPECT_EQ(plan["matches"], "5");
  EXPECT_EQ(plan.size(), 11U) << result.out;

  plan = explained(query(kQueries[1], {"--lang", "c", "--explain", "--no-index"}).out);
  EXPECT_FALSE(plan.contains("needs"));
  EXPECT_EQ(plan["  left by index"], "502");
  EXPECT_EQ(plan["  with a start"], "502");
  EXPECT_EQ(plan["matches"], "5");

  // What shows in the structure alone is found without a source.
  plan = explained(query(kQueries[4], {"--lang", "c", "--explain"}).out);
  EXPECT_EQ(plan["needs"], "c: goto_statement: 10 files, 10 left");
  EXPECT_EQ(plan["  located"], "0");
  EXPECT_EQ(plan["matches"], "10");

  // What no word tells, the sources do.
  plan = explained(query(kQueries[9], {"--lang", "c", "--explain"}).out);
  EXPECT_EQ(plan["needs"], "c: identifier: 502 files, 502 leftc: text rare");
  EXPECT_EQ(plan["  left by index"], "502");
  EXPECT_EQ(plan["  by their text"], "5");
  EXPECT_EQ(plan["blocks read"], "5");
  EXPECT_EQ(plan["matches"], "10");
  plan = explained(query(kQueries[9], {"--lang", "c", "--explain", "--no-index"}).out);
  EXPECT_EQ(plan["  by their text"], "502");
  EXPECT_EQ(plan["matches"], "10");

  const RunResult none = query(kQueries[8], {"--lang", "c", "--explain"});
  EXPECT_EQ(none.exit_code, 1);
  plan = explained(none.out);
  EXPECT_EQ(plan["  left by index"], "0");
  EXPECT_EQ(plan["nodes read"], "0");
  EXPECT_EQ(plan["matches"], "0");
}

}  // namespace
}  // namespace copse::cli_test
