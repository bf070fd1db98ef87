// One node of a decoded tree in twelve bytes: the layout that C++ (FlatTree) and C (the tree-sitter
// adapter, the query engine's cursor) share. Nodes lie in preorder, hidden ones included.
//
//   tag     bits 31..16  symbol as the parser gave it (0xFFFF ERROR, 0xFFFE the hidden
//   error_repeat)
//           bits 15..4   production id (0 for leaves)
//           bit  3       extra
//           bit  2       leaf: the node has no children
//           bit  1       leaf: missing           internal: some descendant shows as a named child
//           bit  0       leaf: external token    internal: some descendant shows as a child
//   start   byte offset where the node starts, its padding (white space before it) excluded
//   extent  leaf: size in bytes                  internal: number of nodes in the subtree, itself
//   included
//
// "Shows as a child" counts what tree-sitter calls visible children: children that are visible by
// their symbol or by an alias, and those of hidden children in turn.
// NOLINTBEGIN(modernize-deprecated-headers, readability-identifier-naming): C must read this file
// too.
#ifndef COPSE_SYNTAX_FLAT_NODE_H_
#define COPSE_SYNTAX_FLAT_NODE_H_

#include <stdbool.h>
#include <stdint.h>
// NOLINTEND(modernize-deprecated-headers, readability-identifier-naming)

#ifdef __cplusplus
extern "C" {
#endif

// NOLINTBEGIN(modernize-use-using, readability-identifier-naming): C must read this file too.
typedef struct CopseFlatNode {
  uint32_t tag;
  uint32_t start;
  uint32_t extent;
} CopseFlatNode;

#define COPSE_SYMBOL_END 0U /* the end of the file, a hidden leaf */
#define COPSE_SYMBOL_ERROR 0xFFFFU
#define COPSE_SYMBOL_ERROR_REPEAT 0xFFFEU
#define COPSE_MAX_PRODUCTION_ID 0xFFFU

// Of leaves that are shaped and not located yet (tree_shape.h): the parent's production has another
// name for it. Where a leaf's production would stand.
#define COPSE_TAG_ALIASED_LEAF 0x8000U

#define COPSE_TAG_EXTRA 8U
#define COPSE_TAG_LEAF 4U
#define COPSE_TAG_MISSING 2U        /* leaves */
#define COPSE_TAG_EXTERNAL 1U       /* leaves */
#define COPSE_TAG_SHOWS_NAMED 2U    /* internal nodes */
#define COPSE_TAG_SHOWS_CHILDREN 1U /* internal nodes */

#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif

static inline uint16_t copse_node_symbol(const CopseFlatNode* node) {
  return (uint16_t)(node->tag >> 16);
}
static inline uint16_t copse_node_production(const CopseFlatNode* node) {
  return (uint16_t)((node->tag >> 4) & COPSE_MAX_PRODUCTION_ID);
}
static inline bool copse_node_is_extra(const CopseFlatNode* node) {
  return (node->tag & COPSE_TAG_EXTRA) != 0;
}
static inline bool copse_node_is_leaf(const CopseFlatNode* node) {
  return (node->tag & COPSE_TAG_LEAF) != 0;
}
static inline bool copse_node_is_missing(const CopseFlatNode* node) {
  return (node->tag & (COPSE_TAG_LEAF | COPSE_TAG_MISSING)) == (COPSE_TAG_LEAF | COPSE_TAG_MISSING);
}
static inline bool copse_node_is_external(const CopseFlatNode* node) {
  return (node->tag & (COPSE_TAG_LEAF | COPSE_TAG_EXTERNAL)) ==
         (COPSE_TAG_LEAF | COPSE_TAG_EXTERNAL);
}
static inline bool copse_node_shows_children(const CopseFlatNode* node) {
  return (node->tag & (COPSE_TAG_LEAF | COPSE_TAG_SHOWS_CHILDREN)) == COPSE_TAG_SHOWS_CHILDREN;
}
static inline bool copse_node_shows_named(const CopseFlatNode* node) {
  return (node->tag & (COPSE_TAG_LEAF | COPSE_TAG_SHOWS_NAMED)) == COPSE_TAG_SHOWS_NAMED;
}
// How many places further the next node outside this subtree lies.
static inline uint32_t copse_node_count(const CopseFlatNode* node) {
  return copse_node_is_leaf(node) ? 1 : node->extent;
}
// Where the subtree that starts at nodes[index] ends in the source.
static inline uint32_t copse_node_end(const CopseFlatNode* nodes, uint32_t index) {
  const CopseFlatNode* last = &nodes[index + copse_node_count(&nodes[index]) - 1];
  return last->start + last->extent;
}
// NOLINTEND(modernize-use-using, readability-identifier-naming)

#ifdef __cplusplus
#pragma GCC diagnostic pop
}  // extern "C"
#endif

#endif  // COPSE_SYNTAX_FLAT_NODE_H_
