// Every byte of a small store flipped in turn: each answer is right or a clear error, and only what
// lies under the byte may be an error.
#pragma once

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "copse/compact.h"
#include "copse/workspace.h"

#include "core/io/memory_file_system.h"
#include "store/layout.h"
#include "store/store.h"

namespace copse::flip {

inline constexpr char kStore[] = "/store";

class FlipTest : public ::testing::Test {
 protected:
  // What was asked and what came back; errors begin with "error: ".
  using Answers = std::map<std::string, std::string>;

  void SetUp() override {
    root_ = std::filesystem::path(::testing::TempDir()) / ("flip_" + std::to_string(::getpid()));
    std::filesystem::create_directories(root_);
    write("a.json", "{\"name\": [1, 2, true]}\n");
    write("b.json", "[\"other\", {\"key\": null}]\n");
    write("c.py", "def named(argument):\n    return argument\n");
    write("plain.txt", "no language\n");
    index();
    // A second generation, segment and pack.
    write("later.json", "{\"later\": 1}\n");
    index();
  }

  void TearDown() override { std::filesystem::remove_all(root_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(root_ / name, std::ios::binary) << text;
  }

  void index() const {
    IndexOptions options;
    options.storage = storage();
    options.store_directory = kStore;
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    options.include_unknown = true;
    options.jobs = 1;
    const auto report = index_directory(root_.string(), options);
    ASSERT_TRUE(report.ok()) << report.error().message();
  }

  void compact() const {
    CompactOptions options;
    options.storage = storage();
    options.level = 1;
    options.jobs = 1;
    const auto report = compact_store(kStore, options);
    ASSERT_TRUE(report.ok()) << report.error().message();
  }

  Storage storage() const { return Storage::over("memory", disk_); }

  Answers ask() const {
    Answers answers{{"query", ""}};
    const auto workspace = Workspace::open(kStore, {.storage = storage()});
    if (!workspace.ok()) return {{"open", "error: " + workspace.error().message()}};
    const auto files = workspace.value().files();
    for (const StoredFile& file : files.value()) {
      const auto source = workspace.value().source(file.path);
      answers["source " + file.path] =
          source.ok() ? source.value() : "error: " + source.error().message();
      if (file.language.empty()) continue;
      const auto tree = workspace.value().tree(file.path);
      answers["tree " + file.path] =
          tree.ok() ? tree.value().to_sexp() : "error: " + tree.error().message();
    }
    query(workspace.value(), answers);
    symbols(workspace.value(), answers);
    return answers;
  }

  // What is found, and what is said of files and indexes that cannot be read.
  static void query(const Workspace& workspace, Answers& answers) {
    QueryRequest request;
    request.text = "(identifier) @i";
    request.jobs = 1;
    const auto report = workspace.query(request, [&](const FileMatch& match) {
      answers["query"] += std::string(match.path) + " ";
      return true;
    });
    answers["query problems"] =
        report.ok() ? problems(report.value().unreadable) : "error: " + report.error().message();
  }

  static void symbols(const Workspace& workspace, Answers& answers) {
    SymbolRequest request;
    request.name = "named";
    answers["symbols"] = "";
    const auto report = workspace.symbols(request, [&](const Symbol& symbol) {
      answers["symbols"] += std::string(symbol.path) + " " + std::string(symbol.name) + " ";
      return true;
    });
    answers["symbols problems"] =
        report.ok() ? problems(report.value().unreadable) : "error: " + report.error().message();
  }

  static std::string problems(const std::vector<FileProblem>& unreadable) {
    return unreadable.empty() ? "" : "error: " + unreadable.front().reason;
  }

  // What may fail when that byte is damaged.
  std::map<std::string, bool> under(const std::string& file, std::size_t at) const {
    std::map<std::string, bool> may_fail;
    const auto store = Store::open(*disk_, kStore);
    const auto covers = [&](const FrameRef& ref) {
      // The two bytes of a frame's header stand before its payload.
      return file.ends_with(pack_name(ref.pack)) && at >= ref.offset &&
             at < ref.offset + ref.stored_bytes + 2;
    };
    // An index is not needed for a right answer to a query, but its loss is told; of symbols, what
    // lay in the damaged part of one lacks.
    for (const std::string& name : store.value().named_frames()) {
      if (!covers(*store.value().named_frame(name))) continue;
      for (const char* question : {"query problems", "symbols", "symbols problems"}) {
        may_fail[question] = true;
      }
    }
    for (std::size_t i = 0; i < store.value().file_count(); ++i) {
      const FileRecord record = store.value().file(i);
      const bool source = covers(record.source);
      const bool tree = source || (record.tree && covers(*record.tree));
      if (source) may_fail["source " + record.path] = true;
      if (!tree) continue;
      may_fail["tree " + record.path] = true;
      for (const char* question : {"query", "query problems", "symbols", "symbols problems"}) {
        may_fail[question] = true;
      }
    }
    return may_fail;
  }

  // `stride` apart in each file of the store.
  void flip_everywhere(std::size_t stride) {
    const Answers right = ask();
    for (const auto& [question, answer] : right) {
      ASSERT_FALSE(answer.starts_with("error: ")) << question << ": " << answer;
    }
    std::size_t flips = 0;
    std::size_t errors = 0;
    for (const std::string& file : disk_->all_files()) {
      const Bytes whole = disk_->read_file(file, UINT64_MAX / 2).value();
      for (std::size_t at = flips % stride; at < whole.size(); at += stride) {
        const auto may_fail = under(file, at);
        Bytes damaged = whole;
        damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ (1U << (at % 8)));
        ASSERT_TRUE(disk_->overwrite(file, damaged).ok());
        SCOPED_TRACE(file + " at " + std::to_string(at));
        errors += compare(right, ask(), may_fail);
        if (HasFailure()) return;
        ++flips;
      }
      ASSERT_TRUE(disk_->overwrite(file, whole).ok());
    }
    std::cout << flips << " flips, " << errors << " answers that are errors\n";
    EXPECT_GT(flips, 100U);
    EXPECT_GT(errors, 0U);
    EXPECT_EQ(ask(), right);
  }

 private:
  // How many are errors.
  static std::size_t compare(const Answers& right, const Answers& now,
                             const std::map<std::string, bool>& may_fail) {
    std::size_t errors = 0;
    EXPECT_EQ(now.size(), right.size());
    for (const auto& [question, answer] : now) {
      const auto expected = right.find(question);
      if (expected == right.end()) {
        ADD_FAILURE() << question << ": " << answer;
      } else if (answer.starts_with("error: ") && may_fail.contains(question)) {
        EXPECT_GT(answer.size(), std::string("error: ").size());
        ++errors;
      } else if (now.contains(question + " problems") && may_fail.contains(question) &&
                 !now.at(question + " problems").empty()) {
        // What lacks in it is told.
        EXPECT_TRUE(expected->second.find(answer) != std::string::npos) << question;
      } else {
        EXPECT_EQ(answer, expected->second) << question;
      }
    }
    return errors;
  }

  std::filesystem::path root_;
  std::shared_ptr<MemoryFileSystem> disk_ = std::make_shared<MemoryFileSystem>();
};

}  // namespace copse::flip
