// What knows tree-sitter's private structures, with ts_rebuild.h: reads the tables of a TSLanguage,
// makes one from tables, and flattens a TSTree into CopseFlatNodes. Plain C behind it, because the
// private headers are C.
#ifndef COPSE_SYNTAX_TS_ADAPTER_H_
#define COPSE_SYNTAX_TS_ADAPTER_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tree_sitter/api.h>

#include "syntax/flat_node.h"

#ifdef __cplusplus
extern "C" {
#endif

// NOLINTBEGIN(modernize-use-using, readability-identifier-naming): C must read this file too.

#ifndef TREE_SITTER_PARSER_H_
// As in tree-sitter's parser.h, which the C side includes instead.
typedef struct {
  TSFieldId field_id;
  uint8_t child_index;
  bool inherited;
} TSFieldMapEntry;

typedef struct {
  uint16_t index;
  uint16_t length;
} TSMapSlice;
#endif

// Every table of a language, with the lengths that tree-sitter leaves implicit. Borrows from its
// TSLanguage or from a Grammar's storage. Counts are of items, not bytes.
typedef struct CopseLanguageTables {
  uint32_t abi_version;
  uint32_t symbol_count;
  uint32_t alias_count;
  uint32_t token_count;
  uint32_t external_token_count;
  uint32_t state_count;
  uint32_t large_state_count;
  uint32_t production_id_count;
  uint32_t field_count;
  uint32_t max_alias_sequence_length;
  uint32_t keyword_capture_token;
  uint32_t supertype_count;
  uint8_t version[3];

  const char* const* symbol_names;     // symbol_count + alias_count
  const char* const* field_names;      // field_count + 1, the first unused
  const uint8_t* symbol_metadata;      // 3 a symbol: visible, named, supertype
  const uint16_t* public_symbol_map;   // symbol_count + alias_count
  const TSMapSlice* field_map_slices;  // production_id_count, when there are fields
  const TSFieldMapEntry* field_map_entries;
  uint32_t field_map_entry_count;
  const uint16_t* alias_sequences;  // production_id_count * max_alias_sequence_length
  const uint16_t* alias_map;
  uint32_t alias_map_length;
  const uint16_t* parse_table;  // large_state_count * symbol_count
  const uint16_t* small_parse_table;
  uint32_t small_parse_table_length;
  const uint32_t* small_parse_table_map;  // state_count - large_state_count
  const uint8_t* parse_actions;           // 8 bytes an entry
  uint32_t parse_action_count;
  const uint8_t* lex_modes;  // state_count * lex_mode_bytes
  uint32_t lex_mode_bytes;
  const uint16_t* primary_state_ids;       // state_count; null before ABI 14
  const uint16_t* supertype_symbols;       // supertype_count
  const TSMapSlice* supertype_map_slices;  // symbol_count (ABI 15)
  uint32_t supertype_map_slice_count;
  const uint16_t* supertype_map_entries;
  uint32_t supertype_map_entry_count;
} CopseLanguageTables;

// Fills `tables` with pointers into `language`. REQUIRES: its ABI version is 13 to 15.
void copse_language_tables(const TSLanguage* language, CopseLanguageTables* tables);

// A language that points into `tables`' arrays and cannot parse; null when memory is out.
TSLanguage* copse_language_from_tables(const CopseLanguageTables* tables, const char* name);
void copse_language_free(TSLanguage* language);

// What one leaf ERROR node saw: printed by ts_node_string as UNEXPECTED.
typedef struct CopseErrorLeaf {
  uint32_t node;
  int32_t lookahead;
} CopseErrorLeaf;

// A flattened tree. All arrays are malloc'ed; free with copse_flat_buffer_free.
typedef struct CopseFlatBuffer {
  CopseFlatNode* nodes;  // the last node_count of `memory`
  uint32_t node_count;
  CopseFlatNode* memory;
  uint32_t node_capacity;
  uint32_t visible_count;  // nodes that show, the root included
  CopseErrorLeaf* error_leaves;
  uint32_t error_leaf_count;
  uint32_t error_leaf_capacity;
  // Internal error nodes and missing leaves in preorder: where has_error comes from.
  uint32_t* faults;
  uint32_t fault_count;
  uint32_t fault_capacity;
} CopseFlatBuffer;

typedef enum CopseFlattenResult {
  CopseFlattenOk,
  CopseFlattenOutOfMemory,
  CopseFlattenTooManyNodes,
} CopseFlattenResult;

// Lays out every node of `tree` in preorder. No recursion. `buffer` is all zero, or was filled
// before: then its arrays are used again.
CopseFlattenResult copse_flatten(const TSTree* tree, CopseFlatBuffer* buffer);
void copse_flat_buffer_free(CopseFlatBuffer* buffer);

// NOLINTEND(modernize-use-using, readability-identifier-naming)

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // COPSE_SYNTAX_TS_ADAPTER_H_
