// Any bytes as a manifest of grammars: refused with words, or every language can be found.
//
// Bound: a constant times the manifest's bytes, of which there are at most kManifestBytesMax.

#include "core/check.h"
#include "workspace/languages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view twice[] = {text, text};
  const auto registry = copse::LanguageRegistry::from_manifests({twice, 1});
  if (!registry.ok()) {
    COPSE_CHECK(!registry.error().message().empty());
    return 0;
  }
  const auto languages = registry.value().all();
  COPSE_CHECK(languages.size() <= copse::LanguageRegistry::kLanguagesMax);
  for (const copse::LanguageSpec* language : languages) {
    COPSE_CHECK(registry.value().find(language->id) == language);
    for (const std::string& extension : language->extensions) {
      COPSE_CHECK(registry.value().by_extension(extension) != nullptr);
    }
    for (const std::string& name : language->file_names) {
      COPSE_CHECK(registry.value().by_file_name(name) != nullptr);
    }
  }
  // The same again replaces what is there.
  const auto replaced = copse::LanguageRegistry::from_manifests(twice);
  COPSE_CHECK(replaced.ok() && replaced.value().all().size() == languages.size());
  return 0;
}
