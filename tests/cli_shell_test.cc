// The program as a citizen of the shell: help, completion, colours, pipes, full disks.
#include <csignal>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli_project.h"

namespace copse::cli_test {
namespace {

const std::vector<std::string>& command_names() {
  static const std::vector<std::string> kNames = {
      "index", "query",  "pattern", "rule", "symbols", "outline", "tree",  "cat",       "ls",
      "stats", "verify", "compact", "gc",   "repair",  "delta",   "patch", "completion"};
  return kNames;
}

TEST(CliShell, Version) {
  const RunResult result = run({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(result.out.starts_with("copse 0.")) << result.out;
}

TEST(CliShell, HelpHasEveryCommandAndExamples) {
  const RunResult result = run({"--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  for (const std::string& command : command_names()) {
    EXPECT_TRUE(contains(result.out, "\n  " + command + " "));
    const RunResult help = run({command, "--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_TRUE(contains(help.out, "Usage: copse " + command));
    EXPECT_TRUE(contains(help.out, "Examples:\n  copse " + command));
  }
  EXPECT_TRUE(contains(result.out, "Examples:"));
  EXPECT_FALSE(contains(result.out, "parse-worker"));
}

TEST(CliShell, NoCommandIsAnErrorWithHelp) {
  const RunResult result = run({});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(contains(result.err, "Usage: copse"));
}

TEST(CliShell, MistakesAreAnsweredWithWhatMayBeMeant) {
  struct Case {
    std::vector<std::string> arguments;
    std::string words;
  };
  const std::vector<Case> cases = {
      {{"qurey"}, "there is no command 'qurey'; did you mean query?"},
      {{"frobnicate"}, "'copse --help' shows how"},
      {{"query", "--fromat", "text"}, "did you mean --format?"},
      {{"query", "x", "--format", "xml"}, "xml not in {text,jsonl,count}"},
      {{"query", "x", "--limit", "-1"}, "--limit"},
      {{"tree"}, "PATH is required; 'copse tree --help'"},
      {{"index", ".", "-j", "0"}, "--jobs"},
      {{"ls", "extra"}, "unexpected argument 'extra'"},
      {{"completion", "tcsh"}, "tcsh not in {bash,zsh,fish}"},
  };
  for (const Case& each : cases) {
    const RunResult result = run(each.arguments);
    EXPECT_EQ(result.exit_code, 2) << each.words;
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(contains(result.err, each.words));
    EXPECT_EQ(lines_of(result.err).size(), 1U) << result.err;
  }
}

// ---- completion ----

// What bash offers for these words; the last one is being typed.
std::vector<std::string> complete(const std::vector<std::string>& words,
                                  const RunOptions& options = {}) {
  std::string script = "source <(\"$0\" completion bash)\nPATH=\"${0%/*}:$PATH\"\nCOMP_WORDS=(";
  for (const std::string& word : words) {
    script += "'" + word + "' ";
  }
  script += ")\nCOMP_CWORD=" + std::to_string(words.size() - 1) +
            "\n_copse\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
  RunOptions bash = options;
  bash.program = "/bin/bash";
  const RunResult result = run({"--norc", "-c", script, COPSE_BINARY}, bash);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return lines_of(result.out);
}

TEST(CliShell, BashCompletesCommandsFlagsAndValues) {
  EXPECT_EQ(complete({"copse", ""}), command_names());
  EXPECT_EQ(complete({"copse", "st"}), std::vector<std::string>{"stats"});
  EXPECT_EQ(complete({"copse", "query", "--format", "j"}), std::vector<std::string>{"jsonl"});
  EXPECT_EQ(complete({"copse", "query", "--format", "=", "c"}), std::vector<std::string>{"count"});
  EXPECT_EQ(complete({"copse", "tree", "x", "--fo"}), std::vector<std::string>{"--format"});
  EXPECT_EQ(complete({"copse", "completion", ""}),
            (std::vector<std::string>{"bash", "zsh", "fish"}));
}

TEST(CliShell, BashCompletesStoredPaths) {
  const Project project;
  project.write("two words.c", "int x;\n");
  project.index();
  const RunOptions inside{.directory = project.path()};
  EXPECT_EQ(complete({"copse", "cat", "sr"}, inside), std::vector<std::string>{"src/main.c"});
  EXPECT_EQ(complete({"copse", "tree", "two"}, inside), std::vector<std::string>{"two words.c"});
}

TEST(CliShell, CompletionKnowsWhatTheHelpKnows) {
  std::set<std::string> flags;
  for (const std::string& command : command_names()) {
    const std::string help = run({command, "--help"}).out;
    for (std::size_t at = help.find("  --"); at != std::string::npos;
         at = help.find("\n  --", at + 1)) {
      const std::size_t begin = help.find("--", at);
      flags.insert(help.substr(begin + 2, help.find_first_of(" \n", begin) - begin - 2));
    }
  }
  EXPECT_GT(flags.size(), 8U);
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const RunResult script = run({"completion", shell});
    EXPECT_EQ(script.exit_code, 0);
    EXPECT_TRUE(contains(script.out, std::string("copse completion ") + shell));
    EXPECT_FALSE(contains(script.out, "parse-worker"));
    for (const std::string& flag : flags) {
      EXPECT_TRUE(contains(script.out, shell == std::string("fish") ? "-l " + flag : "--" + flag));
    }
  }
}

// Shells that are there check their own scripts.
TEST(CliShell, CompletionScriptsAreWellFormed) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    RunOptions options{.input = run({"completion", shell}).out};
    for (const char* folder : {"/bin/", "/usr/bin/"}) {
      options.program = std::string(folder) + shell;
      if (!std::filesystem::exists(options.program)) continue;
      const RunResult checked = run({"-n", "/dev/stdin"}, options);
      EXPECT_EQ(checked.exit_code, 0) << shell << checked.err;
    }
  }
}

// ---- colours ----

struct ColorCase {
  std::vector<std::string> flags;
  bool on_terminal;
  std::map<std::string, std::string> environment;
  bool colored;
};

TEST(CliShell, ColorsOnTerminalsOnly) {
  const Project project;
  project.index();
  const std::vector<ColorCase> cases = {
      {{}, false, {}, false},
      {{}, true, {}, true},
      {{}, true, {{"NO_COLOR", "1"}}, false},
      {{}, true, {{"NO_COLOR", ""}}, true},
      {{}, true, {{"TERM", "dumb"}}, false},
      {{"--color", "always"}, false, {}, true},
      {{"--color=always"}, true, {{"NO_COLOR", "1"}}, true},
      {{"--color=never"}, true, {}, false},
      {{"--color=auto"}, false, {}, false},
  };
  for (const ColorCase& each : cases) {
    for (std::vector<std::string> arguments :
         {std::vector<std::string>{"query", "(identifier) @i"},
          std::vector<std::string>{"tree", "src/main.c", "--format", "outline"}}) {
      arguments.insert(arguments.end(), each.flags.begin(), each.flags.end());
      const RunResult result = project.copse(
          arguments, {.environment = each.environment, .on_terminal = each.on_terminal});
      EXPECT_EQ(result.exit_code, 0) << result.err;
      EXPECT_EQ(result.out.find("\x1b[") != std::string::npos, each.colored) << result.out;
    }
  }
}

TEST(CliShell, QueryColorsPathLineAndCapture) {
  const Project project;
  project.index();
  const RunResult result =
      project.copse({"query", "(identifier) @i", "--limit", "1", "--color", "always"});
  EXPECT_EQ(result.out,
            "\x1b[35mapp.py\x1b[0m:\x1b[32m1\x1b[0m:\x1b[32m5\x1b[0m: \x1b[36mi\x1b[0m: greet\n");
}

TEST(CliShell, NamesCannotCommandTheTerminal) {
  const Project project;
  project.write("evil\x1b[2J.c", "int x;\n");
  project.index();
  const RunResult shown = project.copse({"ls"}, {.on_terminal = true});
  EXPECT_EQ(shown.out.find('\x1b'), std::string::npos);
  const RunResult piped = project.copse({"ls"});
  EXPECT_TRUE(contains(piped.out, "evil\x1b[2J.c\n"));
}

// ---- pipes and disks ----

TEST(CliShell, OutputThatCannotBeWritten) {
  const Project project;
  project.index();
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"tree", "src/main.c"},
        {"tree", "src/main.c", "--format", "jsonl"},
        {"cat", "app.py"},
        {"ls"},
        {"ls", "--json"},
        {"stats"},
        {"verify"},
        {"query", "(identifier) @i"},
        {"query", "(identifier) @i", "--format", "count"},
        {"completion", "bash"},
        {"--help"},
        {"--version"}}) {
    const RunResult result = project.copse(arguments, {.standard_output = "/dev/full"});
    EXPECT_EQ(result.exit_code, 2) << arguments.front();
    EXPECT_TRUE(contains(result.err, "no space left on device"));
  }
}

TEST(CliShell, ReaderThatLeavesIsNoError) {
  const Project project;
  std::string large = "int a[] = {";
  for (int i = 0; i < 100000; ++i) {
    large += "1,";
  }
  project.write("large.c", large + "1};\n");
  project.index();
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"tree", "large.c", "--format", "jsonl"},
        {"tree", "large.c"},
        {"cat", "large.c"},
        {"query", "(number_literal) @n"}}) {
    Running running = start(arguments, {.directory = project.path()});
    ::close(std::exchange(running.out, -1));
    const RunResult result = finish(running);
    EXPECT_EQ(result.exit_code, 128 + SIGPIPE);
    EXPECT_EQ(result.err, "");
  }
}

TEST(CliShell, WorkerByHandSaysNothingUseful) {
  const RunResult result = run({"parse-worker", "1"});
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.exit_code, 128 + SIGSEGV);
}

}  // namespace
}  // namespace copse::cli_test
