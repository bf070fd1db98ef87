// Any bytes as a tree of version 1: decoding is safe, and what decodes can be encoded as version 2.
//
// Bound: kNodesMax nodes of 12 bytes, 40 for each that is open, and what is spelt out in the bytes.
#include "fuzz_support.h"

namespace {
constexpr std::uint32_t kNodesMax = 20000;
}  // namespace

// Which model; the length of the source, which follows; the rest is the tree behind its version.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace copse;
  if (size < 2 || size - 2 < data[1]) return 0;
  const auto kind = data[0] % 2 == 0 ? fuzz::ModelKind::Golden1 : fuzz::ModelKind::Base;
  const TreeModel& model = fuzz::model(kind);
  const std::string source(reinterpret_cast<const char*>(data + 2), data[1]);
  Bytes bytes{1};
  bytes.insert(bytes.end(), data + 2 + data[1], data + size);
  const auto tree = decode_tree(model, source, bytes, kNodesMax);
  fuzz::require(!thaw_tree(model, source, bytes, kNodesMax).ok());
  if (!tree.ok()) return 0;
  fuzz::require(tree.value().nodes.size() <= kNodesMax);
  for (const TreeForm form : fuzz::kForms) {
    const Bytes again = encode_tree(model, tree.value(), source, {form, kBlockNodesMin});
    const auto back = decode_tree(model, source, again, kNodesMax);
    fuzz::require(back.ok() && fuzz::same_nodes(tree.value(), back.value()));
  }
  return 0;
}
