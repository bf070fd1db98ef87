// The same workspace over every storage: what is indexed, changed, compacted and asked for gives
// the same answers, wherever the bytes lie.
#include "copse/storage.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "copse/compact.h"
#include "copse/workspace.h"

#include "testing/languages.h"

namespace copse {
namespace {

class StorageTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::path(::testing::TempDir()) /
                 ("storage_" + std::string(GetParam()) + "_" + std::to_string(::getpid()));
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_ / "src");
    for (const auto& source : testing::sample_sources("c")) {
      write(source.name + ".c", source.text);
    }
    for (const auto& source : testing::sample_sources("python")) {
      write(source.name + ".py", source.text);
    }
    // More than one block of nodes, and more than one chunk of source.
    std::string large;
    for (int i = 0; large.size() < (std::size_t{9} << 17U); ++i) {
      const std::string n = std::to_string(i);
      large += "static int f" + n + "(int x) { return x > " + n + " ? g(x) : " + n + "; }\n";
    }
    write("large.c", large);
    write("again.c", testing::sample_sources("c").back().text);
  }

  void TearDown() override { std::filesystem::remove_all(directory_); }

  static Storage storage() {
    const std::string kind = GetParam();
    if (kind == "memory") return Storage::memory();
    return kind == "plain" ? Storage::plain_files() : Storage::mapped_files();
  }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / "src" / name, std::ios::binary) << text;
  }

  std::string store() const { return (directory_ / "store").string(); }

  Result<IndexReport> index(const Storage& storage) {
    IndexOptions options;
    options.storage = storage;
    options.store_directory = store();
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    options.jobs = 2;
    return index_directory((directory_ / "src").string(), options);
  }

  Workspace open(const Storage& storage) const {
    auto workspace = Workspace::open(store(), {.storage = storage});
    EXPECT_TRUE(workspace.ok()) << workspace.error().message();
    return std::move(workspace).value();
  }

  // Sources and trees, then what a search and the symbols say.
  static std::vector<std::string> answers(const Workspace& workspace) {
    std::vector<std::string> lines;
    const auto files = workspace.files();
    for (const StoredFile& file : files.value()) {
      lines.push_back(workspace.source(file.path).value());
      const auto tree = workspace.tree(file.path);
      lines.push_back(tree.ok() ? tree.value().to_sexp() : tree.error().message());
    }
    QueryRequest request;
    request.text = "((identifier) @name (#match? @name \"^[f-h]\"))";
    const auto report = workspace.query(request, [&](const FileMatch& match) {
      lines.push_back(std::string(match.path) + " " +
                      std::to_string(match.match->captures->front().node.start_byte()));
      return true;
    });
    EXPECT_TRUE(report.ok()) << report.error().message();
    SymbolRequest symbols;
    symbols.name = "f77";
    EXPECT_TRUE(workspace
                    .symbols(symbols,
                             [&](const Symbol& symbol) {
                               lines.push_back(std::string(symbol.path) + " " +
                                               std::string(symbol.name));
                               return true;
                             })
                    .ok());
    return lines;
  }

  static void expect_whole(const Workspace& workspace) {
    VerifyOptions options;
    options.deep = true;
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    const auto report = workspace.verify(
        options, [](const std::string& difference) { ADD_FAILURE() << difference; });
    ASSERT_TRUE(report.ok()) << report.error().message();
    EXPECT_GT(report.value().nodes_compared, 10000U);
  }

  std::filesystem::path directory_;
};

INSTANTIATE_TEST_SUITE_P(Storages, StorageTest, ::testing::Values("memory", "mapped", "plain"),
                         [](const auto& parameter) { return std::string(parameter.param); });

TEST_P(StorageTest, IndexChangeCompactAndAsk) {
  const Storage place = storage();
  ASSERT_EQ(place.name(), GetParam());
  ASSERT_TRUE(index(place).ok());
  const Workspace before = open(place);
  const std::vector<std::string> first = answers(before);
  expect_whole(before);

  write("again.c", "int changed(void) { return f77(1); }\n");
  const auto changed = index(place);
  ASSERT_TRUE(changed.ok()) << changed.error().message();
  EXPECT_EQ(changed.value().files_parsed, 1U);
  const Workspace updated = open(place);
  const std::vector<std::string> second = answers(updated);
  EXPECT_NE(first, second);

  CompactOptions options;
  options.storage = place;
  options.level = 3;
  const auto compacted = compact_store(store(), options);
  ASSERT_TRUE(compacted.ok()) << compacted.error().message();
  EXPECT_GT(compacted.value().files_rewritten, 10U);
  expect_whole(open(place));
  EXPECT_EQ(answers(open(place)), second);
  // What was opened before is as it was.
  EXPECT_EQ(answers(updated), second);
  EXPECT_EQ(answers(before), first);
  // Nothing of a store in memory is on the disk.
  EXPECT_EQ(std::filesystem::exists(store()), std::string(GetParam()) != "memory");
}

TEST_P(StorageTest, ReadersGoOnWhileOneWrites) {
  const Storage place = storage();
  ASSERT_TRUE(index(place).ok());
  const std::vector<std::string> expected = answers(open(place));
  std::atomic<bool> stop = false;
  std::vector<std::thread> readers;
  std::atomic<int> rounds = 0;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        EXPECT_EQ(answers(open(place)), expected);
        ++rounds;
      }
    });
  }
  // Writes everything anew, without a change to what is answered.
  for (const std::optional<bool> small : {std::optional(true), std::optional(false)}) {
    CompactOptions options;
    options.storage = place;
    options.level = 1;
    options.small_trees = small;
    EXPECT_TRUE(compact_store(store(), options).ok());
  }
  stop = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_GE(rounds, 3);
}

TEST_P(StorageTest, MissingStoreIsNotFound) {
  EXPECT_EQ(Workspace::open(store(), {.storage = storage()}).error().code(), ErrorCode::NotFound);
  CompactOptions options;
  options.storage = storage();
  EXPECT_EQ(compact_store(store(), options).error().code(), ErrorCode::NotFound);
}

using StorageInMemory = StorageTest;
INSTANTIATE_TEST_SUITE_P(Limited, StorageInMemory, ::testing::Values("memory"));

TEST_P(StorageInMemory, LimitIsAFullDiskAndWhatIsCommittedStays) {
  constexpr std::uint64_t kLimitBytes = 400'000;
  const Storage place = Storage::memory(kLimitBytes);
  const std::filesystem::path large = directory_ / "src/large.c";
  const std::filesystem::path elsewhere = directory_ / "large.c";
  std::filesystem::rename(large, elsewhere);
  ASSERT_TRUE(index(place).ok());
  const std::vector<std::string> small = answers(open(place));
  for (int i = 0; i < 40; ++i) {
    std::filesystem::copy_file(elsewhere, directory_ / "src" / ("l" + std::to_string(i) + ".c"));
    std::ofstream(directory_ / "src" / ("l" + std::to_string(i) + ".c"), std::ios::app)
        << "int last" << i << ";\n";
  }
  const auto full = index(place);
  const std::string said = full.ok() ? full.value().stopped_by : full.error().message();
  EXPECT_NE(said.find("no space left on device"), std::string::npos) << said;
  for (int i = 0; i < 40; ++i) {
    std::filesystem::remove(directory_ / "src" / ("l" + std::to_string(i) + ".c"));
  }
  ASSERT_TRUE(index(place).ok());
  EXPECT_EQ(answers(open(place)), small);
}

}  // namespace
}  // namespace copse
