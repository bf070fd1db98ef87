// Trees as plain lists of nodes, in preorder: what bytecode is measured against.
#pragma once

#include <cstdint>
#include <string_view>

#include "copse/result.h"

#include "syntax/ablated_numbers.h"
#include "syntax/tree_data.h"
#include "syntax/tree_model.h"
#include "syntax/tree_phases.h"

namespace copse {

void put_plain_nodes(AblatedWriter& out, const FlatTree& tree, TreePhases phases);

// `node_count` nodes, which are the whole tree. Corrupt when they are none over this source. Any
// bytes are safe.
Result<FlatTree> take_plain_nodes(AblatedReader& in, const TreeModel& model,
                                  std::string_view source, TreePhases phases,
                                  std::uint32_t node_count);

}  // namespace copse
