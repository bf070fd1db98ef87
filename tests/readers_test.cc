// Eight readers beside a writer that indexes, compacts and collects, all in one process; and
// readers here while other processes write.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "copse/compact.h"
#include "copse/gc.h"
#include "copse/metrics.h"
#include "copse/workspace.h"

#include "cli_run.h"

namespace copse {
namespace {

constexpr int kReaders = 8;
constexpr int kFiles = 6;
constexpr int kVersions = 4;

// A version is told by its names; the last file keeps the first one.
std::string text_of(int file, int version) {
  const std::string name =
      std::to_string(file) + "_v" + std::to_string(file == kFiles - 1 ? 0 : version);
  std::string text;
  for (int i = 0; i < 20; ++i) {
    text += "int f" + name + "(int a) { return g(a) + " + std::to_string(i) + "; }\n";
  }
  return text;
}

class ReadersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    write_version(0);
    const Status indexed = index();
    ASSERT_TRUE(indexed.ok()) << indexed.error().message();
  }

  std::string project() const { return scratch_ / "project"; }
  std::string store() const { return scratch_ / "store"; }

  void write_version(int version) const {
    for (int file = 0; file < kFiles; ++file) {
      cli_test::write_file(project() + "/f" + std::to_string(file) + ".c", text_of(file, version));
    }
  }

  Status index() const {
    IndexOptions options;
    options.store_directory = store();
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    options.jobs = 1;
    options.commit_interval_s = 1e6;
    auto report = index_directory(project(), options);
    if (!report.ok()) return std::move(report).take_error();
    return success();
  }

  // Every file, whatever is committed meanwhile: source and tree belong together, and where a run
  // makes one commit, all files have one version.
  void read_once(const Workspace& workspace, bool one_commit) const {
    int version = -1;
    for (int file = 0; file < kFiles; ++file) {
      const std::string path = "f" + std::to_string(file) + ".c";
      const auto source = workspace.source(path);
      ASSERT_TRUE(source.ok()) << source.error().message();
      int found = 0;
      while (found < kVersions && source.value() != text_of(file, found)) {
        ++found;
      }
      ASSERT_LT(found, kVersions) << path;
      if (one_commit && version >= 0 && file != kFiles - 1) {
        ASSERT_EQ(found, version) << path;
      }
      if (file == 0) version = found;
      const auto tree = workspace.tree(path);
      ASSERT_TRUE(tree.ok()) << tree.error().message();
      ASSERT_EQ(tree.value().root().end_byte(), source.value().size());
    }
    QueryRequest request;
    request.text = "(call_expression function: (identifier) @f (#eq? @f \"g\"))";
    request.jobs = 1;
    const auto report = workspace.query_count(request);
    ASSERT_TRUE(report.ok()) << report.error().message();
    ASSERT_EQ(report.value().matches, std::uint64_t{kFiles} * 20);
    ASSERT_TRUE(report.value().unreadable.empty());
    ASSERT_TRUE(workspace.damage_notes().empty());
    ASSERT_TRUE(prometheus_text(workspace.metrics()).ok());
  }

  // Reads until `stop`, from one commit and from ever newer ones, some threads sharing a workspace.
  void read_until(const std::atomic<bool>& stop, std::atomic<int>& rounds, bool one_commit) const {
    const auto shared = Workspace::open(store());
    ASSERT_TRUE(shared.ok()) << shared.error().message();
    std::vector<std::thread> readers;
    for (int i = 0; i < kReaders; ++i) {
      readers.emplace_back([&, i] {
        while (!stop && !HasFailure()) {
          if (i % 2 == 0) {
            read_once(shared.value(), one_commit);
          } else {
            const auto newest = Workspace::open(store());
            ASSERT_TRUE(newest.ok()) << newest.error().message();
            read_once(newest.value(), one_commit);
          }
          ++rounds;
        }
      });
    }
    for (std::thread& reader : readers) {
      reader.join();
    }
  }

  cli_test::ScratchDirectory scratch_;
};

TEST_F(ReadersTest, EightBesideAWriter) {
  std::atomic<bool> stop = false;
  std::atomic<int> rounds = 0;
  std::thread reading([&] { read_until(stop, rounds, true); });
  for (int version = 1; version < kVersions && !HasFailure(); ++version) {
    write_version(version);
    EXPECT_TRUE(index().ok());
    CompactOptions options;
    options.level = 1;
    options.jobs = 1;
    options.small_trees = version % 2 == 0;
    EXPECT_TRUE(compact_store(store(), options).ok());
    EXPECT_TRUE(collect_garbage(store(), {}).ok());
  }
  stop = true;
  reading.join();
  EXPECT_GT(rounds, 0);
}

TEST_F(ReadersTest, EightBesideOtherProcesses) {
  std::atomic<bool> stop = false;
  std::atomic<int> rounds = 0;
  std::thread reading([&] { read_until(stop, rounds, false); });
  const auto run = [&](const std::vector<std::string>& arguments) {
    const cli_test::RunResult result = cli_test::run(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
  };
  for (int version = 1; version < kVersions && !HasFailure(); ++version) {
    write_version(version);
    run({"index", project(), "--store", store(), "--jobs", "1"});
    run({"compact", "--store", store(), "--level", "1"});
    run({"gc", "--store", store()});
  }
  stop = true;
  reading.join();
  EXPECT_GT(rounds, 0);
}

}  // namespace
}  // namespace copse
