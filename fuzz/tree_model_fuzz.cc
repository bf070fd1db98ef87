// Any bytes as a tree model: refused, or safe to decode a tree with.
#include <cstdlib>
#include <string>

#include "syntax/model_trainer.h"
#include "syntax/tree_codec.h"
#include "workspace/grammar_library.h"

// The first 40 bytes of a model name format and grammar; they are put in front, so that the fuzzer
// need not find them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto library =
      copse::GrammarLibrary::load(std::string(COPSE_TEST_GRAMMAR_DIR) + "/json.so", "json");
  if (!library.ok()) std::abort();
  const auto& grammar = library.value().grammar();
  static const copse::Bytes valid = copse::ModelTrainer(grammar).train()->bytes();
  constexpr std::size_t kHeaderBytes = 40;
  copse::Bytes bytes(valid.begin(), valid.begin() + kHeaderBytes);
  bytes.insert(bytes.end(), data, data + size);
  auto model = copse::TreeModel::from_bytes(bytes, grammar);
  if (!model.ok()) return 0;
  const std::string source = R"({"a": [1, true, "b"]})";
  const std::uint8_t tree[] = {1, 9, 0, 4, 0, 0, 0, 0, 1, 2, 3};
  (void)copse::decode_tree(*model.value(), source, tree, 1000).ok();
  return 0;
}
