// Files that nobody would write on purpose: each is kept, with a tree or as plain source, and none
// of them stops the rest.
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli_project.h"

namespace copse::cli_test {
namespace {

constexpr std::size_t kNesting = 100000;

struct Expectation {
  std::string name;
  std::string content;
  bool has_tree = true;
  std::string reason = {};  // a part of why there is none
};

// Indexes the file among healthy ones: it comes back byte for byte, with a tree or a reason, and
// the others are as ever.
void check(const Project& project, const Expectation& expected) {
  project.write(expected.name, expected.content);
  const auto report = project.index();
  EXPECT_EQ(number(report, "files_seen"), 4U);
  EXPECT_EQ(number(report, "files_parsed"), expected.has_tree ? 4U : 3U);
  const std::vector<std::string> plain = problems(report, "plain");
  ASSERT_EQ(plain.size(), expected.has_tree ? 0U : 1U);
  if (!expected.has_tree) {
    EXPECT_TRUE(plain.front().starts_with(expected.name + ": ")) << plain.front();
    EXPECT_TRUE(contains(plain.front(), expected.reason));
  }
  EXPECT_TRUE(project.copse({"cat", expected.name}).out == expected.content) << expected.name;
  EXPECT_EQ(project.copse({"cat", "src/main.c"}).out, kMainC);
  EXPECT_EQ(project.copse({"tree", expected.name}).exit_code, expected.has_tree ? 0 : 2);
  project.expect_clean();
  EXPECT_EQ(number(project.index(), "files_unchanged"), 4U);
}

std::string nested(std::string_view open, std::string_view inner, std::string_view close) {
  std::string text;
  for (std::size_t i = 0; i < kNesting; ++i) {
    text += open;
  }
  text += inner;
  for (std::size_t i = 0; i < kNesting; ++i) {
    text += close;
  }
  return text;
}

std::string mixed_bytes(std::size_t size) {
  std::string bytes;
  std::uint32_t state = 12345;
  for (std::size_t i = 0; i < size; ++i) {
    state = state * 1664525U + 1013904223U;
    bytes += static_cast<char>(state >> 24U);
  }
  return bytes;
}

TEST(BadInput, EmptyFile) {
  const Project project;
  check(project, {"empty.c", ""});
  EXPECT_EQ(project.copse({"tree", "empty.c"}).out, "(translation_unit)\n");
  EXPECT_EQ(project.copse({"tree", "empty.c", "--at", "1:1"}).out, "(translation_unit)\n");
  EXPECT_TRUE(contains(project.copse({"ls", "--json"}).out,
                       R"("path":"empty.c","lang":"c","bytes":0,"lines":0,)"));
}

TEST(BadInput, FiftyMegabytesInOneLine) {
  const Project project;
  std::string json = "[";
  std::size_t objects = 0;
  const std::string filler(120, 'x');
  while (json.size() < 50'000'000) {
    json += R"({"id":)" + std::to_string(objects++) + R"(,"text":")" + filler + R"("},)";
  }
  json.back() = ']';
  check(project, {"large.json", json});
  const RunResult count = project.copse({"query", "(object) @o", "--format", "count"});
  EXPECT_EQ(count.out, std::to_string(objects) + "\n");
  // Text output stays readable.
  const RunResult text = project.copse({"query", "(document) @d", "--lang", "json"});
  EXPECT_LT(text.out.size(), 300U);
}

// ---- depth ----

TEST(BadInput, HundredThousandBrackets) {
  const Project project;
  check(project, {"deep.json", nested("[", "1", "]")});
  const RunResult sexp = project.copse({"tree", "deep.json"});
  EXPECT_EQ(sexp.out.size(), std::string("(document (number))\n").size() + kNesting * 8);
  const RunResult json = project.copse({"tree", "deep.json", "--format", "jsonl"});
  EXPECT_EQ(lines_of(json.out).size(), kNesting * 3 + 2);
  const RunResult outline = project.copse({"tree", "deep.json", "--format", "outline"});
  EXPECT_EQ(lines_of(outline.out).size(), kNesting + 2);
  EXPECT_TRUE(contains(outline.out, "[100001] number 1  1\n"));
  const std::string middle = "1:" + std::to_string(kNesting + 1);
  EXPECT_EQ(project.copse({"tree", "deep.json", "--at", middle}).out, "(number)\n");
  // tree-sitter's own cursor needs time by the square of the depth, so not all of them.
  const RunResult query =
      project.copse({"query", "(array) @a", "--format", "count", "--limit", "9"});
  EXPECT_EQ(query.out, "9\n");
}

class DeepSource : public testing::TestWithParam<const char*> {};

// Parentheses are ambiguous in both languages: whether the parser is done in time is its affair,
// and no recursion of ours may be in the way.
TEST_P(DeepSource, HundredThousandParentheses) {
  const Project project;
  const std::string name = GetParam();
  const bool is_c = name.ends_with(".c");
  const std::string source = (is_c ? "int x = " : "x = ") + nested("(", "1", ")") + ";\n";
  project.write(name, source);
  const auto report = project.index({"--parse-timeout", "20"});
  EXPECT_EQ(number(report, "files_seen"), 4U);
  EXPECT_EQ(number(report, "files_parsed") + report["plain"].Size(), 4U);
  EXPECT_TRUE(project.copse({"cat", name}).out == source);
  EXPECT_EQ(project.copse({"cat", "src/main.c"}).out, kMainC);
  if (report["plain"].Empty()) {
    const RunResult sexp = project.copse({"tree", name});
    EXPECT_EQ(sexp.exit_code, 0) << sexp.err;
    EXPECT_GT(sexp.out.size(), kNesting);
    const RunResult query = project.copse({"query", "(parenthesized_expression) @p", "--path", name,
                                           "--format", "count", "--limit", "9"});
    EXPECT_EQ(query.out, "9\n");
  }
  project.expect_clean(false);
}

INSTANTIATE_TEST_SUITE_P(BadInput, DeepSource, testing::Values("deep.c", "deep.js"));

// ---- bytes ----

TEST(BadInput, BinaryWithTheNameOfCode) {
  const Project project;
  check(project, {"image.c", mixed_bytes(20000), false, "binary"});
}

TEST(BadInput, InvalidUtf8) {
  const Project project;
  const std::string source = "// \xff\xfe\xc3(\xed\xa0\x80\nchar s[] = \"\xf0\x9f\";\n";
  check(project, {"latin.c", source});
  const RunResult result = project.copse(
      {"query", "(comment) @c", "--lang", "c", "--format", "jsonl", "--path", "latin.c"});
  const auto match = parse_json(result.out);
  EXPECT_EQ(string(match["captures"][0], "text"),
            "// \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(BadInput, Utf16WithByteOrderMark) {
  const Project project;
  std::string source = "\xff\xfe";
  for (const char letter : std::string("int x;\n")) {
    source += {letter, '\0'};
  }
  check(project, {"wide.c", source, false, "UTF-16"});
}

TEST(BadInput, CarriageReturns) {
  const Project project;
  check(project, {"dos.c", "int x;\r\n// note\r\nint y;\r\n"});
  EXPECT_EQ(project.copse({"query", "(identifier) @i", "--path", "dos.c"}).out,
            "dos.c:1:5: i: x\ndos.c:3:5: i: y\n");
  EXPECT_EQ(project.copse({"tree", "dos.c", "--at", "3:5"}).out, "(identifier)\n");
  EXPECT_TRUE(contains(project.copse({"ls", "--json"}).out,
                       R"("path":"dos.c","lang":"c","bytes":25,"lines":3,)"));
}

TEST(BadInput, NulBytes) {
  const Project project;
  check(project, {"nul.c", std::string("int x;\0int y;\n", 14)});
  const RunResult result = project.copse({"query", "(identifier) @i", "--path", "nul.c"});
  EXPECT_TRUE(contains(result.out, "nul.c:1:5: i: x\n"));
}

// ---- names ----

TEST(BadInput, OddFileNames) {
  const Project project;
  const std::vector<std::string> names = {"a b.c",     "new\nline.c", "\xff\xfe.c", "-dash.c",
                                          "quote\".c", "tab\t.c",     "back\\.c",   "h\xc3\xa9.c",
                                          "*.c",       "deep dir/ .c"};
  for (const std::string& name : names) {
    project.write(name, "int odd;\n");
  }
  EXPECT_EQ(number(project.index(), "files_parsed"), 3 + names.size());
  for (const std::string& name : names) {
    const RunResult cat = project.copse({"cat", "--", name});
    EXPECT_EQ(cat.out, "int odd;\n") << name << cat.err;
  }
  EXPECT_TRUE(contains(project.copse({"ls"}).out, "\nnew\nline.c\n"));
  EXPECT_TRUE(contains(project.copse({"ls"}).out, "\n\xff\xfe.c\n"));
  const RunResult json = project.copse({"ls", "--json"});
  EXPECT_EQ(lines_of(json.out).size(), 3 + names.size());
  for (const std::string& line : lines_of(json.out)) {
    parse_json(line);
  }
  EXPECT_TRUE(contains(json.out, R"({"path":"new\nline.c",)"));
  EXPECT_TRUE(contains(json.out, "{\"path\":\"\xef\xbf\xbd\xef\xbf\xbd.c\","));
  const RunResult matches =
      project.copse({"query", "((identifier) @i (#eq? @i \"odd\"))", "--format", "jsonl"});
  EXPECT_EQ(lines_of(matches.out).size(), names.size());
  EXPECT_EQ(number(project.index(), "files_unchanged"), 3 + names.size());
  project.expect_clean();
}

TEST(BadInput, LinksInALoop) {
  const Project project;
  std::filesystem::create_directory_symlink(".", project / "src/self");
  std::filesystem::create_directory_symlink("../src", project / "web/round");
  std::filesystem::create_symlink("b.c", project / "a.c");
  std::filesystem::create_symlink("a.c", project / "b.c");
  EXPECT_EQ(number(project.index(), "files_seen"), 3U);
  project.expect_clean();
}

TEST(BadInput, LinksThatLeaveTheDirectory) {
  const Project project;
  write_file(project.scratch() / "outside/secret.c", "int secret;\n");
  std::filesystem::create_directory_symlink("../outside", project / "link");
  std::filesystem::create_symlink("../outside/secret.c", project / "linked.c");
  std::filesystem::create_symlink("/etc/passwd", project / "absolute.c");
  EXPECT_EQ(number(project.index(), "files_seen"), 3U);
  EXPECT_EQ(project.copse({"query", "((identifier) @i (#eq? @i \"secret\"))"}).exit_code, 1);
}

TEST(BadInput, WhatIsNoFile) {
  const Project project;
  ASSERT_EQ(::mkfifo((project / "pipe.c").c_str(), 0644), 0);
  std::filesystem::create_directory(project / "folder.c");
  EXPECT_EQ(number(project.index(), "files_seen"), 3U);
}

}  // namespace
}  // namespace copse::cli_test
