// A tree that is only shaped gives the matches of one that is all there: nodes passed over, nodes
// read off their tags, and positions found late make no difference.
#include "query/query_scan.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "core/check.h"
#include "syntax/lazy_nodes.h"
#include "syntax/model_trainer.h"
#include "syntax/tree_codec.h"
#include "testing/languages.h"

namespace copse {
namespace {

class WholeText : public SourceChunks {
 public:
  explicit WholeText(std::string text) : text_(std::move(text)) {}
  std::uint32_t chunk_bytes() const override {
    return std::max<std::uint32_t>(static_cast<std::uint32_t>(text_.size()), 1);
  }
  Status read(std::size_t /*chunk*/, char* out) const override {
    text_.copy(out, text_.size());
    return success();
  }

 private:
  std::string text_;
};

std::vector<std::string> queries_in(const std::string& name) {
  std::ifstream file(std::string(COPSE_TEST_DATA_DIR) + "/queries/" + name + ".scm");
  std::vector<std::string> queries;
  std::string query;
  for (std::string line; std::getline(file, line);) {
    if (line == ";---") {
      queries.push_back(std::exchange(query, {}));
    } else {
      query += line + '\n';
    }
  }
  queries.push_back(query);
  return queries;
}

// Each kind alone, and some together.
std::vector<std::string> queries_of_kinds(const Grammar& grammar) {
  std::vector<std::string> queries;
  std::string several;
  for (std::uint16_t symbol = 1; symbol < grammar.symbol_count(); ++symbol) {
    if (!grammar.is_visible(symbol)) continue;
    const std::string name = grammar.symbol_name(symbol);
    if (name.find_first_of("\"\\\n") != std::string::npos) continue;
    const std::string node = grammar.is_named(symbol) ? "(" + name + ")" : "\"" + name + "\"";
    queries.push_back(node + " @k");
    several += "[" + node + " " + node + "] @a\n" + node + " @b @c\n";
    if (symbol % 7 == 0) queries.push_back(std::exchange(several, {}));
  }
  queries.push_back("((identifier) @i (#match? @i \"^[a-m]\"))");
  return queries;
}

using Found = std::vector<std::string>;

Found matches_of(QueryScan& scan, const TreeData& data, const CopseFlatNode* nodes, bool located) {
  Found found;
  if (!scan.begin(data, nodes, located, {})) return found;
  scan.run([&](const Match& match) {
    std::string text = std::to_string(match.pattern);
    for (const Capture& capture : *match.captures) {
      text += ' ' + std::to_string(capture.index) + '@' + std::to_string(capture.node.index()) +
              ' ' + std::string(capture.node.kind());
    }
    found.push_back(std::move(text));
    return true;
  });
  return found;
}

struct Shaped {
  std::shared_ptr<const TreeModel> model;
  std::shared_ptr<Bytes> bytes;
  std::string source;
  std::uint32_t visible = 0;

  std::shared_ptr<const TreeData> open(const std::shared_ptr<const Grammar>& grammar,
                                       ScanMemory& memory, const CopseFlatNode*& nodes) const {
    auto lazy = LazyNodes::open(model, *bytes, bytes, {}, std::make_unique<WholeText>(source),
                                source.size(), kTreeNodesMax, &memory);
    COPSE_CHECK(lazy.ok());
    COPSE_CHECK(lazy.value()->shape().ok());
    nodes = lazy.value()->nodes();
    return make_lazy_tree_data(grammar, std::move(lazy).value(), visible, true);
  }
};

class QueryScanTest : public ::testing::TestWithParam<std::string> {};

TEST_P(QueryScanTest, ShapedTreesGiveTheMatchesOfLocatedOnes) {
  const std::string id = GetParam();
  const Language language(testing::language(id).grammar());
  std::vector<Query> queries;
  std::vector<std::string> texts = queries_of_kinds(*language.grammar());
  for (const std::string& name : {std::string("any"), id}) {
    for (std::string& text : queries_in(name)) {
      texts.push_back(std::move(text));
    }
  }
  for (const std::string& text : texts) {
    auto query = Query::compile(language, text);
    if (query.ok()) queries.push_back(std::move(query).value());
  }
  ScanMemory memory;
  std::size_t matched = 0;
  for (const auto& sample : testing::sample_sources(id)) {
    const FlatTree flat = testing::parse_flat(id, sample.text);
    ModelTrainer trainer(language.grammar());
    trainer.add(flat, sample.text);
    const auto model = trainer.train();
    const auto whole = make_tree_data(language.grammar(), sample.text, flat);
    for (const std::uint32_t block_nodes : {64U, kBlockNodes}) {
      const Shaped shaped{model,
                          std::make_shared<Bytes>(encode_tree(*model, flat, sample.text,
                                                              {TreeForm::Fast, block_nodes})),
                          sample.text, flat.visible_count};
      for (const Query& query : queries) {
        QueryScan scan(query);
        const Found expected = matches_of(scan, *whole, whole->nodes(), true);
        const CopseFlatNode* nodes = nullptr;
        auto data = shaped.open(language.grammar(), memory, nodes);
        ASSERT_EQ(matches_of(scan, *data, nodes, false), expected) << sample.name;
        data = shaped.open(language.grammar(), memory, nodes);
        const std::uint64_t count =
            scan.begin(*data, nodes, false, {}) ? scan.count(UINT64_MAX) : 0;
        ASSERT_EQ(count, expected.size()) << sample.name;
        matched += expected.empty() ? 0U : 1U;
      }
    }
  }
  EXPECT_GT(matched, 100U);
}

INSTANTIATE_TEST_SUITE_P(Languages, QueryScanTest, ::testing::ValuesIn(testing::all_languages()),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace copse
