// What tree-sitter's node.c and ts_tree_cursor_current_status answer to query.c (core 0.25.10),
// over flat nodes. For query_engine.c only, which includes it as C.
//
// Points. query.c uses them only to compare a node's with the range's. Nodes here have the points
// {byte, 0}, and the range has two that stand among these as its true ones do among the nodes' true
// ones (match_range.h), so that each comparison has the same result.
#ifndef COPSE_QUERY_FLAT_NODE_FACTS_H_
#define COPSE_QUERY_FLAT_NODE_FACTS_H_

#include "query/flat_cursor.h"

static inline TSNode copse_cursor_node_at(const CopseFlatCursor* self, uint32_t slot,
                                          uint16_t symbol, uint16_t alias) {
  const CopseCursorEntry* entry = &self->entries[slot];
  return (TSNode){
      .context = {entry->start_byte, entry->end_byte, symbol, alias},
      .id = &self->tree->nodes[entry->index],
      .tree = (const TSTree*)(const void*)self->tree,
  };
}

static inline TSNode copse_cursor_current_node(const CopseFlatCursor* self) {
  const CopseCursorEntry* top = &self->entries[self->size - 1];
  return copse_cursor_node_at(self, self->size - 1, top->symbol, top->alias);
}

static inline TSNode copse_cursor_parent_node(const CopseFlatCursor* self) {
  const uint32_t slot = self->entries[self->size - 1].parent_slot;
  if (slot == COPSE_NO_SLOT) return (TSNode){{0, 0, 0, 0}, NULL, NULL};
  const CopseCursorEntry* entry = &self->entries[slot];
  const uint16_t symbol =
      entry->raw_alias ? entry->raw_alias : copse_node_symbol(&self->tree->nodes[entry->index]);
  return copse_cursor_node_at(self, slot, symbol, entry->raw_alias);
}

static inline const CopseQueryTree* copse_tree_of(TSNode node) {
  return (const CopseQueryTree*)(const void*)node.tree;
}
static inline bool copse_query_node_is_null(TSNode node) {
  return node.id == NULL;
}
static inline uint32_t copse_query_node_start_byte(TSNode node) {
  return node.context[0];
}
static inline uint32_t copse_query_node_end_byte(TSNode node) {
  return node.context[1];
}
static inline TSPoint copse_query_node_start_point(TSNode node) {
  return (TSPoint){node.context[0], 0};
}
static inline TSPoint copse_query_node_end_point(TSNode node) {
  return (TSPoint){node.context[1], 0};
}
static inline TSSymbol copse_query_node_symbol(TSNode node) {
  return copse_tree_of(node)->tables->public_symbols[copse_symbol_slot((uint16_t)node.context[2])];
}
static inline bool copse_query_node_is_named(TSNode node) {
  return copse_symbol_flags(copse_tree_of(node), (uint16_t)node.context[2]) & COPSE_SYMBOL_NAMED;
}
static inline bool copse_query_node_is_missing(TSNode node) {
  return copse_node_is_missing((const CopseFlatNode*)node.id);
}

// The private view that query.c takes of the current node in one place: is it the hidden node of a
// repetition, and which one.
typedef struct CopseSubtree {
  TSSymbol symbol;
  bool is_repetition;
} CopseSubtree;

static inline CopseSubtree copse_cursor_current_subtree(const CopseFlatCursor* self) {
  const CopseFlatNode* node = &self->tree->nodes[self->entries[self->size - 1].index];
  const TSSymbol symbol = copse_node_symbol(node);
  const uint8_t flags = copse_symbol_flags(self->tree, symbol);
  return (CopseSubtree){
      .symbol = symbol,
      .is_repetition =
          !copse_node_is_leaf(node) && !(flags & (COPSE_SYMBOL_NAMED | COPSE_SYMBOL_VISIBLE)),
  };
}
static inline bool copse_subtree_is_repetition(CopseSubtree subtree) {
  return subtree.is_repetition;
}
static inline TSSymbol copse_subtree_symbol(CopseSubtree subtree) {
  return subtree.symbol;
}

// Whether siblings after the entry show nodes, and named ones, in one level of the hidden tree.
static inline void copse_look_for_later_siblings(const CopseFlatCursor* self,
                                                 const CopseCursorEntry* entry, bool* any,
                                                 bool* named) {
  const CopseCursorEntry* parent = entry - 1;
  if (entry->end == parent->end) return;
  CopseChildren later =
      copse_children_from(self->tree, parent->index, entry->end, parent->end,
                          entry->structural_child + ((entry->flags & COPSE_ENTRY_EXTRA) == 0));
  while (later.next < later.end) {
    const CopseFlatNode* sibling = &later.nodes[later.next];
    const uint16_t alias = copse_children_alias(&later, sibling->tag);
    const uint8_t flags =
        copse_symbol_flags(self->tree, alias ? alias : copse_node_symbol(sibling));
    const bool visible = flags & COPSE_SYMBOL_VISIBLE;
    if (visible || copse_node_shows_children(sibling)) {
      *any = true;
      if (visible ? (flags & COPSE_SYMBOL_NAMED) != 0 : copse_node_shows_named(sibling)) {
        *named = true;
        return;
      }
    }
    copse_children_advance(&later, sibling);
  }
}

