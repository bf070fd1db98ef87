// Trees as bytecode: one-byte ranks in a model's tables, with exceptions beside them.
//
//   u8      format version, 1
//   varint  number of nodes
//   varint  the root's tag, packed as in models
//   varint  bytes of each of the four streams that follow
//   stream  opcodes: a rank for each internal node whose place allows more than one shape
//   stream  shape exceptions: nodes whose shape is not in their place's table
//   stream  span exceptions: leaves that do not lie where the model's rules say
//   stream  lookahead characters of leaf ERRORs
//
// docs/formats/tree.md has the details and a worked example. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "copse/result.h"

#include "core/bytes.h"
#include "syntax/tree_model.h"

namespace copse {

inline constexpr std::uint8_t kTreeFormatVersion = 1;
// What one tree may hold; larger files are kept as plain source.
inline constexpr std::uint32_t kTreeNodesMax = std::uint32_t{1} << 30;

// REQUIRES: the tree was flattened from a parse of `source` by the model's grammar. Deterministic.
// Cost: 20 to 40 ns a node.
Bytes encode_tree(const TreeModel& model, const FlatTree& tree, std::string_view source);

// Gives back exactly what was encoded. `nodes_max` bounds the result: 12 bytes a node. Corrupt when
// the bytes are not such a tree over this source; Unsupported when they are of a newer format. Any
// bytes are safe. Cost: 5 to 10 ns a node.
Result<FlatTree> decode_tree(const TreeModel& model, std::string_view source, ByteView bytes,
                             std::uint32_t nodes_max = kTreeNodesMax);

}  // namespace copse
