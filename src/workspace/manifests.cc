// manifest.json beside the grammars.
#include "workspace/manifests.h"

#include <string_view>
#include <utility>

#include "workspace/builtin_manifest.h"

namespace copse {

Result<LanguageRegistry> load_registry(FileSystem& file_system,
                                       const std::vector<std::string>& grammar_path) {
  std::vector<Bytes> read;
  std::vector<std::string> names;
  for (auto directory = grammar_path.rbegin(); directory != grammar_path.rend(); ++directory) {
    std::string path = join_path(*directory, "manifest.json");
    auto bytes = file_system.read_file(path, LanguageRegistry::kManifestBytesMax);
    if (!bytes.ok()) {
      if (bytes.error().code() == ErrorCode::NotFound) continue;
      return std::move(bytes).take_error();
    }
    read.push_back(std::move(bytes).value());
    names.push_back(std::move(path));
  }
  std::vector<std::string_view> manifests{builtin_manifest()};
  for (std::size_t i = 0; i < read.size(); ++i) {
    // Alone first, so that what is wrong with it is said under its own name.
    const std::string_view one[] = {as_text(read[i])};
    auto alone = LanguageRegistry::from_manifests(one);
    if (!alone.ok()) return std::move(alone).take_error().with_context(names[i]);
    manifests.push_back(as_text(read[i]));
  }
  return LanguageRegistry::from_manifests(manifests);
}

}  // namespace copse
