// Bytecode blocks to flat nodes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "syntax/tree_data.h"
#include "syntax/tree_layout.h"

namespace copse {

// What a block adds to a tree beside its nodes.
struct BlockExtras {
  std::vector<CopseErrorLeaf> error_leaves;
  std::vector<std::uint32_t> faults;
  std::uint32_t visible_count = 0;
};

// Writes nodes [first_node, end_node) of the block, the first of them to nodes[0]. Corrupt when the
// bytecode is not what a tree over this source can be. Any bytes are safe. Cost: about 7 ns a node.
Status expand_block(const TreeModel& model, const TreeLayout& layout, std::size_t block,
                    std::string_view source, ByteView bytecode, CopseFlatNode* nodes,
                    BlockExtras& extras);

// Corrupt unless expand_block() would write what is there. Cheaper than writing it.
Status compare_block(const TreeModel& model, const TreeLayout& layout, std::size_t block,
                     std::string_view source, ByteView bytecode, const CopseFlatNode* nodes,
                     BlockExtras& extras);

}  // namespace copse
