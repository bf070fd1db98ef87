// copse compact as a program: the same answers, signals, kill -9 at random instants, readers beside
// it. COPSE_TEST_SEED repeats a run.
#include "copse/compact.h"

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli_project.h"

namespace copse::cli_test {
namespace {

constexpr int kFiles = 60;
constexpr int kKills = 25;

std::string c_file(int file) {
  std::string text = "// file " + std::to_string(file) + "\n#include <stdlib.h>\n";
  for (int i = 0; i < 40; ++i) {
    const std::string name = std::to_string(file * 1000 + i * (file % 3 + 1));
    text += "static int f" + name + "(int a, int b) {\n  if (a > " + std::to_string(i) +
            ") return b;\n  return a * b + " + std::to_string(file) + ";\n}\n";
  }
  return text;
}

class CompactTest : public testing::Test {
 protected:
  CompactTest() {
    for (int file = 0; file < kFiles; ++file) {
      project.write("gen_c/f" + std::to_string(file) + ".c", c_file(file));
    }
    project.index({"--all"});
  }

  // Everything the program says about the files.
  std::string answers() const {
    std::string all;
    const auto add = [&](const std::vector<std::string>& arguments) {
      const RunResult result = project.copse(arguments);
      EXPECT_EQ(result.exit_code, 0) << result.err;
      all += result.out;
    };
    add({"query", "(function_definition declarator: (_) @d) @f", "--lang", "c"});
    add({"query", "(identifier) @i", "--format", "jsonl"});
    add({"ls", "--json"});
    for (const char* path : {"src/main.c", "app.py", "gen_c/f7.c", "web/page.js"}) {
      add({"cat", path});
      add({"tree", path});
    }
    return all;
  }

