// `copse index` from outside: what it takes, what it leaves alone, how it reports, how it is
// stopped.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli_project.h"

namespace copse::cli_test {
namespace {

using Paths = std::vector<std::string>;

constexpr int kLargeFiles = 8;

// Enough to be at work for a while: some 8 MB of source.
void write_large_files(const Project& project) {
  std::string large;
  for (int i = 0; i < 30000; ++i) {
    large += "int f" + std::to_string(i) + "(int a) { return a; }\n";
  }
  for (int i = 0; i < kLargeFiles; ++i) {
    project.write("large" + std::to_string(i) + ".c", large);
  }
}

TEST(CliIndex, FirstRun) {
  const Project project;
  const auto report = project.index();
  EXPECT_EQ(number(report, "files_seen"), 3U);
  EXPECT_EQ(number(report, "files_parsed"), 3U);
  EXPECT_EQ(number(report, "files_committed"), 3U);
  EXPECT_EQ(number(report, "files_unchanged"), 0U);
  EXPECT_EQ(number(report, "bytes_parsed"), kMainC.size() + kAppPy.size() + kPageJs.size());
  EXPECT_GT(number(report, "nodes_parsed"), 0U);
  EXPECT_FALSE(report["interrupted"].GetBool());
  EXPECT_TRUE(report["stopped_by"].IsNull());
  EXPECT_EQ(project.stored_paths(), (Paths{"app.py", "src/main.c", "web/page.js"}));
  project.expect_clean();
}

TEST(CliIndex, SecondRunParsesNothing) {
  const Project project;
  project.index();
  const auto report = project.index();
  EXPECT_EQ(number(report, "files_parsed"), 0U);
  EXPECT_EQ(number(report, "files_committed"), 0U);
  EXPECT_EQ(number(report, "files_unchanged"), 3U);
}

TEST(CliIndex, TouchesOnlyWhatChanged) {
  const Project project;
  project.index();
  project.write("app.py", "x = 1\n");
  project.write("new.c", "int fresh;\n");
  std::filesystem::remove(project / "web/page.js");
  const auto report = project.index();
  EXPECT_EQ(number(report, "files_parsed"), 2U);
  EXPECT_EQ(number(report, "files_unchanged"), 1U);
  EXPECT_EQ(number(report, "files_removed"), 1U);
  EXPECT_EQ(project.stored_paths(), (Paths{"app.py", "new.c", "src/main.c"}));
  EXPECT_EQ(project.copse({"cat", "app.py"}).out, "x = 1\n");
  EXPECT_EQ(project.copse({"cat", "web/page.js"}).exit_code, 2);
  project.expect_clean();
}

TEST(CliIndex, HonoursGitignore) {
  const Project project;
  project.index();
  EXPECT_EQ(project.stored_paths(), (Paths{"app.py", "src/main.c", "web/page.js"}));
  project.index({"--no-ignore"});
  EXPECT_EQ(project.stored_paths(),
            (Paths{"app.py", "gen/table.c", "src/main.c", "src/x.out.c", "web/page.js"}));
  project.index();
  EXPECT_EQ(project.stored_paths(), (Paths{"app.py", "src/main.c", "web/page.js"}));
}

TEST(CliIndex, AllKeepsUnknownFilesAsPlainSource) {
  const Project project;
  const auto report = project.index({"--all"});
  EXPECT_EQ(number(report, "files_parsed"), 3U);
  EXPECT_EQ(project.stored_paths(),
            (Paths{".gitignore", "app.py", "notes.txt", "src/main.c", "web/page.js"}));
  EXPECT_EQ(project.copse({"cat", "notes.txt"}).out, "nothing to parse\n");
  project.expect_clean();
}

TEST(CliIndex, SummaryForPeople) {
  const Project project;
  const RunResult result = project.copse({"index", ".", "-j", "1"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_TRUE(result.out.starts_with("3 files parsed (")) << result.out;
  EXPECT_TRUE(contains(result.out, "0 unchanged, 0 removed, 0 kept as plain source"));
}

TEST(CliIndex, EveryWayOfParsingGivesTheSame) {
  const Project project;
  project.index();
  const RunResult expected = project.copse({"tree", "src/main.c", "--format", "jsonl"});
  const std::string store = project.scratch() / "other";
  for (const Paths& flags : {Paths{"--in-process"}, Paths{"-j", "1"}, Paths{"-j", "3"}}) {
    std::filesystem::remove_all(store);
    Paths arguments = {"index", ".", "--store", store};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    EXPECT_EQ(project.copse(arguments).exit_code, 0);
    const RunResult tree =
        project.copse({"tree", "src/main.c", "--format", "jsonl", "--store", store});
    EXPECT_EQ(tree.out, expected.out) << flags.front();
  }
}

TEST(CliIndex, NoSuchDirectory) {
  const Project project;
  for (const char* directory : {"missing", "app.py"}) {
    const RunResult result = project.copse({"index", directory});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_TRUE(contains(result.err, directory));
  }
}

TEST(CliIndex, GrammarsAreFoundOnThePath) {
  const Project project;
  const std::string grammars = project.scratch() / "grammars";
  std::filesystem::create_directory(grammars);
  std::filesystem::copy(std::string(COPSE_TEST_GRAMMAR_DIR) + "/c.so", grammars);
  // A copy of the program, so that no grammars lie beside it.
  const std::string program = project.scratch() / "bin/copse";
  std::filesystem::create_directory(project.scratch() / "bin");
  std::filesystem::copy(COPSE_BINARY, program);
  RunOptions options{.environment = {{"COPSE_GRAMMAR_PATH", ""}}, .program = program};

  const RunResult without = project.copse({"index", ".", "--json"}, options);
  EXPECT_EQ(number(parse_json(without.out), "files_parsed"), 0U) << without.err;
  const RunResult given = project.copse({"index", ".", "--json", "--grammars", grammars}, options);
  EXPECT_EQ(number(parse_json(given.out), "files_parsed"), 1U) << given.err;

  const std::string store = project.scratch() / "other";
  const std::string data = project.scratch() / "data";
  std::filesystem::create_directories(data + "/copse");
  std::filesystem::create_directory_symlink(grammars, data + "/copse/grammars");
  for (const auto& [name, value] :
       {std::pair<std::string, std::string>{"COPSE_GRAMMAR_PATH", "/nonexistent::" + grammars},
        {"XDG_DATA_HOME", data}}) {
    std::filesystem::remove_all(store);
    options.environment = {{"COPSE_GRAMMAR_PATH", ""}};
    options.environment[name] = value;
    const RunResult result = project.copse({"index", ".", "--json", "--store", store}, options);
    EXPECT_EQ(number(parse_json(result.out), "files_parsed"), 1U) << name << result.err;
  }
}

TEST(CliIndex, SecondWriterIsToldWhoHoldsTheStore) {
  const Project project;
  write_large_files(project);
  Running first =
      start({"index", ".", "-j", "1"}, {.directory = project.path(), .on_terminal = true});
  std::string shown;
  ASSERT_TRUE(read_some(first.err, shown));  // its bar: the lock is held
  const RunResult second = project.copse({"index", "."});
  EXPECT_EQ(second.exit_code, 2);
  EXPECT_TRUE(contains(second.err, std::to_string(first.id)));
  ::kill(first.id, SIGTERM);
  const RunResult ended = finish(first);
  EXPECT_EQ(ended.exit_code, 128 + SIGTERM) << ended.err;
  project.expect_clean(false);
}

TEST(CliIndex, CtrlCLeavesAGoodStore) {
  const Project project;
  project.index();
  write_large_files(project);
  Running running =
      start({"index", ".", "-j", "1"}, {.directory = project.path(), .on_terminal = true});
  std::string shown;
  ASSERT_TRUE(read_some(running.err, shown));
  EXPECT_TRUE(contains(shown, "indexing"));
  EXPECT_TRUE(contains(shown, "left"));
  ::kill(running.id, SIGINT);
  const RunResult stopped = finish(running);
  EXPECT_EQ(stopped.exit_code, 130) << stopped.err;
  EXPECT_TRUE(contains(stopped.err, "interrupted"));
  project.expect_clean();
  EXPECT_EQ(project.copse({"cat", "src/main.c"}).out, kMainC);

  const auto report = project.index();
  EXPECT_EQ(number(report, "files_seen"), 11U);
  EXPECT_EQ(project.stored_paths().size(), 11U);
  project.expect_clean(false);
}

}  // namespace
}  // namespace copse::cli_test
