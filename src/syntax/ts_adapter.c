// Reads tree-sitter's private structures (core 0.25.10). See ts_adapter.h.
// Their headers first: ours declares two of their types itself where it does not find them.
// clang-format off
#include "language.h"
#include "parser.h"
#include "subtree.h"
#include "tree.h"
#include "syntax/ts_adapter.h"
// clang-format on
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(CopseFlatNode) == 12, "twelve bytes a node");
_Static_assert(sizeof(TSParseActionEntry) == 8, "parse actions travel as eight bytes");
_Static_assert(sizeof(TSSymbolMetadata) == 3, "symbol metadata travels as three bytes");
_Static_assert(sizeof(TSFieldMapEntry) == 4, "field map entries travel as four bytes");

// ---- tables of a language ----------------------------------------------------------------------

// The parse table of "small" states has no stated length: it ends where the last state's groups
// end.
static uint32_t small_table_length(const TSLanguage* language) {
  uint32_t length = 0;
  for (uint32_t i = 0; i + language->large_state_count < language->state_count; i++) {
    uint32_t position = language->small_parse_table_map[i];
    const uint32_t group_count = language->small_parse_table[position++];
    for (uint32_t group = 0; group < group_count; group++) {
      position += 2U + language->small_parse_table[position + 1];
    }
    if (position > length) length = position;
  }
  return length;
}

static uint32_t end_of_actions(const TSLanguage* language, uint32_t index, uint32_t length) {
  const uint32_t end = index + 1U + language->parse_actions[index].entry.count;
  return end > length ? end : length;
}

// The actions end behind the last one that some state refers to.
static uint32_t action_table_length(const TSLanguage* language) {
  uint32_t length = 1;
  for (uint32_t state = 0; state < language->large_state_count; state++) {
    const uint16_t* row = &language->parse_table[(size_t)state * language->symbol_count];
    for (uint32_t symbol = 0; symbol < language->token_count; symbol++) {
      length = end_of_actions(language, row[symbol], length);
    }
  }
  for (uint32_t i = 0; i + language->large_state_count < language->state_count; i++) {
    const uint16_t* data = &language->small_parse_table[language->small_parse_table_map[i]];
    const uint32_t group_count = *data++;
    for (uint32_t group = 0; group < group_count; group++) {
      const uint32_t value = data[0];
      const uint32_t symbol_count = data[1];
      if (data[2] < language->token_count) length = end_of_actions(language, value, length);
      data += 2U + symbol_count;
    }
  }
  return length;
}

static uint32_t alias_map_length(const TSLanguage* language) {
  uint32_t length = 0;
  while (language->alias_map[length] != 0)
    length += 2U + language->alias_map[length + 1];
  return length + 1;
}

static void read_fields(const TSLanguage* language, CopseLanguageTables* tables) {
  if (language->field_count == 0) return;
  tables->field_names = language->field_names;
  tables->field_map_slices = language->field_map_slices;
  tables->field_map_entries = language->field_map_entries;
  for (uint32_t i = 0; i < language->production_id_count; i++) {
    const TSMapSlice slice = language->field_map_slices[i];
    const uint32_t end = (uint32_t)slice.index + slice.length;
    if (end > tables->field_map_entry_count) tables->field_map_entry_count = end;
  }
}

static void read_supertypes(const TSLanguage* language, CopseLanguageTables* tables) {
  if (language->abi_version < LANGUAGE_VERSION_WITH_RESERVED_WORDS) return;
  tables->version[0] = language->metadata.major_version;
  tables->version[1] = language->metadata.minor_version;
  tables->version[2] = language->metadata.patch_version;
  tables->supertype_count = language->supertype_count;
  tables->supertype_symbols = language->supertype_symbols;
  tables->supertype_map_slices = language->supertype_map_slices;
  tables->supertype_map_entries = language->supertype_map_entries;
  for (uint32_t i = 0; i < language->supertype_count; i++) {
    const uint32_t symbol = language->supertype_symbols[i];
    const TSMapSlice slice = language->supertype_map_slices[symbol];
    const uint32_t end = (uint32_t)slice.index + slice.length;
    if (end > tables->supertype_map_entry_count) tables->supertype_map_entry_count = end;
    if (symbol + 1 > tables->supertype_map_slice_count) {
      tables->supertype_map_slice_count = symbol + 1;
    }
  }
}

