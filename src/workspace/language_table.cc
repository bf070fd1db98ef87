// Grammars from their shared objects, models from the store.
#include "workspace/language_table.h"

#include <cstring>
#include <utility>

#include "core/check.h"
#include "store/shared_object.h"
#include "workspace/grammar_library.h"

namespace copse {
namespace {

// The largest known grammar is a tenth of this.
constexpr std::uint64_t kGrammarFileBytesMax = std::uint64_t{256} << 20;

Result<Bytes> read_object(const StoreWriter& writer, const SharedId& id, std::uint8_t kind) {
  COPSE_TRY(const Bytes packed, writer.read_shared(id, kind));
  return unpack_object(packed);
}

}  // namespace

const LanguageState& LanguageTable::load(const std::string& id, ParseLane& lane) {
  const auto [at, is_new] = states_.try_emplace(id);
  LanguageState& state = at->second;
  if (!is_new) return state;
  state.id = id;
  const auto path = find_grammar(file_system_, grammar_path_, id);
  if (!path) {
    state.problem = "no grammar '" + id + ".so' (" + describe_grammar_path(grammar_path_) + ")";
    return state;
  }
  state.library_path = *path;
  auto library = file_system_.read_file(*path, kGrammarFileBytesMax);
  if (!library.ok()) {
    state.problem = library.error().message();
    return state;
  }
  const ContentId content = content_id(library.value());
  std::memcpy(&state.build, content.digest.data(), sizeof state.build);
  auto grammar = lane.load(id, *path);
  if (!grammar.ok()) {
    state.problem = grammar.error().message();
    return state;
  }
  state.grammar = std::move(grammar).value();
  // A language whose query cannot be read or does not compile is one without symbols.
  auto tags = TagsText::beside(file_system_, *path, id);
  if (tags.ok() && TagsQuery::compile(Language(state.grammar), tags.value()).ok()) {
    state.tags = std::move(tags).value();
  }
  return state;
}

Status LanguageTable::put_tags(const std::string& id, StoreWriter& writer) const {
  const LanguageState& state = states_.at(id);
  if (!state.usable()) return success();
  if (state.tags.tags.empty()) return writer.set_root(tags_root(id), {});
  const Bytes packed = pack_object(state.tags.encode());
  if (writer.root(tags_root(id)) == std::optional(shared_id(kTagsObject, packed))) {
    return success();
  }
  COPSE_TRY(const SharedId tags_id, writer.put_shared(kTagsObject, packed));
  return writer.set_root(tags_root(id), tags_id);
}

void LanguageTable::adopt_stored(const std::string& id, const StoreWriter& writer) {
  LanguageState& state = states_.at(id);
  const auto grammar_id = writer.root(grammar_root(id));
  if (!state.usable() || !grammar_id) return;
  // What cannot be read is made anew, and so is what belongs to another grammar.
  auto grammar = read_object(writer, *grammar_id, kGrammarObject);
  if (!grammar.ok() || content_id(grammar.value()) != state.grammar->identity()) return;
  state.grammar_id = *grammar_id;
  const auto model_id = writer.root(model_root(id));
  if (!model_id) return;
  auto bytes = read_object(writer, *model_id, kModelObject);
  if (!bytes.ok()) return;
  auto model = TreeModel::from_bytes(bytes.value(), state.grammar);
  if (!model.ok()) return;
  state.model = std::move(model).value();
  state.model_id = *model_id;
}

Status LanguageTable::set_model(const std::string& id, std::shared_ptr<const TreeModel> model,
                                StoreWriter& writer) {
  LanguageState& state = states_.at(id);
  COPSE_CHECK(state.usable());
  COPSE_TRY(state.grammar_id,
            writer.put_shared(kGrammarObject, pack_object(state.grammar->snapshot())));
  COPSE_TRY(state.model_id, writer.put_shared(kModelObject, pack_object(model->bytes())));
  state.model = std::move(model);
  COPSE_TRY_STATUS(writer.set_root(grammar_root(id), state.grammar_id));
  return writer.set_root(model_root(id), state.model_id);
}

}  // namespace copse
