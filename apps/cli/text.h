// Text for people and for JSON: UTF-8 repaired, control characters made harmless, figures spelled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace copse::cli {

// The first character of some bytes, or the first ill-formed sequence: the longest start of a
// well-formed one, else one byte (Unicode 15, section 3.9, "maximal subpart").
struct Utf8Step {
  std::size_t size = 0;  // in bytes, at least 1
  bool valid = false;
  char32_t code_point = 0;  // when valid
};

// REQUIRES: bytes is not empty.
Utf8Step next_utf8(std::string_view bytes);

// Each ill-formed sequence becomes one U+FFFD.
std::string replace_invalid_utf8(std::string_view bytes);
bool is_valid_utf8(std::string_view bytes);

// Control characters, tabs and new lines too, as \n, \t, \x1b; everything else stays as it is.
std::string escape_controls(std::string_view text);
// The first line of `text`, its control characters and invalid bytes escaped, at most `limit`
// characters long; ends in U+2026 when something was left out.
std::string first_line(std::string_view text, std::size_t limit);
// The same behind what is in `out`; printable ASCII, which most lines are, costs no more than a
// copy.
void append_first_line(std::string& out, std::string_view text, std::size_t limit);

// "1,234,567", "12.3 MB", "0:07", "1:02:03".
std::string count_text(std::uint64_t count);
std::string size_text(std::uint64_t bytes);
std::string duration_text(double seconds);
// With that many digits after the point; "-" when it is not a finite number.
std::string decimal_text(double number, int digits);
// "1 file", "2 files".
std::string counted(std::uint64_t count, std::string_view singular);

// "no such file or directory".
std::string system_error_text(int error_number);

// The candidate that is one or two slips of the keyboard away, if there is one.
std::optional<std::string> nearest_word(std::string_view word,
                                        const std::vector<std::string>& candidates);

}  // namespace copse::cli