void copse_language_tables(const TSLanguage* language, CopseLanguageTables* tables) {
  memset(tables, 0, sizeof *tables);
  tables->abi_version = language->abi_version;
  tables->symbol_count = language->symbol_count;
  tables->alias_count = language->alias_count;
  tables->token_count = language->token_count;
  tables->external_token_count = language->external_token_count;
  tables->state_count = language->state_count;
  tables->large_state_count = language->large_state_count;
  tables->production_id_count = language->production_id_count;
  tables->field_count = language->field_count;
  tables->max_alias_sequence_length = language->max_alias_sequence_length;
  tables->keyword_capture_token = language->keyword_capture_token;
  tables->symbol_names = language->symbol_names;
  tables->symbol_metadata = (const uint8_t*)language->symbol_metadata;
  tables->public_symbol_map = language->public_symbol_map;
  tables->alias_sequences = language->alias_sequences;
  tables->alias_map = language->alias_map;
  tables->alias_map_length = alias_map_length(language);
  tables->parse_table = language->parse_table;
  tables->small_parse_table = language->small_parse_table;
  tables->small_parse_table_map = language->small_parse_table_map;
  tables->small_parse_table_length = small_table_length(language);
  tables->parse_actions = (const uint8_t*)language->parse_actions;
  tables->parse_action_count = action_table_length(language);
  tables->lex_modes = (const uint8_t*)language->lex_modes;
  tables->lex_mode_bytes = language->abi_version < LANGUAGE_VERSION_WITH_RESERVED_WORDS
                               ? (uint32_t)sizeof(TSLexMode)
                               : (uint32_t)sizeof(TSLexerMode);
  if (language->abi_version >= LANGUAGE_VERSION_WITH_PRIMARY_STATES) {
    tables->primary_state_ids = language->primary_state_ids;
  }
  read_fields(language, tables);
  read_supertypes(language, tables);
}

TSLanguage* copse_language_from_tables(const CopseLanguageTables* tables, const char* name) {
  TSLanguage* language = calloc(1, sizeof *language);
  if (language == NULL) return NULL;
  language->abi_version = tables->abi_version;
  language->symbol_count = tables->symbol_count;
  language->alias_count = tables->alias_count;
  language->token_count = tables->token_count;
  language->external_token_count = tables->external_token_count;
  language->state_count = tables->state_count;
  language->large_state_count = tables->large_state_count;
  language->production_id_count = tables->production_id_count;
  language->field_count = tables->field_count;
  language->max_alias_sequence_length = (uint16_t)tables->max_alias_sequence_length;
  language->parse_table = tables->parse_table;
  language->small_parse_table = tables->small_parse_table;
  language->small_parse_table_map = tables->small_parse_table_map;
  language->parse_actions = (const TSParseActionEntry*)tables->parse_actions;
  language->symbol_names = tables->symbol_names;
  language->field_names = tables->field_names;
  language->field_map_slices = tables->field_map_slices;
  language->field_map_entries = tables->field_map_entries;
  language->symbol_metadata = (const TSSymbolMetadata*)tables->symbol_metadata;
  language->public_symbol_map = tables->public_symbol_map;
  language->alias_map = tables->alias_map;
  language->alias_sequences = tables->alias_sequences;
  language->lex_modes = (const TSLexerMode*)tables->lex_modes;
  language->keyword_capture_token = (TSSymbol)tables->keyword_capture_token;
  language->primary_state_ids = tables->primary_state_ids;
  language->name = name;
  language->supertype_count = tables->supertype_count;
  language->supertype_symbols = tables->supertype_symbols;
  language->supertype_map_slices = tables->supertype_map_slices;
  language->supertype_map_entries = tables->supertype_map_entries;
  language->metadata.major_version = tables->version[0];
  language->metadata.minor_version = tables->version[1];
  language->metadata.patch_version = tables->version[2];
  return language;
}

void copse_language_free(TSLanguage* language) {
  free(language);
}

// ---- flattening --------------------------------------------------------------------------------

typedef struct Frame {
  const Subtree* next;  // the child to visit next
  const Subtree* end;
  const TSSymbol* aliases;  // of the parent's production, or null
  uint32_t node;            // the parent's rank
  uint32_t structural;      // children seen that are not extra
  uint32_t shows;           // COPSE_TAG_SHOWS_* found so far
  uint32_t itself;          // the same bits, for the parent's own visibility
} Frame;

