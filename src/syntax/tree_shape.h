// A block's nodes in two steps: first their structure, without the source; then, when somebody
// asks, where they lie. Searches need the second step for few trees.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "copse/result.h"

#include "codec/rans.h"
#include "syntax/block_expander.h"
#include "syntax/tree_layout.h"

namespace copse {

// What the second step reads.
struct BlockRest {
  std::optional<RansDecoder> stream;  // of a fast block: stands behind its operations
  Bytes bytecode;                     // of a small block; empty for the others
};

// Memory behind a tree's last node that shape_block() may write to.
inline constexpr std::size_t kShapeMarginNodes = 4;

// Writes tag and extent of nodes [first_node, end_node), the first of them to nodes[0]; until they
// are located, a leaf has its span class for a start. `source` is looked at for small trees only.
// `extras` lack the lookaheads of leaf ERRORs. Corrupt when the bytes are no such block; any bytes
// are safe. Blocks are shaped in their order: what is behind a block's nodes is overwritten. Cost:
// about 5 ns a node.
Status shape_block(const TreeModel& model, const TreeLayout& layout, std::size_t block,
                   std::string_view source, CopseFlatNode* nodes, BlockExtras& extras,
                   BlockRest& rest);

// The second step, over what the first one wrote. Afterwards all is as expand_block() makes it.
Status locate_block(const TreeModel& model, const TreeLayout& layout, std::size_t block,
                    std::string_view source, const BlockRest& rest, CopseFlatNode* nodes,
                    BlockExtras& extras);

}  // namespace copse
