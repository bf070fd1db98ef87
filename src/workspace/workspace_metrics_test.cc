// What a workspace and a storage count, beside what was done with them.
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "copse/compact.h"
#include "copse/metrics.h"
#include "copse/workspace.h"

#include "core/io/fault_file_system.h"
#include "core/io/memory_file_system.h"
#include "testing/languages.h"

namespace copse {
namespace {

using Values = std::map<std::string, std::uint64_t>;

// By name, or by name and the value of the one label.
Values values_of(const std::vector<MetricFamily>& families) {
  EXPECT_TRUE(prometheus_text(families).ok());
  Values values;
  for (const MetricFamily& family : families) {
    EXPECT_EQ(family.type == MetricType::Counter, family.name.ends_with("_total")) << family.name;
    EXPECT_TRUE(family.name.starts_with("copse_") && family.help.ends_with(".")) << family.name;
    for (const MetricSample& sample : family.samples) {
      const std::string label = sample.labels.empty() ? "" : " " + sample.labels.front().second;
      values[family.name + label] = sample.value;
    }
  }
  return values;
}

class WorkspaceMetrics : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::path(::testing::TempDir()) / ("metrics_" + std::to_string(::getpid()));
    std::filesystem::create_directories(root_);
    for (const char* name : {"a.c", "b.c", "twin.c"}) {
      std::ofstream(root_ / name) << (std::string(name) == "a.c" ? "int a;\n" : "int b(void);\n");
    }
    inner_ = std::make_shared<MemoryFileSystem>();
    faults_ = std::make_shared<FaultFileSystem>(*inner_);
    storage_ = Storage::over("memory", faults_);
  }

  void TearDown() override { std::filesystem::remove_all(root_); }

  Status index(const Storage& storage) const {
    IndexOptions options;
    options.storage = storage;
    options.store_directory = "/store";
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    options.jobs = 1;
    auto report = index_directory(root_.string(), options);
    if (!report.ok()) return std::move(report).take_error();
    return success();
  }

  std::filesystem::path root_;
  std::shared_ptr<MemoryFileSystem> inner_;
  std::shared_ptr<FaultFileSystem> faults_;
  Storage storage_;
};

TEST_F(WorkspaceMetrics, WritingIsCountedByTheStorage) {
  EXPECT_TRUE(storage_metrics(storage_).empty());
  const Storage counted = storage_.counted();
  ASSERT_TRUE(index(counted).ok());
  const Values values = values_of(storage_metrics(counted));
  std::uint64_t bytes = 0;
  for (const std::string& file : inner_->all_files()) {
    bytes += inner_->stat(file).value().size_bytes;
  }
  // Some of what was written is gone again.
  EXPECT_GE(values.at("copse_io_bytes_total write") + 20, bytes);
  EXPECT_GT(values.at("copse_io_operations_total sync"), 5U);
  EXPECT_GT(values.at("copse_io_operations_total rename"), 1U);
  EXPECT_EQ(values.at("copse_io_failures_total"), 0U);
  EXPECT_TRUE(storage_metrics(storage_).empty());

  faults_->arm(Fault{0, EIO, true, false});
  EXPECT_FALSE(Workspace::open("/store", {.storage = counted}).ok());
  EXPECT_GT(values_of(storage_metrics(counted)).at("copse_io_failures_total"), 0U);
}

TEST_F(WorkspaceMetrics, ReadingIsCountedByTheWorkspace) {
  ASSERT_TRUE(index(storage_).ok());
  const auto workspace = Workspace::open("/store", {.storage = storage_});
  const auto other = Workspace::open("/store", {.storage = storage_});
  ASSERT_TRUE(workspace.ok() && other.ok());
  const Values before = values_of(workspace.value().metrics());
  EXPECT_EQ(before.at("copse_frames_read_total tree"), 0U);
  EXPECT_EQ(before.at("copse_io_operations_total write"), 0U);
  EXPECT_GT(before.at("copse_io_operations_total read"), 0U);
  EXPECT_EQ(before.at("copse_files"), 3U);
  ASSERT_TRUE(workspace.value().tree("a.c").ok());
  ASSERT_TRUE(workspace.value().source("b.c").ok());
  const Values after = values_of(workspace.value().metrics());
  EXPECT_EQ(after.at("copse_frames_read_total tree"), 1U);
  EXPECT_EQ(after.at("copse_frames_read_total source"), 2U);
  EXPECT_GT(after.at("copse_frame_bytes_total source"), 10U);
  EXPECT_EQ(values_of(other.value().metrics()).at("copse_frames_read_total tree"), 0U);

  const auto stats = workspace.value().stats();
  ASSERT_TRUE(stats.ok());
  const Values sizes = values_of(store_metrics(stats.value()));
  EXPECT_EQ(sizes.at("copse_language_files c"), 3U);
  EXPECT_EQ(sizes.at("copse_deduplicated_bytes"), std::string("int b(void);\n").size());
}

TEST_F(WorkspaceMetrics, DamageAndFallbacksAreCounted) {
  ASSERT_TRUE(index(storage_).ok());
  OpenOptions options{.storage = storage_, .grammar_path = {COPSE_TEST_GRAMMAR_DIR}};
  std::uint64_t fallbacks = 0;
  std::uint64_t damages = 0;
  for (const std::string& file : inner_->all_files()) {
    if (!file.ends_with(".pack")) continue;
    const Bytes whole = inner_->read_file(file, 1 << 20).value();
    for (std::size_t at = 40; at < whole.size(); ++at) {
      Bytes damaged = whole;
      damaged[at] ^= 1;
      ASSERT_TRUE(inner_->overwrite(file, damaged).ok());
      const auto workspace = Workspace::open("/store", options);
      ASSERT_TRUE(workspace.ok());
      const bool source = workspace.value().source("a.c").ok();
      const bool tree = workspace.value().tree("a.c").ok();
      const Values values = values_of(workspace.value().metrics());
      EXPECT_LE(values.at("copse_fallbacks_total"), 1U);
      if (!source) {
        EXPECT_FALSE(tree);
        EXPECT_GT(values.at("copse_damages_total"), 0U);
      }
      fallbacks += values.at("copse_fallbacks_total");
      damages += source ? 0U : 1U;
    }
    ASSERT_TRUE(inner_->overwrite(file, whole).ok());
  }
  EXPECT_GT(fallbacks, 0U);
  EXPECT_GT(damages, 0U);
}

}  // namespace
}  // namespace copse
