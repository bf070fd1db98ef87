// What is to be written of a tree, block by block: the shapes of its internal nodes in preorder,
// and what the model's rules do not say. Bytecode and the frozen forms are written from it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "codec/rans.h"
#include "syntax/span_predictor.h"
#include "syntax/tree_data.h"
#include "syntax/tree_layout.h"

namespace copse {

// An internal node's shape. Decisions lie in preorder.
struct Decision {
  // In `end`: the subtree goes on in the next block.
  static constexpr std::uint32_t kOpenEnd = UINT32_MAX;

  ShapeId shape = kNoShape;  // kNoShape: spelt out in BlockFacts::spelt[spelt]
  TableId table = kNoTable;
  std::uint32_t end = 0;  // the first decision behind the subtree
  std::uint32_t spelt = 0;
};

// A shape that the model lacks. Its children that begin in the block have their tags in
// BlockFacts::tags[first, last).
struct SpeltShape {
  std::uint16_t production = 0;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  bool ends = true;  // no child begins in a later block
};

// Of a spelt-out node that is open where the block begins.
struct OpenList {
  SpeltShape shape;
  std::uint32_t child_end = 0;  // the decision behind the child that is open there, too
};

struct BlockFacts {
  std::vector<Decision> decisions;
  std::vector<SpeltShape> spelt;
  std::vector<std::uint32_t> tags;
  std::vector<OpenList> open_lists;  // the outermost first
  Bytes spans;
  Bytes lookaheads;

  void clear();
};

// Walks a tree once, from block to block.
class FactsBuilder {
 public:
  // REQUIRES: the tree was flattened from a parse of `source` by the model's grammar; all outlive
  // the builder.
  FactsBuilder(const TreeModel& model, const FlatTree& tree, std::string_view source);

  // The facts of nodes [first, end), where `first` is where the last call ended; `block` gets
  // everything but payload and operations, `layout` the spine. Cost: about 12 ns a node.
  void next(std::uint32_t end, BlockFacts& facts, TreeBlock& block, TreeLayout& layout);

 private:
  struct Level {
    std::uint32_t node;
    std::uint32_t end;
    ShapeId shape;
    const TableId* tables;     // of the children; null: spelt out
    std::uint32_t next_child;  // spelt out: children so far that are no extras
    std::uint32_t next_node;   // spelt out: the child that comes next
    std::uint32_t decision;    // kNone when made in an earlier block
    std::uint32_t spine_node;
    std::uint32_t level;      // in TreeLayout::levels, as last written
    std::uint32_t open_list;  // in BlockFacts::open_lists, for levels of the spine
  };

  void open_spine(TreeBlock& block, TreeLayout& layout);
  void begin_lists(BlockFacts& facts, std::uint32_t end);
  void close_levels(BlockFacts& facts, std::uint32_t node);
  void add_internal(BlockFacts& facts, std::uint32_t node, std::uint32_t end);
  SpeltShape spell(BlockFacts& facts, std::uint16_t production, std::uint32_t first_child,
                   std::uint32_t parent_end, std::uint32_t end) const;
  std::uint32_t end_of_leaves(std::uint32_t end) const;
  ShapeId find_shape(std::uint32_t node);

  const TreeModel& model_;
  const std::span<const CopseFlatNode> nodes_;
  const FlatTree& tree_;
  std::string_view source_;
  std::vector<Level> levels_;
  std::vector<std::uint32_t> children_;  // room for those of a node
  std::uint32_t node_ = 0;
  std::uint32_t position_ = 0;
  std::uint32_t row_ = 0;
  std::size_t next_error_leaf_ = 0;
};

// Cuts a tree into blocks: fills `layout`, of which node_count and block_nodes are set, and answers
// what payload_of(block, facts) gives for each. That may set the block's operations.
template <typename PayloadOf>
std::vector<Bytes> build_blocks(const TreeModel& model, const FlatTree& tree,
                                std::string_view source, TreeLayout& layout,
                                const PayloadOf& payload_of) {
  FactsBuilder builder(model, tree, source);
  BlockFacts facts;
  std::vector<Bytes> payloads;
  for (std::uint32_t end = 0; end < layout.node_count;) {
    end = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(std::uint64_t{end} + layout.block_nodes, layout.node_count));
    TreeBlock block;
    builder.next(end, facts, block, layout);
    payloads.push_back(payload_of(block, facts));
    layout.blocks.push_back(block);
  }
  return payloads;
}

// Opcodes of a block; `operations` as in TreeBlock.
Bytes write_opcodes(const TreeModel& model, const BlockFacts& facts, std::uint32_t& operations);
// The same, each as its share of its table.
void put_opcodes(const TreeModel& model, const BlockFacts& facts, RansEncoder& out,
                 std::uint32_t& operations);

}  // namespace copse
