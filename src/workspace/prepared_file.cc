// Encoding with its own proof.
#include "workspace/prepared_file.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace copse {
namespace {

// No tree is larger than this many bytes a node: a shape spelt out, an exceptional span.
constexpr std::uint64_t kTreeBytesPerNode = 64;
constexpr std::uint64_t kTreeBytesFixed = 4096;

template <typename T>
bool same_items(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

bool same_tree(const FlatTree& a, const FlatTree& b) {
  return a.visible_count == b.visible_count && same_items(a.nodes, b.nodes) &&
         same_items(a.error_leaves, b.error_leaves) && same_items(a.faults, b.faults);
}

}  // namespace

Result<PreparedTree> prepare_tree(const TreeModel& model, const FlatTree& tree,
                                  std::string_view source, const TreeEncoding& encoding) {
  Bytes bytes = encode_tree(model, tree, source, encoding);
  COPSE_TRY(const FlatTree back,
            decode_tree(model, source, bytes, static_cast<std::uint32_t>(tree.nodes.size())));
  if (!same_tree(tree, back)) {
    return Error(ErrorCode::Corrupt, "tree does not come back from its stored form");
  }
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

Result<FlatTree> unpack_tree(const TreeModel& model, std::string_view source, std::uint8_t codec,
                             ByteView payload, std::uint64_t raw_bytes, std::uint64_t nodes_max) {
  const std::uint64_t nodes = std::min<std::uint64_t>(nodes_max, kTreeNodesMax);
  COPSE_TRY(const Bytes bytes, decompress_frame(codec, payload, raw_bytes,
                                                nodes * kTreeBytesPerNode + kTreeBytesFixed));
  return decode_tree(model, source, bytes, static_cast<std::uint32_t>(nodes));
}

std::uint64_t count_lines(std::string_view source) {
  const auto ends = static_cast<std::uint64_t>(std::count(source.begin(), source.end(), '\n'));
  return ends + (!source.empty() && source.back() != '\n' ? 1 : 0);
}

}  // namespace copse
