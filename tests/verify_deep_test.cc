// verify --deep finds what no checksum can: a wrong field, alias or span, planted with valid
// checksums.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "copse/workspace.h"

#include "core/io/file_system.h"
#include "store/store_writer.h"
#include "testing/languages.h"
#include "workspace/prepared_file.h"
#include "workspace/syntax_objects.h"

namespace copse {
namespace {

constexpr const char* kSource = "struct point { int x; };\nint f(struct point p) { return p.x; }\n";

class VerifyDeep : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::path(::testing::TempDir()) / ("verify_deep_" + std::to_string(::getpid()));
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    std::ofstream(directory_ / "point.c") << kSource;
    std::ofstream(directory_ / "good.c") << "int good;\n";
    IndexOptions options;
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    const auto report = index_directory(directory_.string(), options);
    ASSERT_TRUE(report.ok()) << report.error().message();
    ASSERT_EQ(report.value().files_parsed, 2U);
  }

  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string store() const { return (directory_ / ".copse").string(); }

  // Puts another tree in the place of point.c's, in a commit like any other.
  template <typename Plant>
  void plant(const Plant& change) {
    auto opened = StoreWriter::open_or_create(real_file_system(), store());
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    StoreWriter writer = std::move(opened).value();
    FileRecord record = writer.find("point.c").value().value();
    const auto grammar = Grammar::from_snapshot(
        unpack_object(writer.read_shared(record.grammar, kGrammarObject).value()).value());
    const auto model = TreeModel::from_bytes(
        unpack_object(writer.read_shared(record.model, kModelObject).value()).value(),
        grammar.value());
    FlatTree tree = testing::parse_flat("c", kSource);
    bool changed = false;
    for (std::uint32_t i = 1; i < tree.nodes.size() && !changed; ++i) {
      changed = change(*grammar.value(), tree, i);
    }
    ASSERT_TRUE(changed);
    const auto prepared = prepare_tree(*model.value(), tree, kSource);
    ASSERT_TRUE(prepared.ok()) << prepared.error().message();
    const FramePayload& frame = prepared.value().frame;
    record.tree = writer
                      .append_frame(kTreeFrame, static_cast<std::uint8_t>(frame.codec),
                                    frame.raw_bytes, frame.bytes)
                      .value();
    ASSERT_TRUE(writer.put(record).ok());
    ASSERT_TRUE(writer.commit().ok());
  }

  std::vector<std::string> verify(bool deep) {
    std::vector<std::string> differences;
    const auto workspace = Workspace::open(store());
    EXPECT_TRUE(workspace.ok()) << workspace.error().message();
    VerifyOptions options;
    options.deep = deep;
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    if (GetParam()) options.parse_command = {COPSE_BINARY, "parse-worker"};
    const auto report = workspace.value().verify(
        options, [&](const std::string& difference) { differences.push_back(difference); });
    EXPECT_TRUE(report.ok()) << report.error().message();
    if (report.ok()) {
      EXPECT_EQ(report.value().differences, differences.size());
    }
    return differences;
  }

  void expect_named(const std::string& fact) {
    EXPECT_TRUE(verify(false).empty());  // the checksums are right
    const std::vector<std::string> differences = verify(true);
    EXPECT_TRUE(std::any_of(differences.begin(), differences.end(), [&](const std::string& text) {
      return text.starts_with("point.c:") && text.find(fact) != std::string::npos;
    })) << (differences.empty() ? "no difference" : differences.front());
    for (const std::string& text : differences)
      EXPECT_FALSE(text.starts_with("good.c")) << text;
  }

  static void set_production(CopseFlatNode& node, std::uint32_t production) {
    node.tag = (node.tag & 0xFFFF000FU) | production << 4;
  }

  std::filesystem::path directory_;
};

TEST_P(VerifyDeep, CleanStoreHasNoDifference) {
  EXPECT_TRUE(verify(false).empty());
  EXPECT_TRUE(verify(true).empty());
}

TEST_P(VerifyDeep, NamesAWrongField) {
  plant([](const Grammar& grammar, FlatTree& tree, std::uint32_t i) {
    CopseFlatNode& node = tree.nodes[i];
    const std::string_view kind = grammar.symbol_name(copse_node_symbol(&node));
    if (kind != "function_definition") return false;
    set_production(node, 0);
    return true;
  });
  expect_named(": field is ''");
}

TEST_P(VerifyDeep, NamesAWrongAlias) {
  plant([](const Grammar& grammar, FlatTree& tree, std::uint32_t i) {
    // `point` is a type_identifier by an alias of its parent's production.
    CopseFlatNode& node = tree.nodes[i];
    const std::string_view kind = grammar.symbol_name(copse_node_symbol(&node));
    if (kind != "struct_specifier") return false;
    set_production(node, 0);
    return true;
  });
  expect_named(": kind is 'identifier', a fresh parse has 'type_identifier'");
}

TEST_P(VerifyDeep, NamesAWrongSpan) {
  plant([](const Grammar&, FlatTree& tree, std::uint32_t i) {
    CopseFlatNode& node = tree.nodes[i];
    if (!copse_node_is_leaf(&node) || node.extent < 5) return false;
    --node.extent;
    return true;
  });
  expect_named(": end byte is ");
}

// Queries on supertypes see hidden nodes, so they are compared too.
TEST_P(VerifyDeep, NamesAWrongHiddenNode) {
  plant([](const Grammar& grammar, FlatTree& tree, std::uint32_t i) {
    CopseFlatNode& node = tree.nodes[i];
    const std::uint16_t symbol = copse_node_symbol(&node);
    if (copse_node_is_leaf(&node) || grammar.is_visible(symbol)) return false;
    for (std::uint16_t other = 1; other < grammar.symbol_count(); ++other) {
      if (other == symbol || grammar.is_visible(other) || !grammar.is_supertype(other)) continue;
      node.tag = (node.tag & 0xFFFFU) | std::uint32_t{other} << 16;
      return true;
    }
    return false;
  });
  expect_named("hidden ones counted");
}

INSTANTIATE_TEST_SUITE_P(Lanes, VerifyDeep, ::testing::Bool(), [](const auto& lane) {
  return std::string(lane.param ? "InProcesses" : "InThreads");
});

}  // namespace
}  // namespace copse
