// Grammars that are missing, not grammars, from another time, or that crash: the files they are for
// are kept as plain source with the reason, every other file is as ever, and stored trees still
// answer.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli_project.h"

namespace copse::cli_test {
namespace {

constexpr const char* kCompiler = "/usr/bin/cc";

// A project and a directory of its own for grammars: those of C and JavaScript, and what the test
// puts there for Python.
class BadGrammar : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(grammars);
    for (const char* name : {"/c.so", "/javascript.so"}) {
      std::filesystem::copy(COPSE_TEST_GRAMMAR_DIR + std::string(name), grammars);
    }
    // A copy of the program, so that it finds no other grammars beside it.
    std::filesystem::create_directory(project.scratch() / "bin");
    std::filesystem::copy(COPSE_BINARY, options.program);
    options.environment["COPSE_GRAMMAR_PATH"] = grammars;
  }

  // The real grammar of Python, which answers as these definitions say.
  void put_masked(const std::vector<std::string>& definitions) const {
    std::filesystem::remove(python);
    std::vector<std::string> arguments = {
        "-shared",
        "-fPIC",
        "-O1",
        "-o",
        python,
        "-I" + std::string(COPSE_SOURCE_DIR) + "/node_modules/tree-sitter-python/src",
        std::string("-DREAL_GRAMMAR=\"") + COPSE_TEST_GRAMMAR_DIR + "/python.so\"",
        std::string(COPSE_TEST_DATA_DIR) + "/cli/wrapped_grammar.c",
        "-ldl"};
    arguments.insert(arguments.end(), definitions.begin(), definitions.end());
    const RunResult compiled = run(arguments, {.program = kCompiler});
    ASSERT_EQ(compiled.exit_code, 0) << compiled.err;
  }

  void put_real() const {
    std::filesystem::copy_file(std::string(COPSE_TEST_GRAMMAR_DIR) + "/python.so", python,
                               std::filesystem::copy_options::overwrite_existing);
  }

  RunResult copse(const std::vector<std::string>& arguments) const {
    return project.copse(arguments, options);
  }

  rapidjson::Document index(std::vector<std::string> flags = {}) const {
    flags.insert(flags.begin(), {"index", ".", "--json"});
    const RunResult result = copse(flags);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return parse_json(result.out);
  }

  // app.py is plain, for a reason with this word in it; the others have their trees.
  void expect_plain_python(const std::string& word, const std::string& path = "app.py",
                           std::vector<std::string> flags = {}) const {
    const auto report = index(std::move(flags));
    const std::vector<std::string> plain = problems(report, "plain");
    ASSERT_EQ(plain.size(), 1U);
    EXPECT_TRUE(plain[0].starts_with(path + ": ")) << plain[0];
    EXPECT_TRUE(contains(plain[0], word));
    EXPECT_EQ(copse({"cat", "app.py"}).out, kAppPy);
    EXPECT_EQ(copse({"tree", path}).exit_code, 2);
    EXPECT_EQ(
        copse({"query", "(function_definition) @f", "--path", "src/*", "--lang", "c"}).exit_code,
        0);
    EXPECT_EQ(copse({"query", "(arrow_function) @f", "--lang", "js"}).exit_code, 0);
    EXPECT_EQ(copse({"verify"}).exit_code, 0);
  }

  Project project;
  std::string grammars = project.scratch() / "grammars";
  std::string python = grammars + "/python.so";
  RunOptions options{.program = project.scratch() / "bin/copse"};
};

TEST_F(BadGrammar, Missing) {
  expect_plain_python("python.so");
  put_real();
  const auto report = index();
  EXPECT_EQ(number(report, "files_parsed"), 1U);
  EXPECT_EQ(number(report, "files_unchanged"), 2U);
  EXPECT_EQ(copse({"tree", "app.py"}).exit_code, 0);
}

TEST_F(BadGrammar, NotASharedObject) {
  write_file(python, "this is no grammar\n");
  expect_plain_python("python.so");
}

TEST_F(BadGrammar, CutOff) {
  const std::string whole = read_file(std::string(COPSE_TEST_GRAMMAR_DIR) + "/python.so");
  write_file(python, whole.substr(0, 1000));
  expect_plain_python("python.so");
}

TEST_F(BadGrammar, ADirectory) {
  std::filesystem::create_directory(python);
  expect_plain_python("python.so");
}

TEST_F(BadGrammar, WithoutItsFunction) {
  std::filesystem::copy(COPSE_TEST_GRAMMAR_DIR + std::string("/json.so"), python);
  expect_plain_python("tree_sitter_python");
}

TEST_F(BadGrammar, OfAnotherAbi) {
  for (const char* version : {"-DMASK_ABI=99", "-DMASK_ABI=12"}) {
    std::filesystem::remove_all(project.store());
    put_masked({version});
    expect_plain_python("ABI");
  }
}

