// Any bytes as a tree: decoding is safe, bounded, and what decodes can be walked and encoded again.
#include <cstdlib>
#include <string>

#include "syntax/tree_codec.h"
#include "syntax/tree_data.h"
#include "workspace/grammar_library.h"
#include "workspace/parse_lane.h"

namespace {

using copse::GrammarLibrary;
using copse::TreeModel;

const std::shared_ptr<const TreeModel>& model() {
  static const std::shared_ptr<const TreeModel> instance = [] {
    auto library = GrammarLibrary::load(std::string(COPSE_TEST_GRAMMAR_DIR) + "/json.so", "json");
    if (!library.ok()) std::abort();
    return copse::base_model(library.value().grammar());
  }();
  return instance;
}

constexpr std::uint32_t kNodesMax = 100000;

}  // namespace

// The first byte is the length of the source, which follows; the rest is the tree.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size - 1 < data[0]) return 0;
  const std::string source(reinterpret_cast<const char*>(data + 1), data[0]);
  const copse::ByteView bytes(data + 1 + data[0], size - 1 - data[0]);
  auto tree = copse::decode_tree(*model(), source, bytes, kNodesMax);
  if (!tree.ok()) return 0;
  if (tree.value().nodes.size() > kNodesMax) std::abort();
  const copse::Bytes again = copse::encode_tree(*model(), tree.value(), source);
  auto back = copse::decode_tree(*model(), source, again, kNodesMax);
  if (!back.ok() || back.value().nodes.size() != tree.value().nodes.size()) std::abort();
  auto grammar = GrammarLibrary::load(std::string(COPSE_TEST_GRAMMAR_DIR) + "/json.so", "json");
  const auto stored =
      copse::make_tree_data(grammar.value().grammar(), source, std::move(tree).value());
  copse::Cursor cursor(copse::Tree(stored).root());
  for (int moves = 0; moves < 1000 && (cursor.goto_first_child() || cursor.goto_next_sibling());) {
    if (cursor.node().end_byte() > source.size() && cursor.node().end_byte() != 0) std::abort();
    ++moves;
  }
  (void)copse::Tree(stored).to_sexp();
  return 0;
}
