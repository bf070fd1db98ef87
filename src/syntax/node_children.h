// What the operations of nodes share: which children count, and what the parser saw of a leaf.
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

// How many bytes behind a missing leaf the parser had looked at when it put it in: the token that
// did not fit, and one byte behind it. It is not stored; in all but odd cases that token is the
// next one with text, or the end. O(leaves without text that follow).
std::uint32_t bytes_looked_at(const TreeData& tree, std::uint32_t missing_leaf);

}  // namespace copse
