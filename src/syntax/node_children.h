// Which children tree-sitter's API counts, by rank: what child(), its fields and the counts share.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "syntax/tree_data.h"

namespace copse {

// What a question is about: all visible nodes, or the named ones among them.
enum class NodeKinds { Visible, Named };

// Whether the walk's current child is one that is asked for, as ts_node__is_relevant.
inline bool is_asked_for(const ChildWalk& child, NodeKinds kinds) {
  return child.visible() && (kinds == NodeKinds::Visible || child.named());
}

// Whether there is any below it, itself not counted. O(1).
inline bool shows_any(const TreeData& tree, std::uint32_t index, NodeKinds kinds) {
  const CopseFlatNode& node = tree.node(index);
  return kinds == NodeKinds::Visible ? copse_node_shows_children(&node)
                                     : copse_node_shows_named(&node);
}

// How many children the node shows, hidden ones' children among them. Stops counting beyond
// `enough`. O(children passed, hidden ones included).
std::uint32_t count_shown(const TreeData& tree, std::uint32_t parent, NodeKinds kinds,
                          std::uint32_t enough);

}  // namespace copse
