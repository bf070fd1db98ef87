// The program from outside: what each command prints, and how it ends.
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli_project.h"

namespace copse::cli_test {
namespace {

class CliTest : public testing::Test {
 protected:
  void SetUp() override { project.index(); }

  void check(const std::vector<std::string>& arguments, const std::string& expected,
             int exit_code = 0) const {
    const RunResult result = project.copse(arguments);
    EXPECT_EQ(result.out, expected) << result.err;
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
  }

  // Nothing on standard output, exit status 2, and these words in the message.
  void check_refused(const std::vector<std::string>& arguments,
                     const std::vector<std::string>& words) const {
    const RunResult result = project.copse(arguments);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_TRUE(result.err.starts_with("copse: ")) << result.err;
    for (const std::string& word : words) {
      EXPECT_TRUE(contains(result.err, word));
    }
  }

  Project project;
};

// ---- query ----

constexpr const char* kFunctions =
    "(function_definition declarator: (function_declarator declarator: (identifier) @name)) @whole";

TEST_F(CliTest, QueryTextCountsFromOne) {
  check({"query", kFunctions, "--lang", "c"},
        "src/main.c:3:1: whole: static int add(int a, int b) { return a + b; }\n"
        "src/main.c:3:12: name: add\n"
        "src/main.c:5:1: whole: int main(void) {\xe2\x80\xa6\n"
        "src/main.c:5:5: name: main\n");
}

TEST_F(CliTest, QueryTextIsOneHarmlessLine) {
  check({"query", "(string) @s", "--lang", "python"}, "app.py:2:12: s: \"h\xc3\xa9llo \\xff\"\n");
  project.write("long.py", "x = '" + std::string(500, 'y') + "'\n");
  project.index();
  const RunResult result = project.copse({"query", "(string) @s", "--path", "long.py"});
  EXPECT_LT(result.out.size(), 250U);
  EXPECT_TRUE(result.out.ends_with("y\xe2\x80\xa6\n")) << result.out;
}

TEST_F(CliTest, QueryJsonCountsFromZero) {
  check(
      {"query", "((identifier) @i (#eq? @i \"printf\"))", "--format", "jsonl", "--lang", "c"},
      R"({"path":"src/main.c","lang":"c","pattern":0,"captures":[{"name":"i","kind":"identifier",)"
      R"("start_byte":86,"end_byte":92,"start":[5,1],"end":[5,7],"text":"printf"}]})"
      "\n");
}

TEST_F(CliTest, QueryJsonRepairsText) {
  const RunResult result =
      project.copse({"query", "(string) @s", "--format", "jsonl", "--lang", "python"});
  const auto match = parse_json(result.out);
  EXPECT_EQ(string(match["captures"][0], "text"), "\"h\xc3\xa9llo \xef\xbf\xbd\"");
  EXPECT_EQ(number(match["captures"][0], "end_byte"), 38U);
}

TEST_F(CliTest, QueryCounts) {
  check({"query", "(identifier) @i", "--format", "count"}, "16\n");
  check({"query", "(identifier) @i", "--format", "count", "--lang", "js"}, "5\n");
  check({"query", "(identifier) @i", "--format", "count", "--path", "*.py"}, "3\n");
  check({"query", "(identifier) @i", "--format", "count", "--path", "src/**"}, "8\n");
  check({"query", "(identifier) @i", "--format", "count", "--limit", "4"}, "4\n");
  check({"query", "(goto_statement) @g", "--format", "count", "--lang", "c"}, "0\n", 1);
}

TEST_F(CliTest, QueryKeepsToARange) {
  const std::vector<std::string> query = {"query", "(identifier) @i", "--path", "src/main.c"};
  const auto with = [&](std::initializer_list<std::string> flags) {
    std::vector<std::string> all = query;
    all.insert(all.end(), flags);
    return all;
  };
  check(with({"--lines", "6:7"}), "src/main.c:6:2: i: printf\nsrc/main.c:6:17: i: add\n");
  check(with({"--lines", ":1"}), "", 1);
  check(with({"--lines", "5:", "--format", "count"}), "3\n");
  check(with({"--bytes", "86:87"}), "src/main.c:6:2: i: printf\n");
  check(with({"--bytes", "87:", "--lines", "6:6", "--format", "count"}), "2\n");
  check(with({"--match-limit", "1", "--format", "count"}), "8\n");
  for (const char* wrong : {"3", ":", "7:6", "0:3", "1:0", "a:b", "1:2:3", "-1:2", "4294967296:"}) {
    check_refused(with({"--lines", wrong}), {wrong, "is not a range; give A:B"});
  }
  check_refused(with({"--bytes", "5:0"}), {"--bytes 5:0 is not a range"});
  check_refused(with({"--match-limit", "0"}), {"--match-limit"});
}

TEST_F(CliTest, QuerySaysWhenItsMatchLimitWasExceeded) {
  const RunResult result = project.copse({"query", "((_) @a (_) @b (_) @c)", "--lang", "c",
                                          "--match-limit", "2", "--format", "count"});
  EXPECT_TRUE(contains(result.err, "more than 2 matches were in progress at once")) << result.err;
}

TEST_F(CliTest, QueryJsonHasWhatPatternsSet) {
  check(
      {"query",
       "((identifier) @i (#eq? @i \"printf\") (#set! @i a \"b\") (#set! c)) (return_statement)",
       "--format", "jsonl", "--lang", "c", "--lines", "6:6"},
      R"({"path":"src/main.c","lang":"c","pattern":0,"captures":[{"name":"i","kind":"identifier",)"
      R"("start_byte":86,"end_byte":92,"start":[5,1],"end":[5,7],"text":"printf"}],)"
      R"("properties":[{"key":"a","value":"b","capture":"i"},{"key":"c"}]})"
      "\n");
}

TEST_F(CliTest, QueryOrderIsThatOfPaths) {
  const RunResult result = project.copse({"query", "(identifier) @i"});
  std::vector<std::string> paths;
  for (const std::string& line : lines_of(result.out)) {
    const std::string path = line.substr(0, line.find(':'));
    if (paths.empty() || paths.back() != path) paths.push_back(path);
  }
  EXPECT_EQ(paths, (std::vector<std::string>{"app.py", "src/main.c", "web/page.js"}));
}

TEST_F(CliTest, QueryLimitEndsEarly) {
  check({"query", "(identifier) @i", "--limit", "2"},
        "app.py:1:5: i: greet\napp.py:1:11: i: name\n");
}

TEST_F(CliTest, QueryFindsNothing) {
  check({"query", "(goto_statement) @g"}, "", 1);
}

TEST_F(CliTest, QuerySaysWhichLanguagesWereLeftOut) {
  const RunResult result = project.copse({"query", "(function_definition) @f"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(lines_of(result.err).size(), 1U) << result.err;
  EXPECT_TRUE(contains(result.err, "javascript"));
  EXPECT_FALSE(contains(result.err, "python"));
  EXPECT_EQ(project.copse({"query", "(function_definition) @f", "--lang", "c"}).err, "");
}

TEST_F(CliTest, QueryWithoutCaptures) {
  const RunResult text = project.copse({"query", "(return_statement)", "--lang", "c"});
  EXPECT_EQ(text.out, "");
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_TRUE(contains(text.err, "add @name"));
  check({"query", "(return_statement)", "--lang", "c", "--format", "jsonl", "--limit", "1"},
        R"({"path":"src/main.c","lang":"c","pattern":0,"captures":[]})"
        "\n");
}

TEST_F(CliTest, QueryFromFileAndStandardInput) {
  project.write("q.scm", "; names\n(function_declarator\n  declarator: (identifier) @name)\n");
  const std::string expected = "src/main.c:3:12: name: add\nsrc/main.c:5:5: name: main\n";
  check({"query", "--file", "q.scm", "--lang", "c"}, expected);
  const RunResult piped =
      project.copse({"query", "-f", "-", "--lang", "c"}, {.input = read_file(project / "q.scm")});
  EXPECT_EQ(piped.out, expected) << piped.err;
}

TEST_F(CliTest, QueryErrorsPointAtTheText) {
  check_refused({"query", "(identifier) @i (identifier", "--lang", "c"}, {"query:1:", "^"});
  project.write("q.scm", "(identifier) @i\n(no_such_node) @n\n");
  check_refused({"query", "--file", "q.scm", "--lang", "c"}, {"q.scm:2:2", "no_such_node", "^"});
  check_refused({"query", "(no_such_node) @n"}, {"no_such_node"});
}

TEST_F(CliTest, QueryNeedsExactlyOneQuery) {
  check_refused({"query"}, {"no query", "--file"});
  check_refused({"query", "(a)", "--file", "q.scm"}, {"two queries"});
  check_refused({"query", "--file", "missing.scm"}, {"missing.scm"});
  check_refused({"query", "(a)", "--lang", "klingon"}, {"klingon"});
}

// ---- tree ----

class TreeCliTest : public CliTest {
 protected:
  void SetUp() override {
    project.write("x.c", "int x;\nint y\n");
    project.index();
  }
};

TEST_F(TreeCliTest, Sexp) {
  check({"tree", "./x.c"},
        "(translation_unit (declaration type: (primitive_type) declarator: (identifier)) "
        "(declaration type: (primitive_type) declarator: (identifier) (MISSING \";\")))\n");
}

TEST_F(TreeCliTest, JsonLines) {
  const RunResult result = project.copse({"tree", "x.c", "--format", "jsonl"});
  const std::vector<std::string> lines = lines_of(result.out);
  ASSERT_EQ(lines.size(), 9U) << result.err;
  EXPECT_EQ(lines[0],
            R"({"kind":"translation_unit","named":true,"field":null,"missing":false,"extra":false,)"
            R"("error":false,"has_error":true,"start_byte":0,"end_byte":13,"start":[0,0],)"
            R"("end":[2,0],"child_count":2})");
  EXPECT_EQ(lines[2],
            R"({"kind":"primitive_type","named":true,"field":"type","missing":false,"extra":false,)"
            R"("error":false,"has_error":false,"start_byte":0,"end_byte":3,"start":[0,0],)"
            R"("end":[0,3],"child_count":0})");
  const auto missing = parse_json(lines[8]);
  EXPECT_EQ(string(missing, "kind"), ";");
  EXPECT_TRUE(missing["missing"].GetBool());
  EXPECT_FALSE(missing["named"].GetBool());
}

TEST_F(TreeCliTest, Outline) {
  check({"tree", "x.c", "--format", "outline"},
        "translation_unit 1-2\n"
        "  declaration 1\n"
        "    type: primitive_type 1  int\n"
        "    declarator: identifier 1  x\n"
        "  declaration 2\n"
        "    type: primitive_type 2  int\n"
        "    declarator: identifier 2  y\n"
        "    MISSING ; 2\n");
}

TEST_F(TreeCliTest, AtPosition) {
  check({"tree", "x.c", "--at", "1:5"}, "(identifier)\n");
  check({"tree", "x.c", "--at", "1:4"},
        "(declaration type: (primitive_type) declarator: (identifier))\n");
  check({"tree", "x.c", "--at", "1:6"}, "(\";\")\n");
  check({"tree", "x.c", "--at", "2:5", "--format", "outline"},
        "translation_unit 1-2\n  declaration 2\n    declarator: identifier 2  y\n");
  const RunResult json = project.copse({"tree", "x.c", "--at", "2:5", "--format", "jsonl"});
  const auto node = parse_json(json.out);
  EXPECT_EQ(string(node, "field"), "declarator");
  EXPECT_EQ(number(node, "start_byte"), 11U);
}

TEST_F(TreeCliTest, PositionsThatAreNone) {
  check_refused({"tree", "x.c", "--at", "5"}, {"LINE:COL"});
  check_refused({"tree", "x.c", "--at", "0:1"}, {"LINE:COL"});
  check_refused({"tree", "x.c", "--at", "9:1"}, {"no line 9"});
  check_refused({"tree", "x.c", "--at", "1:99"}, {"line 1 has 6 bytes"});
}

TEST_F(TreeCliTest, UnknownPaths) {
  check_refused({"tree", "nothing.c"}, {"nothing.c", "'copse ls'"});
  check_refused({"cat", "main.c"}, {"did you mean src/main.c?", "'copse ls'"});
  project.index({"--all"});
  check_refused({"tree", "notes.txt"}, {"plain source", "'copse cat'"});
}

// ---- cat, ls, stats, verify ----

TEST_F(CliTest, CatIsByteForByte) {
  check({"cat", "src/main.c"}, std::string(kMainC));
  check({"cat", "app.py"}, std::string(kAppPy));
}

TEST_F(CliTest, Ls) {
  check({"ls"}, "app.py\nsrc/main.c\nweb/page.js\n");
  const RunResult json = project.copse({"ls", "--json"});
  const auto lines = lines_of(json.out);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(contains(lines[1], R"({"path":"src/main.c","lang":"c","bytes":126,"lines":8,)"
                                 R"("nodes":)"));
  const RunResult table = project.copse({"ls", "-l"});
  EXPECT_TRUE(lines_of(table.out)[1].starts_with("c\t126\t8\t")) << table.out;
  EXPECT_TRUE(lines_of(table.out)[1].ends_with("\tsrc/main.c")) << table.out;
}

TEST_F(CliTest, LsOfPlainSource) {
  project.index({"--all"});
  const RunResult json = project.copse({"ls", "--json"});
  EXPECT_TRUE(contains(json.out, R"({"path":"notes.txt","lang":null,"bytes":17,"lines":1,)"
                                 R"("nodes":0})"));
  EXPECT_TRUE(contains(project.copse({"ls", "-l"}).out, "-\t17\t1\t0\tnotes.txt\n"));
}

TEST_F(CliTest, StatsJsonAddsUp) {
  const RunResult result = project.copse({"stats", "--json"});
  const auto stats = parse_json(result.out);
  std::map<std::string, std::uint64_t> files;
  std::uint64_t nodes = 0;
  for (const auto& language : stats["languages"].GetArray()) {
    files[string(language, "lang")] = number(language, "files");
    nodes += number(language, "nodes");
    EXPECT_LT(number(language, "visible_nodes"), number(language, "nodes"));
    EXPECT_GT(language["bits_per_node"].GetDouble(), 0);
  }
  EXPECT_EQ(files,
            (std::map<std::string, std::uint64_t>{{"c", 1}, {"javascript", 1}, {"python", 1}}));
  EXPECT_EQ(number(stats["total"], "files"), 3U);
  EXPECT_EQ(number(stats["total"], "nodes"), nodes);
  EXPECT_EQ(number(stats["total"], "source_bytes"), kMainC.size() + kAppPy.size() + kPageJs.size());
  EXPECT_GT(number(stats, "store_bytes"), 0U);
  EXPECT_GT(number(stats, "rss_anon_bytes"), 0U);
}

TEST_F(CliTest, StatsTable) {
  const RunResult result = project.copse({"stats"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(contains(result.out, "bits/node"));
  EXPECT_TRUE(contains(result.out, "javascript"));
  EXPECT_TRUE(contains(result.out, "RssAnon"));
}

TEST_F(CliTest, VerifyClean) {
  const RunResult shallow = project.copse({"verify"});
  EXPECT_EQ(shallow.exit_code, 0) << shallow.out << shallow.err;
  const RunResult deep = project.copse({"verify", "--deep", "--json"});
  EXPECT_EQ(deep.exit_code, 0) << deep.out << deep.err;
  const auto report = parse_json(deep.out);
  EXPECT_EQ(number(report, "files"), 3U);
  EXPECT_EQ(number(report, "difference_count"), 0U);
  EXPECT_GT(number(report, "nodes_compared"), 100U);
  EXPECT_EQ(project.copse({"verify", "--deep", "--in-process"}).exit_code, 0);
}

// ---- the store ----

TEST_F(CliTest, StoreIsFoundUpwards) {
  const RunResult inside = run({"cat", "app.py"}, {.directory = project / "src"});
  EXPECT_EQ(inside.out, kAppPy) << inside.err;
  const RunResult outside = run({"ls"}, {.directory = project.scratch().path()});
  EXPECT_EQ(outside.exit_code, 2);
  EXPECT_TRUE(contains(outside.err, "copse index"));
}

TEST_F(CliTest, StoreOption) {
  const RunResult given = run({"cat", "app.py", "--store", project.store()});
  EXPECT_EQ(given.out, kAppPy) << given.err;
  const RunResult above = run({"ls", "--store", project.path()});
  EXPECT_EQ(above.exit_code, 2);
  EXPECT_TRUE(contains(above.err, "use --store " + project.store()));
  const RunResult none = run({"ls", "--store", project / "src"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_TRUE(contains(none.err, project / "src"));
}

TEST_F(CliTest, StoreElsewhere) {
  const std::string store = project.scratch() / "elsewhere";
  EXPECT_EQ(project.copse({"index", ".", "--store", store}).exit_code, 0);
  EXPECT_EQ(run({"ls", "--store", store}).out, "app.py\nsrc/main.c\nweb/page.js\n");
}

}  // namespace
}  // namespace copse::cli_test
