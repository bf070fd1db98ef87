// Permissions, full disks, and files that change while they are read.
#include <atomic>
#include <filesystem>
#include <string>
#include <sys/mount.h>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "cli_project.h"

namespace copse::cli_test {
namespace {

// The program, a grammar and the project, all within reach of a user without rights.
class Unprivileged {
 public:
  Unprivileged() {
    const ScratchDirectory& scratch = project_.scratch();
    options_.program = scratch / "bin/copse";
    options_.as_nobody = true;
    options_.environment["COPSE_GRAMMAR_PATH"] = scratch / "bin/grammars";
    std::filesystem::create_directories(scratch / "bin/grammars");
    std::filesystem::copy(COPSE_BINARY, options_.program);
    for (const char* name : {"c.so", "python.so", "javascript.so"}) {
      std::filesystem::copy(std::string(COPSE_TEST_GRAMMAR_DIR) + "/" + name,
                            scratch / "bin/grammars");
    }
    give(project_.path());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(project_.path())) {
      give(entry.path().string());
    }
  }

  const Project& project() const { return project_; }
  const RunOptions& options() const { return options_; }

  RunResult copse(const std::vector<std::string>& arguments) const {
    return project_.copse(arguments, options_);
  }

 private:
  static void give(const std::string& path) {
    if (::geteuid() == 0) {
      EXPECT_EQ(::chown(path.c_str(), kNobody, kNobody), 0) << path;
    }
  }

  Project project_;
  RunOptions options_;
};

void set_mode(const std::string& path, mode_t mode) {
  ASSERT_EQ(::chmod(path.c_str(), mode), 0) << path;
}

TEST(BadDisk, UnreadableFileAndDirectory) {
  const Unprivileged user;
  const Project& project = user.project();
  project.write("secret.c", "int secret;\n");
  set_mode(project / "secret.c", 0);
  set_mode(project / "web", 0);
  const RunResult result = user.copse({"index", ".", "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto report = parse_json(result.out);
  EXPECT_EQ(number(report, "files_parsed"), 2U);
  const auto unreadable = problems(report, "unreadable");
  ASSERT_EQ(unreadable.size(), 2U);
  EXPECT_TRUE(unreadable[0].starts_with("secret.c: ")) << unreadable[0];
  EXPECT_TRUE(contains(unreadable[0], "permission denied"));
  EXPECT_TRUE(unreadable[1].starts_with("web: ")) << unreadable[1];
  EXPECT_TRUE(contains(result.err, "secret.c"));
  EXPECT_EQ(user.copse({"verify", "--deep"}).exit_code, 0);
}

TEST(BadDisk, WhatBecomesUnreadableIsNotForgotten) {
  const Unprivileged user;
  const Project& project = user.project();
  ASSERT_EQ(user.copse({"index", "."}).exit_code, 0);
  set_mode(project / "src/main.c", 0);
  set_mode(project / "web", 0);
  const RunResult again = user.copse({"index", "."});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(user.copse({"cat", "src/main.c"}).out, kMainC);
  EXPECT_EQ(user.copse({"cat", "web/page.js"}).out, kPageJs);
}

TEST(BadDisk, StoreThatMayOnlyBeRead) {
  const Unprivileged user;
  const Project& project = user.project();
  ASSERT_EQ(user.copse({"index", "."}).exit_code, 0);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(project.store())) {
    set_mode(entry.path().string(), entry.is_directory() ? 0555 : 0444);
  }
  set_mode(project.store(), 0555);
  project.write("more.c", "int more;\n");
  const RunResult index = user.copse({"index", "."});
  EXPECT_EQ(index.exit_code, 2);
  EXPECT_TRUE(contains(index.err, ".copse"));
  EXPECT_TRUE(contains(index.err, "permission denied"));
  EXPECT_EQ(user.copse({"cat", "src/main.c"}).out, kMainC);
  EXPECT_EQ(user.copse({"query", "(identifier) @i"}).exit_code, 0);
  EXPECT_EQ(user.copse({"verify", "--deep"}).exit_code, 0);
}

TEST(BadDisk, StoreWhereNoneCanBeMade) {
  const Unprivileged user;
  set_mode(user.project().path(), 0555);
  const RunResult index = user.copse({"index", "."});
  EXPECT_EQ(index.exit_code, 2);
  EXPECT_TRUE(contains(index.err, ".copse"));
}

TEST(BadDisk, StoreThatMayNotBeRead) {
  const Unprivileged user;
  ASSERT_EQ(user.copse({"index", "."}).exit_code, 0);
  set_mode(user.project().store(), 0);
  const RunResult ls = user.copse({"ls"});
  EXPECT_EQ(ls.exit_code, 2);
  EXPECT_EQ(ls.out, "");
  EXPECT_TRUE(contains(ls.err, "permission denied"));
}

// ---- full disks ----

// About `count` files of 40 KB that no codec makes small.
void write_noise(const Project& project, int count) {
  std::uint64_t state = 1;
  for (int file = 0; file < count; ++file) {
    std::string source;
    while (source.size() < 40000) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      source += "int v" + std::to_string(state >> 20U) + ";\n";
    }
    project.write("noise/" + std::to_string(file) + ".c", source);
  }
}

// A run that could not write everything: what it committed is good, and the next one completes it.
void check_partial(const Project& project, const RunResult& result, const std::string& why) {
  EXPECT_TRUE(result.exit_code == 1 || result.exit_code == 2) << result.exit_code << result.err;
  EXPECT_TRUE(contains(result.err, why));
  if (result.exit_code == 1) {
    project.expect_clean();
    EXPECT_FALSE(project.stored_paths().empty());
  }
  EXPECT_EQ(number(project.index(), "files_seen"), 63U);
  EXPECT_EQ(project.stored_paths().size(), 63U);
  project.expect_clean();
}

TEST(BadDisk, FileSizeLimit) {
  for (const rlim_t limit : {rlim_t{100}, rlim_t{20000}, rlim_t{150000}, rlim_t{400000}}) {
    const Project project;
    write_noise(project, 60);
    check_partial(project, project.copse({"index", "."}, {.file_size_limit = limit}),
                  "file too large");
  }
}

TEST(BadDisk, LimitAfterAGoodRun) {
  const Project project;
  project.index();
  write_noise(project, 60);
  const RunResult result = project.copse({"index", "."}, {.file_size_limit = 150000});
  EXPECT_TRUE(contains(result.err, "file too large"));
  EXPECT_EQ(project.copse({"cat", "src/main.c"}).out, kMainC);
  EXPECT_EQ(project.copse({"query", "(identifier) @i", "--path", "src/*"}).exit_code, 0);
  check_partial(project, result, "file too large");
}

TEST(BadDisk, FullDisk) {
  const Project project;
  const std::string disk = project.scratch() / "disk";
  std::filesystem::create_directory(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=3m") != 0) {
    GTEST_SKIP() << "a small disk cannot be mounted here";
  }
  write_noise(project, 200);
  const RunResult result = project.copse({"index", ".", "--store", disk + "/store"});
  EXPECT_TRUE(result.exit_code == 1 || result.exit_code == 2) << result.exit_code;
  EXPECT_TRUE(contains(result.err, "no space left on device"));
  if (result.exit_code == 1) {
    const RunResult verify = project.copse({"verify", "--deep", "--store", disk + "/store"});
    EXPECT_EQ(verify.exit_code, 0) << verify.out << verify.err;
  }
  EXPECT_EQ(::umount(disk.c_str()), 0);
}

// ---- files that change ----

// Rewrites files until told to stop: two by renaming a new version over the old one, one by adding
// to it, one that comes and goes.
class Editor {
 public:
  explicit Editor(const Project& project)
      : project_(project), thread_([this] {
          for (int version = 0; !stop_; ++version) {
            edit(version);
          }
        }) {}
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;
  ~Editor() { stop(); }

  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

