// Grammars, tree models and dictionaries as shared objects of a store.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "copse/result.h"

#include "codec/dictionary.h"
#include "codec/frame_codec.h"
#include "core/bytes.h"
#include "store/store.h"
#include "store/store_writer.h"
#include "syntax/grammar.h"
#include "syntax/tree_model.h"

namespace copse {

// Types and kinds on disk: never renumber. docs/formats/store.md and tree.md.
inline constexpr std::uint8_t kSourceFrame = 1;
inline constexpr std::uint8_t kTreeFrame = 2;
inline constexpr std::uint8_t kPostingsFrame = 3;
inline constexpr std::uint8_t kSymbolsFrame = 4;
inline constexpr std::uint8_t kGrammarObject = 1;
inline constexpr std::uint8_t kModelObject = 2;
inline constexpr std::uint8_t kDirectoryObject = 3;
inline constexpr std::uint8_t kDictionaryObject = 4;
inline constexpr std::uint8_t kLearningObject = 5;
inline constexpr std::uint8_t kPhasesObject = 6;
inline constexpr std::uint8_t kTagsObject = 7;

// The root whose object says which directory the store is of: relative when the store lies inside.
inline constexpr const char* kDirectoryRoot = "directory";

// The largest file that is kept.
inline constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 30;

// Compressed as they lie in the store: codec, length, payload.
Bytes pack_object(ByteView bytes, int level = kSmallLevel);
Result<Bytes> unpack_object(ByteView packed);

// Loads each grammar, model and dictionary of a store once. Thread-safe. Borrows the store. Memory:
// what a language's tables take, up to a few MB a grammar, and a megabyte a dictionary, for each
// that is asked for.
class SyntaxObjects {
 public:
  explicit SyntaxObjects(const Store& store) : store_(store) {}

  // Corrupt, naming language and object, when neither copy can be read.
  Result<std::shared_ptr<const Grammar>> grammar(const SharedId& id);
  Result<std::shared_ptr<const TreeModel>> model(const SharedId& grammar, const SharedId& id);
  // Null for none().
  Result<std::shared_ptr<const Dictionary>> dictionary(const SharedId& id);

 private:
  const Store& store_;
  std::mutex mutex_;
  std::map<SharedId, std::shared_ptr<const Grammar>> grammars_;
  std::map<SharedId, std::shared_ptr<const TreeModel>> models_;
  std::map<SharedId, std::shared_ptr<const Dictionary>> dictionaries_;
};

}  // namespace copse
