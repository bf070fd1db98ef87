// Ignore rules of repositories of every kind, and of none.
#include "workspace/git_ignore.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <git2.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/io/memory_file_system.h"

namespace copse {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each test, and a libgit2 that does not see the configuration of whoever
// runs the tests.
class GitIgnoreTest : public testing::Test {
 public:
  GitIgnoreTest() {
    git_libgit2_init();
    set_user_folder("/nonexistent");
    // In memory where there is such a place: a disk takes seconds to remove a deep tree.
    const fs::path shared = "/dev/shm";
    const fs::path scratch =
        ::access(shared.c_str(), W_OK) == 0 ? shared : fs::temp_directory_path();
    std::string name = (scratch / "copse_ignore_XXXXXX").string();
    root = fs::canonical(::mkdtemp(name.data())).string();
  }
  ~GitIgnoreTest() override {
    fs::remove_all(root);
    for (const int level : kLevels) {
      git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, nullptr);
    }
    git_libgit2_shutdown();
  }

  static void set_user_folder(const std::string& folder) {
    for (const int level : kLevels) {
      git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, folder.c_str());
    }
  }

  void write(const std::string& path, std::string_view text) const {
    const fs::path file = fs::path(root) / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }

  void init(const std::string& path, bool bare = false) const {
    git_repository* repository = nullptr;
    ASSERT_EQ(git_repository_init(&repository, (root + path).c_str(), bare ? 1U : 0U), 0);
    git_repository_free(repository);
  }

  GitIgnore open(const std::string& path = "") const {
    return GitIgnore::open(real_file_system(), root + path);
  }

  // Whether a walk would come to the path and leave it out there. One that ends with '/' is a
  // directory.
  bool ignored(const GitIgnore& ignore, const std::string& directory, std::string path) const {
    const FileType type = path.ends_with('/') ? FileType::Directory : FileType::Regular;
    if (type == FileType::Directory) path.pop_back();
    GitIgnore::ScopePtr scope = ignore.outer_scope();
    for (std::size_t end = 0; end != std::string::npos; end = path.find('/', end + 1)) {
      const std::string above = path.substr(0, end);
      if (!above.empty() && ignore.is_ignored(scope, above, FileType::Directory)) return true;
      if (!fs::exists(fs::path(root + directory) / above / ".gitignore")) continue;
      auto entered = ignore.enter(scope, above);
      EXPECT_TRUE(entered.ok());
      scope = std::move(entered).value();
    }
    return ignore.is_ignored(scope, path, type);
  }

  bool ignored(const std::string& directory, const std::string& path) const {
    return ignored(open(directory), directory, path);
  }

  static constexpr git_config_level_t kLevels[] = {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
                                                   GIT_CONFIG_LEVEL_GLOBAL,
                                                   GIT_CONFIG_LEVEL_PROGRAMDATA};
  std::string root;
};

struct Case {
  std::string path;
  bool ignored;
};

TEST_F(GitIgnoreTest, RulesMeanTheSameWithAndWithoutRepository) {
  write(".gitignore", "*.log\nbuild/\n/a/*\n!/a/keep\n\\!x\ndoc/**/*.txt\nodd[a-c]\n# comment\n\n");
  write("sub/.gitignore", "!keep.log\n/top\n");
  const std::vector<Case> cases = {
      {"x.log", true},      {"deep/er/x.log", true}, {"sub/keep.log", false},
      {"sub/x.log", true},  {"keep.log", true},      {"sub/deep/keep.log", false},
      {"build/", true},     {"build", false},        {"sub/build/", true},
      {"a/keep", false},    {"a/drop", true},        {"sub/a/drop", false},
      {"!x", true},         {"doc/a/b.txt", true},   {"doc/b.txt", true},
      {"oddb", true},       {"oddd", false},         {"sub/top", true},
      {"sub/x/top", false}, {"new\nline.log", true}, {"\xFF\xFE.log", true},
      {"\xFF\xFE", false},  {"# comment", false},    {" ", false},
  };
  for (const bool repository : {false, true}) {
    if (repository) init("");
    EXPECT_TRUE(open().problems().empty());
    EXPECT_EQ(open().outer_scope(), nullptr);
    for (const Case& expected : cases) {
      EXPECT_EQ(ignored("", expected.path), expected.ignored)
          << expected.path << (repository ? " in a repository" : " in none");
    }
  }
}

