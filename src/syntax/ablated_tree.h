// Trees that go without some phase of compression, so that what it gains can be measured. Nothing
// else writes them; all that reads trees reads them, through decode_tree and thaw_tree.
//
// Two layouts: bytecode whose numbers, tags and positions are written otherwise, and a plain list
// of nodes. docs/formats/ablated_tree.md has the bytes. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "copse/result.h"

#include "core/bytes.h"
#include "syntax/tree_data.h"
#include "syntax/tree_layout.h"
#include "syntax/tree_model.h"
#include "syntax/tree_phases.h"

namespace copse {

// Whether such a tree begins like this.
bool is_ablated(ByteView bytes);

// REQUIRES: as encode_tree. Deterministic. `block_nodes` counts for bytecode only, and only where
// trees have segments.
Bytes encode_ablated(const TreeModel& model, const FlatTree& tree, std::string_view source,
                     TreePhases phases, std::uint32_t block_nodes);

// As decode_tree and thaw_tree. REQUIRES: is_ablated(bytes). Cost: twice that of decode_tree.
Result<FlatTree> decode_ablated(const TreeModel& model, std::string_view source, ByteView bytes,
                                std::uint32_t nodes_max);
Result<Bytes> thaw_ablated(const TreeModel& model, std::string_view source, ByteView bytes,
                           std::uint32_t nodes_max);

}  // namespace copse
