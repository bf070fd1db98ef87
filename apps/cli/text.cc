// UTF-8 by the table of well-formed sequences (Unicode 15, table 3-7), and figures for people.
#include "text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <system_error>

namespace copse::cli {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::array<const char*, 5> kSizeUnits = {"kB", "MB", "GB", "TB", "PB"};
constexpr double kLongestSeconds = 1e9;
constexpr std::size_t kMaxSlips = 2;

// What may follow a lead byte: how many bytes in all, and the bounds of the second.
struct Lead {
  std::size_t size;
  unsigned char low;
  unsigned char high;
};

Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte >= 0xC2 && byte <= 0xDF) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

bool is_control(char32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0);
}

void append_hex(std::string& out, unsigned char byte) {
  out += "\\x";
  out += kHexDigits[byte >> 4U];
  out += kHexDigits[byte & 15U];
}

void append_escaped(std::string& out, std::string_view bytes) {
  if (bytes == "\n") {
    out += "\\n";
  } else if (bytes == "\r") {
    out += "\\r";
  } else if (bytes == "\t") {
    out += "\\t";
  } else {
    for (const char byte : bytes) {
      append_hex(out, static_cast<unsigned char>(byte));
    }
  }
}

std::string format(const char* pattern, double number, int digits) {
  std::array<char, 64> buffer{};
  const int size = std::snprintf(buffer.data(), buffer.size(), pattern, digits, number);
  const auto last = static_cast<int>(buffer.size()) - 1;
  return {buffer.data(), static_cast<std::size_t>(std::clamp(size, 0, last))};
}

// Levenshtein's distance; two neighbours swapped cost one (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({changed, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

Utf8Step next_utf8(std::string_view bytes) {
  const auto byte_at = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const Lead lead = lead_of(byte_at(0));
  if (lead.size == 0) return {1, false, 0};
  if (lead.size == 1) return {1, true, byte_at(0)};
  char32_t code_point = byte_at(0) & (0xFFU >> (lead.size + 1));
  unsigned char low = lead.low;
  unsigned char high = lead.high;
  for (std::size_t i = 1; i < lead.size; ++i) {
    if (i >= bytes.size() || byte_at(i) < low || byte_at(i) > high) return {i, false, 0};
    code_point = (code_point << 6U) | (byte_at(i) & 0x3FU);
    low = 0x80;
    high = 0xBF;
  }
  return {lead.size, true, code_point};
}

bool is_valid_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const Utf8Step step = next_utf8(bytes);
    if (!step.valid) return false;
    bytes.remove_prefix(step.size);
  }
  return true;
}

std::string replace_invalid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const Utf8Step step = next_utf8(bytes);
    out += step.valid ? bytes.substr(0, step.size) : kReplacement;
    bytes.remove_prefix(step.size);
  }
  return out;
}

std::string escape_controls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Step step = next_utf8(text);
    const std::string_view bytes = text.substr(0, step.size);
    if (step.valid && is_control(step.code_point)) {
      append_escaped(out, bytes);
    } else {
      out += bytes;
    }
    text.remove_prefix(step.size);
  }
  return out;
}

void append_first_line(std::string& out, std::string_view text, std::size_t limit) {
  const std::size_t shown = std::min(text.size(), limit);
  std::size_t plain = 0;
  while (plain < shown && text[plain] >= ' ' && text[plain] <= '~')
    ++plain;
  if (plain == text.size()) {
    out += text;
  } else if (plain < shown && text[plain] == '\n') {
    out += text.substr(0, plain);
    out += kEllipsis;
  } else {
    out += first_line(text, limit);
  }
}

std::string first_line(std::string_view text, std::size_t limit) {
  std::string_view line = text.substr(0, text.find('\n'));
  bool cut = line.size() < text.size();
  if (cut && line.ends_with('\r')) line.remove_suffix(1);
  std::string out;
  for (std::size_t characters = 0; !line.empty(); ++characters) {
    if (characters == limit) {
      cut = true;
      break;
    }
    const Utf8Step step = next_utf8(line);
    const std::string_view bytes = line.substr(0, step.size);
    if (!step.valid || is_control(step.code_point)) {
      append_escaped(out, bytes);
    } else {
      out += bytes;
    }
    line.remove_prefix(step.size);
  }
  if (cut) out += kEllipsis;
  return out;
}

std::string count_text(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " B";
  double size = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (size >= 999.95 && unit + 1 < kSizeUnits.size()) {
    size /= 1000;
    ++unit;
  }
  return decimal_text(size, 1) + " " + kSizeUnits[unit];
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds)) return "-";
  const auto whole =
      static_cast<std::uint64_t>(std::llround(std::clamp(seconds, 0.0, kLongestSeconds)));
  const auto two = [](std::uint64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  const std::string tail = ":" + two(whole % 60);
  if (whole < 3600) return std::to_string(whole / 60) + tail;
  return std::to_string(whole / 3600) + ":" + two(whole / 60 % 60) + tail;
}

std::string decimal_text(double number, int digits) {
  return std::isfinite(number) ? format("%.*f", number, digits) : "-";
}

std::string counted(std::uint64_t count, std::string_view singular) {
  return count_text(count) + " " + std::string(singular) + (count == 1 ? "" : "s");
}

std::string system_error_text(int error_number) {
  std::string text = std::generic_category().message(error_number);
  // In the middle of a sentence.
  if (text.size() > 1 && text[1] >= 'a') text[0] = static_cast<char>(std::tolower(text[0]));
  return text;
}

std::optional<std::string> nearest_word(std::string_view word,
                                        const std::vector<std::string>& candidates) {
  std::size_t best = std::min(kMaxSlips, word.size() / 2) + 1;
  std::optional<std::string> nearest;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace copse::cli
