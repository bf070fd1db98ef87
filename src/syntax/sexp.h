// A tree as text, exactly as ts_node_string writes it.
#pragma once

#include <string>

#include "syntax/tree_data.h"

namespace copse {

// Of one node. O(nodes of the subtree) time; memory: the text, and a few words a level of depth.
// REQUIRES: the node is not null.
std::string write_sexp(Node root);

}  // namespace copse
