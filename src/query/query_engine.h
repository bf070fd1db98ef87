// tree-sitter's query compiler (query.c, core 0.25.10), and what it compiled.
//
// Every name that tree-sitter's query.c defines is called copse_query_* here, so that it lives
// beside the original in one process.
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

// As the functions of the same name in tree_sitter/api.h; a refused query leaves no memory behind.
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
bool copse_query_is_pattern_non_local(const TSQuery* query, uint32_t pattern_index);

// A compiled query's insides, for ProgramParts and QueryPatterns. Lists are copied out one element
// at a time.
#define COPSE_QUERY_STEP_CAPTURES 3
typedef struct CopseQueryStep {
  uint16_t symbol;                               // 0: any
  uint16_t supertype_symbol;                     // 0: none asked for
  uint16_t field;                                // 0: none asked for
  uint16_t captures[COPSE_QUERY_STEP_CAPTURES];  // 0xFFFF: none
  uint16_t depth;                                // 0xFFFF: the pattern's end
  uint16_t alternative;                          // 0xFFFF: none
  uint16_t negated_field_list;                   // 0: none
  bool is_named;
  bool is_immediate;
  bool is_last_child;
  bool is_pass_through;
  bool is_dead_end;
  bool alternative_is_immediate;
  bool contains_captures;
  bool is_fallible;
  bool is_missing;
  bool root_pattern_guaranteed;
} CopseQueryStep;

typedef struct CopseQueryEntry {
  uint16_t step;
  uint16_t pattern;
  bool is_rooted;
} CopseQueryEntry;

// Where in the text a step was read.
typedef struct CopseQueryStepOffset {
  uint32_t byte;
  uint16_t step;
} CopseQueryStepOffset;

uint32_t copse_query_step_count(const TSQuery* query);
CopseQueryStep copse_query_step(const TSQuery* query, uint32_t index);
uint32_t copse_query_entry_count(const TSQuery* query);
CopseQueryEntry copse_query_entry(const TSQuery* query, uint32_t index);
uint32_t copse_query_negated_field_count(const TSQuery* query);
uint16_t copse_query_negated_field(const TSQuery* query, uint32_t index);
uint32_t copse_query_rootless_repeat_count(const TSQuery* query);
uint16_t copse_query_rootless_repeat(const TSQuery* query, uint32_t index);
// Ascending.
uint32_t copse_query_step_offset_count(const TSQuery* query);
CopseQueryStepOffset copse_query_step_offset(const TSQuery* query, uint32_t index);
// Captures from this one on have no nodes in the pattern.
uint32_t copse_query_capture_quantifier_count(const TSQuery* query, uint32_t pattern_index);

#ifdef __cplusplus
}  // extern "C"
#endif

// NOLINTEND(modernize-deprecated-headers, modernize-use-using, readability-identifier-naming)

#endif  // COPSE_QUERY_QUERY_ENGINE_H_
