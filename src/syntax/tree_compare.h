// A stored tree against tree-sitter's own tree of the same source, node by node, through
// tree-sitter's public API: the judge that shares no code with the encoder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "syntax/tree_data.h"

namespace copse {

struct TreeComparison {
  std::uint64_t nodes = 0;               // visible nodes compared
  std::uint64_t difference_count = 0;    // may be larger than differences.size()
  std::vector<std::string> differences;  // one sentence each, at most kDifferencesNamedMax
};

inline constexpr std::size_t kDifferencesNamedMax = 64;

// Walks both trees with their cursors and compares every visible node: kind, grammar kind, field,
// named, extra, missing, error, has_error, bytes, points, child counts. After a node that differs
// in its children both walks go on with what they have in common. O(nodes).
TreeComparison compare_with_tree_sitter(const TSTree* fresh, const TreeData& stored);

// Adds what the API does not show as nodes of its own: hidden nodes, lookaheads of ERRORs, the
// number of nodes on record. `fresh` is the flattened fresh tree. O(nodes).
struct RecordedCounts {
  std::uint64_t nodes = 0;
  std::uint64_t visible_nodes = 0;
};
void compare_hidden_facts(const FlatTree& fresh, const RecordedCounts& record,
                          const TreeData& stored, TreeComparison& comparison);

}  // namespace copse