TEST_F(BadGrammar, GoneAfterwards) {
  put_real();
  EXPECT_EQ(number(index(), "files_parsed"), 3U);
  std::filesystem::remove(python);
  EXPECT_EQ(copse({"query", "(identifier) @i", "--lang", "python"}).exit_code, 0);
  EXPECT_EQ(copse({"tree", "app.py"}).exit_code, 0);
  EXPECT_EQ(copse({"verify"}).exit_code, 0);
  // An index run keeps the tree that it cannot make anew.
  EXPECT_EQ(number(index(), "files_unchanged"), 3U);
  EXPECT_EQ(copse({"tree", "app.py"}).exit_code, 0);
  // What cannot be compared is said, not passed over.
  const RunResult deep = copse({"verify", "--deep"});
  EXPECT_EQ(deep.exit_code, 2);
  EXPECT_TRUE(contains(deep.out + deep.err, "python"));
}

TEST_F(BadGrammar, UpgradedSince) {
  put_real();
  index();
  const std::string tree = copse({"tree", "app.py"}).out;
  put_masked({"-DMASK_SYMBOL"});
  // Old trees answer as they did.
  EXPECT_EQ(copse({"tree", "app.py"}).out, tree);
  EXPECT_EQ(copse({"query", "(identifier) @i", "--lang", "python", "--format", "count"}).out,
            "3\n");
  EXPECT_EQ(copse({"query", "(renamed_identifier) @i", "--lang", "python"}).exit_code, 2);
  // The next run makes them anew, and leaves the other languages alone.
  const auto report = index();
  EXPECT_EQ(number(report, "files_parsed"), 1U);
  EXPECT_EQ(number(report, "files_unchanged"), 2U);
  EXPECT_EQ(
      copse({"query", "(renamed_identifier) @i", "--lang", "python", "--format", "count"}).out,
      "3\n");
  EXPECT_EQ(copse({"verify", "--deep"}).exit_code, 0);
}

// The same tables in another file: its lexer and scanner may be others.
TEST_F(BadGrammar, AnotherBuildOfTheSameTables) {
  put_real();
  index();
  EXPECT_EQ(number(index(), "files_parsed"), 0U);
  put_masked({});
  EXPECT_EQ(number(index(), "files_parsed"), 1U);
  EXPECT_EQ(number(index(), "files_parsed"), 0U);
}

TEST_F(BadGrammar, ScannerThatAborts) {
  put_masked({"-DMASK_ABORT"});
  project.write("bad.py", "x = `1`\n");
  expect_plain_python("signal 6", "bad.py");
  EXPECT_EQ(copse({"tree", "app.py"}).exit_code, 0);
  EXPECT_EQ(copse({"verify", "--deep"}).exit_code, 0);
  // A parser that died may live another time: the file is tried again.
  EXPECT_EQ(number(index(), "files_unchanged"), 3U);
}

TEST_F(BadGrammar, ScannerThatHangs) {
  put_masked({"-DMASK_HANG"});
  project.write("bad.py", "x = `1`\n");
  expect_plain_python("", "bad.py", {"--parse-timeout", "0.5"});
  EXPECT_EQ(copse({"tree", "app.py"}).exit_code, 0);
}

// A worker that hangs ends although it cannot see that nobody waits for it any more.
TEST_F(BadGrammar, NoWorkerOutlivesItsParent) {
  put_masked({"-DMASK_HANG"});
  project.write("bad.py", "x = `1`\n");
  RunOptions inside = options;
  inside.directory = project.path();
  Running running = start({"index", ".", "-j", "1"}, inside);
  std::string said;
  while (said.find("hanging") == std::string::npos && read_some(running.err, said)) {
  }
  // The worker holds the standard error of its parent: it closes when both are gone.
  ::kill(running.id, SIGKILL);
  EXPECT_EQ(finish(running).exit_code, 128 + SIGKILL);
}

TEST_F(BadGrammar, ScannerThatTakesAllMemory) {
  put_masked({"-DMASK_HUNGRY"});
  project.write("bad.py", "x = `1`\n");
  expect_plain_python("", "bad.py");
  EXPECT_EQ(copse({"tree", "app.py"}).exit_code, 0);
}

// Without the lines that say how far a run is, which a slow machine has more of.
std::ptrdiff_t messages_in(const std::string& text) {
  const auto lines = lines_of(text);
  return std::count_if(lines.begin(), lines.end(), [](const auto& line) {
    return std::string_view(line).starts_with("copse: ");
  });
}

TEST_F(BadGrammar, ManyFilesThatCrash) {
  put_masked({"-DMASK_ABORT"});
  for (int i = 0; i < 30; ++i) {
    project.write("bad" + std::to_string(i) + ".py", "x = `1`\n");
    project.write("good" + std::to_string(i) + ".py", "x = 1\n");
  }
  const RunResult result = copse({"index", "."});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.out, "33 files parsed"));
  EXPECT_TRUE(contains(result.out, "30 kept as plain source"));
  EXPECT_EQ(messages_in(result.err), 21) << result.err;
  EXPECT_TRUE(contains(result.err, "10 more files"));
  std::filesystem::remove_all(project.store());
  EXPECT_EQ(messages_in(copse({"index", ".", "-v"}).err), 30);
}

}  // namespace
}  // namespace copse::cli_test
