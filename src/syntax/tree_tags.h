// Tags: what a node's parent says about it. And the numbers by which a model names things.
#pragma once

#include <cstdint>

#include "core/bytes.h"
#include "syntax/flat_node.h"

namespace copse {

using ShapeId = std::uint32_t;
using TableId = std::uint32_t;
inline constexpr ShapeId kNoShape = UINT32_MAX;
inline constexpr TableId kNoTable = UINT32_MAX;

// A CopseFlatNode tag without what follows from elsewhere: for leaves, all but the production; for
// internal nodes, symbol and extra only.
inline std::uint32_t child_tag(const CopseFlatNode& node) {
  constexpr std::uint32_t kLeafBits = 0xFFFF000FU;
  constexpr std::uint32_t kInternalBits = 0xFFFF0000U | COPSE_TAG_EXTRA;
  return node.tag & (copse_node_is_leaf(&node) ? kLeafBits : kInternalBits);
}

inline bool tag_is_leaf(std::uint32_t tag) {
  return (tag & COPSE_TAG_LEAF) != 0;
}

// Leaves that leave a trace beside the nodes: missing ones, and leaf ERRORs.
inline bool tag_is_missing(std::uint32_t tag) {
  return (tag & (COPSE_TAG_LEAF | COPSE_TAG_MISSING)) == (COPSE_TAG_LEAF | COPSE_TAG_MISSING);
}
inline bool tag_is_error(std::uint32_t tag) {
  return tag >> 16 == COPSE_SYMBOL_ERROR;
}

// How a tag travels: symbol and flags side by side, as docs/formats/tree.md has it.
inline std::uint32_t pack_tag(std::uint32_t tag) {
  return (tag >> 16 << 4) | (tag & 15);
}
inline std::uint32_t unpack_tag(std::uint32_t packed) {
  return (packed >> 4 << 16) | (packed & 15);
}
inline constexpr std::uint32_t kPackedTagMax = (1U << 20) - 1;

inline void write_tag(ByteWriter& out, std::uint32_t tag) {
  out.varint(pack_tag(tag));
}

// Fails the reader when it is none. Whether the tag can stand in a tree is for
// TreeModel::tag_holds.
inline std::uint32_t read_tag(ByteReader& in) {
  const std::uint32_t packed = in.varint32();
  if (packed > kPackedTagMax) in.fail();
  return unpack_tag(packed & kPackedTagMax);
}

}  // namespace copse
