// errno as an Error: one wording for everything the operating system refuses.
#pragma once

#include <string>
#include <string_view>

#include "copse/result.h"

namespace copse {

// "cannot <action> <path>: <text of the errno>". ENOENT and ENOTDIR are NotFound, the rest is Io.
Error system_error(std::string_view action, std::string_view path, int error_number);

// The text alone, in lower case: "no space left on device".
std::string system_error_text(int error_number);

}  // namespace copse
