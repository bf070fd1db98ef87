// Any text as an ignore file, asked about any path: always an answer, and one that a rule taking
// everything back at the end turns round.
//
// Bound: a constant times the text's bytes; each rule is asked once.
#include <string>

#include "core/check.h"
#include "workspace/ignore_rules.h"

namespace {

constexpr std::size_t kInputBytesMax = 4096;

}  // namespace

// The file, a zero byte, the path.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kInputBytesMax) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view text = input.substr(0, input.find('\0'));
  const std::string path(text.size() < size ? input.substr(text.size() + 1) : "a/b.c");
  const auto rules = copse::IgnoreRules::parse(text);
  const auto of_file = rules.verdict(path, false);
  const auto of_directory = rules.verdict(path, true);
  if (rules.empty()) COPSE_CHECK(!of_file.has_value() && !of_directory.has_value());
  if (path.empty() || path.front() == '/' || path.back() == '/') return 0;
  const auto taken_back = copse::IgnoreRules::parse(std::string(text) + "\n!*\n");
  COPSE_CHECK(taken_back.verdict(path, false) == std::optional<bool>(false));
  return 0;
}
