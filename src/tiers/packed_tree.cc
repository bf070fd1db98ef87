// Packed forms and trees.
#include "tiers/packed_tree.h"

#include <cstring>
#include <span>
#include <utility>

#include "codec/frame_codec.h"
#include "codec/lz4_codec.h"
#include "syntax/placed_tree.h"
#include "syntax/tree_codec.h"

namespace copse {
namespace {

// No tree is larger than this many bytes a node: a shape spelt out, an exceptional span.
constexpr std::uint64_t kTreeBytesPerNode = 64;
constexpr std::uint64_t kTreeBytesFixed = 4096;
constexpr std::uint64_t kSourceBytesMax = std::uint64_t{1} << 30;

// The tree's own bytes, which may lie in `unpacked` then.
Result<ByteView> tree_bytes(const PackedTree& packed, Bytes& unpacked) {
  if (packed.tree.codec == static_cast<std::uint8_t>(FrameCodec::Raw)) return packed.tree.payload;
  const std::uint64_t bytes_max = packed.nodes * kTreeBytesPerNode + kTreeBytesFixed;
  COPSE_TRY(unpacked, decompress_frame(packed.tree.codec, packed.tree.payload,
                                       packed.tree.raw_bytes, bytes_max));
  return ByteView(unpacked);
}

Status read_source_into(const PackedTree& packed, std::span<std::uint8_t> out) {
  return decompress_into(packed.source.codec, packed.source.payload, packed.dictionary.get(), out);
}

// One allocation for both.
std::shared_ptr<const PackedTree> with_bytes(PackedTree packed, ByteView source, ByteView tree) {
  std::shared_ptr<std::uint8_t[]> bytes(new std::uint8_t[source.size() + tree.size()]);
  if (!source.empty()) std::memcpy(bytes.get(), source.data(), source.size());
  if (!tree.empty()) std::memcpy(bytes.get() + source.size(), tree.data(), tree.size());
  packed.source.payload = {bytes.get(), source.size()};
  packed.tree.payload = {bytes.get() + source.size(), tree.size()};
  packed.owners[0] = std::move(bytes);
  packed.owners[1] = nullptr;
  return std::make_shared<const PackedTree>(std::move(packed));
}

}  // namespace

std::size_t PackedTree::decoded_bytes() const {
  return std::size_t{nodes} * sizeof(CopseFlatNode) + static_cast<std::size_t>(source.raw_bytes);
}

Result<std::shared_ptr<const TreeData>> unpack_tree_into(const PackedTree& packed,
                                                         PagePool::Block memory) {
  if (packed.nodes == 0) return Error(ErrorCode::Corrupt, "tree: has no nodes");
  COPSE_TRY_STATUS(check_stated_length(packed.source.codec, packed.source.payload,
                                       packed.source.raw_bytes, kSourceBytesMax));
  const auto source_bytes = static_cast<std::size_t>(packed.source.raw_bytes);
  auto* const nodes = reinterpret_cast<CopseFlatNode*>(memory.get());
  std::uint8_t* const source_at = memory.get() + std::size_t{packed.nodes} * sizeof(CopseFlatNode);
  COPSE_TRY_STATUS(read_source_into(packed, {source_at, source_bytes}));
  const std::string_view source = as_text({source_at, source_bytes});
  Bytes unpacked;
  COPSE_TRY(const ByteView bytes, tree_bytes(packed, unpacked));
  PlacedTree placed;
  COPSE_TRY(placed.beside, decode_tree_into(*packed.model, source, bytes, {nodes, packed.nodes}));
  placed.memory = std::move(memory);
  placed.nodes = nodes;
  placed.node_count = packed.nodes;
  placed.source = source;
  return make_placed_tree_data(packed.grammar, std::move(placed));
}

std::shared_ptr<const PackedTree> make_cold(const PackedTree& packed) {
  return with_bytes(packed, packed.source.payload, packed.tree.payload);
}

Result<std::shared_ptr<const PackedTree>> make_warm(const PackedTree& packed) {
  COPSE_TRY_STATUS(check_stated_length(packed.source.codec, packed.source.payload,
                                       packed.source.raw_bytes, kSourceBytesMax));
  Bytes source(static_cast<std::size_t>(packed.source.raw_bytes));
  COPSE_TRY_STATUS(read_source_into(packed, source));
  Bytes unpacked;
  COPSE_TRY(const ByteView stored, tree_bytes(packed, unpacked));
  PackedTree warm = packed;
  warm.dictionary = nullptr;
  const FramePayload small = compress_lz4(source);
  warm.source.codec = static_cast<std::uint8_t>(small.codec);
  // Trees of version 1 know no bytecode.
  Bytes bytecode;
  ByteView tree = stored;
  if (form_of_tree(stored)) {
    COPSE_TRY(bytecode, thaw_tree(*packed.model, as_text(source), stored, packed.nodes));
    tree = bytecode;
  }
  warm.tree.codec = static_cast<std::uint8_t>(FrameCodec::Raw);
  warm.tree.raw_bytes = tree.size();
  return with_bytes(std::move(warm), small.bytes, tree);
}

}  // namespace copse
