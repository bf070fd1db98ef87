// --bytes and --lines of a query.
#pragma once

#include <string>

#include "copse/query.h"
#include "copse/result.h"

namespace copse::cli {

// Puts "A:B" into the options: bytes from 0, half-open. Either number may be missing; an empty text
// is no range. InvalidArgument with what would be right.
Status set_byte_range(const std::string& text, MatchOptions& options);
// The same for lines, from 1, both ends included.
Status set_line_range(const std::string& text, MatchOptions& options);

}  // namespace copse::cli
