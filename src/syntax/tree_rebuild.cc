// A stored tree as tree-sitter's own.
#include "copse/tree.h"

#include "syntax/node_children.h"
#include "syntax/tree_data.h"
#include "syntax/ts_rebuild.h"

namespace copse {

TSTree* Tree::to_ts_tree(const TSLanguage* language) const {
  if (!data_->grammar->describes(language)) return nullptr;
  const std::vector<std::uint32_t>& line_starts = data_->line_starts();
  CopseRebuild* rebuild = copse_rebuild_begin(language, line_starts.data(),
                                              static_cast<std::uint32_t>(line_starts.size()));
  if (rebuild == nullptr) return nullptr;
  const std::uint32_t count = node_count();
  for (std::uint32_t i = 0; i < count; ++i) {
    const CopseFlatNode& node = data_->node(i);
    CopseLeafNotes notes = {0, COPSE_LOOKAHEAD_BYTES};
    if (copse_node_is_leaf(&node) && copse_node_symbol(&node) == COPSE_SYMBOL_ERROR) {
      notes.error_lookahead = data_->lookahead_of(i).value_or(0);
    }
    if (copse_node_is_missing(&node)) notes.lookahead_bytes = bytes_looked_at(*data_, i);
    if (!copse_rebuild_add(rebuild, &node, notes)) break;
  }
  return copse_rebuild_end(rebuild);
}

}  // namespace copse
