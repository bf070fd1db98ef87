// Any pattern against any path: refused with words, or answered in time; a pattern without special
// characters matches itself and nothing else.
//
// Bound: as many states as the pattern has characters, at most kPatternBytesMax, for each of the
// path's.

#include "core/check.h"
#include "workspace/path_glob.h"

namespace {

constexpr std::size_t kInputBytesMax = 4096;

}  // namespace

// The pattern, a zero byte, the path.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kInputBytesMax) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view pattern = input.substr(0, input.find('\0'));
  const std::string_view path = pattern.size() < size ? input.substr(pattern.size() + 1) : "a/b.c";
  const auto glob = copse::PathGlob::compile(pattern);
  if (!glob.ok()) {
    COPSE_CHECK(!glob.error().message().empty());
    return 0;
  }
  const bool matches = glob.value().matches(path);
  const bool plain = pattern.find_first_of("*?[]{},\\!/.") == std::string_view::npos;
  if (plain && !pattern.empty() && path.find('/') == std::string_view::npos) {
    COPSE_CHECK(matches == (path == pattern));
  }
  return 0;
}
