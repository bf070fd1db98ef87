// The whole life of a store, step by step, in memory: indexed, updated, collected, compacted,
// damaged and repaired. Every operation on its files can fail, and the power can, in any step.
#pragma once

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "copse/compact.h"
#include "copse/gc.h"
#include "copse/repair.h"
#include "copse/workspace.h"

#include "core/io/fault_file_system.h"
#include "core/io/memory_file_system.h"
#include "life_files.h"
#include "store/layout.h"
#include "store/store.h"

namespace copse::life {

inline constexpr char kStore[] = "/store";

class LifeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::path(::testing::TempDir()) / ("life_" + std::to_string(::getpid()));
    std::filesystem::create_directories(root_);
  }

  void TearDown() override { std::filesystem::remove_all(root_); }

  // One thing that is done to a store, and the version its files have afterwards.
  struct Step {
    std::string name;
    int version;
    std::function<Status(const LifeTest&, const Storage&)> run;
    // To the store as the step finds it; nothing in most.
    std::function<void(MemoryFileSystem&)> before = [](MemoryFileSystem& /*disk*/) {};
  };

  static std::vector<Step> steps() {
    const auto index = [](const LifeTest& test, const Storage& storage) {
      return test.index(storage);
    };
    return {
        {"index", 1, index},
        {"update", 2, index},
        {"gc", 2, [](const LifeTest&, const Storage& storage) { return collect(storage); }},
        {"compact", 2, [](const LifeTest&, const Storage& storage) { return compact(storage); }},
        {"update again", 3, index},
        {"gc again", 3, [](const LifeTest&, const Storage& storage) { return collect(storage); }},
        {"repair", 3, [](const LifeTest&, const Storage& storage) { return repair(storage); },
         damage},
    };
  }

  // Every step is done with a fault at each operation it makes, `stride` apart, on the store that
  // the steps before left; `fail` says how. The power goes with it where crash_seed is a value.
  void fail_everywhere(std::uint64_t stride, bool from_then_on,
                       const std::vector<std::uint64_t>& crash_seeds) {
    auto disk = std::make_shared<MemoryFileSystem>();
    int version = 0;
    std::uint64_t reached = 0;
    for (const Step& step : steps()) {
      write_sources(step.version);
      step.before(*disk);
      std::shared_ptr<MemoryFileSystem> whole = disk->clone();
      const std::uint64_t operations = operations_of(step, *whole);
      ASSERT_GT(operations, 10U) << step.name;
      for (std::uint64_t n = reached % stride; n < operations; n += stride) {
        for (const std::uint64_t seed : crash_seeds) {
          SCOPED_TRACE(step.name + ", operation " + std::to_string(n) + ", crash " +
                       std::to_string(seed));
          std::shared_ptr<MemoryFileSystem> copy = disk->clone();
          const auto faults = std::make_shared<FaultFileSystem>(*copy);
          faults->arm(Fault{n, n % 3 == 0 ? ENOSPC : EIO, from_then_on, n % 2 == 0});
          static_cast<void>(step.run(*this, Storage::over("faulty", faults)).ok());
          // Where threads read beside the writer, one of them may come to fewer operations.
          if (from_then_on) copy->crash(seed == 0 ? 0 : seed * 100'000 + n);
          ASSERT_NO_FATAL_FAILURE(expect_sound(copy, version, step));
          ++reached;
        }
      }
      const Status done = step.run(*this, Storage::over("memory", disk));
      ASSERT_TRUE(done.ok()) << step.name << ": " << done.error().message();
      version = step.version;
      ASSERT_NO_FATAL_FAILURE(expect_version(Storage::over("memory", disk), version));
    }
    std::cout << reached << " faults\n";
    EXPECT_GT(reached, 50U);
  }

 private:
  std::uint64_t operations_of(const Step& step, MemoryFileSystem& disk) const {
    const auto faults = std::make_shared<FaultFileSystem>(disk);
    faults->arm(std::nullopt);
    const Status done = step.run(*this, Storage::over("memory", faults));
    EXPECT_TRUE(done.ok()) << step.name << ": " << done.error().message();
    return faults->operations();
  }

  void write_sources(int version) const {
    for (int file = 0; file < kFiles; ++file) {
      std::ofstream(root_ / path_of(file), std::ios::binary) << text_of(file, version);
    }
  }

  Status index(const Storage& storage) const {
    IndexOptions options;
    options.storage = storage;
    options.store_directory = kStore;
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    options.jobs = 1;
    options.commit_interval_s = 0;
    auto report = index_directory(root_.string(), options);
    if (!report.ok()) return std::move(report).take_error();
    if (report.value().stopped_by.empty()) return success();
    return Error(ErrorCode::Io, report.value().stopped_by);
  }

  static Status collect(const Storage& storage) {
    auto report = collect_garbage(kStore, {.storage = storage});
    if (!report.ok()) return std::move(report).take_error();
    return success();
  }

  static Status compact(const Storage& storage) {
    CompactOptions options;
    options.storage = storage;
    options.jobs = 1;
    options.level = 1;
    options.commit_interval_s = 0;
    auto report = compact_store(kStore, options);
    if (!report.ok()) return std::move(report).take_error();
    return success();
  }

  static Status repair(const Storage& storage) {
    RepairOptions options;
    options.storage = storage;
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    auto report = repair_store(kStore, options);
    if (!report.ok()) return std::move(report).take_error();
    if (report.value().left.empty()) return success();
    return Error(ErrorCode::Corrupt, report.value().left.front());
  }

  static void flip(MemoryFileSystem& disk, const std::string& path, std::size_t at) {
    auto bytes = disk.read_file(path, UINT64_MAX / 2);
    ASSERT_TRUE(bytes.ok()) << bytes.error().message();
    bytes.value()[at] ^= 1;
    ASSERT_TRUE(disk.overwrite(path, bytes.value()).ok());
  }

  // A tree, a source and a mirror.
  static void damage(MemoryFileSystem& disk) {
    const auto store = Store::open(disk, kStore);
    ASSERT_TRUE(store.ok());
    for (const int file : {0, 1}) {
      const auto record = store.value().find(path_of(file)).value();
      const FrameRef ref = file == 0 ? *record->tree : record->source;
      flip(disk, std::string(kStore) + "/" + pack_name(ref.pack),
           static_cast<std::size_t>(ref.offset) + 3);
    }
    flip(disk, std::string(kStore) + "/HEAD.copy", 20);
  }

  std::string tree_of(const Workspace& workspace, int file) const {
    const auto tree = workspace.tree(path_of(file));
    return tree.ok() ? tree.value().to_sexp() : "error: " + tree.error().message();
  }

  // Each file is as it was before the step or as after it, with the tree of that text. Only what
  // was damaged before a repair may still be.
  void expect_sound(const std::shared_ptr<MemoryFileSystem>& disk, int before, const Step& step) {
    const Storage storage = Storage::over("memory", disk);
    {
      const auto workspace = Workspace::open(kStore, {.storage = storage});
      if (!workspace.ok()) {
        ASSERT_EQ(workspace.error().code(), ErrorCode::NotFound) << workspace.error().message();
        ASSERT_EQ(before, 0);
      } else {
        ASSERT_NO_FATAL_FAILURE(expect_files(workspace.value(), before, step));
      }
    }
    // And good for further use.
    const Status again = index(storage);
    ASSERT_TRUE(again.ok()) << again.error().message();
    const Status repaired = repair(storage);
    ASSERT_TRUE(repaired.ok()) << repaired.error().message();
    ASSERT_NO_FATAL_FAILURE(expect_version(storage, step.version));
  }

  void expect_files(const Workspace& workspace, int before, const Step& step) {
    const bool damaged = step.name == "repair";
    const auto files = workspace.files();
    ASSERT_TRUE(files.ok() && workspace.check_complete().ok());
    if (before > 0) {
      ASSERT_EQ(files.value().size(), std::size_t{kFiles});
    }
    for (const StoredFile& stored : files.value()) {
      const int file = stored.path[1] - '0';
      const auto source = workspace.source(stored.path);
      if (!source.ok()) {
        ASSERT_TRUE(damaged) << source.error().message();
        ASSERT_EQ(source.error().code(), ErrorCode::Corrupt);
        continue;
      }
      const bool old = before > 0 && source.value() == text_of(file, before);
      ASSERT_TRUE(old || source.value() == text_of(file, step.version)) << stored.path;
      const auto tree = workspace.tree(stored.path);
      ASSERT_TRUE(tree.ok() || damaged) << tree.error().message();
      if (tree.ok()) {
        ASSERT_EQ(tree.value().to_sexp(), sexp_of(file)) << stored.path;
      }
    }
  }

  void expect_version(const Storage& storage, int version) {
    const auto workspace = Workspace::open(kStore, {.storage = storage});
    ASSERT_TRUE(workspace.ok()) << workspace.error().message();
    for (int file = 0; file < kFiles; ++file) {
      const auto source = workspace.value().source(path_of(file));
      ASSERT_TRUE(source.ok()) << source.error().message();
      ASSERT_EQ(source.value(), text_of(file, version));
      ASSERT_EQ(tree_of(workspace.value(), file), sexp_of(file));
    }
    const auto report = workspace.value().verify(
        {}, [](const std::string& difference) { ADD_FAILURE() << difference; });
    ASSERT_TRUE(report.ok()) << report.error().message();
    ASSERT_EQ(report.value().differences, 0U);
    ASSERT_EQ(report.value().files, std::uint64_t{kFiles});
  }

  std::filesystem::path root_;
};

}  // namespace copse::life
