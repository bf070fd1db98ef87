// Trees of odd names, links, rules and depths, and the files that a walk finds in them.
#include "workspace/directory_walk.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

#include <fcntl.h>
#include <git2.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/io/memory_file_system.h"
#include "core/io/system_error.h"

namespace copse {
namespace {

namespace fs = std::filesystem;

using Paths = std::vector<std::string>;

class DirectoryWalkTest : public testing::Test {
 public:
  DirectoryWalkTest() {
    git_libgit2_init();
    for (const int level : kLevels) {
      git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "/nonexistent");
    }
    // In memory where there is such a place: a disk takes seconds to remove a deep tree.
    const fs::path shared = "/dev/shm";
    const fs::path scratch =
        ::access(shared.c_str(), W_OK) == 0 ? shared : fs::temp_directory_path();
    std::string name = (scratch / "copse_walk_XXXXXX").string();
    root = fs::canonical(::mkdtemp(name.data())).string();
  }
  ~DirectoryWalkTest() override {
    fs::remove_all(root);
    for (const int level : kLevels) {
      git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, nullptr);
    }
    git_libgit2_shutdown();
  }

  void write(const std::string& path, std::string_view text = "") const {
    const fs::path file = fs::path(root) / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }

  WalkReport walk(const WalkOptions& options = {}) const {
    auto report = walk_directory(real_file_system(), root, options);
    EXPECT_TRUE(report.ok()) << report.error().message();
    return std::move(report).value();
  }

  static constexpr git_config_level_t kLevels[] = {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
                                                   GIT_CONFIG_LEVEL_GLOBAL,
                                                   GIT_CONFIG_LEVEL_PROGRAMDATA};
  std::string root;
};

Paths paths_of(const WalkReport& report) {
  Paths paths;
  for (const WalkedFile& file : report.files) {
    paths.push_back(file.path);
  }
  return paths;
}

TEST_F(DirectoryWalkTest, EveryNameInBytewiseOrder) {
  write("a-b/x");
  write("a.d/b/c");
  write("a");
  write("a0");
  write("new\nline");
  write(" ");
  write("z\\y");
  write("\xC3\xA4");
  write("\xFF\xFE/\xFF");
  const WalkReport report = walk();
  EXPECT_EQ(paths_of(report), (Paths{" ", "a", "a-b/x", "a.d/b/c", "a0", "new\nline", "z\\y",
                                     "\xC3\xA4", "\xFF\xFE/\xFF"}));
  EXPECT_TRUE(report.problems.empty());
}

TEST_F(DirectoryWalkTest, TellsWhatWouldChange) {
  write("a", "12345");
  struct stat status {};
  ASSERT_EQ(::stat((root + "/a").c_str(), &status), 0);
  const WalkReport report = walk();
  ASSERT_EQ(report.files.size(), 1U);
  EXPECT_EQ(report.files[0].size_bytes, 5U);
  EXPECT_EQ(report.files[0].inode, status.st_ino);
  EXPECT_EQ(report.files[0].changed_ns,
            status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec);
}

TEST_F(DirectoryWalkTest, NeitherLinksNorSpecialFiles) {
  write("a/file");
  fs::create_directory_symlink("..", root + "/a/loop");
  fs::create_symlink("file", root + "/a/link");
  fs::create_symlink("nothing", root + "/a/dangling");
  ASSERT_EQ(::mkfifo((root + "/pipe").c_str(), 0600), 0);
  EXPECT_EQ(paths_of(walk()), Paths{"a/file"});
}

TEST_F(DirectoryWalkTest, TheRootMayBeALink) {
  write("real/file");
  fs::create_directory_symlink("real", root + "/link");
  const auto report = walk_directory(real_file_system(), root + "/link/", {});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(paths_of(report.value()), Paths{"file"});
}

TEST_F(DirectoryWalkTest, NoRepositoriesAndNoStores) {
  write(".git/config");
  write("module/.git", "gitdir: elsewhere");
  write(".copse/pack");
  write("a/.copse/pack");
  write("b/.copse");
  write("store/pack");
  write("store2/file");
  write("a/store/file");
  WalkOptions options;
  options.include_ignored = true;
  options.exclude = root + "/store";
  EXPECT_EQ(paths_of(walk(options)), (Paths{"a/store/file", "b/.copse", "store2/file"}));
}

TEST_F(DirectoryWalkTest, HonoursIgnoreFiles) {
  write(".gitignore", "*.o\n/out/\n*.log\n");
  write("a.c");
  write("a.o");
  write("out/a.c");
  write("sub/out/a.c");
  write("sub/.gitignore", "!keep.log\ngenerated\n");
  write("sub/keep.log");
  write("sub/x.log");
  write("sub/generated/deep/a.c");
  write("generated/a.c");
  const Paths kept = {".gitignore",     "a.c",          "generated/a.c",
                      "sub/.gitignore", "sub/keep.log", "sub/out/a.c"};
  EXPECT_EQ(paths_of(walk()), kept);
  WalkOptions all;
  all.include_ignored = true;
  EXPECT_EQ(paths_of(walk(all)).size(), kept.size() + 4);

  git_repository* repository = nullptr;
  ASSERT_EQ(git_repository_init(&repository, root.c_str(), 0), 0);
  git_repository_free(repository);
  EXPECT_EQ(paths_of(walk()), kept);
  const auto below = walk_directory(real_file_system(), root + "/sub", {});
  ASSERT_TRUE(below.ok());
  EXPECT_EQ(paths_of(below.value()), (Paths{".gitignore", "keep.log", "out/a.c"}));
}

