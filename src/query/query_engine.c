// tree-sitter's own query.c, compiled once more with other eyes: its matcher is unchanged, so
// matches are the original's as long as the questions below get the original's answers.

// First, other names for everything that query.c defines; before its own headers declare them.
#define ts_query__step_is_fallible copse_query__step_is_fallible
#define ts_query_capture_count copse_query_capture_count
#define ts_query_capture_name_for_id copse_query_capture_name_for_id
#define ts_query_capture_quantifier_for_id copse_query_capture_quantifier_for_id
#define ts_query_cursor__compare_captures copse_query_cursor__compare_captures
#define ts_query_cursor__compare_nodes copse_query_cursor__compare_nodes
#define ts_query_cursor_delete copse_query_cursor_delete
#define ts_query_cursor_did_exceed_match_limit copse_query_cursor_did_exceed_match_limit
#define ts_query_cursor_exec copse_query_cursor_exec
#define ts_query_cursor_exec_with_options copse_query_cursor_exec_with_options
#define ts_query_cursor_match_limit copse_query_cursor_match_limit
#define ts_query_cursor_new copse_query_cursor_new
#define ts_query_cursor_next_capture copse_query_cursor_next_capture
#define ts_query_cursor_next_match copse_query_cursor_next_match
#define ts_query_cursor_remove_match copse_query_cursor_remove_match
#define ts_query_cursor_set_byte_range copse_query_cursor_set_byte_range
#define ts_query_cursor_set_match_limit copse_query_cursor_set_match_limit
#define ts_query_cursor_set_max_start_depth copse_query_cursor_set_max_start_depth
#define ts_query_cursor_set_point_range copse_query_cursor_set_point_range
#define ts_query_cursor_set_timeout_micros copse_query_cursor_set_timeout_micros
#define ts_query_cursor_timeout_micros copse_query_cursor_timeout_micros
#define ts_query_delete copse_query_delete
#define ts_query_disable_capture copse_query_disable_capture
#define ts_query_disable_pattern copse_query_disable_pattern
#define ts_query_end_byte_for_pattern copse_query_end_byte_for_pattern
#define ts_query_is_pattern_guaranteed_at_step copse_query_is_pattern_guaranteed_at_step
#define ts_query_is_pattern_non_local copse_query_is_pattern_non_local
#define ts_query_is_pattern_rooted copse_query_is_pattern_rooted
#define ts_query_new copse_query_new_unguarded
#define ts_query_pattern_count copse_query_pattern_count
#define ts_query_predicates_for_pattern copse_query_predicates_for_pattern
#define ts_query_start_byte_for_pattern copse_query_start_byte_for_pattern
#define ts_query_string_count copse_query_string_count
#define ts_query_string_value_for_id copse_query_string_value_for_id

// Then our memory, and every header that query.c includes, except the one that this replaces: the
// tree's cursor. The order matters.
// clang-format off
#define TREE_SITTER_TREE_CURSOR_H_
#include "query/engine_fault.h"
#include "query/engine_memory.h"
#include "alloc.h"
#include "array.h"
#include "clock.h"
#include "language.h"
#include "parser.h"
#include "point.h"
#include <tree_sitter/api.h>
#include "unicode.h"
#include "query/query_engine.h"
#include "query/flat_cursor.h"
#include "query/flat_node_facts.h"
// clang-format on

// Last, our answers in the place of tree_cursor.c's and node.c's.
#define Subtree CopseSubtree
#define TSTreeCursor CopseFlatCursor
#define ts_node_child_by_field_id copse_query_node_child_by_field_id
#define ts_node_end_byte copse_query_node_end_byte
#define ts_node_end_point copse_query_node_end_point
#define ts_node_is_missing copse_query_node_is_missing
#define ts_node_is_named copse_query_node_is_named
#define ts_node_is_null copse_query_node_is_null
#define ts_node_start_byte copse_query_node_start_byte
#define ts_node_start_point copse_query_node_start_point
#define ts_node_symbol copse_query_node_symbol
#define ts_subtree_is_repetition copse_subtree_is_repetition
#define ts_subtree_symbol copse_subtree_symbol
#define ts_tree_cursor_current_node copse_cursor_current_node
#define ts_tree_cursor_current_status copse_cursor_current_status
#define ts_tree_cursor_current_subtree copse_cursor_current_subtree
#define ts_tree_cursor_delete copse_cursor_delete
#define ts_tree_cursor_goto_first_child_internal copse_cursor_first_child
#define ts_tree_cursor_goto_next_sibling_internal copse_cursor_next_sibling
#define ts_tree_cursor_goto_parent copse_cursor_parent
#define ts_tree_cursor_parent_node copse_cursor_parent_node
#define ts_tree_cursor_reset copse_cursor_reset

// What its code does with null pointers of no length is not ours to judge.
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("undefined"))), apply_to = function)
#endif
#include "query.c"
#ifdef __clang__
#pragma clang attribute pop
#endif

// A function of its own, so that no local of its caller lives across setjmp.
static TSQuery* copse_query_new_or_fault(const TSLanguage* language, const char* source,
                                         uint32_t source_length, uint32_t* error_offset,
                                         TSQueryError* error_type, bool* fault) {
  jmp_buf exit_point;
  if (setjmp(exit_point) != 0) {
    *error_offset = 0;
    *error_type = TSQueryErrorLanguage;
    *fault = true;
    return NULL;
  }
  copse_fault_exit = &exit_point;
  return copse_query_new_unguarded(language, source, source_length, error_offset, error_type);
}

TSQuery* copse_query_new(const TSLanguage* language, const char* source, uint32_t source_length,
                         uint32_t* error_offset, TSQueryError* error_type, bool* fault) {
  CopseBlock allocated;
  copse_compilation_begin(&allocated);
  TSQuery* query =
      copse_query_new_or_fault(language, source, source_length, error_offset, error_type, fault);
  copse_fault_exit = NULL;
  copse_compilation_end(&allocated, query != NULL);
  return query;
}

void copse_query_tree_release(CopseQueryTree* tree) {
  ts_free(tree->frames);
  tree->frames = NULL;
  tree->frame_capacity = 0;
}

TSNode copse_query_root(const CopseQueryTree* tree) {
  return (TSNode){
      .context = {tree->nodes[0].start, copse_node_end(tree->nodes, 0),
                  copse_node_symbol(&tree->nodes[0]), 0},
      .id = tree->nodes,
      .tree = (const TSTree*)(const void*)tree,
  };
}
