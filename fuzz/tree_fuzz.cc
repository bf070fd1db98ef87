// Any bytes as a tree, over models of both versions: decoding is safe, and what decodes can be
// walked, thawed and, if it could have been parsed, encoded again.
//
// Bound: kNodesMax nodes of 12 bytes, and less than 100 bytes for each of them while they are read,
// whatever the bytes state; beside these the models take some megabytes.
#include "fuzz_support.h"
#include "syntax/tree_data.h"

namespace {

using namespace copse;

constexpr std::uint32_t kNodesMax = 20000;

void walk(const std::string& source, FlatTree tree) {
  const auto stored = make_tree_data(fuzz::json().grammar(), source, std::move(tree));
  Cursor cursor(Tree(stored).root());
  for (int moves = 0; moves < 1000 && (cursor.goto_first_child() || cursor.goto_next_sibling());) {
    if (cursor.node().end_byte() > source.size() && cursor.node().end_byte() != 0) std::abort();
    ++moves;
  }
  static_cast<void>(Tree(stored).to_sexp());
}

}  // namespace

// The first byte says which model, the second is the length of the source, which follows; the rest
// is the tree.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size - 2 < data[1]) return 0;
  const TreeModel& model = fuzz::model(static_cast<fuzz::ModelKind>(data[0] % 4));
  const std::string source(reinterpret_cast<const char*>(data + 2), data[1]);
  Bytes bytes(data + 2 + data[1], data + size);
  fuzz::mend_checksums(bytes);
  auto tree = decode_tree(model, source, bytes, kNodesMax);
  const auto thawed = thaw_tree(model, source, bytes, kNodesMax);
  if (thawed.ok()) {
    // A jump table takes no more than before but for lengths; a node at most a tag, an opcode and
    // a shape spelt out, or a span stated, and the end of a list.
    fuzz::require(thawed.value().size() <= 3 * size + 64 * std::size_t{kNodesMax});
    auto again = decode_tree(model, source, thawed.value(), kNodesMax);
    fuzz::require(again.ok() == tree.ok());
    if (tree.ok()) fuzz::require(fuzz::same_nodes(tree.value(), again.value()));
  }
  if (!tree.ok()) return 0;
  fuzz::require(tree.value().nodes.size() <= kNodesMax);
  fuzz::require(thawed.ok() || bytes[0] == 1);
  if (bytes[0] != 1) fuzz::require(check_encoding(model, source, bytes, tree.value()).ok());
  for (const TreeForm form : fuzz::kForms) {
    const Bytes again = encode_tree(model, tree.value(), source, {form, kBlockNodesMin});
    auto back = decode_tree(model, source, again, kNodesMax);
    fuzz::require(back.ok() && fuzz::same_nodes(tree.value(), back.value(), false));
  }
  walk(source, std::move(tree).value());
  return 0;
}
