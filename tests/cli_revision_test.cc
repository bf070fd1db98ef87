// Revisions through the program, against what git says of a repository that the test makes.
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli_project.h"

namespace copse::cli_test {
namespace {

constexpr const char* kGit = "/usr/bin/git";

// A project in a repository; every commit has a date of its own.
class Repository {
 public:
  explicit Repository(const std::vector<std::string>& flags = {}) {
    std::vector<std::string> init = {"init", "-q", "-b", "main"};
    init.insert(init.end(), flags.begin(), flags.end());
    git(init);
    git({"config", "user.name", "nobody"});
    git({"config", "user.email", "nobody@example.org"});
  }

  RunResult git_result(const std::vector<std::string>& arguments) const {
    RunOptions options;
    options.program = kGit;
    options.directory = project_.path();
    const std::string date = std::to_string(1'700'000'000 + 86'400 * day_) + " +0130";
    options.environment = {{"GIT_COMMITTER_DATE", date},
                           {"GIT_AUTHOR_DATE", date},
                           {"GIT_CONFIG_NOSYSTEM", "1"},
                           {"GIT_ALLOW_PROTOCOL", "file"}};
    return run(arguments, options);
  }
  std::string git(const std::vector<std::string>& arguments) const {
    const RunResult result = git_result(arguments);
    EXPECT_EQ(result.exit_code, 0) << arguments.front() << ": " << result.err;
    return result.out;
  }
  std::string commit(const std::string& subject) {
    ++day_;
    git({"add", "-A", "."});
    git({"commit", "-q", "--allow-empty", "-m", subject});
    return id("HEAD");
  }
  std::string id(const std::string& revision) const {
    std::string text = git({"rev-parse", revision + "^{commit}"});
    text.pop_back();
    return text;
  }
  // Regular files and their bytes.
  std::map<std::string, std::string> files(const std::string& revision) const {
    std::map<std::string, std::string> files;
    const std::string list = git({"ls-tree", "-r", "-z", revision});
    for (std::size_t begin = 0; begin < list.size();) {
      const std::size_t end = list.find('\0', begin);
      const std::string line = list.substr(begin, end - begin);
      begin = end + 1;
      if (!line.starts_with("100")) continue;
      const std::string object = line.substr(12, line.find('\t') - 12);
      files[line.substr(line.find('\t') + 1)] = git({"cat-file", "blob", object});
    }
    return files;
  }
  std::set<std::string> paths(const std::string& revision) const {
    std::set<std::string> paths;
    for (const auto& [path, content] : files(revision)) {
      paths.insert(path);
    }
    return paths;
  }

