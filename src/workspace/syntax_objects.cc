// Shared objects to grammars and models.
#include "workspace/syntax_objects.h"

#include <utility>

namespace copse {

Bytes pack_object(ByteView bytes, int level) {
  const FramePayload payload = compress_frame(bytes, level);
  Bytes packed;
  ByteWriter out(packed);
  out.u8(static_cast<std::uint8_t>(payload.codec));
  out.varint(payload.raw_bytes);
  out.raw(payload.bytes);
  return packed;
}

Result<Bytes> unpack_object(ByteView packed) {
  ByteReader in(packed);
  const std::uint8_t codec = in.u8();
  const std::uint64_t raw_bytes = in.varint();
  const ByteView payload = in.raw(in.remaining());
  if (in.failed()) return Error(ErrorCode::Corrupt, "shared object is cut short");
  return decompress_frame(codec, payload, raw_bytes, kMaxSharedBytes);
}

Result<std::shared_ptr<const Grammar>> SyntaxObjects::grammar(const SharedId& id) {
  const std::lock_guard lock(mutex_);
  const auto known = grammars_.find(id);
  if (known != grammars_.end()) return known->second;
  COPSE_TRY(const Bytes packed, store_.read_shared(id, kGrammarObject));
  COPSE_TRY(const Bytes snapshot, unpack_object(packed));
  COPSE_TRY(auto grammar, Grammar::from_snapshot(snapshot));
  grammars_[id] = grammar;
  return grammar;
}

Result<std::shared_ptr<const TreeModel>> SyntaxObjects::model(const SharedId& grammar_id,
                                                              const SharedId& id) {
  COPSE_TRY(const auto of_grammar, grammar(grammar_id));
  const std::lock_guard lock(mutex_);
  const auto known = models_.find(id);
  if (known != models_.end()) return known->second;
  COPSE_TRY(const Bytes packed, store_.read_shared(id, kModelObject));
  COPSE_TRY(const Bytes bytes, unpack_object(packed));
  COPSE_TRY(auto model, TreeModel::from_bytes(bytes, of_grammar));
  models_[id] = model;
  return model;
}

Result<std::shared_ptr<const Dictionary>> SyntaxObjects::dictionary(const SharedId& id) {
  if (id.none()) return std::shared_ptr<const Dictionary>();
  const std::lock_guard lock(mutex_);
  const auto known = dictionaries_.find(id);
  if (known != dictionaries_.end()) return known->second;
  COPSE_TRY(const Bytes packed, store_.read_shared(id, kDictionaryObject));
  COPSE_TRY(Bytes bytes, unpack_object(packed));
  COPSE_TRY(auto dictionary, Dictionary::from_bytes(std::move(bytes)));
  dictionaries_[id] = dictionary;
  return dictionary;
}

}  // namespace copse
