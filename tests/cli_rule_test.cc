// copse pattern and copse rule as people call them.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli_project.h"

namespace copse::cli_test {
namespace {

class CliRule : public testing::Test {
 protected:
  CliRule() {
    project.write("src/loop.c",
                  "void f(int n) {\n"
                  "  for (int i = 0; i < n; i++) {\n"
                  "    if (i) goto out;\n"
                  "    free(p, i);\n"
                  "  }\n"
                  "out:\n"
                  "  free(q, 0);\n"
                  "}\n");
    project.index();
  }

  void check(const std::vector<std::string>& arguments, const std::string& out, int exit_code = 0) {
    const RunResult result = project.copse(arguments);
    EXPECT_EQ(result.out, out);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
  }

  std::string error(const std::vector<std::string>& arguments) {
    const RunResult result = project.copse(arguments);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.exit_code, 2);
    return result.err;
  }

  Project project;
};

TEST_F(CliRule, PatternPrintsALineAMatch) {
  check({"pattern", "free($A, $B)", "--lang", "c"},
        "src/loop.c:4:5: free($A, $B): free(p, i)\n"
        "src/loop.c:7:3: free($A, $B): free(q, 0)\n");
  check({"pattern", "free($A, $B)", "--lang", "c", "--limit", "1", "--format", "count"}, "1\n");
  check({"pattern", "add($A, $B)", "--lang", "C", "--format", "count"}, "1\n");
  check({"pattern", "free($A, $B)", "--lang", "c", "--path", "*.h", "--format", "count"}, "0\n", 1);
  check({"pattern", "free($A, $B)", "--lang", "c", "--in-process", "--format", "count"}, "2\n");
  check({"pattern", "none($A, $B)", "--lang", "c"}, "", 1);
}

TEST_F(CliRule, PatternPrintsMetavariablesAsJson) {
  check(
      {"pattern", "free(q, $$$REST)", "--lang", "c", "--format", "jsonl"},
      R"j({"path":"src/loop.c","lang":"c","kind":"call_expression","start_byte":96,"end_byte":106,)j"
      R"j("start":[6,2],"end":[6,12],"text":"free(q, 0)","metavariables":{"$$$REST":[)j"
      R"j({"start_byte":104,"end_byte":105,"start":[6,10],"end":[6,11],"text":"0"}]}})j"
      "\n");
  check(
      {"pattern", "printf($F, add($A, $$$))", "--lang", "c", "--format", "jsonl"},
      R"j({"path":"src/main.c","lang":"c","kind":"call_expression","start_byte":86,"end_byte":111,)j"
      R"j("start":[5,1],"end":[5,26],"text":"printf(\"%d\\n\", add(1, 2))","metavariables":{)j"
      R"j("$F":{"start_byte":93,"end_byte":99,"start":[5,8],"end":[5,14],"text":"\"%d\\n\""},)j"
      R"j("$A":{"start_byte":105,"end_byte":106,"start":[5,20],"end":[5,21],"text":"1"}}})j"
      "\n");
}

TEST_F(CliRule, PatternTakesContextSelectorAndStrictness) {
  check({"pattern", "--context", "void f() { goto $L; }", "--selector", "goto_statement", "--lang",
         "c"},
        "src/loop.c:3:12: void f() { goto $L; }: goto out;\n");
  check({"pattern", "add(0, 0)", "--strictness", "signature", "--lang", "c"},
        "src/main.c:6:17: add(0, 0): add(1, 2)\n");
}

TEST_F(CliRule, RulesOfFilesPrintIdSeverityAndMessage) {
  project.write("rules/a.yml",
                "id: jump\nlanguage: C\nseverity: warning\nmessage: do not jump\n"
                "rule: {kind: goto_statement, inside: {kind: for_statement, stopBy: end}}\n"
                "---\n"
                "id: off\nlanguage: c\nseverity: 'off'\nrule: {kind: goto_statement}\n"
                "---\n"
                "id: elsewhere\nlanguage: c\nfiles: ['web/*']\nrule: {kind: goto_statement}\n");
  project.write("rules/b.yml", "language: python\nrule: {kind: return_statement}\n");
  check({"rule", "rules/a.yml", "rules/b.yml"},
        "app.py:2:5: hint[rule]: return \"h\xc3\xa9llo \\xff\" + name\n"
        "src/loop.c:3:12: warning[jump]: do not jump: goto out;\n");
  check({"rule", "--inline", "{id: x, language: js, rule: {pattern: $A + $B}}"},
        "web/page.js:1:23: hint[x]: a + b\n");
  check(
      {"rule", "rules/a.yml", "--format", "jsonl"},
      R"j({"path":"src/loop.c","lang":"c","rule":"jump","severity":"warning","message":"do not jump",)j"
      R"j("kind":"goto_statement","start_byte":59,"end_byte":68,"start":[2,11],"end":[2,20],)j"
      R"j("text":"goto out;","metavariables":{}})j"
      "\n");
  check({"rule", "rules/a.yml", "--path", "*.js"}, "", 1);
}

TEST_F(CliRule, GlobsOfRulesMeanWhatAstGrepMeans) {
  const auto count = [this](const std::string& globs) {
    const RunResult result =
        project.copse({"rule", "--format", "count", "--inline",
                       "{language: c, rule: {kind: goto_statement}, " + globs + "}"});
    return result.out;
  };
  EXPECT_EQ(count("files: ['*.c']"), "1\n");
  EXPECT_EQ(count("files: ['src/*']"), "1\n");
  EXPECT_EQ(count("files: ['./src/**/*.c']"), "1\n");
  EXPECT_EQ(count("files: ['loop.c']"), "0\n");
  EXPECT_EQ(count("files: ['**/loop.c']"), "1\n");
  EXPECT_EQ(count("ignores: ['src/**']"), "0\n");
}

TEST_F(CliRule, SaysWhatIsWrong) {
  EXPECT_TRUE(contains(error({"pattern", "x", "--context", "y", "--lang", "c"}), "two patterns"));
  EXPECT_TRUE(contains(error({"pattern", "--lang", "c"}), "there is no pattern"));
  EXPECT_TRUE(contains(error({"pattern", "x"}), "--lang is required"));
  EXPECT_TRUE(contains(error({"pattern", "int a; int b;", "--lang", "c"}), "Multiple AST nodes"));
  EXPECT_TRUE(contains(error({"pattern", "x", "--lang", "klingon"}), "no 'klingon.so'"));
  EXPECT_TRUE(contains(error({"pattern", "x", "--lang", "../../c"}), "is no language"));
  EXPECT_TRUE(contains(error({"rule"}), "there is no rule"));
  EXPECT_TRUE(contains(error({"rule", "missing.yml"}), "cannot open missing.yml"));
  project.write("bad.yml", "language: c\nrule: {kind: goto_statement}\nfix: x\n");
  EXPECT_TRUE(contains(error({"rule", "bad.yml"}), "bad.yml:3:1: `fix` changes code"));
  const RunResult odd = project.copse({"pattern", "foo bar baz(", "--lang", "c"});
  EXPECT_EQ(odd.exit_code, 1);
  EXPECT_TRUE(contains(odd.err, "the pattern has a syntax error"));
}

TEST_F(CliRule, AGrammarThatCannotBeLoadedIsAnError) {
  project.write("grammars/c.so", "no library");
  const std::string message =
      error({"pattern", "free($A, $B)", "--lang", "c", "--grammars", project / "grammars"});
  EXPECT_TRUE(contains(message, "grammars/c.so"));
}

}  // namespace
}  // namespace copse::cli_test
