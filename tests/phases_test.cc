// A store without one phase of compression holds other bytes and gives the same answers.
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "copse/workspace.h"

#include "core/io/file_system.h"
#include "store/store.h"
#include "testing/languages.h"
#include "workspace/store_phases.h"
#include "workspace/syntax_objects.h"

namespace copse {
namespace {

// A file of more nodes than a block holds.
std::string large_source() {
  std::string text;
  for (int i = 0; i < 600; ++i) {
    const std::string n = std::to_string(i);
    text += "static int f" + n + "(int x) {\n  if (x > " + n + ") return g(x, \"" + n +
            "\");\n  return x * " + n + ";\n}\n\n";
  }
  return text;
}

class Phases : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::path(::testing::TempDir()) / ("phases_" + std::to_string(::getpid()));
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_ / "src");
    for (const std::string id : {"c", "python"}) {
      for (const auto& source : testing::sample_sources(id)) {
        write(source.name + "_" + id + suffix(id), source.text);
      }
    }
    write("large.c", large_source());
    // Two pairs of equal files, one of them without a language.
    write("again.c", testing::sample_sources("c").back().text);
    write("one.txt", "the same text\n");
    write("other.txt", "the same text\n");
    // And some that do not parse well, or not at all.
    write("errors.py", "def f(:\n  \x01 ]] return\n");
    write("empty.c", "");
    write("binary.c", std::string("int x;\0\0\0\1", 10));
  }

  void TearDown() override { std::filesystem::remove_all(directory_); }

  static std::string suffix(const std::string& id) { return id == "python" ? ".py" : "." + id; }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / "src" / name, std::ios::binary) << text;
  }

  std::string store(const std::string& name) const { return (directory_ / name).string(); }

  IndexReport index(const std::string& name, std::vector<std::string> phases_off,
                    bool in_processes = false) {
    IndexOptions options;
    options.store_directory = store(name);
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    options.include_unknown = true;
    options.jobs = 1;
    options.phases_off = std::move(phases_off);
    if (in_processes) options.parse_command = {COPSE_BINARY, "parse-worker"};
    auto report = index_directory((directory_ / "src").string(), options);
    EXPECT_TRUE(report.ok()) << report.error().message();
    return report.ok() ? std::move(report).value() : IndexReport();
  }

  static Workspace open(const std::string& directory) {
    auto workspace = Workspace::open(directory);
    EXPECT_TRUE(workspace.ok()) << workspace.error().message();
    return std::move(workspace).value();
  }

  // All that a store says, without how it is kept.
  static std::vector<std::string> answers(const Workspace& workspace) {
    std::vector<std::string> lines;
    const auto files = workspace.files();
    for (const StoredFile& file : files.value()) {
      lines.push_back(file.path + " " + file.language + " " + std::to_string(file.nodes) + " " +
                      std::to_string(file.visible_nodes) + " " + file.note);
      lines.push_back(workspace.source(file.path).value());
      if (file.language.empty()) continue;
      auto tree = workspace.tree(file.path);
      lines.push_back(tree.ok() ? tree.value().to_sexp() : tree.error().message());
    }
    QueryRequest request;
    request.text = "(ERROR) @error (_) @node (#match? @node \"^.{3,9}$\")";
    const auto report = workspace.query(request, [&](const FileMatch& match) {
      std::string line(match.path);
      for (const Capture& capture : *match.match->captures) {
        line += " " + std::to_string(capture.node.start_byte()) + "-" +
                std::to_string(capture.node.end_byte());
      }
      lines.push_back(line);
      return true;
    });
    EXPECT_TRUE(report.ok()) << report.error().message();
    EXPECT_TRUE(report.value().unreadable.empty());
    return lines;
  }

  static void expect_verified(const Workspace& workspace, bool in_processes) {
    VerifyOptions options;
    options.deep = true;
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    if (in_processes) options.parse_command = {COPSE_BINARY, "parse-worker"};
    const auto report = workspace.verify(
        options, [](const std::string& difference) { ADD_FAILURE() << difference; });
    ASSERT_TRUE(report.ok()) << report.error().message();
    EXPECT_GT(report.value().nodes_compared, 10000U);
    EXPECT_EQ(report.value().not_compared, 0U);
  }

  // Of every frame what it holds, by path.
  static std::map<std::string, std::vector<Bytes>> frames(const std::string& directory) {
    auto store = Store::open(real_file_system(), directory);
    EXPECT_TRUE(store.ok()) << store.error().message();
    std::map<std::string, std::vector<Bytes>> frames;
    for (std::size_t i = 0; i < store.value().file_count(); ++i) {
      const FileRecord record = store.value().file(i);
      std::vector<FrameRef> refs = {record.source};
      if (record.tree) refs.push_back(*record.tree);
      for (const FrameRef& ref : refs) {
        const Frame frame = store.value().read_frame(ref).value();
        const ByteView payload = frame.payload();
        frames[record.path].emplace_back(payload.begin(), payload.end());
      }
    }
    return frames;
  }

  static std::size_t frames_stored(const std::string& directory) {
    auto store = Store::open(real_file_system(), directory);
    std::map<FrameRef, bool> stored;
    for (std::size_t i = 0; i < store.value().file_count(); ++i) {
      stored[store.value().file(i).source] = true;
    }
    return stored.size();
  }

  std::filesystem::path directory_;
};

