// dlopen, tree_sitter_<id>, and a look at what it returns.
#include "workspace/grammar_library.h"

#include <utility>

namespace copse {

std::optional<std::string> find_grammar(FileSystem& file_system,
                                        const std::vector<std::string>& grammar_path,
                                        std::string_view id) {
  for (const std::string& directory : grammar_path) {
    auto found = file_system.real_path(join_path(directory, std::string(id) + ".so"));
    if (found.ok()) return std::move(found).value();
  }
  return std::nullopt;
}

std::string describe_grammar_path(const std::vector<std::string>& grammar_path) {
  if (grammar_path.empty()) return "no directory of grammars was given";
  std::string text = "looked in ";
  for (std::size_t i = 0; i < grammar_path.size(); ++i) {
    if (i > 0) text += ", ";
    text += grammar_path[i];
  }
  return text;
}

Result<GrammarLibrary> GrammarLibrary::load(const std::string& path, std::string_view id) {
  COPSE_TRY(DynamicLibrary library, DynamicLibrary::open(path));
  const std::string function_name = "tree_sitter_" + std::string(id);
  auto symbol = library.symbol(function_name);
  if (!symbol.ok()) {
    return Error(ErrorCode::Unsupported, path + " is no grammar for '" + std::string(id) +
                                             "': it has no function " + function_name);
  }
  // POSIX makes object and function pointers convertible; C++ wants to hear it.
  const auto make_language = reinterpret_cast<const TSLanguage* (*)()>(symbol.value());
  const TSLanguage* language = make_language();
  if (language == nullptr) {
    return Error(ErrorCode::Unsupported, path + ": " + function_name + " returned nothing");
  }
  auto grammar = Grammar::from_language(language, id);
  if (!grammar.ok()) return std::move(grammar).take_error().with_context(path);
  library.keep_loaded();
  return GrammarLibrary(language, std::move(grammar).value());
}

}  // namespace copse
