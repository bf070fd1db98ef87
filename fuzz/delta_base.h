// The base that the target about deltas decodes against, and its seeds were made of.
#pragma once

#include <string_view>

namespace copse::fuzz {

inline constexpr std::string_view kDeltaBase =
    "static int add(int a, int b) { return a + b; }\nint main(void) {\n  return add(1, 2);\n}\n"
    "static int sub(int a, int b) { return a - b; }\nvoid nothing(void) {\n  sub(4, 3);\n}\n";
inline constexpr std::string_view kDeltaTarget =
    "static int add(int a, int c) { return a + c; }\nint main(void) {\n  return add(1, 2) + 1;\n}\n"
    "void something(void) {\n  sub(4, 5);\n}\nstatic int sub(int a, int b) { return a - b; }\n\n\n";

}  // namespace copse::fuzz
