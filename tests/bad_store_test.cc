// Damaged stores: never a wrong answer, never a crash, always a name and a place; what the damage
// did not touch still answers.
#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli_project.h"
#include "core/bytes.h"
#include "core/hash.h"

namespace copse::cli_test {
namespace {

constexpr std::size_t kFlipsAFile = 4;

// A store of more than one generation: after the very first commit HEAD may have no copy yet, as
// when the writer was stopped there.
void index_twice(const Project& project) {
  project.index();
  project.write("later.c", "int later;\n");
  project.index();
}

// What a healthy store answers.
class Answers {
 public:
  explicit Answers(const Project& project) : project_(project) {
    for (const std::string& path : project.stored_paths()) {
      for (const std::string command : {"cat", "tree"}) {
        right_[{command, path}] = project.copse({command, path}).out;
      }
    }
    listing_ = project.copse({"ls", "--json"}).out;
    matches_ = project.copse({"query", "(identifier) @i"}).out;
  }

  // Asks everything again. Each answer is right, or there is none and a message that names
  // `damaged`, a part of the name of a file of the store. Answers how many there were none of.
  int check(const std::string& damaged) const {
    int failures = 0;
    for (const auto& [question, answer] : right_) {
      failures += check_one({question.first, question.second}, answer, damaged);
    }
    failures += check_listing(damaged);
    check_query(damaged);
    return failures;
  }

 private:
  int check_one(const std::vector<std::string>& arguments, const std::string& right,
                const std::string& damaged) const {
    const RunResult result = project_.copse(arguments);
    if (result.exit_code == 0) {
      EXPECT_EQ(result.out, right) << arguments.front();
      return 0;
    }
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(contains(result.err, damaged));
    return 1;
  }

  // A listing may lack what a damaged part of the catalogue held, and then says so.
  int check_listing(const std::string& damaged) const {
    const RunResult result = project_.copse({"ls", "--json"});
    if (result.exit_code == 0) {
      EXPECT_EQ(result.out, listing_);
      return 0;
    }
    EXPECT_EQ(result.exit_code, 2) << result.err;
    for (const std::string& line : lines_of(result.out))
      EXPECT_TRUE(contains(listing_, line));
    EXPECT_TRUE(contains(result.err, damaged));
    return 1;
  }

  // A query may answer for the files that are whole, and then says that it did not for the others.
  void check_query(const std::string& damaged) const {
    const RunResult result = project_.copse({"query", "(identifier) @i"});
    if (result.exit_code == 0) {
      EXPECT_EQ(result.out, matches_);
      return;
    }
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_TRUE(contains(result.err, damaged));
    const std::vector<std::string> all = lines_of(matches_);
    for (const std::string& line : lines_of(result.out)) {
      EXPECT_NE(std::find(all.begin(), all.end(), line), all.end()) << line;
    }
  }

