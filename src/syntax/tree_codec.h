// Trees as bytes: bytecode, and two frozen forms of it.
//
// docs/formats/tree.md has the bytes and a worked example; docs/adr/0010 how they were chosen. Pure
// functions; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "copse/result.h"

#include "core/bytes.h"
#include "syntax/tree_layout.h"
#include "syntax/tree_model.h"
#include "syntax/tree_phases.h"

namespace copse {

struct TreeEncoding {
  TreeForm form = TreeForm::Fast;
  std::uint32_t block_nodes = kBlockNodes;
  // With any but Segments off, `form` is not looked at.
  TreePhases phases = {};
};

// REQUIRES: the tree was flattened from a parse of `source` by the model's grammar; block_nodes is
// at least kBlockNodesMin. Deterministic. Cost: 10 to 20 ns a node.
Bytes encode_tree(const TreeModel& model, const FlatTree& tree, std::string_view source,
                  const TreeEncoding& encoding = {});

// Gives back exactly what was encoded, in whatever form and version. `nodes_max` bounds the result:
// 12 bytes a node. Corrupt when the bytes are not such a tree over this source; Unsupported when
// they are of a newer format. Any bytes are safe.
Result<FlatTree> decode_tree(const TreeModel& model, std::string_view source, ByteView bytes,
                             std::uint32_t nodes_max = kTreeNodesMax);

// The same into memory that is there: `nodes` are as many as the tree has, Corrupt when it has
// another number. What comes back is what the tree has beside its nodes.
Result<FlatTree> decode_tree_into(const TreeModel& model, std::string_view source, ByteView bytes,
                                  std::span<CopseFlatNode> nodes);

// Corrupt unless decode_tree() would give back exactly `tree`. Cost: about two thirds of decoding.
Status check_encoding(const TreeModel& model, std::string_view source, ByteView bytes,
                      const FlatTree& tree);

// The same tree as bytecode. Corrupt as above, and for trees of version 1, which have none; what a
// bytecode says is checked where it is read.
Result<Bytes> thaw_tree(const TreeModel& model, std::string_view source, ByteView bytes,
                        std::uint32_t nodes_max = kTreeNodesMax);

// One block's bytecode. `layout` is of any form.
Result<Bytes> thaw_block(const TreeModel& model, const TreeLayout& layout, const TreeBlock& block,
                         std::string_view source);

// The form of stored bytes; absent for version 1, and for what is no tree.
std::optional<TreeForm> form_of_tree(ByteView bytes);

// Trees of format version 1: tree_decoder_v1.cc.
Result<FlatTree> decode_tree_v1(const TreeModel& model, std::string_view source, ByteView bytes,
                                std::uint32_t nodes_max);

}  // namespace copse
