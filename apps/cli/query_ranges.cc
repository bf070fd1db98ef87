#include "query_ranges.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace copse::cli {
namespace {

struct Range {
  std::optional<std::uint32_t> first;
  std::optional<std::uint32_t> last;
};

// Whether all of the text is a number that 32 bits hold. An empty one is none at all.
bool read_number(std::string_view digits, std::optional<std::uint32_t>& out) {
  if (digits.empty()) return true;
  std::uint32_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || rest != end) return false;
  out = number;
  return true;
}

std::optional<Range> read_range(std::string_view text) {
  Range range;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.size() == 1) return std::nullopt;
  if (!read_number(text.substr(0, colon), range.first)) return std::nullopt;
  if (!read_number(text.substr(colon + 1), range.last)) return std::nullopt;
  return range;
}

Error no_range(const std::string& flag, const std::string& text, const std::string& expected) {
  return {ErrorCode::InvalidArgument, flag + " " + text + " is not a range; give " + expected};
}

}  // namespace

Status set_byte_range(const std::string& text, MatchOptions& options) {
  if (text.empty()) return success();
  const auto range = read_range(text);
  // An end of 0 would be none, in tree-sitter's terms.
  if (!range || range->last == 0U || (range->last && range->first > range->last)) {
    return no_range("--bytes", text,
                    "A:B, from byte A, counted from 0, up to byte B, not included");
  }
  options.begin_byte = range->first.value_or(0);
  options.end_byte = range->last.value_or(UINT32_MAX);
  return success();
}

Status set_line_range(const std::string& text, MatchOptions& options) {
  if (text.empty()) return success();
  const auto range = read_range(text);
  if (!range || range->first == 0U || range->last == 0U ||
      (range->last && range->first > range->last)) {
    return no_range("--lines", text, "A:B, from line A, counted from 1, to line B");
  }
  options.begin_point = {range->first.value_or(1) - 1, 0};
  if (range->last) options.end_point = {*range->last, 0};
  return success();
}

}  // namespace copse::cli