  static std::string content(int version) {
    std::string text;
    for (int i = 0; i <= version % 50; ++i) {
      text += "int v" + std::to_string(version) + ";\n";
    }
    return text;
  }

 private:
  void edit(int version) {
    for (const char* name : {"one.c", "two.c"}) {
      project_.write("new.tmp", content(version));
      std::filesystem::rename(project_ / "new.tmp", project_ / name);
    }
    std::ofstream(project_ / "log.c", std::ios::app) << "int line" << version << ";\n";
    project_.write("coming.c", "int here;\n");
    std::filesystem::remove(project_ / "coming.c");
  }

  const Project& project_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

// Whether the text is one version, whole.
bool is_version(const std::string& text) {
  const std::vector<std::string> lines = lines_of(text);
  if (lines.empty()) return false;
  const int version = std::stoi(lines.front().substr(5));
  return text == Editor::content(version);
}

TEST(BadDisk, FilesThatChangeMeanwhile) {
  const Project project;
  project.write("one.c", Editor::content(0));
  project.write("two.c", Editor::content(0));
  project.write("log.c", "int log;\n");
  Editor editor(project);
  for (int run = 0; run < 10; ++run) {
    const RunResult result = project.copse({"index", "."});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_TRUE(is_version(project.copse({"cat", "one.c"}).out));
    EXPECT_TRUE(is_version(project.copse({"cat", "two.c"}).out));
    const std::string log = project.copse({"cat", "log.c"}).out;
    EXPECT_TRUE(read_file(project / "log.c").starts_with(log));
    project.expect_clean();
  }
  editor.stop();
  project.index();
  for (const char* name : {"one.c", "two.c", "log.c"}) {
    EXPECT_EQ(project.copse({"cat", name}).out, read_file(project / name));
  }
}

}  // namespace
}  // namespace copse::cli_test
