// copse delta and copse patch as programs: files, streams, refusals, signals, full disks.
#include <csignal>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli_run.h"

namespace copse::cli_test {
namespace {

class CliDeltaTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 3000; ++i) {
      old_text += "line " + std::to_string(i * 7919 % 1000) + " of the old file\n";
    }
    new_text = old_text;
    new_text.insert(20'000, "something that was put in\n");
    new_text.erase(50'000, 123);
    write_file(scratch / "old", old_text);
    write_file(scratch / "new", new_text);
  }

  RunResult copse(std::vector<std::string> arguments, RunOptions options = {}) const {
    options.directory = scratch.path();
    return run(arguments, options);
  }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(scratch.path())) {
      names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  // Exit status 2, these words, and no file that was not there.
  void check_refused(const std::vector<std::string>& arguments, const std::string& words,
                     const RunOptions& options = {}) const {
    const auto before = files();
    const RunResult result = copse(arguments, options);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_TRUE(contains(result.err, words));
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(files(), before);
  }

  void make_delta(const std::vector<std::string>& flags = {}) const {
    std::vector<std::string> arguments = {"delta", "old", "new", "-o", "delta", "--force"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const RunResult result = copse(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "");
  }

  ScratchDirectory scratch;
  std::string old_text;
  std::string new_text;
};

TEST_F(CliDeltaTest, MakesTheFileAgain) {
  for (const std::string setting : {"fast", "default", "small"}) {
    make_delta({"--setting", setting});
    EXPECT_LT(read_file(scratch / "delta").size(), 400U);
    const RunResult patched = copse({"patch", "old", "delta", "-o", "again", "-f", "-j", "2"});
    EXPECT_EQ(patched.exit_code, 0) << patched.err;
    EXPECT_EQ(patched.out, "");
    EXPECT_EQ(read_file(scratch / "again"), new_text);
  }
  EXPECT_EQ(files(), (std::vector<std::string>{"again", "delta", "new", "old"}));
}

TEST_F(CliDeltaTest, EveryAlgorithmCanBeAskedFor) {
  for (const std::string algorithm : {"auto", "raw", "xor", "rolling", "suffix", "zstd_prefix"}) {
    make_delta({"--algorithm", algorithm});
    EXPECT_EQ(copse({"patch", "old", "delta", "-o", "again", "-f"}).exit_code, 0);
    EXPECT_EQ(read_file(scratch / "again"), new_text);
  }
}

TEST_F(CliDeltaTest, ReadsAndWritesStreams) {
  const std::string piece = new_text.substr(0, 60'000);
  const RunResult delta = copse({"delta", "old", "-", "-o", "-"}, {.input = piece});
  EXPECT_EQ(delta.exit_code, 0) << delta.err;
  const RunResult patched = copse({"patch", "old", "-", "-o", "-"}, {.input = delta.out});
  EXPECT_EQ(patched.exit_code, 0) << patched.err;
  EXPECT_EQ(patched.out, piece);
  // The same bytes as from a file.
  write_file(scratch / "piece", piece);
  EXPECT_EQ(copse({"delta", "old", "piece", "-o", "-"}).out, delta.out);
  // A stream into a file, and a file into a stream.
  EXPECT_EQ(copse({"patch", "old", "-", "-o", "again"}, {.input = delta.out}).exit_code, 0);
  EXPECT_EQ(read_file(scratch / "again"), piece);
  write_file(scratch / "delta", delta.out);
  EXPECT_EQ(copse({"patch", "old", "delta", "-o", "-"}).out, piece);
}

TEST_F(CliDeltaTest, EmptyFilesAreFiles) {
  write_file(scratch / "empty", "");
  for (const auto& [base, target] : std::vector<std::pair<std::string, std::string>>{
           {"empty", "new"}, {"old", "empty"}, {"empty", "empty"}}) {
    EXPECT_EQ(copse({"delta", base, target, "-o", "delta", "-f"}).exit_code, 0);
    EXPECT_EQ(copse({"patch", base, "delta", "-o", "again", "-f"}).exit_code, 0);
    EXPECT_EQ(read_file(scratch / "again"), read_file(scratch / target));
  }
  const RunResult delta = copse({"delta", "old", "-", "-o", "-"});
  EXPECT_EQ(copse({"patch", "old", "-", "-o", "-"}, {.input = delta.out}).exit_code, 0);
}

TEST_F(CliDeltaTest, JsonSaysWhatWasDone) {
  const RunResult delta = copse({"delta", "old", "new", "-o", "delta", "--json"});
  const auto report = parse_json(delta.out);
  EXPECT_EQ(report["base_bytes"].GetUint64(), old_text.size());
  EXPECT_EQ(report["target_bytes"].GetUint64(), new_text.size());
  EXPECT_EQ(report["delta_bytes"].GetUint64(), read_file(scratch / "delta").size());
  EXPECT_EQ(report["frames"].GetUint64(), 1U);
  EXPECT_EQ(report["algorithms"]["rolling"].GetUint64(), 1U);
  EXPECT_EQ(report["fallbacks"].GetUint64(), 0U);
  EXPECT_TRUE(report["fallback_reason"].IsNull());
  const RunResult patched = copse({"patch", "old", "delta", "-o", "-", "--json"});
  EXPECT_EQ(patched.out, new_text);
  EXPECT_EQ(parse_json(patched.err)["target_bytes"].GetUint64(), new_text.size());
}

TEST_F(CliDeltaTest, RefusesWhatMakesNoSense) {
  make_delta();
  check_refused({"patch", "new", "delta", "-o", "again"}, "made against a base of");
  std::string other = old_text;
  other[5] = '#';
  write_file(scratch / "other", other);
  check_refused({"patch", "other", "delta", "-o", "again"}, "another base of the same length");
  check_refused({"patch", "old", "new", "-o", "again"}, "new: does not begin with CDLT");
  check_refused({"delta", "old", "new", "-o", "delta"},
                "delta exists already; --force replaces it");
  check_refused({"patch", "old", "delta", "-o", "new"}, "new exists already; --force replaces it");
  check_refused({"delta", "old", "new", "-o", "old", "-f"}, "is what the delta is made from");
  check_refused({"delta", "old", "new", "-o", "./new", "-f"}, "is what the delta is made from");
  EXPECT_EQ(read_file(scratch / "old"), old_text);
  check_refused({"delta", "-", "new", "-o", "x"}, "BASE cannot be standard input");
  check_refused({"delta", "nothing", "new", "-o", "x"}, "cannot open nothing");
  check_refused({"delta", "old", "nothing", "-o", "x"}, "cannot open nothing");
  check_refused({"delta", "old", "new", "-o", "no/where"}, "no/where");
  check_refused({"delta", "old", "new", "-o", "/dev/null", "-f"},
                "/dev/null is not a regular file");
  check_refused({"delta", "old", "new"}, "--output is required");
  check_refused({"delta", "old", "new", "-o", "x", "--setting", "tiny"}, "tiny not in");
}

TEST_F(CliDeltaTest, DamageLeavesNothing) {
  make_delta();
  const std::string delta = read_file(scratch / "delta");
  for (std::size_t i = 0; i < delta.size(); i += 7) {
    std::string damaged = delta;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x20);
    write_file(scratch / "damaged", damaged);
    check_refused({"patch", "old", "damaged", "-o", "again"}, "damaged: ");
    write_file(scratch / "damaged", delta.substr(0, i));
    check_refused({"patch", "old", "damaged", "-o", "again"}, "damaged: ");
  }
  check_refused({"patch", "old", "-", "-o", "again"},
                "standard input: ", {.input = delta.substr(0, delta.size() - 1)});
}

TEST_F(CliDeltaTest, AFullDiskLeavesNothing) {
  make_delta();
  check_refused({"patch", "old", "delta", "-o", "again"}, "file too large",
                {.file_size_limit = 4000});
  check_refused({"delta", "old", "new", "-o", "x", "--algorithm", "raw"}, "file too large",
                {.file_size_limit = 4000});
}

TEST_F(CliDeltaTest, LinksAreFollowedNotReplaced) {
  std::filesystem::create_symlink("delta", scratch / "link");
  make_delta();
  EXPECT_EQ(copse({"delta", "old", "new", "-o", "link", "-f"}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(scratch / "link"));
  EXPECT_EQ(copse({"patch", "old", "link", "-o", "again"}).exit_code, 0);
}

// A stream that the shell closed is not the file that was opened first.
TEST_F(CliDeltaTest, ClosedStreamsAreErrors) {
  const auto before = files();
  const std::string program = "exec '" + std::string(COPSE_BINARY) + "' ";
  const auto shell = [&](const std::string& arguments) {
    return finish(
        start({"-c", program + arguments}, {.directory = scratch.path(), .program = "/bin/sh"}));
  };
  const RunResult input = shell("delta old - -o x <&-");
  EXPECT_EQ(input.exit_code, 2);
  EXPECT_TRUE(contains(input.err, "standard input")) << input.err;
  const RunResult output = shell("delta old new -o - >&-");
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_TRUE(contains(output.err, "cannot write")) << output.err;
  EXPECT_EQ(shell("delta old new -o x --json > /dev/full").exit_code, 2);
  std::filesystem::remove(scratch / "x");
  EXPECT_EQ(files(), before);
}

TEST_F(CliDeltaTest, WhatIsNoPlainFileIsRefused) {
  std::filesystem::create_symlink("nowhere", scratch / "link");
  check_refused({"delta", "old", "new", "-o", "link"}, "leads nowhere");
  check_refused({"delta", "old", "/proc/self/status", "-o", "x"}, "how long it is");
}

TEST_F(CliDeltaTest, CtrlCWhileItWaitsLeavesNothing) {
  // Standard input that never ends is a pipe whose other end this test holds.
  const auto before = files();
  ASSERT_EQ(::mkfifo((scratch / "pipe").c_str(), 0600), 0);
  const std::string shell = "exec '" + std::string(COPSE_BINARY) + "' delta old - -o delta <> pipe";
  const Running running = start({"-c", shell}, {.directory = scratch.path(), .program = "/bin/sh"});
  // The temporary file says that it is under way.
  for (int i = 0; i < 600 && files().size() < before.size() + 2; ++i) {
    ::usleep(50'000);
  }
  ASSERT_EQ(files().size(), before.size() + 2);
  ::kill(running.id, SIGINT);
  const RunResult stopped = finish(running);
  EXPECT_EQ(stopped.exit_code, 130) << stopped.err;
  EXPECT_TRUE(contains(stopped.err, "stopped; nothing was written"));
  EXPECT_EQ(files().size(), before.size() + 1);
}

// Sorting cannot be asked to stop.
TEST_F(CliDeltaTest, SignalsEndLongWorkAtOnceAndLeaveNothing) {
  std::string large(16 << 20, '\0');
  std::mt19937_64 random(5);
  for (char& byte : large)
    byte = static_cast<char>(random());
  write_file(scratch / "large", large);
  for (std::size_t i = 0; i < large.size(); i += 50)
    ++large[i];
  write_file(scratch / "larger", large);
  for (const int signal : {SIGTERM, SIGHUP, SIGINT}) {
    const auto before = files();
    const Running running = start(
        {"delta", "large", "larger", "-o", "delta", "--algorithm", "suffix", "--setting", "small"},
        {.directory = scratch.path()});
    for (int i = 0; i < 6000 && files() == before; ++i)
      ::usleep(5'000);
    ::usleep(200'000);
    ::kill(running.id, signal);
    const RunResult stopped = finish(running);
    EXPECT_EQ(stopped.exit_code, 128 + signal) << stopped.err;
    EXPECT_EQ(stopped.err, "copse: stopped; nothing was written\n");
    EXPECT_EQ(files(), before);
  }
}

TEST_F(CliDeltaTest, WhatIsReplacedKeepsItsPermissions) {
  using std::filesystem::perms;
  for (const perms mode : {perms{0600}, perms{0755}}) {
    write_file(scratch / "delta", "in the way");
    std::filesystem::permissions(scratch / "delta", mode);
    make_delta();
    EXPECT_EQ(std::filesystem::status(scratch / "delta").permissions(), mode);
    write_file(scratch / "again", "in the way");
    std::filesystem::permissions(scratch / "again", mode);
    ASSERT_EQ(copse({"patch", "old", "delta", "-o", "again", "-f"}).exit_code, 0);
    EXPECT_EQ(std::filesystem::status(scratch / "again").permissions(), mode);
  }
}

TEST_F(CliDeltaTest, ATerminalGetsNoBytes) {
  const RunResult result = copse({"delta", "old", "new", "-o", "-"}, {.on_terminal = true});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(contains(result.err + result.out, "standard output is a terminal"));
}

}  // namespace
}  // namespace copse::cli_test
