// Any bytes as a tree model: refused, or safe to encode and decode trees with.
//
// Bound: templates of at most MacroSet::kItemsMax items, in arrays that grow by doubling, and some
// hundred bytes for each byte of the model: kMemoryMax.
#include "fuzz_support.h"

namespace {

using namespace copse;

constexpr std::size_t kMemoryMax = 4 * MacroSet::kItemsMax * sizeof(TemplateItem);
constexpr const char* kSource = R"({"a": [1, true, "b"], "c": [[[{}]]], "dé": nul, -1.5e3: "\n"})";

// Damaged bytes of each form; what they are of does not matter.
constexpr std::uint8_t kTrees[][12] = {
    {1, 9, 0, 4, 0, 0, 0, 0, 1, 2, 3, 4},
    {2, 9, 3, 0, 1, 1, 2, 1, 1, 1, 1, 1},
    {0x12, 9, 0, 0, 1, 1, 2, 1, 1, 1, 1, 1},
    {0x22, 9, 0, 0, 1, 1, 2, 1, 1, 1, 1, 1},
};

}  // namespace

// The first byte is the version; what a model begins with and the grammar is put in front, so that
// the fuzzer need not find it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto& grammar = fuzz::json().grammar();
  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(TreeModel::kMagic);
  out.u32(data[0]);
  out.raw(grammar->identity().digest);
  out.raw(ByteView(data + 1, size - 1));
  const auto model = TreeModel::from_bytes(bytes, grammar);
  if (!model.ok()) return 0;
  fuzz::require(model.value()->memory_bytes() <= kMemoryMax + 256 * size);
  static const FlatTree tree = fuzz::parse(kSource);
  for (const TreeForm form : fuzz::kForms) {
    const Bytes stored = encode_tree(*model.value(), tree, kSource, {form, kBlockNodesMin});
    const auto back = decode_tree(*model.value(), kSource, stored);
    fuzz::require(back.ok() && fuzz::same_nodes(tree, back.value()));
  }
  for (const auto& damaged : kTrees) {
    static_cast<void>(decode_tree(*model.value(), kSource, damaged, 1000).ok());
  }
  return 0;
}
