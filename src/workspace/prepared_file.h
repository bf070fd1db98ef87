// A file on its way into the store: what parsing made of it, encoded and compressed. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "copse/result.h"

#include "codec/frame_codec.h"
#include "syntax/tree_codec.h"
#include "syntax/tree_model.h"

namespace copse {

struct PreparedTree {
  FramePayload frame;
  std::uint64_t nodes = 0;
  std::uint64_t visible_nodes = 0;
  Bytes facts;    // what the tree and its source contain, as write_facts() has it; empty: not asked
  Bytes symbols;  // as encode_symbols() has them; empty: not asked, or no tags query
};

// Encodes the tree, decodes what came out and compares: a tree that does not come back bit for bit
// is refused as Corrupt and never stored.
Result<PreparedTree> prepare_tree(const TreeModel& model, const FlatTree& tree,
                                  std::string_view source, const TreeEncoding& encoding = {});

// The tree in such a frame. `nodes_max` bounds what it may unfold to.
Result<FlatTree> unpack_tree(const TreeModel& model, std::string_view source, std::uint8_t codec,
                             ByteView payload, std::uint64_t raw_bytes, std::uint64_t nodes_max);

// The tree's own bytes out of such a frame.
Result<Bytes> unpack_tree_bytes(std::uint8_t codec, ByteView payload, std::uint64_t raw_bytes,
                                std::uint64_t nodes_max);

// Lines as people count them: line ends, and one more when the last line has none.
std::uint64_t count_lines(std::string_view source);

}  // namespace copse
