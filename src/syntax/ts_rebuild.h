// A TSTree out of flat nodes, without parsing. With ts_adapter.c, the place that knows
// tree-sitter's private structures. See Tree::to_ts_tree for what such a tree is good for.
#ifndef COPSE_SYNTAX_TS_REBUILD_H_
#define COPSE_SYNTAX_TS_REBUILD_H_

#include "syntax/ts_adapter.h"

#ifdef __cplusplus
extern "C" {
#endif

// NOLINTBEGIN(modernize-use-using, readability-identifier-naming): C must read this file too.

typedef struct CopseRebuild CopseRebuild;

// `language` has the tables that the nodes were made with; the tree keeps it. `line_starts`: the
// offset of each row's first byte, ascending from 0; it has to stay until the end. Null when memory
// is out.
CopseRebuild* copse_rebuild_begin(const TSLanguage* language, const uint32_t* line_starts,
                                  uint32_t line_count);

// What a flat node does not say of a leaf.
typedef struct CopseLeafNotes {
  int32_t error_lookahead;   // the character that a leaf ERROR stumbled over
  uint32_t lookahead_bytes;  // how far the lexer looked behind it: COPSE_LOOKAHEAD_BYTES for most
} CopseLeafNotes;

#define COPSE_LOOKAHEAD_BYTES 1U

// The nodes of one tree, in preorder, from the root on. False when memory is out: then nothing more
// may be added. No recursion. O(1), and for the last node of a subtree O(its children).
// REQUIRES: production and symbol are the language's; no leaf starts before the one before it ends.
bool copse_rebuild_add(CopseRebuild* rebuild, const CopseFlatNode* node, CopseLeafNotes notes);

// Frees `rebuild`. The tree, to be freed with ts_tree_delete; null when it is not complete.
TSTree* copse_rebuild_end(CopseRebuild* rebuild);

// NOLINTEND(modernize-use-using, readability-identifier-naming)

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // COPSE_SYNTAX_TS_REBUILD_H_
