// Encoding with its own proof.
#include "workspace/prepared_file.h"

#include <algorithm>
#include <utility>

namespace copse {
namespace {

// No tree is larger than this many bytes a node: a shape spelt out, an exceptional span.
constexpr std::uint64_t kTreeBytesPerNode = 64;
constexpr std::uint64_t kTreeBytesFixed = 4096;

}  // namespace

Result<PreparedTree> prepare_tree(const TreeModel& model, const FlatTree& tree,
                                  std::string_view source, const TreeEncoding& encoding) {
  Bytes bytes = encode_tree(model, tree, source, encoding);
  COPSE_TRY_STATUS(check_encoding(model, source, bytes, tree));
  PreparedTree prepared;
  prepared.nodes = tree.nodes.size();
  prepared.visible_nodes = tree.visible_count;
  const TreePhases phases = encoding.phases;
  if (!phases.on(TreePhase::Bytecode) && phases.on(TreePhase::Frozen)) {
    // A list of nodes has no tables to be coded by.
    prepared.frame = compress_frame(bytes, kFastLevel);
    return prepared;
  }
  // What entropy coding left, no other compressor makes smaller.
  prepared.frame = {FrameCodec::Raw, bytes.size(), std::move(bytes)};
  return prepared;
}

Result<Bytes> unpack_tree_bytes(std::uint8_t codec, ByteView payload, std::uint64_t raw_bytes,
                                std::uint64_t nodes_max) {
  const std::uint64_t nodes = std::min<std::uint64_t>(nodes_max, kTreeNodesMax);
  return decompress_frame(codec, payload, raw_bytes, nodes * kTreeBytesPerNode + kTreeBytesFixed);
}

Result<FlatTree> unpack_tree(const TreeModel& model, std::string_view source, std::uint8_t codec,
                             ByteView payload, std::uint64_t raw_bytes, std::uint64_t nodes_max) {
  const auto nodes = static_cast<std::uint32_t>(std::min<std::uint64_t>(nodes_max, kTreeNodesMax));
  if (codec == static_cast<std::uint8_t>(FrameCodec::Raw)) {
    return decode_tree(model, source, payload, nodes);
  }
  COPSE_TRY(const Bytes bytes, unpack_tree_bytes(codec, payload, raw_bytes, nodes));
  return decode_tree(model, source, bytes, nodes);
}

std::uint64_t count_lines(std::string_view source) {
  const auto ends = static_cast<std::uint64_t>(std::count(source.begin(), source.end(), '\n'));
  return ends + (!source.empty() && source.back() != '\n' ? 1 : 0);
}

}  // namespace copse
