// CHECK is for our own bugs: it stays on in release, and no input may reach it.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace copse::internal {

[[noreturn]] inline void check_failed(const char* file, int line, const char* expression) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, expression);
  std::abort();
}

}  // namespace copse::internal

#define COPSE_CHECK(condition)        \
  ((condition) ? static_cast<void>(0) \
               : ::copse::internal::check_failed(__FILE__, __LINE__, #condition))
