// The languages that copse knows: their names, how their files are recognised, their query files.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "copse/result.h"

namespace copse {

// One kind of query of a language and the files that make it up, in order.
struct QueryFiles {
  std::string kind;                // "highlights", "tags", ...
  std::vector<std::string> files;  // relative to the grammar's package
};

// One language of a manifest; docs/guide/languages.md tells what each field means.
struct LanguageSpec {
  std::string id;      // as the grammar spells it: "c_sharp"
  std::string symbol;  // the function that the grammar exports: "tree_sitter_c_sharp"
  std::vector<std::string> aliases;
  std::vector<std::string> extensions;  // each with its dot, possibly with two: ".sh.in"
  std::vector<std::string> file_names;
  std::vector<std::string> interpreters;         // of shebang lines, without folder and version
  std::vector<std::string> modelines;            // vim's file types and emacs' modes
  std::vector<std::string> c_or_cpp_extensions;  // C unless the content shows C++
  std::vector<QueryFiles> query_files;
};

// All known languages and who owns which name. A name in two manifests belongs to the later one.
// Immutable; may be used by many threads. Pointers live as long as the registry, moves included.
class LanguageRegistry {
 public:
  static constexpr std::uint32_t kManifestFormat = 1;
  static constexpr std::size_t kManifestBytesMax = std::size_t{4} << 20;
  static constexpr std::size_t kLanguagesMax = 4096;

  // Later manifests add languages, or replace those of the same id as a whole. InvalidArgument
  // names the manifest (counted from 0), the language and the field that is wrong, Unsupported a
  // format of the future.
  static Result<LanguageRegistry> from_manifests(std::span<const std::string_view> json);
  // The languages that come with copse.
  static LanguageRegistry builtin();

  LanguageRegistry(LanguageRegistry&&) noexcept = default;
  LanguageRegistry& operator=(LanguageRegistry&&) noexcept = default;
  LanguageRegistry(const LanguageRegistry&) = delete;
  LanguageRegistry& operator=(const LanguageRegistry&) = delete;
  ~LanguageRegistry() = default;

  // By id or by another name, whatever the case of its ASCII letters. Null when there is none.
  const LanguageSpec* find(std::string_view id_or_alias) const;
  // In the order of the manifests.
  std::vector<const LanguageSpec*> all() const;

  // What detection asks. Null when nobody owns the name. Extensions come with their dot; `folded`
  // asks without regard to the case of ASCII letters.
  const LanguageSpec* by_file_name(std::string_view name) const;
  const LanguageSpec* by_extension(std::string_view extension) const;
  const LanguageSpec* by_folded_extension(std::string_view extension) const;
  const LanguageSpec* by_interpreter(std::string_view name) const;
  const LanguageSpec* by_modeline(std::string_view name) const;

 private:
  using Owners = std::unordered_map<std::string, std::size_t>;  // name -> index in specs_

  LanguageRegistry() = default;

  void index_names();
  const LanguageSpec* owner(const Owners& owners, std::string_view name) const;

  std::vector<LanguageSpec> specs_;
  Owners ids_;      // folded
  Owners aliases_;  // folded
  Owners file_names_;
  Owners extensions_;
  Owners folded_extensions_;
  Owners interpreters_;
  Owners modelines_;  // folded
};

// ASCII letters in lower case, everything else as it is.
std::string fold_case(std::string_view text);

}  // namespace copse