  rapidjson::Document compact() const {
    const RunResult result = project.copse({"compact", "--json"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return parse_json(result.out);
  }

  Project project;
};

TEST_F(CompactTest, AnswersStayTheSame) {
  const std::string before = answers();
  const auto report = compact();
  EXPECT_GE(number(report, "files_rewritten"), std::uint64_t{kFiles});
  EXPECT_LT(number(report, "bytes_after"), number(report, "bytes_before"));
  EXPECT_EQ(answers(), before);
  project.expect_clean();
  const auto again = compact();
  EXPECT_EQ(number(again, "files_rewritten"), 0U);
  EXPECT_EQ(number(again, "bytes_after"), number(report, "bytes_after"));
  // Indexing goes on from there, and so does the next compaction.
  project.write("gen_c/f1.c", c_file(1000));
  const auto index = project.index({"--all"});
  EXPECT_EQ(number(index, "files_parsed"), 1U);
  EXPECT_EQ(number(compact(), "files_rewritten"), 1U);
  project.expect_clean();
}

TEST_F(CompactTest, SaysWhatItDid) {
  const RunResult result = project.copse({"compact", "--level", "5", "--dictionary-kb", "8"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.out, " before, "));
  EXPECT_TRUE(contains(result.out, " written anew"));
  EXPECT_EQ(result.out.find('\n'), result.out.size() - 1);
  EXPECT_EQ(project.copse({"compact", "--level", "23"}).exit_code, 2);
  const RunResult none = project.copse({"compact", "--store", project.scratch() / "nothing"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_TRUE(contains(none.err, "nothing"));
  const RunResult terminal = project.copse({"compact"}, {.on_terminal = true});
  EXPECT_EQ(terminal.exit_code, 0);
}

TEST_F(CompactTest, WorksWithoutGrammars) {
  const RunResult result =
      project.copse({"compact"}, {.environment = {{"COPSE_GRAMMAR_PATH", "/nonexistent"}}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  project.expect_clean();
}

// Ctrl-C at its first sign of life, wherever that is: it stops in order, or was done before.
TEST_F(CompactTest, CtrlCKeepsWhatIsDone) {
  const std::string before = answers();
  const Running running = start({"compact", "--level", "22", "--jobs", "1"},
                                {.directory = project.path(), .on_terminal = true});
  pollfd polled{.fd = running.err, .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&polled, 1, 60'000), 1);
  ::kill(running.id, SIGINT);
  const RunResult stopped = finish(running);
  EXPECT_TRUE(stopped.exit_code == 130 || stopped.exit_code == 0) << stopped.exit_code;
  if (stopped.exit_code == 130) {
    EXPECT_TRUE(contains(stopped.err, "interrupted; what was done stays")) << stopped.err;
  }
  EXPECT_EQ(answers(), before);
  project.expect_clean();
  compact();
  EXPECT_EQ(number(compact(), "files_rewritten"), 0U);
  EXPECT_EQ(answers(), before);
}

TEST_F(CompactTest, FullDiskIsSaidAndHarmless) {
  const std::string before = answers();
  const RunResult result = project.copse({"compact"}, {.file_size_limit = 4000});
  EXPECT_TRUE(result.exit_code == 1 || result.exit_code == 2) << result.exit_code;
  EXPECT_TRUE(contains(result.err, "file too large"));
  EXPECT_EQ(answers(), before);
  compact();
  EXPECT_EQ(answers(), before);
}

// A compaction in a process of its own that commits as often as it can, ended by a signal after so
// many microseconds, or by itself before.
void compact_and_end(const std::string& store, int signal, std::int64_t after_us) {
  const Stream stream = make_stream(false);
  const pid_t id = ::fork();
  if (id == 0) {
    CompactOptions options;
    options.commit_interval_s = 0;
    options.jobs = 2;
    options.level = 5;
    const auto report = compact_store(store, options);
    ::_exit(report.ok() ? 0 : 1);
  }
  ::close(stream.far);
  pollfd polled{.fd = stream.near, .events = POLLIN, .revents = 0};
  const timespec time{.tv_sec = after_us / 1000000, .tv_nsec = after_us % 1000000 * 1000};
  ::ppoll(&polled, 1, &time, nullptr);
  ::kill(id, signal);
  ::waitpid(id, nullptr, 0);
  ::close(stream.near);
}

TEST_F(CompactTest, KilledAtRandomInstants) {
  const char* given = std::getenv("COPSE_TEST_SEED");  // NOLINT(concurrency-mt-unsafe)
  const unsigned seed = given == nullptr ? std::random_device()()
                                         : static_cast<unsigned>(std::strtoul(given, nullptr, 10));
  std::cout << "COPSE_TEST_SEED=" << seed << std::endl;
  std::mt19937 random(seed);
  const std::string before = answers();
  const std::string fresh = project.scratch() / "fresh";
  std::filesystem::copy(project.store(), fresh, std::filesystem::copy_options::recursive);
  CompactOptions options;
  options.level = 5;
  options.jobs = 2;
  options.commit_interval_s = 0;
  const auto whole = compact_store(project.store(), options);
  ASSERT_TRUE(whole.ok()) << whole.error().message();
  const auto whole_us = static_cast<std::uint64_t>(whole.value().elapsed_s * 1e6);
  int partial = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    SCOPED_TRACE("kill " + std::to_string(kill) + ", seed " + std::to_string(seed));
    std::filesystem::remove_all(project.store());
    std::filesystem::copy(fresh, project.store(), std::filesystem::copy_options::recursive);
    const auto reader = Workspace::open(project.store());
    ASSERT_TRUE(reader.ok());
    compact_and_end(project.store(), SIGKILL, static_cast<std::int64_t>(random() % whole_us));
    // A reader from before goes on, a new one sees the same, and the next run does the rest.
    EXPECT_TRUE(reader.value().source("gen_c/f9.c").ok());
    EXPECT_EQ(reader.value().source("gen_c/f9.c").value(), c_file(9));
    EXPECT_EQ(answers(), before);
    project.expect_clean(false);
    const auto rest = compact_store(project.store(), options);
    ASSERT_TRUE(rest.ok()) << rest.error().message();
    if (rest.value().files_rewritten > 0 &&
        rest.value().files_rewritten < whole.value().files_rewritten) {
      ++partial;
    }
    EXPECT_EQ(answers(), before);
    if (HasFailure()) return;
  }
  project.expect_clean();
  // Or else the kills came too early or too late to show anything.
  EXPECT_GT(partial, 0);
}

TEST_F(CompactTest, ReadersBesideItAreNotDisturbed) {
  const std::string before = answers();
  const auto held = Workspace::open(project.store());
  ASSERT_TRUE(held.ok());
  const pid_t id = ::fork();
  if (id == 0) {
    CompactOptions options;
    options.commit_interval_s = 0;
    ::_exit(compact_store(project.store(), options).ok() ? 0 : 1);
  }
  int status = 0;
  int rounds = 0;
  do {
    EXPECT_EQ(answers(), before);
    ++rounds;
  } while (::waitpid(id, &status, WNOHANG) == 0);
  EXPECT_EQ(status, 0);
  EXPECT_GT(rounds, 0);
  for (int file = 0; file < kFiles; ++file) {
    const auto source = held.value().source("gen_c/f" + std::to_string(file) + ".c");
    ASSERT_TRUE(source.ok()) << source.error().message();
    EXPECT_EQ(source.value(), c_file(file));
    const auto tree = held.value().tree("gen_c/f" + std::to_string(file) + ".c");
    EXPECT_TRUE(tree.ok()) << tree.error().message();
  }
}

}  // namespace
}  // namespace copse::cli_test
