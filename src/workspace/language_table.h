// For each language of an indexing run: its grammar, and the model that its trees are encoded with.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/io/file_system.h"
#include "store/store_writer.h"
#include "workspace/parse_lane.h"
#include "workspace/symbol_collector.h"
#include "workspace/syntax_objects.h"

namespace copse {

struct LanguageState {
  std::string id;
  std::string library_path;                // empty when there is no shared object
  std::shared_ptr<const Grammar> grammar;  // null when it cannot be used; `problem` says why
  std::string problem;
  // The first eight bytes of the shared object's content id: a new build of lexer or scanner may
  // parse otherwise although all tables are as they were.
  std::uint64_t build = 0;
  SharedId grammar_id;                     // none() when the store does not have this grammar
  std::shared_ptr<const TreeModel> model;  // null until one is chosen
  SharedId model_id;
  TagsText tags;  // beside the shared object; empty when there are none

  bool usable() const { return grammar != nullptr; }
};

// Written between batches by one thread, read by the lanes during them.
class LanguageTable {
 public:
  LanguageTable(FileSystem& file_system, std::vector<std::string> grammar_path)
      : file_system_(file_system), grammar_path_(std::move(grammar_path)) {}

  // Finds and loads the grammar through `lane`, once; a grammar that cannot be used is a state, not
  // an error.
  const LanguageState& load(const std::string& id, ParseLane& lane);

  // REQUIRES: load(id) was called.
  const LanguageState& at(const std::string& id) const { return states_.at(id); }

  // Takes from the store what it has of the language's present grammar: the object, and the model.
  // REQUIRES: load(id) was called.
  void adopt_stored(const std::string& id, const StoreWriter& writer);
  // Puts grammar and model into the store under the language's name.
  Status set_model(const std::string& id, std::shared_ptr<const TreeModel> model,
                   StoreWriter& writer);

  // Makes the store's tags query the one beside the grammar. REQUIRES: load(id) was called.
  Status put_tags(const std::string& id, StoreWriter& writer) const;

  // The names under which a language's newest grammar, model and tags query are kept.
  static std::string grammar_root(const std::string& id) { return "grammar/" + id; }
  // The language in the name of a grammar's root; empty for other names.
  static std::string language_of_grammar_root(const std::string& name) {
    constexpr std::string_view kPrefix = "grammar/";
    return name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : std::string();
  }
  static std::string model_root(const std::string& id) { return "model/" + id; }
  static std::string tags_root(const std::string& id) { return "tags/" + id; }

 private:
  FileSystem& file_system_;
  std::vector<std::string> grammar_path_;
  std::map<std::string, LanguageState> states_;
};

}  // namespace copse
