// Facts against tree-sitter's own cursor, and words against every node's text.
#include "postings/document_facts.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <tree_sitter/api.h>

#include "testing/languages.h"

// Of tree-sitter's core: what its query cursor asks about the node it stands on.
extern "C" void ts_tree_cursor_current_status(const TSTreeCursor* cursor, TSFieldId* field,
                                              bool* has_later_siblings,
                                              bool* has_later_named_siblings,
                                              bool* can_have_later_siblings_with_this_field,
                                              TSSymbol* supertypes, unsigned* supertype_count);

namespace copse {
namespace {

using testing::Random;

std::uint32_t end_of(const FlatTree& tree, std::uint32_t node) {
  return copse_node_end(tree.nodes.data(), node);
}

// What a walk with tree-sitter's cursor finds.
DocumentFacts facts_of_cursor(const TSTree* tree) {
  DocumentFacts facts;
  std::set<std::uint16_t> kinds;
  std::set<FactEdge> edges;
  std::vector<std::uint16_t> parents;
  TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
  for (bool more = true; more;) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    const std::uint16_t kind = ts_node_symbol(node);
    kinds.insert(kind);
    facts.has_missing = facts.has_missing || ts_node_is_missing(node);
    if (!parents.empty()) {
      TSFieldId field = 0;
      bool ignored = false;
      TSSymbol supertypes[16];
      unsigned supertype_count = 16;
      ts_tree_cursor_current_status(&cursor, &field, &ignored, &ignored, &ignored, supertypes,
                                    &supertype_count);
      edges.insert({parents.back(), field, kind});
    }
    if (ts_tree_cursor_goto_first_child(&cursor)) {
      parents.push_back(kind);
      continue;
    }
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      more = ts_tree_cursor_goto_parent(&cursor);
      if (!more) break;
      parents.pop_back();
    }
  }
  ts_tree_cursor_delete(&cursor);
  facts.kinds.assign(kinds.begin(), kinds.end());
  facts.edges.assign(edges.begin(), edges.end());
  return facts;
}

// The words of the node's text that the facts do not have.
std::vector<std::string> missing_words(const WordRules& rules, const DocumentFacts& facts,
                                       std::string_view text) {
  std::vector<std::string> missing;
  if (facts.any_word) return missing;
  for_each_run(text, [&](std::size_t begin, std::size_t end) {
    const std::string_view word = text.substr(begin, end - begin);
    if (word.size() < kWordBytesMin || rules.is_left_out(word_hash(word))) return;
    if (!std::binary_search(facts.words.begin(), facts.words.end(), word_hash(word))) {
      missing.emplace_back(word);
    }
  });
  return missing;
}

class EveryLanguage : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryLanguage, FactsAreWhatTheCursorOfQueriesSees) {
  const std::string& id = GetParam();
  FactCollector collector(testing::language(id).grammar());
  for (const auto& source : testing::sample_sources(id)) {
    SCOPED_TRACE(source.name);
    const auto tree = testing::parse(id, source.text);
    const FlatTree flat = flatten(tree.get()).value();
    DocumentFacts facts = collector.collect(flat.nodes, source.text);
    sort_facts(facts);
    const DocumentFacts expected = facts_of_cursor(tree.get());
    EXPECT_EQ(facts.kinds, expected.kinds);
    EXPECT_TRUE(facts.edges == expected.edges);
    EXPECT_EQ(facts.has_missing, expected.has_missing);
  }
}

TEST_P(EveryLanguage, EveryWordOfANodesTextIsThere) {
  const std::string& id = GetParam();
  Random random(20261120);
  FactCollector collector(testing::language(id).grammar());
  for (const auto& source : testing::sample_sources(id)) {
    SCOPED_TRACE(source.name + ", COPSE_SEED=" + std::to_string(random.seed()));
    std::string text = source.text;
    // Also with words run together, so that nodes cut them.
    for (int round = 0; round < 4; ++round) {
      const FlatTree tree = testing::parse_flat(id, text);
      DocumentFacts facts = collector.collect(tree.nodes, text);
      sort_facts(facts);
      const auto count = static_cast<std::uint32_t>(tree.nodes.size());
      for (int i = 0; i < 3000; ++i) {
        const std::uint32_t node =
            count <= 3000 ? static_cast<std::uint32_t>(i) % count : random.below(count);
        const std::uint32_t begin = tree.nodes[node].start;
        const std::string node_text = text.substr(begin, end_of(tree, node) - begin);
        ASSERT_EQ(missing_words(collector.words(), facts, node_text), std::vector<std::string>())
            << node_text;
        for (const std::uint32_t word : collector.words().words_of(node_text)) {
          ASSERT_TRUE(facts.any_word ||
                      std::binary_search(facts.words.begin(), facts.words.end(), word));
        }
      }
      for (std::size_t at = random.below(40); at < text.size(); at += 1 + random.below(60)) {
        if (text[at] == ' ' || text[at] == '"') text[at] = "x7_\xC3"[random.below(4)];
      }
    }
  }
}

