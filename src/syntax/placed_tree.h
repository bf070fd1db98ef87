// A tree that lies where somebody put it, in memory of their own.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "syntax/tree_data.h"

namespace copse {

// A tree whose nodes and source lie in memory that `memory` keeps.
struct PlacedTree {
  std::shared_ptr<const void> memory;
  const CopseFlatNode* nodes = nullptr;
  std::uint32_t node_count = 0;
  std::string_view source;
  FlatTree beside;  // what is not nodes; its own are empty
};

// One that is all there, where somebody put it. REQUIRES: node_count > 0.
std::shared_ptr<const TreeData> make_placed_tree_data(std::shared_ptr<const Grammar> grammar,
                                                      PlacedTree placed);

}  // namespace copse
