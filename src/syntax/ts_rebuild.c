// Builds tree-sitter's private structures (core 0.25.10) bottom up. See ts_rebuild.h.
// Their headers first: ours declares two of their types itself where it does not find them.
// clang-format off
#include "alloc.h"
#include "language.h"
#include "parser.h"
#include "subtree.h"
#include "tree.h"
#include "syntax/ts_rebuild.h"
// clang-format on
#include <stdlib.h>
#include <string.h>

// What cannot be known of a node, for it is not stored, gets a value that claims nothing:
//
//   parse state          NONE for internal nodes, as tree-sitter has it for those that must not be
//                        reused; the error state for leaves, because tree-sitter looks it up
//   lookahead            one byte behind each node, which is what nearly all have
//   fragile              true wherever there is room for it: never reuse
//   external state       empty
//   keyword, column, precedence, depth of repetitions      none
//
// That alone would not keep a parser from reusing small leaves. The tree therefore has no included
// ranges: to a parser that is given it as the old tree, all of the document lies in a range that
// was not included before, and it reuses nothing.
enum { kInlineLengthEnd = 255, kInlineRowsEnd = 16, kInlineLookaheadEnd = 16 };

_Static_assert(sizeof(SubtreeHeapData) % sizeof(Subtree) == 0, "children and data in one block");

// What tree-sitter sums up over the children of a node, as ts_subtree_summarize_children does.
typedef struct Sums {
  uint32_t visible_children;
  uint32_t named_children;
  uint32_t visible_descendants;
  uint32_t error_cost;
  bool has_external_tokens;
} Sums;

// An internal node whose children are being added.
typedef struct Frame {
  const TSSymbol* aliases;  // of the node's production, or null
  Sums sums;
  uint32_t tag;
  uint32_t end;          // rank of the first node behind the subtree
  uint32_t first_child;  // in `done`
  uint32_t structural;   // children so far that are not extra
  uint32_t start;        // in the source
  uint32_t start_row;
} Frame;

struct CopseRebuild {
  const TSLanguage* language;
  const uint32_t* line_starts;
  uint32_t line_count;
  uint32_t next;      // rank of the node to come
  uint32_t row;       // of `position`
  uint32_t row_end;   // where the next row starts; UINT32_MAX behind the last
  uint32_t position;  // where the last leaf ended
  Frame* open;
  uint32_t open_count;
  uint32_t open_capacity;
  Subtree* done;  // finished subtrees that wait for their parent
  uint32_t done_count;
  uint32_t done_capacity;
  bool failed;
};

// The core's own allocator stops the program when memory is out. What it gives is freed with free()
// unless somebody replaced it.
static void* allocate(size_t size) {
  return ts_current_free == free ? malloc(size) : ts_current_malloc(size);
}

static bool make_room(void** items, uint32_t* capacity, size_t item_size) {
  const uint32_t wanted = *capacity < 32 ? 64 : *capacity + *capacity / 2;
  if (wanted < *capacity) return false;
  void* larger = realloc(*items, wanted * item_size);
  if (larger == NULL) return false;
  *items = larger;
  *capacity = wanted;
  return true;
}

CopseRebuild* copse_rebuild_begin(const TSLanguage* language, const uint32_t* line_starts,
                                  uint32_t line_count) {
  CopseRebuild* rebuild = calloc(1, sizeof *rebuild);
  if (rebuild == NULL) return NULL;
  rebuild->language = language;
  rebuild->line_starts = line_starts;
  rebuild->line_count = line_count;
  rebuild->row_end = line_count > 1 ? line_starts[1] : UINT32_MAX;
  return rebuild;
}

// The row that a byte at or behind the position is in.
static uint32_t row_of(const CopseRebuild* rebuild, uint32_t byte) {
  uint32_t row = rebuild->row;
  if (byte < rebuild->row_end) return row;
  while (row + 1 < rebuild->line_count && rebuild->line_starts[row + 1] <= byte)
    row++;
  return row;
}