TEST_F(GitIgnoreTest, RulesFromAbove) {
  init("");
  write(".gitignore", "*.o\n/a/b/x\n");
  write("a/.gitignore", "!keep.o\n/b/y\n");
  write("a/b/.gitignore", "z\n");
  EXPECT_TRUE(ignored("/a/b", "c.o"));
  EXPECT_FALSE(ignored("/a/b", "keep.o"));
  EXPECT_TRUE(ignored("/a/b", "x"));
  EXPECT_TRUE(ignored("/a/b", "y"));
  EXPECT_TRUE(ignored("/a/b", "deep/z"));
  EXPECT_FALSE(ignored("/a/b", "deep/x"));
}

TEST_F(GitIgnoreTest, InfoExcludeAndSubdirectory) {
  init("");
  write(".git/info/exclude", "# comment\n*.tmp\n/a/b/x\n");
  write("a/.gitignore", "!keep.tmp\n");
  EXPECT_TRUE(ignored("/a", "y.tmp"));
  EXPECT_FALSE(ignored("/a", "keep.tmp"));
  EXPECT_TRUE(ignored("/a", "b/x"));
  EXPECT_FALSE(ignored("/a", "x"));
}

TEST_F(GitIgnoreTest, FilesOfTheUser) {
  init("/repository");
  write("user/excludes", "*.mine\n");
  write("repository/.git/config", "[core]\n\texcludesFile = " + root + "/user/excludes\n");
  EXPECT_TRUE(ignored("/repository", "x.mine"));

  write("user/ignore", "*.default\n");
  set_user_folder(root + "/user");
  write("plain/file", "");
  EXPECT_TRUE(ignored("/plain", "x.default"));
  EXPECT_FALSE(ignored("/repository", "x.default")) << "the configured file takes its place";
}

TEST_F(GitIgnoreTest, AskingForAnIgnoredDirectoryShowsIt) {
  init("");
  write(".gitignore", "build/\n*.c\n");
  write("build/source/.gitignore", "*.o\n");
  EXPECT_FALSE(ignored("/build/source", "a.c"));
  EXPECT_TRUE(ignored("/build/source", "a.o"));
}

TEST_F(GitIgnoreTest, OddRepositories) {
  init("/bare", true);
  write("bare/.gitignore", "*.o\n");
  EXPECT_TRUE(ignored("/bare", "a.o"));
  EXPECT_FALSE(ignored("/bare", "HEAD"));

  init("/inside");
  EXPECT_FALSE(ignored("/inside/.git", "config")) << "asked for by name";

  write("broken/.git", "no repository\n");
  write("broken/.gitignore", "*.o\n");
  EXPECT_EQ(open("/broken").problems().size(), 1U);
  EXPECT_TRUE(ignored("/broken", "a.o"));
}

TEST_F(GitIgnoreTest, NoDirectoryOfTheDisk) {
  MemoryFileSystem memory;
  ASSERT_TRUE(memory.make_directories("/copse_memory/a").ok());
  ASSERT_TRUE(memory.create("/copse_memory/a/.gitignore").ok());
  const std::string_view rules = "*.o\n";
  ASSERT_TRUE(memory.overwrite("/copse_memory/a/.gitignore", as_bytes(rules)).ok());
  const GitIgnore ignore = GitIgnore::open(memory, "/copse_memory");
  EXPECT_EQ(ignore.outer_scope(), nullptr);
  const auto scope = ignore.enter(nullptr, "a");
  ASSERT_TRUE(scope.ok());
  EXPECT_TRUE(ignore.is_ignored(scope.value(), "a/x.o", FileType::Regular));
  EXPECT_FALSE(ignore.is_ignored(scope.value(), "a/x.c", FileType::Regular));
  EXPECT_FALSE(ignore.enter(nullptr, "b").ok());
}

}  // namespace
}  // namespace copse
