// One block of bytecode that goes without some phase of compression.
#pragma once

#include <string_view>

#include "copse/result.h"

#include "syntax/tree_data.h"
#include "syntax/tree_facts.h"
#include "syntax/tree_layout.h"
#include "syntax/tree_phases.h"

namespace copse {

// REQUIRES: the facts are the block's, of that tree. Sets the block's operations.
Bytes write_ablated_block(const TreeModel& model, TreePhases phases, const TreeLayout& layout,
                          TreeBlock& block, const FlatTree& tree, const BlockFacts& facts);

// The block's bytecode. Corrupt when the payload is none; any bytes are safe.
Result<Bytes> read_ablated_block(const TreeModel& model, TreePhases phases,
                                 const TreeLayout& layout, const TreeBlock& block,
                                 std::string_view source);

}  // namespace copse