typedef struct Walk {
  CopseFlatBuffer* buffer;
  const TSLanguage* language;
  Frame* stack;
  uint32_t depth;
  uint32_t capacity;
  uint32_t offset;  // where the source has been consumed to
  bool failed;
} Walk;

static bool grow(void** items, uint32_t* capacity, size_t item_size) {
  const uint32_t wanted = *capacity < 32 ? 64 : *capacity + *capacity / 2;
  if (wanted < *capacity) return false;
  void* larger = realloc(*items, wanted * item_size);
  if (larger == NULL) return false;
  *items = larger;
  *capacity = wanted;
  return true;
}

static void add_fault(Walk* walk, uint32_t node) {
  CopseFlatBuffer* out = walk->buffer;
  if (out->fault_count == out->fault_capacity &&
      !grow((void**)&out->faults, &out->fault_capacity, sizeof *out->faults)) {
    walk->failed = true;
    return;
  }
  out->faults[out->fault_count++] = node;
}

static void add_error_leaf(Walk* walk, uint32_t node, int32_t lookahead) {
  CopseFlatBuffer* out = walk->buffer;
  if (out->error_leaf_count == out->error_leaf_capacity &&
      !grow((void**)&out->error_leaves, &out->error_leaf_capacity, sizeof *out->error_leaves)) {
    walk->failed = true;
    return;
  }
  out->error_leaves[out->error_leaf_count++] = (CopseErrorLeaf){node, lookahead};
}

static void add_leaf(Walk* walk, Subtree tree, uint32_t node) {
  CopseFlatNode* flat = &walk->buffer->nodes[node];
  const TSSymbol symbol = ts_subtree_symbol(tree);
  flat->tag = ((uint32_t)symbol << 16) | COPSE_TAG_LEAF;
  if (ts_subtree_extra(tree)) flat->tag |= COPSE_TAG_EXTRA;
  if (tree.data.is_inline) {
    flat->start = walk->offset + tree.data.padding_bytes;
    flat->extent = tree.data.size_bytes;
    if (tree.data.is_missing) flat->tag |= COPSE_TAG_MISSING;
  } else {
    flat->start = walk->offset + tree.ptr->padding.bytes;
    flat->extent = tree.ptr->size.bytes;
    if (tree.ptr->is_missing) flat->tag |= COPSE_TAG_MISSING;
    if (tree.ptr->has_external_tokens) flat->tag |= COPSE_TAG_EXTERNAL;
    if (symbol == ts_builtin_sym_error) add_error_leaf(walk, node, tree.ptr->lookahead_char);
  }
  walk->offset = flat->start + flat->extent;
  if ((flat->tag & COPSE_TAG_MISSING) != 0) add_fault(walk, node);
}

static void add_internal(Walk* walk, Subtree tree, uint32_t node, uint32_t itself) {
  CopseFlatNode* flat = &walk->buffer->nodes[node];
  const SubtreeHeapData* data = tree.ptr;
  flat->tag = ((uint32_t)data->symbol << 16) | ((uint32_t)data->production_id << 4);
  if (data->extra) flat->tag |= COPSE_TAG_EXTRA;
  flat->start = walk->offset + data->padding.bytes;
  flat->extent = 0;
  if (data->symbol == ts_builtin_sym_error || data->symbol == ts_builtin_sym_error_repeat) {
    add_fault(walk, node);
  }
  if (walk->depth == walk->capacity &&
      !grow((void**)&walk->stack, &walk->capacity, sizeof *walk->stack)) {
    walk->failed = true;
    return;
  }
  const Subtree* children = ts_subtree_children(tree);
  walk->stack[walk->depth++] = (Frame){
      .next = children,
      .end = children + data->child_count,
      .aliases = ts_language_alias_sequence(walk->language, data->production_id),
      .node = node,
      .itself = itself,
  };
}

