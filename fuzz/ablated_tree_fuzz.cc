// Any bytes as a tree that goes without some phase of compression: decoding is safe and bounded,
// and what decodes is the same tree as its bytecode says.
#include <cstdlib>
#include <string>

#include "syntax/ablated_tree.h"
#include "syntax/model_trainer.h"
#include "syntax/tree_codec.h"
#include "syntax/tree_parser.h"
#include "workspace/grammar_library.h"

namespace {

using copse::GrammarLibrary;
using copse::TreeModel;

constexpr const char* kLearntFrom = R"({"a": [1, true, null, "b\n"], "c": {"d": -2.5e3, "e": []}})";
constexpr std::uint32_t kNodesMax = 100000;

// One that has shapes, tables and opcodes.
const std::shared_ptr<const TreeModel>& model() {
  static const std::shared_ptr<const TreeModel> instance = [] {
    auto library = GrammarLibrary::load(std::string(COPSE_TEST_GRAMMAR_DIR) + "/json.so", "json");
    if (!library.ok()) std::abort();
    auto parser = copse::Parser::create(library.value().language());
    if (!parser.ok()) std::abort();
    auto tree = parser.value().parse(kLearntFrom, [] { return true; });
    if (!tree.ok()) std::abort();
    copse::ModelTrainer trainer(library.value().grammar());
    trainer.add(tree.value(), kLearntFrom);
    return trainer.train();
  }();
  return instance;
}

}  // namespace

// The first byte is the length of the source, which follows; the rest is the tree behind its first
// byte, which is put in front.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size - 1 < data[0]) return 0;
  const std::string source(reinterpret_cast<const char*>(data + 1), data[0]);
  copse::Bytes bytes = {copse::kTreeFormatVersion | copse::kAblatedForm << copse::kTreeFormShift};
  bytes.insert(bytes.end(), data + 1 + data[0], data + size);
  if (!copse::is_ablated(bytes)) std::abort();
  auto tree = copse::decode_tree(*model(), source, bytes, kNodesMax);
  auto bytecode = copse::thaw_tree(*model(), source, bytes, kNodesMax);
  if (!tree.ok()) return 0;
  if (tree.value().nodes.size() > kNodesMax || !bytecode.ok()) std::abort();
  auto again = copse::decode_tree(*model(), source, bytecode.value(), kNodesMax);
  if (!again.ok() || again.value().nodes.size() != tree.value().nodes.size()) std::abort();
  const auto phases = copse::TreePhases::from_off_bits(bytes[1]).value_or(copse::TreePhases());
  const copse::TreeEncoding encoding{copse::TreeForm::Fast, copse::kBlockNodesMin, phases};
  const copse::Bytes written = copse::encode_tree(*model(), tree.value(), source, encoding);
  auto back = copse::decode_tree(*model(), source, written, kNodesMax);
  if (!back.ok() || back.value().nodes.size() != tree.value().nodes.size()) std::abort();
  return 0;
}
