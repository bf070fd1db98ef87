// grammars/manifest.json as it was when this was built.
#pragma once

#include <string_view>

namespace copse {

// Lives as long as the process.
std::string_view builtin_manifest();

}  // namespace copse
