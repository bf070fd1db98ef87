// tree-sitter's own query.c, compiled once more with memory that can be taken back and tables that
// may be refused. Its compiler is used; what it compiled is read out for a matcher of our own.

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

// Then our memory, before every header that query.c includes. The order matters.
// clang-format off
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
// clang-format on

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

uint32_t copse_query_step_count(const TSQuery* query) {
  return query->steps.size;
}

CopseQueryStep copse_query_step(const TSQuery* query, uint32_t index) {
  const QueryStep* step = &query->steps.contents[index];
  CopseQueryStep result = {
      .symbol = step->symbol,
      .supertype_symbol = step->supertype_symbol,
      .field = step->field,
      .depth = step->depth,
      .alternative = step->alternative_index,
      .negated_field_list = step->negated_field_list_id,
      .is_named = step->is_named,
      .is_immediate = step->is_immediate,
      .is_last_child = step->is_last_child,
      .is_pass_through = step->is_pass_through,
      .is_dead_end = step->is_dead_end,
      .alternative_is_immediate = step->alternative_is_immediate,
      .contains_captures = step->contains_captures,
      .is_fallible =
          index + 1 < query->steps.size && ts_query__step_is_fallible(query, (uint16_t)index),
      .is_missing = step->is_missing,
      .root_pattern_guaranteed = step->root_pattern_guaranteed,
  };
  for (unsigned i = 0; i < COPSE_QUERY_STEP_CAPTURES; i++) {
    result.captures[i] = step->capture_ids[i];
  }
  return result;
}

uint32_t copse_query_entry_count(const TSQuery* query) {
  return query->pattern_map.size;
}

CopseQueryEntry copse_query_entry(const TSQuery* query, uint32_t index) {
  const PatternEntry* entry = &query->pattern_map.contents[index];
  return (CopseQueryEntry){entry->step_index, entry->pattern_index, entry->is_rooted};
}

uint32_t copse_query_negated_field_count(const TSQuery* query) {
  return query->negated_fields.size;
}

uint16_t copse_query_negated_field(const TSQuery* query, uint32_t index) {
  return query->negated_fields.contents[index];
}

uint32_t copse_query_rootless_repeat_count(const TSQuery* query) {
  return query->repeat_symbols_with_rootless_patterns.size;
}

uint16_t copse_query_rootless_repeat(const TSQuery* query, uint32_t index) {
  return query->repeat_symbols_with_rootless_patterns.contents[index];
}

uint32_t copse_query_step_offset_count(const TSQuery* query) {
  return query->step_offsets.size;
}

CopseQueryStepOffset copse_query_step_offset(const TSQuery* query, uint32_t index) {
  const StepOffset* offset = &query->step_offsets.contents[index];
  return (CopseQueryStepOffset){offset->byte_offset, offset->step_index};
}

uint32_t copse_query_capture_quantifier_count(const TSQuery* query, uint32_t pattern_index) {
  return query->capture_quantifiers.contents[pattern_index].size;
}