  const Project& project() const { return project_; }
  RunResult copse(const std::vector<std::string>& arguments) const {
    return project_.copse(arguments);
  }
  rapidjson::Document index(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"index", "--json"});
    const RunResult result = copse(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return parse_json(result.out);
  }
  std::set<std::string> stored(const std::string& revision) const {
    const RunResult result = copse({"ls", "--rev", revision, "--json"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::set<std::string> paths;
    for (const std::string& line : lines_of(result.out)) {
      paths.insert(string(parse_json(line), "path"));
    }
    return paths;
  }

  // All of a revision is as git has it, when it was indexed with --all.
  void expect_revision(const std::string& revision) const {
    const auto expected = files(revision);
    EXPECT_EQ(stored(revision), paths(revision)) << revision;
    for (const auto& [path, content] : expected) {
      const RunResult cat = copse({"cat", path, "--rev", revision});
      EXPECT_EQ(cat.exit_code, 0) << cat.err;
      EXPECT_EQ(cat.out, content) << revision << " " << path;
    }
  }

 private:
  Project project_;
  int day_ = 0;
};

// Three commits: each kind of change once.
class Revisions : public testing::Test {
 protected:
  void SetUp() override {
    const Project& project = repository_.project();
    project.write("src/util.h", "int one(void);\n");
    first_ = repository_.commit("first");
    repository_.git({"tag", "v1"});
    project.write("src/main.c", std::string(kMainC) + "int more;\n");
    project.write("src/new.c", "int fresh(void) { goto out; out: return 1; }\n");
    repository_.git({"mv", "app.py", "tool.py"});
    second_ = repository_.commit("second\n\nwith a body");
    repository_.git({"tag", "-a", "v2", "-m", "annotated"});
    repository_.git({"rm", "-q", "src/util.h"});
    third_ = repository_.commit("third");
  }

  Repository repository_;
  std::string first_, second_, third_;
};

TEST_F(Revisions, AreWhatGitHas) {
  const auto report = repository_.index({"--all", "--rev", "v1", "--rev", "v2", "--rev", "HEAD"});
  EXPECT_EQ(number(report, "revisions_stored"), 3U);
  for (const char* revision : {"v1", "v2", "HEAD", "main", "HEAD~2"}) {
    repository_.expect_revision(revision);
  }
  repository_.expect_revision(second_.substr(0, 7));
  repository_.project().expect_clean();
  // Nothing of the directory was indexed.
  EXPECT_TRUE(repository_.project().stored_paths().empty());
}

TEST_F(Revisions, ARangeIsAllItsCommits) {
  const auto report = repository_.index({"--all", "--rev", "v1..main"});
  EXPECT_EQ(number(report, "revisions_stored"), 2U);
  repository_.expect_revision(second_);
  repository_.expect_revision(third_);
  EXPECT_EQ(repository_.copse({"ls", "--rev", "v1"}).exit_code, 2);
}

TEST_F(Revisions, WhatIsThereIsNotParsedAgain) {
  EXPECT_EQ(number(repository_.index({"--rev", "v1"}), "files_parsed"), 4U);
  const auto next = repository_.index({"--rev", "v2"});
  EXPECT_EQ(number(next, "files_parsed"), 2U);  // main.c and new.c; tool.py only moved
  EXPECT_EQ(number(next, "files_unchanged"), 3U);
  const auto again = repository_.index({"--rev", "v2"});
  EXPECT_EQ(number(again, "files_parsed"), 0U);
  EXPECT_EQ(number(again, "revisions_stored"), 0U);
  // Nor what the directory has: HEAD lacks util.h, which only v1 and v2 have.
  Repository other;
  other.commit("all");
  EXPECT_EQ(number(other.index({"."}), "files_parsed"), 3U);
  EXPECT_EQ(number(other.index({"--rev", "HEAD"}), "files_parsed"), 0U);
  EXPECT_EQ(other.stored("HEAD"), (std::set<std::string>{"app.py", "src/main.c", "web/page.js"}));
}

TEST_F(Revisions, DirectoryAndRevisionsLiveTogether) {
  repository_.index({"--rev", "v1"});
  repository_.index({"."});
  repository_.project().write("src/main.c", "int changed;\n");
  repository_.index({"."});
  EXPECT_EQ(repository_.copse({"cat", "src/main.c"}).out, "int changed;\n");
  EXPECT_EQ(repository_.copse({"cat", "src/main.c", "--rev", "v1"}).out, kMainC);
  EXPECT_EQ(repository_.stored("v1"),
            (std::set<std::string>{"app.py", "src/main.c", "src/util.h", "web/page.js"}));
  EXPECT_EQ(repository_.project().stored_paths(),
            (std::vector<std::string>{"src/main.c", "src/new.c", "tool.py", "web/page.js"}));
  EXPECT_EQ(repository_.copse({"compact"}).exit_code, 0);
  EXPECT_EQ(repository_.copse({"cat", "src/main.c", "--rev", "v1"}).out, kMainC);
  repository_.project().expect_clean();
}

TEST_F(Revisions, AnswerAsTheirCheckoutDoes) {
  repository_.index({"--rev", "v1..main", "--rev", "v1"});
  for (const char* revision : {"v1", "v2", "main"}) {
    SCOPED_TRACE(revision);
    Repository checkout;
    for (const auto& [path, content] : repository_.files(revision)) {
      checkout.project().write(path, content);
    }
    const auto kept = repository_.paths(revision);
    for (const char* path : {"app.py", "src/main.c", "src/util.h"}) {
      if (!kept.contains(path)) std::filesystem::remove(checkout.project() / path);
    }
    checkout.index({"."});
    for (std::vector<std::string> command :
         {std::vector<std::string>{"query", "(identifier) @i"},
          {"query", "(goto_statement) @g", "--format", "jsonl"},
          {"query", "(identifier) @i", "--no-index", "--format", "count"},
          {"pattern", "int $A", "--lang", "c"},
          {"symbols"},
          {"ls", "-l"},
          {"outline", "src/main.c"},
          {"tree", "src/main.c"}}) {
      const RunResult expected = checkout.copse(command);
      command.insert(command.end(), {"--rev", revision});
      const RunResult found = repository_.copse(command);
      EXPECT_EQ(found.out, expected.out) << command.front();
      EXPECT_EQ(found.exit_code, expected.exit_code) << command.front() << found.err;
    }
  }
}

TEST_F(Revisions, LogSaysWhatChangedAFile) {
  repository_.index({"--rev", "v2", "--rev", "main", "--rev", "v1"});
  const auto log = [&](const std::string& path) {
    std::string text;
    for (const std::string& line : lines_of(repository_.copse({"log", path, "--json"}).out)) {
      const auto change = parse_json(line);
      text += string(change, "subject") + " " + string(change, "change") + " " +
              std::to_string(number(change, "bytes")) + "\n";
    }
    return text;
  };
  const std::string size = std::to_string(kMainC.size());
  EXPECT_EQ(log("src/main.c"), "second modified " + std::to_string(kMainC.size() + 10) +
                                   "\nfirst added " + size + "\n");
  EXPECT_EQ(log("src/util.h"), "third removed 0\nfirst added 15\n");
  EXPECT_TRUE(contains(log("tool.py"), "second renamed"));
  EXPECT_TRUE(contains(log("app.py"), "second removed 0\nfirst added"));
  const RunResult text = repository_.copse({"log", "src/main.c"});
  EXPECT_TRUE(contains(text.out, second_.substr(0, 10) + "  2023-11-16  modified  "));
  EXPECT_EQ(repository_.copse({"log", "none.c"}).exit_code, 1);
}

TEST_F(Revisions, AreListedByTimeWithTheirNames) {
  repository_.index({"--rev", "v2", "--rev", "v1", "--rev", "HEAD"});
  const std::vector<std::string> lines = lines_of(repository_.copse({"revisions"}).out);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0], first_.substr(0, 10) + "  2023-11-15 (v1)  first");
  EXPECT_EQ(lines[1], second_.substr(0, 10) + "  2023-11-16 (v2)  second");
  EXPECT_EQ(lines[2], third_.substr(0, 10) + "  2023-11-17  third");
  const auto json = parse_json(lines_of(repository_.copse({"revisions", "--json"}).out)[1]);
  EXPECT_EQ(string(json, "previous"), first_);
  EXPECT_EQ(string(json, "time"), "2023-11-16T23:43:20+01:30");
}

TEST_F(Revisions, NamesHoldWithoutTheRepository) {
  repository_.index({"--rev", "v1", "--rev", "HEAD"});
  std::filesystem::remove_all(repository_.project() / ".git");
  for (const std::string& name : {std::string("v1"), first_, first_.substr(0, 6)}) {
    EXPECT_TRUE(repository_.stored(name).contains("src/util.h")) << name;
  }
  EXPECT_TRUE(contains(repository_.copse({"ls", "--rev", "v2"}).err, "no revision 'v2'"));
  EXPECT_EQ(repository_.copse({"index", "--rev", "v1"}).exit_code, 2);
}

TEST_F(Revisions, ABranchMovesOn) {
  repository_.index({"--rev", "main"});
  repository_.project().write("late.c", "int late;\n");
  const std::string fourth = repository_.commit("fourth");
  const RunResult before = repository_.copse({"ls", "--rev", "main"});
  EXPECT_EQ(before.exit_code, 2);
  EXPECT_TRUE(contains(before.err, "copse index --rev main"));
  repository_.index({"--rev", "main"});
  EXPECT_TRUE(repository_.stored("main").contains("late.c"));
  EXPECT_FALSE(repository_.stored(third_).contains("late.c"));
  std::filesystem::remove_all(repository_.project() / ".git");
  EXPECT_TRUE(repository_.stored("main").contains("late.c"));
}

TEST_F(Revisions, ForgettingOneLeavesTheOthersWhole) {
  repository_.index({"--all", "--rev", "v1", "--rev", "v2", "--rev", "HEAD"});
  const RunResult forgot = repository_.copse({"forget", "--rev", "v2", "--json"});
  ASSERT_EQ(forgot.exit_code, 0) << forgot.err;
  // All that only v2 has: nothing, as HEAD has the rest.
  EXPECT_EQ(number(parse_json(forgot.out), "contents_removed"), 0U);
  repository_.expect_revision("v1");
  repository_.expect_revision("HEAD");
  EXPECT_EQ(repository_.copse({"ls", "--rev", second_}).exit_code, 2);
  EXPECT_EQ(number(parse_json(repository_.copse({"forget", "--rev", "v1", "--json"}).out),
                   "contents_removed"),
            2U);  // util.h and the first main.c
  repository_.expect_revision("HEAD");
  EXPECT_EQ(repository_.copse({"compact"}).exit_code, 0);
  repository_.project().expect_clean();
  repository_.expect_revision("HEAD");
  EXPECT_EQ(repository_.copse({"forget", "--rev", "v1"}).exit_code, 2);
}

TEST_F(Revisions, ManyInARowAreWhatGitHas) {
  for (int i = 0; i < 40; ++i) {
    repository_.project().write("src/f" + std::to_string(i % 7) + ".c",
                                "int f" + std::to_string(i) + ";\n");
    repository_.commit("commit " + std::to_string(i));
  }
  const auto report = repository_.index({"--all", "--rev", "v1..main"});
  EXPECT_EQ(number(report, "revisions_stored"), 42U);
  for (const int back : {0, 1, 20, 39}) {
    repository_.expect_revision("main~" + std::to_string(back));
  }
  // From the middle of the chain.
  EXPECT_EQ(repository_.copse({"forget", "--rev", repository_.id("main~20")}).exit_code, 0);
  repository_.expect_revision("main~19");
  repository_.expect_revision("main");
  repository_.project().expect_clean(false);
}

TEST_F(Revisions, OddThingsInACommit) {
  const Project& project = repository_.project();
  std::filesystem::create_symlink("main.c", project / "src/link.c");
  project.write("odd/new\nline \"\xff\".c", "int odd;\n");
  project.write("odd/tab\t.c", "int tab;\n");
  project.write("big.c", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
  project.write("copy1.c", "int same;\n");
  project.write("copy2.c", "int same;\n");
  project.write("bin.c", std::string(4096, '\0'));
  project.write("empty.c", "");
  repository_.commit("odd");
  repository_.git({"update-index", "--add", "--cacheinfo", "160000," + first_ + ",sub"});
  repository_.git({"commit", "-q", "-m", "submodule"});
  const auto report = repository_.index({"--all", "--rev", "HEAD"});
  EXPECT_EQ(number(report, "links"), 1U);
  EXPECT_EQ(number(report, "submodules"), 1U);
  const auto plain = problems(report, "plain");
  EXPECT_TRUE(std::find(plain.begin(), plain.end(), "big.c: a pointer of git-lfs") != plain.end());
  for (const auto& [path, content] : repository_.files("HEAD")) {
    EXPECT_EQ(repository_.copse({"cat", path, "--rev", "HEAD"}).out, content) << path;
  }
  repository_.project().expect_clean();
}

TEST_F(Revisions, EmptyCommitsCostAList) {
  const std::string empty = repository_.commit("nothing");
  repository_.index({"--all", "--rev", "HEAD~1", "--rev", "HEAD"});
  repository_.expect_revision(empty);
  const std::string orphan = repository_.git(
      {"commit-tree", "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "-m", "no file at all"});
  repository_.index({"--rev", orphan.substr(0, 40)});
  EXPECT_TRUE(repository_.stored(orphan.substr(0, 40)).empty());
}

TEST_F(Revisions, BareAndShallowRepositories) {
  const std::string bare = repository_.project().scratch() / "bare.git";
  repository_.git({"clone", "-q", "--bare", repository_.project().path(), bare});
  const RunResult indexed =
      repository_.copse({"index", "--rev", "v1", "--all", "--repo", bare, "--store", "../store"});
  ASSERT_EQ(indexed.exit_code, 0) << indexed.err;
  const RunResult listed = repository_.copse({"ls", "--rev", "v1", "--store", "../store"});
  EXPECT_EQ(lines_of(listed.out).size(), repository_.files("v1").size());
  const std::string shallow = repository_.project().scratch() / "shallow";
  repository_.git({"clone", "-q", "--depth", "1", "file://" + bare, shallow});
  const RunResult of_shallow =
      repository_.copse({"index", "--rev", "HEAD", "--repo", shallow, "--store", "../store"});
  EXPECT_EQ(of_shallow.exit_code, 0) << of_shallow.err;
  const RunResult cut_off =
      repository_.copse({"index", "--rev", "HEAD~1", "--repo", shallow, "--store", "../store"});
  EXPECT_EQ(cut_off.exit_code, 2);
}

TEST_F(Revisions, ADirectoryBelowTheRepositoryHasItsPart) {
  const RunResult indexed = repository_.copse({"index", "src", "--rev", "v1"});
  ASSERT_EQ(indexed.exit_code, 0) << indexed.err;
  const RunResult listed = repository_.copse({"ls", "--rev", "v1", "--store", "src/.copse"});
  EXPECT_EQ(lines_of(listed.out), (std::vector<std::string>{"main.c", "util.h"}));
}

TEST_F(Revisions, WhatCannotBeIsRefusedBeforeThereIsAStore) {
  for (const char* revision : {"nothing", "v1...v2", "HEAD~99", ""}) {
    const RunResult result = repository_.copse({"index", "--rev", revision});
    EXPECT_EQ(result.exit_code, 2) << revision;
    EXPECT_FALSE(result.err.empty());
  }
  EXPECT_EQ(repository_.copse({"index"}).exit_code, 2);
  EXPECT_EQ(repository_.copse({"index", ".", "--repo", "."}).exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(repository_.project().store()));
  const Project outside;
  EXPECT_TRUE(contains(outside.copse({"index", "--rev", "HEAD"}).err, "not in a git repository"));
}

TEST(RevisionsOfSha256, AreRefused) {
  Repository repository({"--object-format=sha256"});
  repository.commit("one");
  const RunResult result = repository.copse({"index", "--rev", "HEAD"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(contains(result.err, "SHA-256"));
}

TEST_F(Revisions, DamageIsNamed) {
  repository_.index({"--all", "--rev", "v1"});
  const std::string object = lines_of(repository_.git({"rev-parse", "v2:src/new.c"})).front();
  std::filesystem::remove(repository_.project() /
                          (".git/objects/" + object.substr(0, 2) + "/" + object.substr(2)));
  const auto report = repository_.index({"--rev", "v2"});
  const auto unreadable = problems(report, "unreadable");
  ASSERT_EQ(unreadable.size(), 1U);
  EXPECT_TRUE(contains(unreadable[0], "src/new.c"));
  EXPECT_TRUE(repository_.stored("v2").contains("tool.py"));
  EXPECT_FALSE(repository_.stored("v2").contains("src/new.c"));
}

}  // namespace
}  // namespace copse::cli_test