static Length length_between(const CopseRebuild* rebuild, uint32_t begin, uint32_t begin_row,
                             uint32_t end, uint32_t end_row) {
  const uint32_t column = end_row == begin_row ? end - begin : end - rebuild->line_starts[end_row];
  return (Length){end - begin, {end_row - begin_row, column}};
}

static Length advance_over_rows(CopseRebuild* rebuild, uint32_t end) {
  const uint32_t row = row_of(rebuild, end);
  const Length length = length_between(rebuild, rebuild->position, rebuild->row, end, row);
  rebuild->position = end;
  rebuild->row = row;
  rebuild->row_end = row + 1 < rebuild->line_count ? rebuild->line_starts[row + 1] : UINT32_MAX;
  return length;
}

// From the position to `end`, which becomes the position.
static inline Length advance(CopseRebuild* rebuild, uint32_t end) {
  if (end >= rebuild->row_end) return advance_over_rows(rebuild, end);
  const uint32_t bytes = end - rebuild->position;
  rebuild->position = end;
  return (Length){bytes, {0, bytes}};
}

static TSSymbolMetadata metadata_of(const TSLanguage* language, TSSymbol symbol) {
  return symbol < ts_builtin_sym_error_repeat ? language->symbol_metadata[symbol]
                                              : ts_language_symbol_metadata(language, symbol);
}

static bool is_error_symbol(TSSymbol symbol) {
  return symbol == ts_builtin_sym_error || symbol == ts_builtin_sym_error_repeat;
}

// Adds a finished child to what its parent sums up.
static void add_to_parent(CopseRebuild* rebuild, uint32_t tag, TSSymbolMetadata metadata,
                          const Sums* child) {
  if (rebuild->open_count == 0) return;
  Frame* parent = &rebuild->open[rebuild->open_count - 1];
  Sums* sums = &parent->sums;
  const CopseFlatNode node = {.tag = tag};
  const TSSymbol symbol = copse_node_symbol(&node);
  const bool extra = copse_node_is_extra(&node);
  const bool leaf = copse_node_is_leaf(&node);
  TSSymbol alias = 0;
  if (!extra) {
    if (parent->aliases != NULL && symbol != ts_builtin_sym_end) {
      alias = parent->aliases[parent->structural];
    }
    parent->structural++;
  }
  const bool shown = alias != 0 || metadata.visible;
  if (shown) {
    sums->visible_children++;
    if (alias != 0 ? metadata_of(rebuild->language, alias).named : metadata.named) {
      sums->named_children++;
    }
  } else {
    sums->visible_children += child->visible_children;
    sums->named_children += child->named_children;
  }
  sums->visible_descendants += child->visible_descendants + (shown ? 1 : 0);
  sums->has_external_tokens |= child->has_external_tokens;
  if (symbol != ts_builtin_sym_error_repeat) sums->error_cost += child->error_cost;
  const CopseFlatNode parent_node = {.tag = parent->tag};
  if (!is_error_symbol(copse_node_symbol(&parent_node)) || extra ||
      (leaf && symbol == ts_builtin_sym_error)) {
    return;
  }
  sums->error_cost +=
      ERROR_COST_PER_SKIPPED_TREE * (metadata.visible ? 1 : child->visible_children);
}

// As in ts_subtree_new_leaf. Whether a leaf is inline can be told from outside: missing tokens that
// are may be taken for one another.
static bool can_be_inline(const CopseFlatNode* node, Length padding, Length size,
                          uint32_t lookahead_bytes) {
  return copse_node_symbol(node) <= UINT8_MAX && !copse_node_is_external(node) &&
         lookahead_bytes < kInlineLookaheadEnd && padding.bytes < kInlineLengthEnd &&
         padding.extent.row < kInlineRowsEnd && padding.extent.column < kInlineLengthEnd &&
         size.bytes < kInlineLengthEnd && size.extent.row == 0 &&
         size.extent.column < kInlineLengthEnd;
}

