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

// The walk goes from the last node to the first, and fills the array from its end: a parser makes a
// node behind its children, so this way memory is read from end to beginning, as processors foresee
// it. Where a node lies is known when the number of all nodes is; until then it is its rank from
// the end.
typedef struct Frame {
  const Subtree* begin;     // the first child
  const Subtree* next;      // behind the child to visit next
  const TSSymbol* aliases;  // of the node's production, or null
  uint32_t tag;
  uint32_t padding;
  uint32_t structural;  // children to come that are not extra; counted only where there are aliases
  uint32_t shows;       // COPSE_TAG_SHOWS_* found so far
  uint32_t itself;      // the same bits, for the node's own visibility
  uint32_t behind;      // nodes behind its subtree
} Frame;

typedef struct Walk {
  CopseFlatBuffer* buffer;
  const TSLanguage* language;
  CopseFlatNode* next;  // where the next node goes: behind it
  Frame* stack;
  uint32_t depth;
  uint32_t capacity;
  uint32_t offset;  // from here on the source has been consumed
  uint32_t visible_count;
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

static uint32_t count_of(const Walk* walk) {
  const CopseFlatBuffer* out = walk->buffer;
  return (uint32_t)(out->memory + out->node_capacity - walk->next);
}

static void add_fault(Walk* walk, uint32_t rank) {
  CopseFlatBuffer* out = walk->buffer;
  if (out->fault_count == out->fault_capacity &&
      !grow((void**)&out->faults, &out->fault_capacity, sizeof *out->faults)) {
    walk->failed = true;
    return;
  }
  out->faults[out->fault_count++] = rank;
}

static void add_error_leaf(Walk* walk, uint32_t rank, int32_t lookahead) {
  CopseFlatBuffer* out = walk->buffer;
  if (out->error_leaf_count == out->error_leaf_capacity &&
      !grow((void**)&out->error_leaves, &out->error_leaf_capacity, sizeof *out->error_leaves)) {
    walk->failed = true;
    return;
  }
  out->error_leaves[out->error_leaf_count++] = (CopseErrorLeaf){rank, lookahead};
}

// Room in front for one node more.
static bool grow_nodes(Walk* walk) {
  CopseFlatBuffer* out = walk->buffer;
  const uint32_t count = count_of(walk);
  const uint32_t capacity = out->node_capacity < 32 ? 64 : out->node_capacity / 2 * 3;
  if (capacity <= out->node_capacity) return false;
  CopseFlatNode* larger = malloc((size_t)capacity * sizeof *larger);
  if (larger == NULL) return false;
  if (count > 0) memcpy(larger + (capacity - count), walk->next, count * sizeof *larger);
  free(out->memory);
  out->memory = larger;
  out->node_capacity = capacity;
  walk->next = larger + (capacity - count);
  return true;
}

static inline CopseFlatNode* new_node(Walk* walk) {
  if (walk->next == walk->buffer->memory && !grow_nodes(walk)) {
    walk->failed = true;
    return NULL;
  }
  return --walk->next;
}

static inline void add_inline_leaf(Walk* walk, SubtreeInlineData leaf) {
  CopseFlatNode* flat = new_node(walk);
  if (flat == NULL) return;
  const uint32_t start = walk->offset - leaf.size_bytes;
  flat->tag = ((uint32_t)leaf.symbol << 16) | COPSE_TAG_LEAF | (leaf.extra ? COPSE_TAG_EXTRA : 0U) |
              (leaf.is_missing ? COPSE_TAG_MISSING : 0U);
  flat->start = start;
  flat->extent = leaf.size_bytes;
  walk->offset = start - leaf.padding_bytes;
  if (leaf.is_missing) add_fault(walk, count_of(walk));
}

static void add_heap_leaf(Walk* walk, const SubtreeHeapData* leaf) {
  CopseFlatNode* flat = new_node(walk);
  if (flat == NULL) return;
  flat->tag = ((uint32_t)leaf->symbol << 16) | COPSE_TAG_LEAF;
  if (leaf->extra) flat->tag |= COPSE_TAG_EXTRA;
  if (leaf->is_missing) flat->tag |= COPSE_TAG_MISSING;
  if (leaf->has_external_tokens) flat->tag |= COPSE_TAG_EXTERNAL;
  flat->start = walk->offset - leaf->size.bytes;
  flat->extent = leaf->size.bytes;
  walk->offset = flat->start - leaf->padding.bytes;
  if (leaf->is_missing) add_fault(walk, count_of(walk));
  if (leaf->symbol == ts_builtin_sym_error) {
    add_error_leaf(walk, count_of(walk), leaf->lookahead_char);
  }
}

// Null where there are none: most productions are told apart by fields alone.
static const TSSymbol* aliases_of(const TSLanguage* language, const SubtreeHeapData* data) {
  if (data->production_id == 0) return NULL;
  const uint32_t length = language->max_alias_sequence_length;
  const TSSymbol* aliases = &language->alias_sequences[(size_t)data->production_id * length];
  for (uint32_t i = 0; i < length && i < data->child_count; ++i) {
    if (aliases[i] != 0) return aliases;
  }
  return NULL;
}

// `itself`: what shown_by_itself says of the node.
static void open_frame(Walk* walk, Subtree tree, uint32_t itself) {
  const SubtreeHeapData* data = tree.ptr;
  if (walk->depth == walk->capacity &&
      !grow((void**)&walk->stack, &walk->capacity, sizeof *walk->stack)) {
    walk->failed = true;
    return;
  }
  Frame* frame = &walk->stack[walk->depth++];
  frame->begin = ts_subtree_children(tree);
  frame->next = frame->begin + data->child_count;
  frame->aliases = aliases_of(walk->language, data);
  frame->tag = ((uint32_t)data->symbol << 16) | ((uint32_t)data->production_id << 4) |
               (data->extra ? COPSE_TAG_EXTRA : 0U);
  frame->padding = data->padding.bytes;
  frame->structural = 0;
  frame->shows = 0;
  frame->itself = itself;
  frame->behind = count_of(walk);
  if (frame->aliases == NULL) return;
  for (const Subtree* child = frame->begin; child != frame->next; ++child) {
    frame->structural += ts_subtree_extra(*child) ? 0U : 1U;
  }
}

// What a child adds to its parent's "shows" bits by being visible itself, through alias or symbol.
static inline uint32_t shown_by_itself(const Walk* walk, Subtree child, TSSymbol alias) {
  if (alias != 0 && ts_subtree_symbol(child) != 0) {
    return ts_language_symbol_metadata(walk->language, alias).named
               ? COPSE_TAG_SHOWS_CHILDREN | COPSE_TAG_SHOWS_NAMED
               : COPSE_TAG_SHOWS_CHILDREN;
  }
  if (!ts_subtree_visible(child)) return 0;
  return ts_subtree_named(child) ? COPSE_TAG_SHOWS_CHILDREN | COPSE_TAG_SHOWS_NAMED
                                 : COPSE_TAG_SHOWS_CHILDREN;
}

// The topmost frame has no more children: its node's extent and bits are known, and what a hidden
// node shows, its parent shows.
static void finish_frame(Walk* walk) {
  CopseFlatNode* flat = new_node(walk);
  if (flat == NULL) return;
  const Frame* done = &walk->stack[--walk->depth];
  const uint32_t count = count_of(walk);
  flat->tag = done->tag | done->shows;
  flat->start = walk->offset + done->padding;
  flat->extent = count - done->behind;
  if (done->tag >> 16 >= COPSE_SYMBOL_ERROR_REPEAT) add_fault(walk, count);
  if (walk->depth > 0 && done->itself == 0) walk->stack[walk->depth - 1].shows |= done->shows;
}

// The children of the topmost frame, down to the last that has children itself.
static void step(Walk* walk) {
  Frame* frame = &walk->stack[walk->depth - 1];
  while (frame->next != frame->begin) {
    const Subtree child = *--frame->next;
    TSSymbol alias = 0;
    if (frame->aliases != NULL && !ts_subtree_extra(child)) {
      alias = frame->aliases[--frame->structural];
    }
    const uint32_t itself = shown_by_itself(walk, child, alias);
    frame->shows |= itself;
    walk->visible_count += itself != 0 ? 1U : 0U;
    if (child.data.is_inline) {
      add_inline_leaf(walk, child.data);
    } else if (child.ptr->child_count == 0) {
      add_heap_leaf(walk, child.ptr);
    } else {
      open_frame(walk, child, itself);
      return;
    }
    if (walk->failed) return;
  }
  finish_frame(walk);
}

// From ranks to places, the first node's first.
static void finish_ranks(CopseFlatBuffer* out) {
  const uint32_t count = out->node_count;
  for (uint32_t i = 0, j = out->fault_count; i < j--; ++i) {
    const uint32_t first = out->faults[i];
    out->faults[i] = count - out->faults[j];
    out->faults[j] = count - first;
  }
  for (uint32_t i = 0, j = out->error_leaf_count; i < j--; ++i) {
    const CopseErrorLeaf first = out->error_leaves[i];
    out->error_leaves[i] =
        (CopseErrorLeaf){count - out->error_leaves[j].node, out->error_leaves[j].lookahead};
    out->error_leaves[j] = (CopseErrorLeaf){count - first.node, first.lookahead};
  }
}

// Visible nodes are counted already; hidden ones make it about as many again.
static bool reserve_nodes(CopseFlatBuffer* buffer, const TSTree* tree) {
  if (ts_subtree_child_count(tree->root) == 0) return true;
  const uint32_t guess = tree->root.ptr->visible_descendant_count;
  if (guess >= UINT32_MAX / 4 || buffer->node_capacity >= 2 * guess + 16) return true;
  free(buffer->memory);
  buffer->node_capacity = 0;
  buffer->memory = malloc((size_t)(2 * guess + 16) * sizeof *buffer->memory);
  if (buffer->memory == NULL) return false;
  buffer->node_capacity = 2 * guess + 16;
  return true;
}

CopseFlattenResult copse_flatten(const TSTree* tree, CopseFlatBuffer* buffer) {
  buffer->nodes = NULL;
  buffer->node_count = buffer->error_leaf_count = buffer->fault_count = 0;
  if (!reserve_nodes(buffer, tree)) return CopseFlattenOutOfMemory;
  Walk walk = {.buffer = buffer, .language = tree->language};
  walk.next = buffer->memory + buffer->node_capacity;
  walk.offset = ts_subtree_total_bytes(tree->root);
  // The root is visible whatever its symbol, as cursors have it.
  walk.visible_count = 1;
  if (tree->root.data.is_inline) {
    add_inline_leaf(&walk, tree->root.data);
  } else if (tree->root.ptr->child_count == 0) {
    add_heap_leaf(&walk, tree->root.ptr);
  } else {
    open_frame(&walk, tree->root, COPSE_TAG_SHOWS_CHILDREN);
  }
  while (walk.depth > 0 && !walk.failed && count_of(&walk) < UINT32_MAX - 1)
    step(&walk);
  free(walk.stack);
  if (walk.failed) return CopseFlattenOutOfMemory;
  if (walk.depth > 0) return CopseFlattenTooManyNodes;
  buffer->nodes = walk.next;
  buffer->node_count = count_of(&walk);
  buffer->visible_count = walk.visible_count;
  finish_ranks(buffer);
  return CopseFlattenOk;
}

void copse_flat_buffer_free(CopseFlatBuffer* buffer) {
  free(buffer->memory);
  free(buffer->error_leaves);
  free(buffer->faults);
  memset(buffer, 0, sizeof *buffer);
}
