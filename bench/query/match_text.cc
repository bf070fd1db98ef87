// Nearly every line is ASCII without control characters and is copied as it is.
#include "match_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "common/corpus.h"

namespace copse::bench {
namespace {

constexpr std::size_t kSourceCharacters = 160;
constexpr std::size_t kFileBufferBytes = std::size_t{1} << 18;
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

// How many bytes a well-formed character takes at the start of `text`, 0 when it is ill-formed; if
// so, `bad` is how many bytes stand for one (Unicode 15, "maximal subpart").
std::size_t character_bytes(std::string_view text, std::size_t& bad) {
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = at(0);
  bad = 1;
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xC2 && lead < 0xE0   ? 2
                           : lead >= 0xE0 && lead < 0xF0 ? 3
                           : lead >= 0xF0 && lead < 0xF5 ? 4
                                                         : 0;
  if (size == 0) return 0;
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < size; ++i) {
    const bool follows =
        i < text.size() && at(i) >= (i == 1 ? low : 0x80U) && at(i) <= (i == 1 ? high : 0xBFU);
    if (!follows) {
      bad = i;
      return 0;
    }
  }
  return size;
}

bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7F;
  return character.size() == 2 && first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

void append_escaped(std::string& out, std::string_view bytes) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  if (bytes == "\t" || bytes == "\r") {
    out += bytes == "\t" ? "\\t" : "\\r";
    return;
  }
  for (const char byte : bytes) {
    out += "\\x";
    out += kHexDigits[static_cast<unsigned char>(byte) >> 4U];
    out += kHexDigits[static_cast<unsigned char>(byte) & 15U];
  }
}

// Whether something was left out.
bool append_careful(std::string& out, std::string_view line) {
  for (std::size_t characters = 0; !line.empty(); ++characters) {
    if (characters == kSourceCharacters) return true;
    std::size_t bad = 0;
    const std::size_t good = character_bytes(line, bad);
    const std::string_view character = line.substr(0, good > 0 ? good : bad);
    if (good == 0 || is_control(character)) {
      append_escaped(out, character);
    } else {
      out += character;
    }
    line.remove_prefix(character.size());
  }
  return false;
}

void append_first_line(std::string& out, std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  bool cut = line.size() < text.size();
  if (cut && line.ends_with('\r')) line.remove_suffix(1);
  const bool plain =
      std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c < 127; });
  if (plain) {
    cut = cut || line.size() > kSourceCharacters;
    out += line.substr(0, kSourceCharacters);
  } else {
    cut = append_careful(out, line) || cut;
  }
  if (cut) out += kEllipsis;
}

}  // namespace

void append_capture(std::string& out, std::string_view path, std::string_view capture,
                    const TSNode& node, std::string_view source) {
  const TSPoint point = ts_node_start_point(node);
  const std::uint32_t start = ts_node_start_byte(node);
  out += path;
  out += ':';
  append_number(out, std::uint64_t{point.row} + 1);
  out += ':';
  append_number(out, std::uint64_t{point.column} + 1);
  out += ": ";
  out += capture;
  out += ": ";
  append_first_line(out, source.substr(start, ts_node_end_byte(node) - start));
  out += '\n';
}

OrderedFile::OrderedFile(const std::string& path) : file_(std::fopen(path.c_str(), "wb")) {
  if (file_ == nullptr) give_up("cannot write " + path);
  std::setvbuf(file_, nullptr, _IOFBF, kFileBufferBytes);
}

OrderedFile::~OrderedFile() {
  if (std::fclose(file_) != 0) give_up("cannot write all matches");
}

void OrderedFile::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) {
    give_up("cannot write all matches");
  }
}

void OrderedFile::put(std::size_t place, std::string text) {
  const std::lock_guard lock(mutex_);
  if (place != next_) {
    waiting_.emplace(place, std::move(text));
    return;
  }
  write(text);
  ++next_;
  for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_; ++next_) {
    write(first->second);
    first = waiting_.erase(first);
  }
}

}  // namespace copse::bench
