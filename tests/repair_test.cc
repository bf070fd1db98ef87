// Every file of a store damaged in many places: repair makes it whole again, or says what is lost;
// and what nothing needs is given back.
#include "copse/repair.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "copse/compact.h"
#include "copse/gc.h"
#include "copse/workspace.h"

#include "testing/languages.h"

namespace copse {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFlipsAFile = 2;
// Spread evenly, so that sources and trees are hit.
constexpr std::size_t kFlipsAPack = 16;

std::string read_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

class RepairTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(::testing::TempDir()) / ("repair_" + std::to_string(::getpid()));
    fs::remove_all(root_);
    fs::create_directories(root_ / "src");
    for (const std::string id : {"c", "python"}) {
      for (const auto& source : testing::sample_sources(id)) {
        write(source.name + (id == "c" ? ".c" : ".py"), source.text);
      }
    }
    write("twin_one.c", "int twin(void) { return 1; }\n");
    write("twin_two.c", "int twin(void) { return 1; }\n");
    write("plain.txt", "no language\n");
    index();
    // More than one generation, pack and segment.
    write("later.c", "int later;\n");
    index();
  }

  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& text) const {
    write_bytes(root_ / "src" / name, text);
  }

  std::string store() const { return (root_ / "store").string(); }

  void index() const {
    IndexOptions options;
    options.store_directory = store();
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    options.include_unknown = true;
    options.jobs = 1;
    const auto report = index_directory((root_ / "src").string(), options);
    ASSERT_TRUE(report.ok()) << report.error().message();
  }

  void compact() const {
    CompactOptions options;
    options.level = 3;
    const auto report = compact_store(store(), options);
    ASSERT_TRUE(report.ok()) << report.error().message();
  }

  Result<RepairReport> repair(bool dry_run = false) const {
    RepairOptions options;
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    options.dry_run = dry_run;
    return repair_store(store(), options);
  }

  // By path; an error as its message.
  static std::map<std::string, std::string> answers(const Workspace& workspace) {
    std::map<std::string, std::string> all;
    const auto files = workspace.files();
    for (const StoredFile& file : files.value()) {
      const auto source = workspace.source(file.path);
      all[file.path] = source.ok() ? source.value() : "error: " + source.error().message();
      if (file.language.empty()) continue;
      const auto tree = workspace.tree(file.path);
      all[file.path + " tree"] = tree.ok() ? tree.value().to_sexp() : "error";
    }
    return all;
  }

  std::map<std::string, std::string> answers() const {
    const auto workspace = Workspace::open(store());
    EXPECT_TRUE(workspace.ok()) << workspace.error().message();
    return workspace.ok() ? answers(workspace.value()) : std::map<std::string, std::string>();
  }

  void expect_whole() const {
    const auto workspace = Workspace::open(store());
    ASSERT_TRUE(workspace.ok()) << workspace.error().message();
    VerifyOptions options;
    options.deep = true;
    options.jobs = 1;
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    const auto report = workspace.value().verify(
        options, [](const std::string& difference) { ADD_FAILURE() << difference; });
    ASSERT_TRUE(report.ok()) << report.error().message();
    EXPECT_TRUE(workspace.value().damage_notes().empty());
  }

  std::vector<fs::path> store_files() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(store())) {
      if (entry.is_regular_file() && entry.file_size() > 0) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  // Calls `then` for each damage, with the store as it was but for that.
  template <typename Then>
  void for_each_damage(const Then& then) {
    const fs::path whole = root_ / "whole";
    fs::copy(store(), whole, fs::copy_options::recursive);
    std::mt19937_64 random(11);
    for (const fs::path& file : store_files()) {
      if (file.filename() == "lock") continue;
      const std::string bytes = read_bytes(file);
      const std::size_t flips = file.extension() == ".pack" ? kFlipsAPack : kFlipsAFile;
      for (std::size_t flip = 0; flip < flips; ++flip) {
        const std::size_t step = bytes.size() / flips + 1;
        const std::size_t at =
            std::min(bytes.size() - 1,
                     flip * step + (flip == 0 ? 0 : static_cast<std::size_t>(random() % step)));
        SCOPED_TRACE(file.filename().string() + " at " + std::to_string(at));
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << (random() % 8)));
        write_bytes(file, damaged);
        then();
        if (HasFatalFailure()) return;
        fs::remove_all(store());
        fs::copy(whole, store(), fs::copy_options::recursive);
      }
    }
  }

  fs::path root_;
};

TEST_F(RepairTest, WholeStoreIsLeftAlone) {
  const auto before = answers();
  const auto report = repair();
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_TRUE(report.value().found.empty());
  EXPECT_TRUE(report.value().left.empty());
  EXPECT_EQ(answers(), before);
  EXPECT_EQ(repair_store((root_ / "nowhere").string(), {}).error().code(), ErrorCode::NotFound);
}

