// What tree-sitter's tree_cursor.c does for query.c (core 0.25.10), over flat nodes: the same
// steps, the same answers, its oddities included. For query_engine.c only, which includes it as C.
//
// A move computes all that later calls ask of the new node, once; the original computes it at each
// question. Memory: 32 bytes a level of depth, hidden levels included.
#ifndef COPSE_QUERY_FLAT_CURSOR_H_
#define COPSE_QUERY_FLAT_CURSOR_H_

#include "query/query_engine.h"

#define COPSE_ENTRY_EXTRA 1U
#define COPSE_ENTRY_VISIBLE 2U        /* by its symbol or, when not extra, by an alias */
#define COPSE_ENTRY_PARENT_VISIBLE 4U /* as ts_tree_cursor_parent_node sees it: extras too */
#define COPSE_NO_SLOT UINT32_MAX

typedef struct CopseCursorEntry {
  uint32_t index;
  uint32_t end;  // rank of the first node after the subtree
  uint32_t start_byte;
  uint32_t end_byte;
  uint32_t structural_child;  // rank among the siblings that are not extra
  uint32_t parent_slot;       // where in the stack the answer of parent_node lies
  uint16_t symbol;            // the alias if there is one, else the node's own
  uint16_t alias;             // 0 for extras
  uint16_t raw_alias;         // what parent_node takes for the alias: extras are looked up too
  uint8_t symbol_flags;       // of `symbol`
  uint8_t flags;              // COPSE_ENTRY_*
} CopseCursorEntry;

_Static_assert(sizeof(CopseCursorEntry) == 32, "the stack's memory is stated above");

typedef struct CopseFlatCursor {
  const CopseQueryTree* tree;
  CopseCursorEntry* entries;
  uint32_t size;
  uint32_t capacity;
} CopseFlatCursor;

typedef enum TreeCursorStep {
  TreeCursorStepNone,
  TreeCursorStepHidden,
  TreeCursorStepVisible,
} TreeCursorStep;

static inline uint16_t copse_symbol_slot(uint16_t symbol) {
  return (uint16_t)(symbol + 2U);
}

static inline uint8_t copse_symbol_flags(const CopseQueryTree* tree, uint16_t symbol) {
  return tree->tables->symbol_flags[copse_symbol_slot(symbol)];
}

// As ts_language_alias_at, which does not look where a production's row ends: a trailing extra
// reads the first alias of the next production. Behind the last row the original reads foreign
// memory; here there is no alias.
static inline uint16_t copse_alias_at(const CopseQueryTree* tree, uint32_t production,
                                      uint32_t structural_child) {
  if (production == 0) return 0;
  const uint64_t position =
      (uint64_t)production * tree->tables->alias_sequence_length + structural_child;
  return position < tree->tables->alias_count ? tree->tables->alias_sequences[position] : 0;
}

// A walk over the children of one node, or over its later children.
typedef struct CopseChildren {
  const CopseFlatNode* nodes;
  const uint16_t* aliases;  // null when the production has none
  uint32_t next;
  uint32_t end;
  uint32_t structural_child;
  uint32_t alias_limit;
} CopseChildren;

static inline CopseChildren copse_children_from(const CopseQueryTree* tree, uint32_t parent,
                                                uint32_t first, uint32_t end,
                                                uint32_t structural_child) {
  const CopseQueryTables* tables = tree->tables;
  const uint32_t production = copse_node_production(&tree->nodes[parent]);
  CopseChildren children = {tree->nodes, NULL, first, end, structural_child, 0};
  if (tables->production_has_alias[production]) {
    children.aliases = tables->alias_sequences + production * tables->alias_sequence_length;
    children.alias_limit = tables->alias_sequence_length;
  }
  return children;
}

static inline uint16_t copse_children_alias(const CopseChildren* children, uint32_t tag) {
  if (!children->aliases || (tag & COPSE_TAG_EXTRA)) return 0;
  return children->structural_child < children->alias_limit
             ? children->aliases[children->structural_child]
             : 0;
}

static inline void copse_children_advance(CopseChildren* children, const CopseFlatNode* node) {
  children->next += copse_node_count(node);
  children->structural_child += (node->tag & COPSE_TAG_EXTRA) == 0;
}

static inline void copse_cursor_reserve(CopseFlatCursor* self) {
  if (self->size < self->capacity) return;
  self->capacity = self->capacity ? self->capacity * 2 : 64;
  self->entries = ts_realloc(self->entries, self->capacity * sizeof(CopseCursorEntry));
}