// As ts_tree_cursor_current_status. It is wrong about later named siblings where an inner hidden
// level has later siblings that are all anonymous (the outer levels are not asked any more);
// matches depend on that, so it stays.
static inline void copse_cursor_current_status(const CopseFlatCursor* self, TSFieldId* field_id,
                                               bool* has_later_siblings,
                                               bool* has_later_named_siblings,
                                               bool* can_have_later_siblings_with_this_field,
                                               TSSymbol* supertypes, unsigned* supertype_count) {
  const CopseQueryTables* tables = self->tree->tables;
  const unsigned max_supertypes = *supertype_count;
  const uint32_t top = self->size - 1;
  TSFieldId field = 0;
  bool any = false;
  bool named = false;
  bool again = false;
  unsigned count = 0;
  for (uint32_t slot = top; slot > 0; slot--) {
    const CopseCursorEntry* entry = &self->entries[slot];
    if (slot != top && (entry->symbol_flags & COPSE_SYMBOL_VISIBLE)) break;
    if ((entry->symbol_flags & COPSE_SYMBOL_SUPERTYPE) && count < max_supertypes) {
      supertypes[count++] = entry->symbol;
    }
    if (!any) copse_look_for_later_siblings(self, entry, &any, &named);
    if ((entry->flags & COPSE_ENTRY_EXTRA) || !tables->field_map_slices) continue;
    const uint32_t production = copse_node_production(&self->tree->nodes[entry[-1].index]);
    const TSMapSlice slice = tables->field_map_slices[production];
    const TSFieldMapEntry* begin = tables->field_map_entries + slice.index;
    const TSFieldMapEntry* end = begin + slice.length;
    for (const TSFieldMapEntry* map = begin; !field && map < end; map++) {
      if (!map->inherited && map->child_index == entry->structural_child) field = map->field_id;
    }
    if (!field) continue;
    for (const TSFieldMapEntry* map = begin; !again && map < end; map++) {
      again = map->field_id == field && map->child_index > entry->structural_child;
    }
  }
  *field_id = field;
  *has_later_siblings = any;
  *has_later_named_siblings = named;
  *can_have_later_siblings_with_this_field = again;
  *supertype_count = count;
}

// The first and last of a production's entries for a field, by node.c's two scans; none: map_end is
// null.
static inline CopseFieldFrame copse_field_frame(const CopseQueryTree* tree, uint32_t index,
                                                TSFieldId field) {
  CopseFieldFrame frame = {0};
  const CopseFlatNode* node = &tree->nodes[index];
  if (!copse_node_shows_children(node) || !tree->tables->field_map_slices) return frame;
  frame.production = copse_node_production(node);
  const TSMapSlice slice = tree->tables->field_map_slices[frame.production];
  const TSFieldMapEntry* map = tree->tables->field_map_entries + slice.index;
  const TSFieldMapEntry* end = map + slice.length;
  while (map < end && map->field_id < field)
    map++;
  while (map < end && end[-1].field_id > field)
    end--;
  if (map == end) return frame;
  frame.next = index + 1;
  frame.end = index + node->extent;
  frame.map = map;
  frame.map_end = end;
  return frame;
}

typedef enum CopseFieldStep { CopseFieldAbsent, CopseFieldFound, CopseFieldBelow } CopseFieldStep;

// Looks through the frame's children until one has the field, none can, or a hidden one has to be
// searched: `below`, and `is_last` when nothing would be left to do here after it.
static inline CopseFieldStep copse_field_step(const CopseQueryTree* tree, CopseFieldFrame* frame,
                                              uint32_t* below, bool* is_last) {
  while (frame->next < frame->end && frame->map != frame->map_end) {
    const uint32_t index = frame->next;
    const CopseFlatNode* child = &tree->nodes[index];
    const uint32_t position = frame->structural_child;
    frame->next += copse_node_count(child);
    if (copse_node_is_extra(child)) continue;
    frame->structural_child++;
    if (position < frame->map->child_index) continue;
    if (frame->map->inherited) {
      *below = index;
      *is_last = frame->map + 1 == frame->map_end;
      frame->map++;
      return CopseFieldBelow;
    }
    if (copse_alias_at(tree, frame->production, position) ||
        (copse_symbol_flags(tree, copse_node_symbol(child)) & COPSE_SYMBOL_VISIBLE) ||
        copse_node_shows_children(child)) {
      return CopseFieldFound;
    }
    frame->map++;
  }
  return CopseFieldAbsent;
}

// As ts_node_child_by_field_id, with its recursion on an explicit stack. query.c asks only whether
// there is such a child: what comes back is the node itself, or null.
static TSNode copse_query_node_child_by_field_id(TSNode node, TSFieldId field) {
  const TSNode null_node = {{0, 0, 0, 0}, NULL, NULL};
  CopseQueryTree* tree = (CopseQueryTree*)(uintptr_t)copse_tree_of(node);
  uint32_t depth = 0;
  const uint32_t index = (uint32_t)((const CopseFlatNode*)node.id - tree->nodes);
  CopseFieldFrame frame = copse_field_frame(tree, index, field);
  for (;;) {
    uint32_t below = 0;
    bool is_last = false;
    switch (copse_field_step(tree, &frame, &below, &is_last)) {
      case CopseFieldFound:
        return node;
      case CopseFieldAbsent:
        if (depth == 0) return null_node;
        frame = tree->frames[--depth];
        break;
      case CopseFieldBelow:
        if (!is_last) {
          if (depth == tree->frame_capacity) {
            tree->frame_capacity = depth ? depth * 2 : 16;
            tree->frames = ts_realloc(tree->frames, tree->frame_capacity * sizeof *tree->frames);
          }
          tree->frames[depth++] = frame;
        }
        frame = copse_field_frame(tree, below, field);
        break;
    }
  }
}

#endif  // COPSE_QUERY_FLAT_NODE_FACTS_H_