// With the directory at hand everything comes back, whatever was hit.
TEST_F(RepairTest, EverythingComesBackWithItsDirectory) {
  for (const bool compacted : {false, true}) {
    SCOPED_TRACE(compacted ? "compacted" : "as indexed");
    if (compacted) compact();
    const auto right = answers();
    std::uint64_t sources = 0;
    std::uint64_t trees = 0;
    std::uint64_t seen = 0;
    for_each_damage([&] {
      const auto looked = repair(true);
      ASSERT_TRUE(looked.ok()) << looked.error().message();
      const auto report = repair();
      ASSERT_TRUE(report.ok()) << report.error().message();
      EXPECT_EQ(looked.value().found, report.value().found);
      EXPECT_TRUE(report.value().left.empty()) << report.value().left.front();
      EXPECT_TRUE(report.value().lost.empty()) << report.value().lost.front().reason;
      sources += report.value().sources_restored;
      trees += report.value().trees_restored;
      seen += report.value().found.empty() ? 0U : 1U;
      EXPECT_EQ(answers(), right);
      ASSERT_NO_FATAL_FAILURE(expect_whole());
    });
    EXPECT_GT(sources, 0U);
    EXPECT_GT(trees, 0U);
    EXPECT_GT(seen, 20U);
    fs::remove_all(root_ / "whole");
  }
}

// Without it a source is lost unless another file has the same; trees still come back.
TEST_F(RepairTest, WithoutItsDirectoryWhatIsLostIsNamed) {
  const auto right = answers();
  fs::rename(root_ / "src", root_ / "elsewhere");
  std::uint64_t lost = 0;
  for_each_damage([&] {
    const auto report = repair();
    ASSERT_TRUE(report.ok()) << report.error().message();
    EXPECT_EQ(report.value().left.empty(), report.value().lost.empty());
    lost += report.value().lost.size();
    auto now = answers();
    ASSERT_EQ(now.size(), right.size());
    for (const FileProblem& problem : report.value().lost) {
      EXPECT_NE(now[problem.path], right.at(problem.path));
      now[problem.path] = right.at(problem.path);
      if (right.contains(problem.path + " tree")) {
        now[problem.path + " tree"] = right.at(problem.path + " tree");
      }
    }
    EXPECT_EQ(now, right);
  });
  EXPECT_GT(lost, 0U);
}

// Damaged trees are parsed again for whoever asks, and counted; without grammars they are errors.
TEST_F(RepairTest, DamagedTreesAreParsedAgainForReaders) {
  const auto right = answers();
  const auto count_matches = [](const Workspace& workspace, std::size_t& unreadable) {
    QueryRequest request;
    request.text = "(identifier) @i";
    request.jobs = 1;
    const auto report = workspace.query_count(request);
    EXPECT_TRUE(report.ok()) << report.error().message();
    unreadable = report.value().unreadable.size();
    return report.value().matches;
  };
  std::size_t none = 0;
  const std::uint64_t matches = count_matches(Workspace::open(store()).value(), none);
  std::size_t parsed_again = 0;
  for_each_damage([&] {
    OpenOptions options;
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    const auto plain = Workspace::open(store());
    const auto helped = Workspace::open(store(), options);
    ASSERT_TRUE(plain.ok() && helped.ok());
    const auto without = answers(plain.value());
    const auto with = answers(helped.value());
    std::size_t lacking = 0;
    for (const auto& [name, answer] : right) {
      const bool tree = name.ends_with(" tree");
      if (with.at(name) != answer) {
        // Only what has lost its source, too.
        EXPECT_NE(with.at(tree ? name.substr(0, name.size() - 5) : name), answer);
        ++lacking;
      } else if (without.at(name) != answer) {
        EXPECT_TRUE(tree);
        ++parsed_again;
        EXPECT_FALSE(helped.value().damage_notes().empty());
      }
    }
    std::size_t unreadable = 0;
    const std::uint64_t found = count_matches(helped.value(), unreadable);
    if (lacking == 0) {
      EXPECT_EQ(found, matches);
      EXPECT_EQ(unreadable, 0U);
    }
  });
  EXPECT_GT(parsed_again, 0U);
}

TEST_F(RepairTest, GarbageGoesAndReadersStay) {
  const auto first = Workspace::open(store());
  const auto before = answers(first.value());
  for (int i = 0; i < 5; ++i) {
    write("later.c", "int later" + std::to_string(i) + ";\n");
    write("twin_one.c", "int one" + std::to_string(i) + ";\n");
    index();
  }
  write_bytes(fs::path(store()) / "packs/00000000000000ff.pack", std::string(5000, 'x'));
  const auto now = answers();
  const auto looked = collect_garbage(store(), {.storage = {}, .dry_run = true});
  ASSERT_TRUE(looked.ok()) << looked.error().message();
  EXPECT_EQ(answers(), now);
  const auto report = collect_garbage(store(), {});
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_EQ(looked.value().bytes_before, report.value().bytes_before);
  EXPECT_LT(report.value().bytes_after + 5000, report.value().bytes_before);
  EXPECT_EQ(answers(), now);
  EXPECT_EQ(answers(first.value()), before);
  ASSERT_NO_FATAL_FAILURE(expect_whole());
  const auto again = collect_garbage(store(), {});
  EXPECT_EQ(again.value().bytes_copied, 0U);
  EXPECT_EQ(again.value().bytes_after, report.value().bytes_after);
  EXPECT_EQ(collect_garbage((root_ / "nowhere").string(), {}).error().code(), ErrorCode::NotFound);
  EXPECT_EQ(collect_garbage(store(), {.storage = {}, .dry_run = false, .live_share_min = 2})
                .error()
                .code(),
            ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace copse