TEST_P(Phases, AnswersAreTheSameAndBytesAreNot) {
  const std::string phase = GetParam();
  const IndexReport usual = index("usual", {});
  const IndexReport other = index("other", {phase}, true);
  EXPECT_EQ(usual.files_parsed, other.files_parsed);
  EXPECT_EQ(usual.nodes_parsed, other.nodes_parsed);
  const Workspace with = open(store("usual"));
  const Workspace without = open(store("other"));
  EXPECT_EQ(answers(with), answers(without));
  expect_verified(without, false);
  expect_verified(without, true);
  EXPECT_EQ(without.stats().value().phases_off, std::vector<std::string>{phase});
  EXPECT_TRUE(with.stats().value().phases_off.empty());
  const StoreStats a = with.stats().value();
  const StoreStats b = without.stats().value();
  if (phase == "phase2_chunking") {
    EXPECT_LT(frames_stored(store("usual")), frames_stored(store("other")));
    EXPECT_LT(a.pack_bytes, b.pack_bytes);
  } else if (phase == "phase4b_mmap") {
    // What is stored says how it is to be read.
    EXPECT_NE(a.shared_bytes, b.shared_bytes);
    EXPECT_EQ(frames(store("usual")), frames(store("other")));
  } else {
    EXPECT_NE(frames(store("usual")), frames(store("other")));
  }
  if (phase == "enable_compression") {
    for (const LanguageStats& language : b.languages) {
      EXPECT_EQ(language.stored_source_bytes, language.source_bytes) << language.language;
    }
  }
}

// The store remembers, until it is told otherwise; what did not change stays as it is.
TEST_P(Phases, LaterRunsGoOnWithout) {
  const std::string phase = GetParam();
  index("store", {phase});
  index("usual", {});
  const auto before = frames(store("store"));
  write("later.c", large_source() + "int later;\n");
  // Not among the files that a model is learnt from: a parse process encodes it.
  EXPECT_EQ(index("store", {}, true).files_parsed, 1U);
  const auto after = frames(store("store"));
  EXPECT_EQ(before.at("large.c"), after.at("large.c"));
  index("usual", {"none"});
  const auto usual = frames(store("usual"));
  const bool in_frames = phase != "phase2_chunking" && phase != "phase4b_mmap";
  EXPECT_EQ(after.at("later.c") != usual.at("later.c"), in_frames);
  EXPECT_EQ(open(store("store")).stats().value().phases_off, std::vector<std::string>{phase});
  write("last.c", large_source() + "int last;\n");
  index("store", {"none"});
  EXPECT_TRUE(open(store("store")).stats().value().phases_off.empty());
  expect_verified(open(store("store")), false);
}

TEST_P(Phases, NamesThatNobodyKnowsMakeNoStore) {
  IndexOptions options;
  options.store_directory = store("none");
  options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
  options.phases_off = {GetParam(), "phase5_magic"};
  const auto report = index_directory((directory_ / "src").string(), options);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code(), ErrorCode::InvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(store("none")));
}

INSTANTIATE_TEST_SUITE_P(Each, Phases,
                         ::testing::Values("phase1_varint", "phase1_packing", "phase1_interning",
                                           "phase2_delta", "phase2_chunking", "phase3_bytecode",
                                           "phase4a_frozen", "phase4b_mmap", "phase4c_segments",
                                           "enable_compression"),
                         [](const auto& phase) { return std::string(phase.param); });

TEST(StorePhases, KnowItsNamesAndItsBytes) {
  const std::vector<std::string> some = {"phase1_packing", "phase4b_mmap"};
  auto phases = StorePhases::without(some);
  ASSERT_TRUE(phases.ok());
  EXPECT_EQ(phases.value().names_off(), some);
  EXPECT_FALSE(phases.value().on(StorePhase::Mmap));
  EXPECT_TRUE(phases.value().on(StorePhase::Chunking));
  EXPECT_TRUE(StorePhases::decode(phases.value().encode()).value() == phases.value());
  EXPECT_TRUE(StorePhases::without({"none"}).value() == StorePhases());
  EXPECT_EQ(StorePhases::without({"none", "phase1_varint"}).error().code(),
            ErrorCode::InvalidArgument);
  EXPECT_EQ(StorePhases::without({"phase5"}).error().code(), ErrorCode::InvalidArgument);
  const auto nothing = StorePhases::without({"enable_compression"}).value();
  EXPECT_FALSE(nothing.on(StorePhase::Chunking));
  EXPECT_EQ(nothing.of_trees().off_bits(), 0x7F);
}

TEST(StorePhases, DamagedOnesAreRefused) {
  const Bytes bytes = StorePhases::without({"phase1_varint"}).value().encode();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(StorePhases::decode(ByteView(bytes.data(), size)).ok());
  }
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_EQ(StorePhases::decode(longer).error().code(), ErrorCode::Corrupt);
  const Bytes newer = {1, 0x80, 0x08};
  EXPECT_EQ(StorePhases::decode(newer).error().code(), ErrorCode::Unsupported);
}

}  // namespace
}  // namespace copse