static bool add_heap_leaf(CopseRebuild* rebuild, const CopseFlatNode* node, Length padding,
                          TSSymbolMetadata metadata, Length size, CopseLeafNotes notes) {
  const TSSymbol symbol = copse_node_symbol(node);
  SubtreeHeapData* data = allocate(sizeof *data);
  if (data == NULL) return false;
  *data = (SubtreeHeapData){
      .ref_count = 1,
      .padding = padding,
      .size = size,
      .lookahead_bytes = notes.lookahead_bytes,
      .symbol = symbol,
      .visible = metadata.visible,
      .named = metadata.named,
      .extra = copse_node_is_extra(node),
      .fragile_left = true,
      .fragile_right = true,
      .has_external_tokens = copse_node_is_external(node),
      .is_missing = copse_node_is_missing(node),
  };
  if (symbol == ts_builtin_sym_error) data->lookahead_char = notes.error_lookahead;
  rebuild->done[rebuild->done_count++] = (Subtree){.ptr = data};
  return true;
}

static bool add_leaf(CopseRebuild* rebuild, const CopseFlatNode* node, CopseLeafNotes notes) {
  const Length padding = advance(rebuild, node->start);
  const Length size = advance(rebuild, node->start + node->extent);
  const TSSymbol symbol = copse_node_symbol(node);
  const TSSymbolMetadata metadata = metadata_of(rebuild->language, symbol);
  const bool missing = copse_node_is_missing(node);
  if (can_be_inline(node, padding, size, notes.lookahead_bytes)) {
    rebuild->done[rebuild->done_count++] = (Subtree){{
        .is_inline = true,
        .visible = metadata.visible,
        .named = metadata.named,
        .extra = copse_node_is_extra(node),
        .is_missing = missing,
        .symbol = (uint8_t)symbol,
        .padding_columns = (uint8_t)padding.extent.column,
        .padding_rows = (uint8_t)(padding.extent.row & (kInlineRowsEnd - 1)),
        .lookahead_bytes = (uint8_t)(notes.lookahead_bytes & (kInlineLookaheadEnd - 1)),
        .padding_bytes = (uint8_t)padding.bytes,
        .size_bytes = (uint8_t)size.bytes,
    }};
  } else if (!add_heap_leaf(rebuild, node, padding, metadata, size, notes)) {
    return false;
  }
  const Sums sums = {
      .error_cost = missing ? ERROR_COST_PER_MISSING_TREE + ERROR_COST_PER_RECOVERY : 0,
      .has_external_tokens = copse_node_is_external(node),
  };
  add_to_parent(rebuild, node->tag, metadata, &sums);
  return true;
}

// The topmost frame's children are all there. tree-sitter keeps them in front of their parent's
// data, in one block.
static bool finish_frame(CopseRebuild* rebuild) {
  Frame* frame = &rebuild->open[rebuild->open_count - 1];
  const CopseFlatNode node = {.tag = frame->tag};
  const TSSymbol symbol = copse_node_symbol(&node);
  const TSSymbolMetadata metadata = metadata_of(rebuild->language, symbol);
  const uint32_t count = rebuild->done_count - frame->first_child;
  Subtree* block = allocate(ts_subtree_alloc_size(count));
  if (block == NULL) return false;
  memcpy(block, &rebuild->done[frame->first_child], count * sizeof(Subtree));
  const Length size =
      length_between(rebuild, frame->start, frame->start_row, rebuild->position, rebuild->row);
  if (is_error_symbol(symbol)) {
    frame->sums.error_cost += ERROR_COST_PER_RECOVERY + ERROR_COST_PER_SKIPPED_CHAR * size.bytes +
                              ERROR_COST_PER_SKIPPED_LINE * size.extent.row;
  }
  SubtreeHeapData* data = (SubtreeHeapData*)(void*)&block[count];
  *data = (SubtreeHeapData){
      .ref_count = 1,
      .padding = ts_subtree_padding(block[0]),
      .size = size,
      .lookahead_bytes = COPSE_LOOKAHEAD_BYTES,
      .error_cost = frame->sums.error_cost,
      .child_count = count,
      .symbol = symbol,
      .parse_state = TS_TREE_STATE_NONE,
      .visible = metadata.visible,
      .named = metadata.named,
      .extra = copse_node_is_extra(&node),
      .fragile_left = true,
      .fragile_right = true,
      .has_external_tokens = frame->sums.has_external_tokens,
      .visible_child_count = frame->sums.visible_children,
      .named_child_count = frame->sums.named_children,
      .visible_descendant_count = frame->sums.visible_descendants,
      .production_id = copse_node_production(&node),
      .first_leaf = {.symbol = ts_subtree_leaf_symbol(block[0])},
  };
  rebuild->done[frame->first_child] = (Subtree){.ptr = data};
  rebuild->done_count = frame->first_child + 1;
  rebuild->open_count--;
  add_to_parent(rebuild, frame->tag, metadata, &frame->sums);
  return true;
}

