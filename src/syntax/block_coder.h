// Between bytecode and the frozen forms, one block at a time.
//
// A frozen block is one rANS stream. *Fast*: the operations of the bytecode, then the exceptions to
// the span rules, then the lookaheads. *Small*: exceptions and lookaheads first, then shape after
// shape, each coded by where it stands and by what the source says there, so that freezing and
// thawing follow the source as they go.
#pragma once

#include <string_view>

#include "copse/result.h"

#include "syntax/tree_facts.h"
#include "syntax/tree_layout.h"

namespace copse {

// `operations` as in the layout. Cost: about 6 ns a node.
Bytes freeze_fast(const TreeModel& model, const BlockFacts& facts, std::uint32_t& operations);
// The bytecode of a block. Corrupt when the bytes are none; any bytes are safe. Cost: about 4 ns a
// node.
Result<Bytes> thaw_fast(const TreeModel& model, const TreeLayout& layout, const TreeBlock& block);

// Sets `operations` to what the small form counts.
Bytes freeze_small(const TreeModel& model, const TreeLayout& layout, const TreeBlock& block,
                   std::string_view source, const BlockFacts& facts, std::uint32_t& operations);
// The facts from which the bytecode is written. Corrupt as above. Cost: about 15 ns a node.
Result<BlockFacts> thaw_small(const TreeModel& model, const TreeLayout& layout,
                              const TreeBlock& block, std::string_view source);

// How many operations a block can have: each node is one, and may be named by a tag and ended.
inline std::uint64_t operations_max(const TreeLayout& layout, const TreeBlock& block) {
  return std::uint64_t{block.end_node - block.first_node} * 3 + layout.spine.size() + 1;
}

}  // namespace copse
