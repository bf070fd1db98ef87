#include "match_text.h"

#include <array>
#include <charconv>

#include "json_output.h"
#include "text.h"

namespace copse::cli {
namespace {

constexpr std::size_t kSourceCharacters = 160;

}  // namespace

MatchFormat match_format(const std::string& name) {
  if (name == "jsonl") return MatchFormat::JsonLines;
  return name == "count" ? MatchFormat::Count : MatchFormat::Text;
}

void MatchText::append(const FileMatch& found, std::string& out) const {
  if (format_ == MatchFormat::JsonLines) return append_json(found, out);
  for (const Capture& capture : *found.match->captures) {
    append_text(found, capture, out);
  }
}

// Rows and columns are shown from 1.
void MatchText::append_number(std::uint32_t number, std::string& out) const {
  std::array<char, 16> digits{};
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), std::uint64_t{number} + 1);
  out += palette_.number;
  out.append(digits.data(), end.ptr);
  out += palette_.reset;
  out += ':';
}

void MatchText::append_text(const FileMatch& found, const Capture& capture,
                            std::string& out) const {
  const Point start = capture.node.start_point();
  out += palette_.path;
  if (for_terminal_) {
    out += escape_controls(found.path);
  } else {
    out += found.path;
  }
  out += palette_.reset;
  out += ':';
  append_number(start.row, out);
  append_number(start.column, out);
  out += ' ';
  out += palette_.name;
  out += (*found.capture_names)[capture.index];
  out += palette_.reset;
  out += ": ";
  append_first_line(out, capture.node.text(), kSourceCharacters);
  out += '\n';
}

namespace {

// What the pattern sets, where it sets something.
void append_properties(const Query& query, std::uint32_t pattern, JsonWriter& json) {
  const auto& properties = query.properties(pattern);
  if (properties.empty()) return;
  json.key("properties").begin_array();
  for (const QueryProperty& property : properties) {
    json.begin_object();
    json.key("key").string(property.key);
    if (property.value) json.key("value").string(*property.value);
    if (property.capture) json.key("capture").string(query.capture_names()[*property.capture]);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

void MatchText::append_json(const FileMatch& found, std::string& out) {
  JsonWriter json(out);
  json.begin_object();
  json.key("path").string(found.path);
  json.key("lang").string(found.language);
  json.key("pattern").number(std::uint64_t{found.match->pattern});
  json.key("captures").begin_array();
  for (const Capture& capture : *found.match->captures) {
    const Node node = capture.node;
    json.begin_object();
    json.key("name").string((*found.capture_names)[capture.index]);
    json.key("kind").string(node.kind());
    json.key("start_byte").number(std::uint64_t{node.start_byte()});
    json.key("end_byte").number(std::uint64_t{node.end_byte()});
    json.key("start").point(node.start_point());
    json.key("end").point(node.end_point());
    json.key("text").string(node.text());
    json.end_object();
  }
  json.end_array();
  if (found.query != nullptr) append_properties(*found.query, found.match->pattern, json);
  json.end_object().end_line();
}

}  // namespace copse::cli
