// Trees and models that earlier builds wrote: they must stay readable for ever, and what is written
// today must be what version 2 has always written.
#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "syntax/tree_codec.h"
#include "testing/languages.h"

namespace copse {
namespace {

struct Golden {
  const char* language;
  const char* source;
};
constexpr Golden kGoldens[] = {{"json", "source.json"}, {"python", "source.py"}};

struct GoldenTree {
  const char* name;
  const char* model;
  TreeEncoding encoding;
};
constexpr std::uint32_t kSmallBlocks = 64;
constexpr GoldenTree kTrees[] = {
    {"tree_v2_bytecode", "model_v2", {TreeForm::Bytecode, kBlockNodes}},
    {"tree_v2_fast", "model_v2", {TreeForm::Fast, kBlockNodes}},
    {"tree_v2_small", "model_v2", {TreeForm::Small, kBlockNodes}},
    {"tree_v2_bytecode_64", "model_v2", {TreeForm::Bytecode, kSmallBlocks}},
    {"tree_v2_fast_64", "model_v2", {TreeForm::Fast, kSmallBlocks}},
    {"tree_v2_small_64", "model_v2", {TreeForm::Small, kSmallBlocks}},
    {"tree_v2_fast_by_v1", "model_v1", {TreeForm::Fast, kBlockNodes}},
    {"tree_v2_small_by_v1", "model_v1", {TreeForm::Small, kBlockNodes}},
};

std::string path_of(const Golden& golden, const std::string& name) {
  return std::string(COPSE_TEST_DATA_DIR) + "/formats/" + golden.language + "/" + name;
}

// The bytes as they are in the file.
std::string read_golden(const Golden& golden, const std::string& name) {
  return testing::read_text(path_of(golden, name + ".bin"));
}

std::shared_ptr<const TreeModel> read_model(const Golden& golden, const std::string& name) {
  const auto& grammar = testing::language(golden.language).grammar();
  auto model = TreeModel::from_bytes(as_bytes(read_golden(golden, name)), grammar);
  EXPECT_TRUE(model.ok()) << model.error().message()
                          << "; after an upgrade of the grammar see tests/data/formats/README.md";
  return model.ok() ? std::move(model).value() : nullptr;
}

// As tests/formats/read_tree.py prints it.
std::string listing(const Grammar& grammar, const FlatTree& tree) {
  std::ostringstream out;
  out << grammar.symbol_count() << " symbols\n";
  auto error = tree.error_leaves.begin();
  for (std::uint32_t i = 0; i < tree.nodes.size(); ++i) {
    const CopseFlatNode& node = tree.nodes[i];
    const bool leaf = copse_node_is_leaf(&node);
    out << copse_node_symbol(&node);
    if (!leaf) out << " p" << copse_node_production(&node);
    std::string flags;
    if (copse_node_is_extra(&node)) flags += 'e';
    if (copse_node_is_missing(&node)) flags += 'm';
    if (copse_node_is_external(&node)) flags += 'x';
    out << (flags.empty() ? "" : " ") << flags << ' ' << node.start << (leaf ? "+" : " n")
        << node.extent;
    if (error != tree.error_leaves.end() && error->node == i) out << " c" << error++->lookahead;
    out << '\n';
  }
  return out.str();
}

TEST(TreeGolden, NodesAreThoseOfAFreshParse) {
  for (const Golden& golden : kGoldens) {
    const std::string source = testing::read_text(path_of(golden, golden.source));
    const auto& grammar = testing::language(golden.language).grammar();
    const std::string nodes = listing(*grammar, testing::parse_flat(golden.language, source));
    EXPECT_TRUE(nodes == testing::read_text(path_of(golden, "nodes.txt"))) << golden.language;
  }
}

TEST(TreeGolden, Version1IsRead) {
  for (const Golden& golden : kGoldens) {
    const std::string source = testing::read_text(path_of(golden, golden.source));
    const auto model = read_model(golden, "model_v1");
    ASSERT_NE(model, nullptr);
    const auto tree = decode_tree(*model, source, as_bytes(read_golden(golden, "tree_v1")));
    ASSERT_TRUE(tree.ok()) << tree.error().message();
    EXPECT_TRUE(listing(model->grammar(), tree.value()) ==
                testing::read_text(path_of(golden, "nodes.txt")))
        << golden.language;
  }
}

TEST(TreeGolden, Version2IsReadAndWrittenAsEver) {
  for (const Golden& golden : kGoldens) {
    const std::string source = testing::read_text(path_of(golden, golden.source));
    const FlatTree parsed = testing::parse_flat(golden.language, source);
    for (const GoldenTree& each : kTrees) {
      SCOPED_TRACE(std::string(golden.language) + ", " + each.name);
      const auto model = read_model(golden, each.model);
      ASSERT_NE(model, nullptr);
      const std::string stored = read_golden(golden, each.name);
      const auto tree = decode_tree(*model, source, as_bytes(stored));
      ASSERT_TRUE(tree.ok()) << tree.error().message();
      EXPECT_TRUE(listing(model->grammar(), tree.value()) == listing(model->grammar(), parsed));
      EXPECT_EQ(tree.value().visible_count, parsed.visible_count);
      EXPECT_EQ(tree.value().faults, parsed.faults);
      const Bytes written = encode_tree(*model, parsed, source, each.encoding);
      EXPECT_TRUE(as_text(written) == stored) << "format version 2 has changed";
    }
  }
}

ByteSet set_of(std::string_view bytes) {
  ByteSet set;
  for (const char byte : bytes)
    set.add(static_cast<std::uint8_t>(byte));
  return set;
}

std::string from_hex(const std::string& digits) {
  std::string text;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    text += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return text;
}

// "0", or quote.count.hashes.flags.
OpenQuote parse_open(std::string text) {
  if (text == "0") return {};
  std::replace(text.begin(), text.end(), '.', ' ');
  std::istringstream in(text);
  unsigned quote = 0;
  unsigned count = 0;
  unsigned hashes = 0;
  unsigned flags = 0;
  in >> quote >> count >> hashes >> flags;
  return {static_cast<std::uint8_t>(quote), static_cast<std::uint8_t>(count),
          static_cast<std::uint8_t>(hashes), static_cast<std::uint8_t>(flags)};
}

// The table that tests/formats/check_forms.py describes.
TEST(TreeGolden, TokensHaveTheFormsThatTheyEverHad) {
  const ByteSet sets[] = {set_of("aeiou"), set_of("({$"), set_of("{(")};
  std::istringstream table(
      testing::read_text(std::string(COPSE_TEST_DATA_DIR) + "/formats/forms.txt"));
  int lines = 0;
  for (std::string line; std::getline(table, line); ++lines) {
    std::istringstream in(line);
    std::string what;
    std::string open;
    std::string text;
    unsigned kind = 0;
    SpanRule rule;
    std::uint32_t at = 0;
    std::uint32_t size = 0;
    in >> what >> kind >> rule.length >> at >> open >> text >> size;
    ASSERT_TRUE(in) << line;
    const std::string source = from_hex(text);
    const TokenText token = TokenText::from(source, at);
    rule.size = static_cast<SizeKind>(kind);
    const std::uint32_t found = what == "p" ? padding_size(static_cast<PaddingKind>(kind), token)
                                            : token_size(rule, sets, token, parse_open(open));
    EXPECT_EQ(found, size) << line;
  }
  EXPECT_GT(lines, 250);
}

}  // namespace
}  // namespace copse