TEST_F(DirectoryWalkTest, AnIgnoredDirectoryIsNotEntered) {
  write(".gitignore", "out/\n!out/keep\n");
  write("out/keep");
  write("out/.gitignore", "!*\n");
  EXPECT_EQ(paths_of(walk()), Paths{".gitignore"});
}

// Fails for chosen paths as a disk with permissions does, also for the superuser.
class PickyFileSystem final : public FileSystem {
 public:
  std::string unlistable, unreadable, vanished;

  Result<std::unique_ptr<ReadableFile>> open(const std::string& path) override {
    return real_.open(path);
  }
  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
    return real_.create(path);
  }
  Result<Bytes> read_file(const std::string& path, std::uint64_t limit_bytes) override {
    return real_.read_file(path, limit_bytes);
  }
  Status rename(const std::string& source, const std::string& target) override {
    return real_.rename(source, target);
  }
  Status remove(const std::string& path) override { return real_.remove(path); }
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override {
    const std::string plain = path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
    if (!unlistable.empty() && plain.ends_with(unlistable)) {
      return system_error("list", path, EACCES);
    }
    if (!vanished.empty() && path.ends_with(vanished)) return system_error("list", path, ENOENT);
    return real_.list(path);
  }
  Status make_directories(const std::string& path) override { return real_.make_directories(path); }
  Status sync_directory(const std::string& path) override { return real_.sync_directory(path); }
  Result<FileInfo> stat(const std::string& path) override { return real_.stat(path); }
  Result<FileInfo> lstat(const std::string& path) override {
    if (!unreadable.empty() && path.ends_with(unreadable)) return system_error("stat", path, EIO);
    if (!vanished.empty() && path.ends_with(vanished)) return system_error("stat", path, ENOENT);
    return real_.lstat(path);
  }
  Result<std::string> real_path(const std::string& path) override { return real_.real_path(path); }
  Result<std::string> read_link(const std::string& path) override { return real_.read_link(path); }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    return real_.lock(path);
  }

 private:
  FileSystem& real_ = real_file_system();
};

TEST_F(DirectoryWalkTest, WhatCannotBeReadIsAProblemAndNotAnError) {
  write("closed/a");
  write("file");
  write("gone/a");
  write("other");
  PickyFileSystem picky;
  picky.unlistable = "/closed";
  picky.unreadable = "/file";
  picky.vanished = "/gone";
  const auto report = walk_directory(picky, root, {});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(paths_of(report.value()), Paths{"other"});
  ASSERT_EQ(report.value().problems.size(), 2U);
  EXPECT_EQ(report.value().problems[0].path, "closed");
  EXPECT_NE(report.value().problems[0].reason.find("ermission"), std::string::npos);
  EXPECT_EQ(report.value().problems[1].path, "file");

  picky.unlistable = root.substr(root.rfind('/'));
  EXPECT_FALSE(walk_directory(picky, root, {}).ok()) << "without the root there is no answer";
}

TEST_F(DirectoryWalkTest, RootsThatAreNone) {
  write("file");
  const auto file = walk_directory(real_file_system(), root + "/file", {});
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().code(), ErrorCode::InvalidArgument);
  const auto nothing = walk_directory(real_file_system(), root + "/nothing", {});
  ASSERT_FALSE(nothing.ok());
  EXPECT_EQ(nothing.error().code(), ErrorCode::NotFound);
}

TEST_F(DirectoryWalkTest, StopsWhenAsked) {
  write("file");
  const std::atomic<bool> stop = true;
  WalkOptions options;
  options.stop = &stop;
  const auto report = walk_directory(real_file_system(), root, options);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code(), ErrorCode::Interrupted);
}

TEST_F(DirectoryWalkTest, InMemory) {
  MemoryFileSystem memory;
  ASSERT_TRUE(memory.make_directories("/copse_walk/a/b").ok());
  ASSERT_TRUE(memory.create("/copse_walk/a/b/file").ok());
  const auto report = walk_directory(memory, "/copse_walk", {});
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_EQ(paths_of(report.value()), Paths{"a/b/file"});
}

// Directories of this depth, each in the one before it, with a file in the last one.
void make_deep(const std::string& root, std::size_t depth) {
  int folder = ::open(root.c_str(), O_RDONLY | O_DIRECTORY);
  for (std::size_t i = 0; i < depth; ++i) {
    ASSERT_EQ(::mkdirat(folder, "d", 0700), 0);
    const int next = ::openat(folder, "d", O_RDONLY | O_DIRECTORY);
    ::close(folder);
    folder = next;
  }
  ::close(::openat(folder, "file", O_CREAT | O_WRONLY, 0600));
  ::close(folder);
}

TEST_F(DirectoryWalkTest, Deep) {
  constexpr std::size_t depth = 2000;
  make_deep(root, depth);
  const WalkReport report = walk();
  ASSERT_EQ(report.files.size(), 1U);
  EXPECT_EQ(report.files[0].path.size(), 2 * depth + 4);
  EXPECT_TRUE(report.problems.empty());

  WalkOptions shallow;
  shallow.depth_max = 10;
  const WalkReport cut = walk(shallow);
  EXPECT_TRUE(cut.files.empty());
  ASSERT_EQ(cut.problems.size(), 1U);
  EXPECT_EQ(cut.problems[0].reason, "deeper than the limit of 10 directories");

  write(".gitignore", "file\n");
  EXPECT_EQ(paths_of(walk()), Paths{".gitignore"});
}

TEST_F(DirectoryWalkTest, DeeperThanTheSystemTakesPaths) {
  make_deep(root, 3000);
  const WalkReport report = walk();
  EXPECT_TRUE(report.files.empty());
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_NE(report.problems[0].reason.find("too long"), std::string::npos);
}

}  // namespace
}  // namespace copse
