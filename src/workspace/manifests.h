// The languages of one run: those that come with copse, and those of the grammar path's manifests.
#pragma once

#include <string>
#include <vector>

#include "copse/result.h"

#include "core/io/file_system.h"
#include "workspace/languages.h"

namespace copse {

// Directories that come first in the path have the last word. A directory without a manifest.json
// is no error; one whose manifest is wrong is.
Result<LanguageRegistry> load_registry(FileSystem& file_system,
                                       const std::vector<std::string>& grammar_path);

}  // namespace copse