static bool open_frame(CopseRebuild* rebuild, const CopseFlatNode* node, uint32_t rank) {
  if (rebuild->open_count == rebuild->open_capacity &&
      !make_room((void**)&rebuild->open, &rebuild->open_capacity, sizeof *rebuild->open)) {
    return false;
  }
  rebuild->open[rebuild->open_count++] = (Frame){
      .aliases = ts_language_alias_sequence(rebuild->language, copse_node_production(node)),
      .tag = node->tag,
      .end = rank + node->extent,
      .first_child = rebuild->done_count,
      .start = node->start,
      .start_row = row_of(rebuild, node->start),
  };
  return true;
}

static bool add_node(CopseRebuild* rebuild, const CopseFlatNode* node, CopseLeafNotes notes) {
  const uint32_t rank = rebuild->next++;
  if (!copse_node_is_leaf(node)) return open_frame(rebuild, node, rank);
  if (rebuild->done_count == rebuild->done_capacity &&
      !make_room((void**)&rebuild->done, &rebuild->done_capacity, sizeof *rebuild->done)) {
    return false;
  }
  if (!add_leaf(rebuild, node, notes)) return false;
  while (rebuild->open_count > 0 && rebuild->open[rebuild->open_count - 1].end == rebuild->next) {
    if (!finish_frame(rebuild)) return false;
  }
  return true;
}

bool copse_rebuild_add(CopseRebuild* rebuild, const CopseFlatNode* node, CopseLeafNotes notes) {
  if (!rebuild->failed) rebuild->failed = !add_node(rebuild, node, notes);
  return !rebuild->failed;
}

static TSTree* make_tree(const CopseRebuild* rebuild) {
  TSTree* tree = allocate(sizeof *tree);
  // Never empty, so that tree-sitter never copies from null.
  TSRange* ranges = allocate(sizeof *ranges);
  if (tree == NULL || ranges == NULL) {
    ts_free(tree);
    ts_free(ranges);
    return NULL;
  }
  memset(ranges, 0, sizeof *ranges);
  tree->root = rebuild->done[0];
  tree->language = ts_language_copy(rebuild->language);
  tree->included_ranges = ranges;
  tree->included_range_count = 0;
  return tree;
}

TSTree* copse_rebuild_end(CopseRebuild* rebuild) {
  TSTree* tree = NULL;
  if (!rebuild->failed && rebuild->open_count == 0 && rebuild->done_count == 1) {
    tree = make_tree(rebuild);
  }
  if (tree == NULL) {
    SubtreePool pool = ts_subtree_pool_new(0);
    for (uint32_t i = 0; i < rebuild->done_count; i++) {
      ts_subtree_release(&pool, rebuild->done[i]);
    }
    ts_subtree_pool_delete(&pool);
  }
  free(rebuild->open);
  free(rebuild->done);
  free(rebuild);
  return tree;
}
