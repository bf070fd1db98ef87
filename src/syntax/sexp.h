// A tree as text, exactly as ts_node_string writes it.
#pragma once

#include <string>

#include "syntax/tree_data.h"

namespace copse {

// O(nodes) time; memory: the text, and a few words a level of depth.
std::string write_sexp(const TreeData& tree);

}  // namespace copse
