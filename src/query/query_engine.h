// tree-sitter's query compiler and query cursor (query.c, core 0.25.10) over flat trees.
//
// Every name that tree-sitter's query.c defines is called copse_query_* here, so that it lives
// beside the original in one process. What it asks of a tree is answered from CopseFlatNodes; what
// it asks of a language goes to the core's own ts_language_* functions.
// NOLINTBEGIN(modernize-deprecated-headers, modernize-use-using, readability-identifier-naming): C
// must read this file too.

#ifndef COPSE_QUERY_QUERY_ENGINE_H_
#define COPSE_QUERY_QUERY_ENGINE_H_

#include <stdbool.h>
#include <stdint.h>
#include <tree_sitter/api.h>

#include "syntax/flat_node.h"
#include "syntax/ts_adapter.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COPSE_SYMBOL_VISIBLE 1U
#define COPSE_SYMBOL_NAMED 2U
#define COPSE_SYMBOL_SUPERTYPE 4U

// What walking a tree asks of its language, in the form the hot loop wants. Borrows all arrays. The
// slot of a symbol is (uint16_t)(symbol + 2): the two built-in ones, 0xFFFE and 0xFFFF, come first,
// so that looking one up needs no comparison.
typedef struct CopseQueryTables {
  const uint8_t* symbol_flags;          // by slot: COPSE_SYMBOL_*
  const uint16_t* public_symbols;       // by slot
  const uint8_t* production_has_alias;  // by production
  const uint16_t* alias_sequences;      // alias_sequence_length for each production
  uint32_t alias_sequence_length;
  uint32_t alias_count;                // length of alias_sequences
  const TSMapSlice* field_map_slices;  // by production; null when there are no fields
  const TSFieldMapEntry* field_map_entries;
} CopseQueryTables;

// One place in a search for a field's node that goes down through hidden nodes; see flat_cursor.h.
typedef struct CopseFieldFrame {
  uint32_t next;              // child to look at next
  uint32_t end;               // first node after the parent's subtree
  uint32_t structural_child;  // of `next`
  uint32_t production;        // of the parent
  const TSFieldMapEntry* map;
  const TSFieldMapEntry* map_end;
} CopseFieldFrame;

// A tree during one execution: what TSNode.tree points to. Owns its scratch memory; call
// copse_query_tree_release when done. One thread at a time.
typedef struct CopseQueryTree {
  const CopseFlatNode* nodes;
  const CopseQueryTables* tables;
  CopseFieldFrame* frames;
  uint32_t frame_capacity;
} CopseQueryTree;

void copse_query_tree_release(CopseQueryTree* tree);

// The node at rank 0. A TSNode of a flat tree holds: id, the CopseFlatNode; tree, the
// CopseQueryTree; context, start byte, end byte, symbol (its alias, if any), alias.
TSNode copse_query_root(const CopseQueryTree* tree);

// As the functions of the same name in tree_sitter/api.h; a query is for flat trees only, and a
// refused one leaves no memory behind.
// Sets `fault` when the language's tables turned out to contradict themselves.
TSQuery* copse_query_new(const TSLanguage* language, const char* source, uint32_t source_length,
                         uint32_t* error_offset, TSQueryError* error_type, bool* fault);
void copse_query_delete(TSQuery* query);
uint32_t copse_query_pattern_count(const TSQuery* query);
uint32_t copse_query_capture_count(const TSQuery* query);
const char* copse_query_capture_name_for_id(const TSQuery* query, uint32_t index, uint32_t* length);
const char* copse_query_string_value_for_id(const TSQuery* query, uint32_t index, uint32_t* length);
const TSQueryPredicateStep* copse_query_predicates_for_pattern(const TSQuery* query,
                                                               uint32_t pattern_index,
                                                               uint32_t* step_count);
uint32_t copse_query_start_byte_for_pattern(const TSQuery* query, uint32_t pattern_index);
uint32_t copse_query_end_byte_for_pattern(const TSQuery* query, uint32_t pattern_index);
TSQuantifier copse_query_capture_quantifier_for_id(const TSQuery* query, uint32_t pattern_index,
                                                   uint32_t capture_index);
bool copse_query_is_pattern_rooted(const TSQuery* query, uint32_t pattern_index);
bool copse_query_is_pattern_non_local(const TSQuery* query, uint32_t pattern_index);
bool copse_query_is_pattern_guaranteed_at_step(const TSQuery* query, uint32_t byte_offset);

TSQueryCursor* copse_query_cursor_new(void);
void copse_query_cursor_delete(TSQueryCursor* cursor);
void copse_query_cursor_set_match_limit(TSQueryCursor* cursor, uint32_t limit);
bool copse_query_cursor_set_byte_range(TSQueryCursor* cursor, uint32_t start_byte,
                                       uint32_t end_byte);
// Points are places among bytes here: see match_range.h.
bool copse_query_cursor_set_point_range(TSQueryCursor* cursor, TSPoint start, TSPoint end);
void copse_query_cursor_set_max_start_depth(TSQueryCursor* cursor, uint32_t depth);
bool copse_query_cursor_did_exceed_match_limit(const TSQueryCursor* cursor);
void copse_query_cursor_exec(TSQueryCursor* cursor, const TSQuery* query, TSNode node);
bool copse_query_cursor_next_match(TSQueryCursor* cursor, TSQueryMatch* match);

#ifdef __cplusplus
}  // extern "C"
#endif

// NOLINTEND(modernize-deprecated-headers, modernize-use-using, readability-identifier-naming)

#endif  // COPSE_QUERY_QUERY_ENGINE_H_