TEST_P(EveryLanguage, FactsTravel) {
  const std::string& id = GetParam();
  const auto& grammar = testing::language(id).grammar();
  FactCollector collector(grammar);
  for (const auto& source : testing::sample_sources(id)) {
    const FlatTree tree = testing::parse_flat(id, source.text);
    const DocumentFacts facts = collector.collect(tree.nodes, source.text);
    const Bytes bytes = write_facts(facts);
    const auto read = read_facts(bytes, *grammar);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(write_facts(read.value()), bytes);
    EXPECT_FALSE(read_facts(ByteView(bytes).first(bytes.size() - 1), *grammar).ok());
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryLanguage, ::testing::ValuesIn(testing::all_languages()),
                         [](const auto& each) { return each.param; });

DocumentFacts facts_of(const std::string& id, const std::string& text) {
  FactCollector collector(testing::language(id).grammar());
  return collector.collect(testing::parse_flat(id, text).nodes, text);
}

bool has_word(const DocumentFacts& facts, std::string_view word) {
  return std::count(facts.words.begin(), facts.words.end(), word_hash(word)) == 1;
}

TEST(Words, OfPiecesAreThereInAllTheyMake) {
  // The escape is a node, and so is what follows it.
  const DocumentFacts facts = facts_of("c", "char *s = u8\"a\\nfoo bar\"; int ifx = 10UL;\n");
  for (const char* word : {"u8", "foo", "nfoo", "bar", "char", "ifx", "10UL"}) {
    EXPECT_TRUE(has_word(facts, word) || word == std::string("char")) << word;
  }
  EXPECT_FALSE(facts.any_word);
}

TEST(Words, ThatAreTokensAreLeftOut) {
  const WordRules rules(*testing::language("c").grammar());
  EXPECT_TRUE(rules.is_left_out(word_hash("return")));
  EXPECT_FALSE(rules.is_left_out(word_hash("returns")));
  EXPECT_TRUE(rules.words_of("if (x) return y").empty());
  EXPECT_EQ(rules.words_of("goto out").size(), 1U);
  EXPECT_FALSE(has_word(facts_of("c", "int f(void) { return 12; }"), "return"));
}

TEST(Words, AtTheEndsOfAPartAreNotKnown) {
  const WordRules rules(*testing::language("c").grammar());
  EXPECT_EQ(rules.words_of("one two three", {}).size(), 3U);
  EXPECT_EQ(rules.words_of("one two three", {false, true}).size(), 2U);
  EXPECT_EQ(rules.words_of("one two three", {false, false}).size(), 1U);
  EXPECT_EQ(rules.words_of(" one ", {false, false}).size(), 1U);
}

TEST(Words, AreFoundAsOneByOne) {
  Random random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random.below(200), ' ');
    for (char& c : text) {
      c = random.chance(50) ? static_cast<char>(random.below(256))
                            : "aZ_9 \x7F\x80@[`{/:"[random.below(14)];
    }
    std::vector<std::pair<std::size_t, std::size_t>> runs;
    for_each_run(text, [&](std::size_t begin, std::size_t end) { runs.emplace_back(begin, end); });
    std::vector<std::pair<std::size_t, std::size_t>> expected;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (!is_word_byte(text[i])) continue;
      if (expected.empty() || expected.back().second != i) expected.emplace_back(i, i);
      ++expected.back().second;
    }
    ASSERT_EQ(runs, expected) << "COPSE_SEED=" << random.seed();
  }
}

TEST(Words, LongOnesAreKnownByTheirBeginning) {
  const std::string word(3 * kWordBytesMax, 'w');
  EXPECT_EQ(word_hash(word), word_hash(word + "x"));
  EXPECT_NE(word_hash(word.substr(0, kWordBytesMax - 1)), word_hash(word));
}

}  // namespace
}  // namespace copse