// Puts the walk's next child, of the node on top of the stack, on top of it.
static inline void copse_cursor_push(CopseFlatCursor* self, const CopseChildren* children,
                                     uint16_t alias, bool visible) {
  copse_cursor_reserve(self);
  const CopseQueryTree* tree = self->tree;
  const uint32_t index = children->next;
  const CopseFlatNode* node = &children->nodes[index];
  const uint32_t parent_slot = self->size - 1;
  const CopseCursorEntry* parent = &self->entries[parent_slot];
  CopseCursorEntry* entry = &self->entries[self->size++];
  const uint16_t own_symbol = (uint16_t)(node->tag >> 16);
  entry->index = index;
  entry->end = index + copse_node_count(node);
  entry->start_byte = node->start;
  const CopseFlatNode* last = &children->nodes[entry->end - 1];
  entry->end_byte = last->start + last->extent;
  entry->structural_child = children->structural_child;
  entry->parent_slot =
      (parent->flags & COPSE_ENTRY_PARENT_VISIBLE) ? parent_slot : parent->parent_slot;
  entry->symbol = alias ? alias : own_symbol;
  entry->alias = alias;
  entry->raw_alias = alias;
  entry->symbol_flags = copse_symbol_flags(tree, entry->symbol);
  entry->flags = visible ? COPSE_ENTRY_VISIBLE | COPSE_ENTRY_PARENT_VISIBLE : 0;
  if (node->tag & COPSE_TAG_EXTRA) {
    const uint32_t production = copse_node_production(&tree->nodes[parent->index]);
    entry->raw_alias = copse_alias_at(tree, production, entry->structural_child);
    entry->flags |= COPSE_ENTRY_EXTRA;
    if (entry->raw_alias) entry->flags |= COPSE_ENTRY_PARENT_VISIBLE;
  }
}

// Pushes the next child that is visible or shows visible nodes below it.
static inline TreeCursorStep copse_cursor_enter(CopseFlatCursor* self, CopseChildren* children) {
  while (children->next < children->end) {
    const CopseFlatNode* node = &children->nodes[children->next];
    const uint16_t alias = copse_children_alias(children, node->tag);
    const uint8_t own_flags = copse_symbol_flags(self->tree, copse_node_symbol(node));
    if (alias || (own_flags & COPSE_SYMBOL_VISIBLE)) {
      copse_cursor_push(self, children, alias, true);
      return TreeCursorStepVisible;
    }
    if (copse_node_shows_children(node)) {
      copse_cursor_push(self, children, alias, false);
      return TreeCursorStepHidden;
    }
    copse_children_advance(children, node);
  }
  return TreeCursorStepNone;
}

static inline void copse_cursor_reset(CopseFlatCursor* self, TSNode node) {
  self->tree = (const CopseQueryTree*)(const void*)node.tree;
  self->size = 0;
  copse_cursor_reserve(self);
  const uint32_t index = (uint32_t)((const CopseFlatNode*)node.id - self->tree->nodes);
  const CopseFlatNode* flat = &self->tree->nodes[index];
  const bool extra = copse_node_is_extra(flat);
  const uint16_t alias = extra ? 0 : (uint16_t)node.context[3];
  const uint16_t symbol = alias ? alias : copse_node_symbol(flat);
  self->entries[self->size++] = (CopseCursorEntry){
      .index = index,
      .end = index + copse_node_count(flat),
      .start_byte = node.context[0],
      .end_byte = node.context[1],
      .parent_slot = COPSE_NO_SLOT,
      .symbol = symbol,
      .alias = alias,
      .raw_alias = 0,  // the original forgets the root's alias there
      .symbol_flags = copse_symbol_flags(self->tree, symbol),
      .flags = (uint8_t)(COPSE_ENTRY_VISIBLE | COPSE_ENTRY_PARENT_VISIBLE |
                         (extra ? COPSE_ENTRY_EXTRA : 0)),
  };
}

static inline void copse_cursor_delete(CopseFlatCursor* self) {
  ts_free(self->entries);
}

static inline TreeCursorStep copse_cursor_first_child(CopseFlatCursor* self) {
  const CopseCursorEntry* top = &self->entries[self->size - 1];
  if (copse_node_is_leaf(&self->tree->nodes[top->index])) return TreeCursorStepNone;
  CopseChildren children = copse_children_from(self->tree, top->index, top->index + 1, top->end, 0);
  return copse_cursor_enter(self, &children);
}

static inline TreeCursorStep copse_cursor_next_sibling(CopseFlatCursor* self) {
  const uint32_t initial_size = self->size;
  while (self->size > 1) {
    const CopseCursorEntry* entry = &self->entries[--self->size];
    if ((entry->flags & COPSE_ENTRY_VISIBLE) && self->size + 1 < initial_size) break;
    const CopseCursorEntry* parent = entry - 1;
    if (entry->end == parent->end) continue;
    CopseChildren children =
        copse_children_from(self->tree, parent->index, entry->end, parent->end,
                            entry->structural_child + ((entry->flags & COPSE_ENTRY_EXTRA) == 0));
    const TreeCursorStep step = copse_cursor_enter(self, &children);
    if (step != TreeCursorStepNone) return step;
  }
  self->size = initial_size;
  return TreeCursorStepNone;
}

static inline bool copse_cursor_parent(CopseFlatCursor* self) {
  for (uint32_t slot = self->size - 1; slot > 0; slot--) {
    if (self->entries[slot - 1].flags & COPSE_ENTRY_VISIBLE) {
      self->size = slot;
      return true;
    }
  }
  return false;
}

#endif  // COPSE_QUERY_FLAT_CURSOR_H_