  const Project& project_;
  std::map<std::pair<std::string, std::string>, std::string> right_;
  std::string listing_;
  std::string matches_;
};

// The files of the store that hold something: not the lock, which holds a process id.
std::vector<std::string> store_files(const Project& project) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(project.store())) {
    if (entry.is_regular_file() && entry.path().filename() != "lock") {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string name_of(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

bool is_pack(const std::string& file) {
  return file.ends_with(".pack");
}

void expect_verify_names(const Project& project, const std::string& file) {
  const RunResult result = project.copse({"verify"});
  EXPECT_EQ(result.exit_code, 2) << result.out << result.err;
  EXPECT_TRUE(contains(result.out + result.err, name_of(file)));
}

TEST(BadStore, FlippedBytes) {
  const Project project;
  index_twice(project);
  const Answers answers(project);
  for (const std::string& file : store_files(project)) {
    const std::string whole = read_file(file);
    const std::size_t step = std::max<std::size_t>(1, whole.size() / kFlipsAFile);
    for (std::size_t at = 0; at < whole.size(); at += step) {
      SCOPED_TRACE(file + " at " + std::to_string(at));
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
      write_file(file, damaged);
      expect_verify_names(project, file);
      // Everything but packs is there twice; in a pack one frame is hit: one source, whose tree
      // needs it too, or one tree.
      const bool head_of_pack = is_pack(file) && at < 40;
      if (!head_of_pack) {
        EXPECT_LE(answers.check(name_of(file)), is_pack(file) ? 2 : 0);
      }
      if (testing::Test::HasFailure()) return;
    }
    write_file(file, whole);
  }
  project.expect_clean();
}

TEST(BadStore, TruncatedFiles) {
  const Project project;
  index_twice(project);
  const Answers answers(project);
  for (const std::string& file : store_files(project)) {
    const std::string whole = read_file(file);
    const std::vector<std::size_t> sizes = {0, whole.size() / 2, whole.size() - 1};
    for (const std::size_t size : sizes) {
      SCOPED_TRACE(file + " cut to " + std::to_string(size));
      write_file(file, whole.substr(0, size));
      expect_verify_names(project, file);
      const int failures = answers.check(name_of(file));
      if (!is_pack(file)) {
        EXPECT_EQ(failures, 0);
      }
    }
    write_file(file, whole);
  }
  project.expect_clean();
}

TEST(BadStore, MissingFiles) {
  const Project project;
  index_twice(project);
  const Answers answers(project);
  for (const std::string& file : store_files(project)) {
    SCOPED_TRACE(file);
    const std::string whole = read_file(file);
    std::filesystem::remove(file);
    expect_verify_names(project, file);
    const int failures = answers.check(name_of(file));
    if (!is_pack(file)) {
      EXPECT_EQ(failures, 0);
    }
    write_file(file, whole);
  }
  project.expect_clean();
}

// Both copies of what is there twice.
TEST(BadStore, FlippedInBothCopies) {
  const Project project;
  index_twice(project);
  const Answers answers(project);
  int needless = 0;
  for (const std::string& file : store_files(project)) {
    const std::string copy = file + ".copy";
    if (!std::filesystem::exists(copy)) continue;
    SCOPED_TRACE(file);
    const std::string whole = read_file(file);
    std::string damaged = whole;
    damaged[whole.size() / 2] = static_cast<char>(damaged[whole.size() / 2] ^ 0x01);
    write_file(file, damaged);
    write_file(copy, damaged);
    expect_verify_names(project, file);
    // All but seven objects are needed for some of these answers: the one that names the store's
    // directory, the tags queries of three languages, and their models, without which their files
    // are parsed again.
    if (answers.check(name_of(file)) == 0) ++needless;
    write_file(file, whole);
    write_file(copy, whole);
  }
  EXPECT_EQ(needless, 7);
  project.expect_clean();
}

// Index runs over a damaged store either work or say what is wrong, and never spoil what was whole.
TEST(BadStore, IndexingOverDamage) {
  const Project project;
  project.index();
  const std::string backup = project.scratch() / "backup";
  const auto recursive = std::filesystem::copy_options::recursive;
  std::filesystem::copy(project.store(), backup, recursive);
  int version = 0;
  for (const std::string& file : store_files(project)) {
    SCOPED_TRACE(file);
    std::string damaged = read_file(file);
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x01);
    write_file(file, damaged);
    project.write("app.py", "x = " + std::to_string(++version) + "\n");
    const RunResult result = project.copse({"index", "."});
    if (result.exit_code == 0) {
      EXPECT_EQ(project.copse({"cat", "app.py"}).out, read_file(project / "app.py"));
    } else {
      EXPECT_EQ(result.exit_code, 2);
      EXPECT_TRUE(contains(result.err, name_of(file)));
    }
    if (!is_pack(file)) {
      EXPECT_EQ(project.copse({"cat", "src/main.c"}).out, kMainC);
      EXPECT_EQ(project.copse({"tree", "src/main.c"}).exit_code, 0);
    }
    std::filesystem::remove_all(project.store());
    std::filesystem::copy(backup, project.store(), recursive);
  }
}

// HEAD as docs/formats/store.md draws it: version at 8, checksum of everything before at the end.
std::string with_version(std::string head, std::uint8_t version) {
  head[8] = static_cast<char>(version);
  const std::size_t body = head.size() - 8;
  const std::string before = head.substr(0, body);
  const std::uint64_t checksum = checksum64(as_bytes(before));
  for (std::size_t i = 0; i < 8; ++i) {
    head[body + i] = static_cast<char>((checksum >> (8 * i)) & 0xFFU);
  }
  return head;
}

TEST(BadStore, WrittenByANewerVersion) {
  const Project project;
  project.index();
  const std::string head = read_file(project.store() + "/HEAD");
  ASSERT_EQ(with_version(head, 5), head) << "the test does not know the format";
  for (const char* name : {"/HEAD", "/HEAD.copy"}) {
    write_file(project.store() + name, with_version(head, 6));
  }
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"ls"}, {"verify"}, {"index", "."}, {"cat", "app.py"}}) {
    const RunResult result = project.copse(arguments);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(contains(result.err, "newer"));
    EXPECT_TRUE(contains(result.err, ".copse"));
  }
  // Nothing was overwritten.
  EXPECT_EQ(read_file(project.store() + "/HEAD"), with_version(head, 6));
  for (const char* name : {"/HEAD", "/HEAD.copy"}) {
    write_file(project.store() + name, head);
  }
  project.expect_clean();
}

TEST(BadStore, DirectoryWithOtherThings) {
  const Project project;
  write_file(project.scratch() / "other/file.txt", "mine\n");
  const RunResult result = project.copse({"index", ".", "--store", project.scratch() / "other"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(contains(result.err, "other"));
  EXPECT_EQ(read_file(project.scratch() / "other/file.txt"), "mine\n");
}

// A large file is read in parts: what an answer is made of is right, or there is no answer.
TEST(BadStore, PartsOfALargeFile) {
  const Project project;
  std::string numbers = "[";
  for (int i = 0; numbers.size() < 1'500'000; ++i)
    numbers += std::to_string(i) + ", ";
  project.write("large.json", numbers + "0]\n");
  project.index();
  const std::vector<std::string> places{"1:3", "1:400000", "1:900000", "1:1499000"};
  const auto ask = [&](const std::string& place) {
    return project.copse({"tree", "large.json", "--at", place, "--format", "jsonl"});
  };
  std::map<std::string, std::string> right;
  for (const std::string& place : places)
    right[place] = ask(place).out;
  std::string largest;
  for (const auto& entry : std::filesystem::directory_iterator(project.store() + "/packs")) {
    if (largest.empty() || entry.file_size() > std::filesystem::file_size(largest)) {
      largest = entry.path();
    }
  }
  const std::string pack = read_file(largest);
  int refused = 0;
  constexpr std::size_t kFlips = 12;
  for (std::size_t flip = 0; flip < kFlips; ++flip) {
    std::string damaged = pack;
    damaged[100 + flip * (pack.size() - 200) / kFlips] ^= 4;
    write_file(largest, damaged);
    for (const std::string& place : places) {
      const RunResult result = ask(place);
      if (result.exit_code == 0) {
        EXPECT_EQ(result.out, right[place]);
      } else {
        ++refused;
        EXPECT_EQ(result.exit_code, 2);
        EXPECT_EQ(result.out, "");
        EXPECT_TRUE(contains(result.err, "large.json"));
      }
    }
  }
  EXPECT_GT(refused, 0);
  write_file(largest, pack);
  project.expect_clean();
}

}  // namespace
}  // namespace copse::cli_test
