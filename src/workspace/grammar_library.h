// Grammars as shared objects: where they are found, and one of them loaded.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/io/dynamic_library.h"
#include "core/io/file_system.h"
#include "syntax/grammar.h"

namespace copse {

// The first "<directory>/<id>.so" that is there, as "<realpath>"; absent when none is.
std::optional<std::string> find_grammar(FileSystem& file_system,
                                        const std::vector<std::string>& grammar_path,
                                        std::string_view id);

// "c_sharp, go, rust": what to say when a grammar was looked for in vain.
std::string describe_grammar_path(const std::vector<std::string>& grammar_path);

// A loaded grammar. Loading runs foreign code: do it in a process that may die, where that matters.
// The library stays loaded until the process ends, for its tables are static.
class GrammarLibrary {
 public:
  // NotFound, or Unsupported: not a shared object, no function tree_sitter_<id>, an ABI that this
  // core does not take.
  static Result<GrammarLibrary> load(const std::string& path, std::string_view id);

  const TSLanguage* language() const { return language_; }
  const std::shared_ptr<const Grammar>& grammar() const { return grammar_; }

 private:
  GrammarLibrary(const TSLanguage* language, std::shared_ptr<const Grammar> grammar)
      : language_(language), grammar_(std::move(grammar)) {}

  const TSLanguage* language_;
  std::shared_ptr<const Grammar> grammar_;
};

}  // namespace copse
