// Structure first and positions later make what laying out at once makes.
#include "syntax/tree_shape.h"

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

// Which leaves have another name, by their parents' productions.
std::vector<bool> aliased_leaves(const TreeData& tree) {
  std::vector<bool> aliased(tree.node_count(), false);
  for (std::uint32_t parent = 0; parent < tree.node_count(); ++parent) {
    if (copse_node_is_leaf(&tree.node(parent))) continue;
    for (ChildWalk child(tree, parent); child.next();) {
      aliased[child.index()] = child.alias() != 0 && copse_node_is_leaf(&tree.node(child.index()));
    }
  }
  return aliased;
}

void expect_same_structure(const TreeData& tree, const CopseFlatNode* nodes) {
  const std::vector<bool> aliased = aliased_leaves(tree);
  for (std::uint32_t i = 0; i < tree.node_count(); ++i) {
    const CopseFlatNode& node = tree.node(i);
    ASSERT_EQ(node.tag | (aliased[i] ? COPSE_TAG_ALIASED_LEAF : 0), nodes[i].tag) << i;
    ASSERT_EQ(copse_node_count(&node), copse_node_count(&nodes[i])) << i;
  }
}

void check(const std::string& id, const std::string& source, TreeForm form,
           std::uint32_t block_nodes, ScanMemory& memory) {
  const FlatTree flat = testing::parse_flat(id, source);
  ModelTrainer trainer(testing::language(id).grammar());
  trainer.add(flat, source);
  const auto model = trainer.train();
  const auto bytes =
      std::make_shared<Bytes>(encode_tree(*model, flat, source, {form, block_nodes}));
  auto opened = LazyNodes::open(model, *bytes, bytes, {}, std::make_unique<WholeText>(source),
                                source.size(), kTreeNodesMax, &memory);
  ASSERT_TRUE(opened.ok()) << opened.error().message();
  LazyNodes* const lazy = opened.value().get();
  const Status shaped = lazy->shape();
  ASSERT_TRUE(shaped.ok()) << shaped.error().message();
  expect_same_structure(*make_tree_data(testing::language(id).grammar(), source, flat),
                        lazy->nodes());
  const auto data = make_lazy_tree_data(testing::language(id).grammar(), std::move(opened).value(),
                                        flat.visible_count);
  // The last block first, then the others.
  ASSERT_EQ(data->node(data->node_count() - 1).start, flat.nodes.back().start);
  for (std::uint32_t i = 0; i < data->node_count(); ++i) {
    const CopseFlatNode& node = data->node(i);
    ASSERT_TRUE(node.tag == flat.nodes[i].tag && node.start == flat.nodes[i].start &&
                node.extent == flat.nodes[i].extent)
        << i;
    ASSERT_EQ(data->lookahead_of(i).has_value(),
              node.tag >> 16 == COPSE_SYMBOL_ERROR && copse_node_is_leaf(&node));
  }
  for (const CopseErrorLeaf& leaf : flat.error_leaves) {
    ASSERT_EQ(data->lookahead_of(leaf.node), leaf.lookahead);
  }
  EXPECT_TRUE(data->fault().ok());
}

TEST(TreeShape, EqualsTheTreeInEveryForm) {
  ScanMemory memory;
  for (const std::string& id : testing::all_languages()) {
    for (const auto& sample : testing::sample_sources(id)) {
      for (const TreeForm form : {TreeForm::Fast, TreeForm::Small, TreeForm::Bytecode}) {
        for (const std::uint32_t block_nodes : {kBlockNodesMin, 100U, kBlockNodes}) {
          SCOPED_TRACE(id + " " + sample.name + " form " + std::to_string(static_cast<int>(form)) +
                       " blocks of " + std::to_string(block_nodes));
          check(id, sample.text, form, block_nodes, memory);
        }
      }
    }
  }
}

}  // namespace
}  // namespace copse
