#include "query/query_error.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <utility>

namespace copse {
namespace {

// At most this many characters of a line are shown, the error's place among them.
constexpr std::size_t kShownCharactersMax = 100;
constexpr std::string_view kEllipsis = "...";

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// The line around the offset, without its end.
std::string_view line_around(std::string_view text, std::size_t offset) {
  const std::size_t newline_before =
      offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const std::size_t begin = newline_before == std::string_view::npos ? 0 : newline_before + 1;
  std::string_view line = text.substr(begin);
  line = line.substr(0, line.find('\n'));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// Moves back to where a UTF-8 character starts.
std::size_t character_start(std::string_view line, std::size_t position) {
  while (position > 0 && position < line.size() && continues_character(line[position])) {
    --position;
  }
  return position;
}

// A line cut to kShownCharactersMax around a byte of it.
struct Excerpt {
  std::string text;
  std::string caret;
};

Excerpt excerpt(std::string_view line, std::size_t column) {
  column = character_start(line, std::min(column, line.size()));
  std::size_t begin = 0;
  std::size_t end = line.size();
  if (line.size() > kShownCharactersMax) {
    begin = column > kShownCharactersMax / 2 ? column - kShownCharactersMax / 2 : 0;
    begin = character_start(line, begin);
    end = character_start(line, std::min(line.size(), begin + kShownCharactersMax));
  }
  Excerpt shown;
  if (begin > 0) {
    shown.text += kEllipsis;
    shown.caret.append(kEllipsis.size(), ' ');
  }
  for (std::size_t i = begin; i < end; ++i) {
    const char c = line[i];
    const bool control = c != '\t' && std::iscntrl(static_cast<unsigned char>(c)) != 0;
    shown.text += control ? ' ' : c;
    // A tab below a tab, so that the caret stands right whatever a tab's width is.
    if (i < column && !continues_character(c)) shown.caret += c == '\t' ? '\t' : ' ';
  }
  if (end < line.size()) shown.text += kEllipsis;
  shown.caret += '^';
  return shown;
}

}  // namespace

QueryError make_query_error(QueryError::Kind kind, std::string_view text, std::uint32_t offset,
                            std::string message) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t newline = before.rfind('\n');
  const std::size_t line_start = newline == std::string_view::npos ? 0 : newline + 1;
  QueryError error;
  error.kind = kind;
  error.offset = offset;
  error.position.row = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
  error.position.column = static_cast<std::uint32_t>(before.size() - line_start);
  error.message = std::move(message);
  return error;
}

std::string_view name_at(std::string_view text, std::uint32_t offset) {
  const bool in_quotes = offset > 0 && text[offset - 1] == '"';
  std::size_t end = offset;
  bool escaped = false;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    if (in_quotes) {
      if (c == '"' && !escaped) break;
      escaped = c == '\\' && !escaped;
    } else if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '-' &&
               static_cast<unsigned char>(c) < 0x80) {
      break;
    }
  }
  return text.substr(offset, end - offset);
}

std::string QueryError::describe(std::string_view name, std::string_view text) const {
  const Excerpt shown =
      excerpt(line_around(text, std::min<std::size_t>(offset, text.size())), position.column);
  std::string out(name);
  out += ':' + std::to_string(position.row + 1) + ':' + std::to_string(position.column + 1);
  out += ": " + message + '\n' + shown.text + '\n' + shown.caret + '\n';
  return out;
}

}  // namespace copse
