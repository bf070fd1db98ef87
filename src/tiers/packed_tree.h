// A file in one of its packed forms, and from there to a tree that is all there.
#pragma once

#include <cstdint>
#include <memory>

#include "copse/result.h"

#include "codec/dictionary.h"
#include "core/bytes.h"
#include "core/hash.h"
#include "syntax/grammar.h"
#include "syntax/tree_data.h"
#include "syntax/tree_model.h"
#include "tiers/page_pool.h"

namespace copse {

// Bytes as a frame has them. A view.
struct PackedBytes {
  std::uint8_t codec = 0;
  std::uint64_t raw_bytes = 0;
  ByteView payload;
};

// Immutable; a value. `owners` keep what the views see.
struct PackedTree {
  ContentKey content;
  std::shared_ptr<const Grammar> grammar;
  std::shared_ptr<const TreeModel> model;
  std::shared_ptr<const Dictionary> dictionary;  // of the source; may be null
  PackedBytes source;
  PackedBytes tree;
  std::uint32_t nodes = 0;
  std::shared_ptr<const void> owners[2];

  // What it holds when it owns its bytes, itself included.
  std::uint64_t held_bytes() const {
    constexpr std::uint64_t kAllocations = 64;
    return sizeof *this + source.payload.size() + tree.payload.size() + kAllocations;
  }
  // Decoded, in a PagePool.
  std::size_t decoded_bytes() const;
};

// Source and nodes in that memory, which is as long as decoded_bytes(). Corrupt when the bytes are
// not such a tree. Cost: the source decompressed, 10 ns a node.
Result<std::shared_ptr<const TreeData>> unpack_tree_into(const PackedTree& packed,
                                                         PagePool::Block memory);

// The same in memory of its own: the cold form.
std::shared_ptr<const PackedTree> make_cold(const PackedTree& packed);
// As bytecode, with the source as LZ4: the warm form. Cost: half an unpacking, and LZ4.
Result<std::shared_ptr<const PackedTree>> make_warm(const PackedTree& packed);

}  // namespace copse
