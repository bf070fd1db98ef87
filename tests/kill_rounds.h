// kill -9 at random instants of indexing, compacting and collecting: the store opens, is whole, and
// the next run does only what was not committed. COPSE_TEST_SEED repeats a run.
#pragma once

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "copse/compact.h"
#include "copse/gc.h"
#include "copse/workspace.h"

#include "cli_project.h"

namespace copse::cli_test {

inline constexpr int kFiles = 100;
inline constexpr int kFunctionsAFile = 100;

inline std::string file_name(int file) {
  return "d" + std::to_string(file % 7) + "/f" + std::to_string(file) + ".c";
}

inline std::string file_content(int file, unsigned version) {
  std::string text =
      "// file " + std::to_string(file) + ", version " + std::to_string(version) + "\n";
  for (int i = 0; i < kFunctionsAFile; ++i) {
    const std::string name = std::to_string(version) + "_" + std::to_string(file * 1000 + i);
    text += "static int f" + name + "(int a, int b) {\n  if (a > " + std::to_string(i) +
            ") return b;\n  return a * b + " + std::to_string(file) + ";\n}\n";
  }
  return text;
}

class KillTest : public testing::Test {
 protected:
  KillTest() {
    const char* given = std::getenv("COPSE_TEST_SEED");  // NOLINT(concurrency-mt-unsafe)
    seed = given == nullptr ? std::random_device()()
                            : static_cast<unsigned>(std::strtoul(given, nullptr, 10));
    random.seed(seed);
    std::cout << "COPSE_TEST_SEED=" << seed << std::endl;
    for (int file = 0; file < kFiles; ++file) {
      write(file, 0);
    }
  }

  void write(int file, unsigned version) const {
    write_file(scratch / "project/" + file_name(file), file_content(file, version));
  }

  std::string project() const { return scratch / "project"; }
  std::string store() const { return project() + "/.copse"; }

  // What is done by a process of its own, to be killed: commits as often as it can.
  bool index() const {
    IndexOptions options;
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    options.parse_command = {COPSE_BINARY, "parse-worker"};
    options.commit_interval_s = 0;
    options.jobs = 2;
    return index_directory(project(), options).ok();
  }

  bool compact() const {
    CompactOptions options;
    options.commit_interval_s = 0;
    options.level = 1;
    options.jobs = 2;
    options.small_trees = small_next_;
    return compact_store(store(), options).ok();
  }

  bool collect() const { return collect_garbage(store(), {}).ok(); }

  // Kills it after that many microseconds, or lets it end before.
  template <typename Body>
  void run_and_kill(std::int64_t after_us, const Body& body) const {
    const Stream stream = make_stream(false);
    const pid_t id = ::fork();
    if (id == 0) ::_exit(body() ? 0 : 1);
    ::close(stream.far);
    // It becomes readable when the process ends.
    pollfd polled{.fd = stream.near, .events = POLLIN, .revents = 0};
    const timespec time{.tv_sec = after_us / 1000000, .tv_nsec = after_us % 1000000 * 1000};
    ::ppoll(&polled, 1, &time, nullptr);
    ::kill(id, SIGKILL);
    ::waitpid(id, nullptr, 0);
    ::close(stream.near);
  }

  // How long a whole run takes, in microseconds.
  std::int64_t measure() const {
    const auto report = run_index();
    return static_cast<std::int64_t>(report["elapsed_s"].GetDouble() * 1e6);
  }

  rapidjson::Document run_index() const {
    const RunResult result = run({"index", project(), "--json"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return parse_json(result.out);
  }

  // How many files the store has as they are in the directory. What it has otherwise is an older
  // version, whole.
  std::uint64_t count_committed() const {
    const auto workspace = Workspace::open(store());
    if (!workspace.ok()) {
      EXPECT_EQ(workspace.error().code(), ErrorCode::NotFound) << workspace.error().message();
      return 0;
    }
    const auto files = workspace.value().files();
    EXPECT_TRUE(files.ok());
    std::uint64_t committed = 0;
    for (const StoredFile& file : files.value()) {
      const auto source = workspace.value().source(file.path);
      EXPECT_TRUE(source.ok() && workspace.value().tree(file.path).ok()) << file.path;
      if (source.ok() && source.value() == read_file(project() + "/" + file.path)) {
        ++committed;
      } else if (source.ok()) {
        EXPECT_TRUE(source.value().ends_with("}\n")) << file.path;
      }
    }
    const RunResult verify = run({"verify", "--store", store()});
    EXPECT_EQ(verify.exit_code, 0) << verify.out << verify.err;
    return committed;
  }

  // Starts anew, or changes some of the files.
  void change_something(unsigned version) {
    if (random() % 2 == 0) {
      std::filesystem::remove_all(store());
      return;
    }
    for (int file = 0; file < kFiles; ++file) {
      if (random() % 2 == 0) write(file, version);
    }
  }

  // Every fifth kill is followed by others, of what writes everything anew and of what tidies up.
  void kill_rounds(unsigned kills) {
    const auto whole_run_us = static_cast<std::uint64_t>(measure());
    unsigned partial = 0;
    for (unsigned kill = 1; kill <= kills; ++kill) {
      SCOPED_TRACE("kill " + std::to_string(kill) + ", seed " + std::to_string(seed));
      change_something(kill);
      run_and_kill(instant(whole_run_us), [&] { return index(); });
      const std::uint64_t committed = count_committed();
      if (committed > 0 && committed < kFiles) ++partial;
      const auto report = run_index();
      EXPECT_EQ(number(report, "files_seen"), std::uint64_t{kFiles});
      EXPECT_EQ(number(report, "files_unchanged"), committed);
      EXPECT_EQ(number(report, "files_parsed"), kFiles - committed);
      if (kill % 5 == 0) kill_the_rewriters(whole_run_us);
      if (HasFailure()) return;
    }
    EXPECT_EQ(count_committed(), std::uint64_t{kFiles});
    const RunResult deep = run({"verify", "--deep", "--store", store()});
    EXPECT_EQ(deep.exit_code, 0) << deep.out << deep.err;
    // Or else the kills came too early or too late to show anything.
    EXPECT_GT(partial, kills / 10);
  }

 private:
  std::int64_t instant(std::uint64_t within_us) {
    return static_cast<std::int64_t>(random() % within_us);
  }

  void kill_the_rewriters(std::uint64_t whole_run_us) {
    small_next_ = !small_next_;
    run_and_kill(instant(whole_run_us), [&] { return compact(); });
    EXPECT_EQ(count_committed(), std::uint64_t{kFiles});
    run_and_kill(instant(whole_run_us / 10 + 1), [&] { return collect(); });
    EXPECT_EQ(count_committed(), std::uint64_t{kFiles});
  }

  bool small_next_ = false;
  unsigned seed = 0;
  std::mt19937 random;
  ScratchDirectory scratch;
};

}  // namespace copse::cli_test
