// Tells a C++ header from a C header.
#pragma once

#include <string_view>

namespace copse {

// Whether the code of a header is C++ and not C: it holds something that a C++ compiler takes and a
// C compiler does not, outside of comments, strings, macro bodies, `#if 0` and the parts that only
// C++ sees because of __cplusplus. Objective-C counts as C. The head may end anywhere. Cost:
// linear; no memory but for a stack of conditionals, which has a limit.
bool header_shows_cpp(std::string_view head);

}  // namespace copse