// What a child adds to its parent's "shows" bits by being visible itself, through alias or symbol.
static uint32_t shown_by_itself(const Walk* walk, Subtree child, TSSymbol alias) {
  if (alias != 0 && ts_subtree_symbol(child) != 0) {
    return ts_language_symbol_metadata(walk->language, alias).named
               ? COPSE_TAG_SHOWS_CHILDREN | COPSE_TAG_SHOWS_NAMED
               : COPSE_TAG_SHOWS_CHILDREN;
  }
  if (!ts_subtree_visible(child)) return 0;
  return ts_subtree_named(child) ? COPSE_TAG_SHOWS_CHILDREN | COPSE_TAG_SHOWS_NAMED
                                 : COPSE_TAG_SHOWS_CHILDREN;
}

// `itself`: what shown_by_itself says of the node.
static void add_node(Walk* walk, Subtree tree, uint32_t itself) {
  CopseFlatBuffer* out = walk->buffer;
  if (out->node_count == out->node_capacity &&
      !grow((void**)&out->nodes, &out->node_capacity, sizeof *out->nodes)) {
    walk->failed = true;
    return;
  }
  const uint32_t node = out->node_count++;
  if (itself != 0) out->visible_count++;
  if (ts_subtree_child_count(tree) == 0) {
    add_leaf(walk, tree, node);
  } else {
    add_internal(walk, tree, node, itself);
  }
}

// The topmost frame has no more children: its node's extent and bits are known, and what a hidden
// node shows, its parent shows.
static void finish_frame(Walk* walk) {
  const Frame* done = &walk->stack[--walk->depth];
  CopseFlatNode* flat = &walk->buffer->nodes[done->node];
  flat->extent = walk->buffer->node_count - done->node;
  flat->tag |= done->shows;
  if (walk->depth > 0 && done->itself == 0) walk->stack[walk->depth - 1].shows |= done->shows;
}

// Children lie behind one another, but what they point to is anywhere: by the time the walk comes
// there, it should have arrived. A subtree's children lie in front of its data.
static void fetch_ahead(const Subtree* next, const Subtree* end) {
  for (; next != end; ++next) {
    if (next->data.is_inline) continue;
    __builtin_prefetch(next->ptr);
    __builtin_prefetch((const char*)next->ptr - 64);
  }
}

// The children of the topmost frame, up to the first that has children itself.
static void step(Walk* walk) {
  Frame* frame = &walk->stack[walk->depth - 1];
  while (frame->next != frame->end) {
    const Subtree child = *frame->next++;
    TSSymbol alias = 0;
    if (!ts_subtree_extra(child)) {
      if (frame->aliases != NULL) alias = frame->aliases[frame->structural];
      frame->structural++;
    }
    const uint32_t itself = shown_by_itself(walk, child, alias);
    frame->shows |= itself;
    const uint32_t depth = walk->depth;
    add_node(walk, child, itself);
    if (walk->depth != depth || walk->failed) {
      if (!walk->failed) {
        const Frame* top = &walk->stack[walk->depth - 1];
        fetch_ahead(top->next, top->end);
      }
      return;
    }
  }
  finish_frame(walk);
}

CopseFlattenResult copse_flatten(const TSTree* tree, CopseFlatBuffer* buffer) {
  Walk walk = {.buffer = buffer, .language = tree->language};
  // Visible nodes are counted already; hidden ones make it about as many again.
  if (ts_subtree_child_count(tree->root) > 0) {
    const uint32_t guess = tree->root.ptr->visible_descendant_count;
    if (guess < UINT32_MAX / 4) {
      buffer->nodes = malloc((size_t)(2 * guess + 16) * sizeof *buffer->nodes);
      if (buffer->nodes == NULL) return CopseFlattenOutOfMemory;
      buffer->node_capacity = 2 * guess + 16;
    }
  }
  // The root is visible whatever its symbol, as cursors have it.
  add_node(&walk, tree->root, COPSE_TAG_SHOWS_CHILDREN);
  while (walk.depth > 0 && !walk.failed && buffer->node_count < UINT32_MAX - 1)
    step(&walk);
  free(walk.stack);
  if (walk.failed) return CopseFlattenOutOfMemory;
  return walk.depth > 0 ? CopseFlattenTooManyNodes : CopseFlattenOk;
}

void copse_flat_buffer_free(CopseFlatBuffer* buffer) {
  free(buffer->nodes);
  free(buffer->error_leaves);
  free(buffer->faults);
  memset(buffer, 0, sizeof *buffer);
}
