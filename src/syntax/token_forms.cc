// How far each form of token reaches.
#include "syntax/token_forms.h"

#include <algorithm>
#include <cstring>

namespace copse {
namespace {

using Byte = std::uint8_t;

constexpr std::array<Byte, 256> make_classes() {
  std::array<Byte, 256> classes{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool digit = byte >= '0' && byte <= '9';
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    const bool hex = digit || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
    unsigned bits = 0;
    if (byte == ' ' || byte == '\t' || byte == '\f' || byte == '\v') bits |= kBlankByte;
    if (byte == '\n' || byte == '\r') bits |= kLineEndByte;
    if (digit || letter || byte == '_' || byte == '$' || byte >= 0x80) bits |= kWordByte;
    if (digit || letter || byte == '_' || byte == '.') bits |= kNumberByte;
    if (hex) bits |= kHexByte;
    if (letter) bits |= kLetterByte;
    classes[byte] = static_cast<Byte>(bits);
  }
  return classes;
}

// "\N{LATIN SMALL LETTER A}", "\u{1F600}": braces of escapes close within so many bytes.
constexpr std::ptrdiff_t kBraceReach = 128;

bool is_class(Byte byte, unsigned bits) {
  return (kByteClasses[byte] & bits) != 0;
}

const Byte* skip_class(const Byte* at, const Byte* end, unsigned bits) {
  while (at != end && is_class(*at, bits)) {
    ++at;
  }
  return at;
}

// `end` when there is none.
const Byte* find_byte(const Byte* at, const Byte* end, Byte byte) {
  const void* found =
      at == end ? nullptr : std::memchr(at, byte, static_cast<std::size_t>(end - at));
  return found == nullptr ? end : static_cast<const Byte*>(found);
}

// Two bytes, one behind the other; `end` when there are none.
const Byte* find_pair(const Byte* at, const Byte* end, Byte first, Byte second) {
  for (;; ++at) {
    at = find_byte(at, end, first);
    if (end - at < 2) return end;
    if (at[1] == second) return at;
  }
}

bool starts_with(const Byte* at, const Byte* end, Byte first, Byte second) {
  return end - at >= 2 && at[0] == first && at[1] == second;
}

const Byte* skip_continued(const Byte* at, const Byte* end) {
  for (;;) {
    at = skip_class(at, end, kBlankByte | kLineEndByte);
    if (end - at < 2 || *at != '\\') return at;
    if (at[1] == '\n') {
      at += 2;
    } else if (at[1] == '\r' && end - at > 2 && at[2] == '\n') {
      at += 3;
    } else {
      return at;
    }
  }
}

const Byte* skip_block_comment(const Byte* at, const Byte* end) {
  if (end - at < 4) return end;
  const Byte* close = find_pair(at + 2, end, '*', '/');
  return close == end ? end : close + 2;
}

// Up to the "*/" that closes `depth` comments.
const Byte* find_nested_close(const Byte* at, const Byte* end, unsigned depth) {
  while (at != end) {
    if (starts_with(at, end, '*', '/')) {
      if (--depth == 0) return at;
      at += 2;
    } else if (starts_with(at, end, '/', '*')) {
      ++depth;
      at += 2;
    } else {
      ++at;
    }
  }
  return end;
}

const Byte* skip_quoted(const Byte* at, const Byte* end) {
  if (at == end) return end;
  const Byte quote = *at++;
  while (at != end && *at != quote) {
    at += *at == '\\' && end - at > 1 ? 2 : 1;
  }
  return at == end ? at : at + 1;
}

const Byte* skip_number(const Byte* at, const Byte* end) {
  Byte before = 0;
  while (at != end) {
    const bool exponent_sign = (*at == '+' || *at == '-') &&
                               (before == 'e' || before == 'p' || before == 'E' || before == 'P');
    if (!is_class(*at, kNumberByte) && !exponent_sign) break;
    before = *at++;
  }
  return at;
}

const Byte* skip_set(const Byte* at, const Byte* end, const ByteSet& set, bool inside) {
  while (at != end && set.contains(*at) == inside) {
    ++at;
  }
  return at;
}

bool is_continued(const Byte* begin, const Byte* line_end) {
  if (line_end - begin >= 1 && line_end[-1] == '\\') return true;
  return line_end - begin >= 2 && line_end[-1] == '\r' && line_end[-2] == '\\';
}

const Byte* skip_line(const Byte* begin, const Byte* end, std::uint32_t flags) {
  if ((flags & line_flags::kBlocks) != 0 && starts_with(begin, end, '/', '*')) {
    if ((flags & line_flags::kNested) == 0) return skip_block_comment(begin, end);
    const Byte* close = find_nested_close(begin + 2, end, 1);
    return close == end ? end : close + 2;
  }
  const Byte* line_end = find_byte(begin, end, '\n');
  while ((flags & line_flags::kContinued) != 0 && line_end != end &&
         is_continued(begin, line_end)) {
    line_end = find_byte(line_end + 1, end, '\n');
  }
  const Byte* stop = line_end;
  if ((flags & line_flags::kBeforeReturn) != 0) stop = find_byte(begin, stop, '\r');
  if ((flags & line_flags::kBeforeComment) != 0) stop = find_pair(begin, stop, '/', '*');
  if ((flags & line_flags::kBeforeTag) != 0) stop = find_pair(begin, stop, '?', '>');
  const bool through = (flags & line_flags::kThrough) != 0 && stop == line_end && stop != end;
  return through ? stop + 1 : stop;
}

// At "{...}": behind it. Otherwise where it began.
const Byte* skip_braces(const Byte* at, const Byte* end) {
  if (at == end || *at != '{') return at;
  const Byte* limit = end - at > kBraceReach ? at + kBraceReach : end;
  const Byte* close = find_byte(at, limit, '}');
  return close == limit ? at : close + 1;
}

const Byte* skip_digits(const Byte* at, const Byte* end, std::uint32_t count_max, bool octal) {
  for (; count_max != 0 && at != end; --count_max, ++at) {
    if (octal ? *at < '0' || *at > '7' : !is_class(*at, kHexByte)) break;
  }
  return at;
}

// Some scanners (Ruby's) count the white space before an escape in.
const Byte* skip_escape(const Byte* at, const Byte* end, EscapeForm form) {
  at = skip_class(at, end, kBlankByte | kLineEndByte);
  if (end - at < 2) return end;
  const Byte escaped = at[1];
  const Byte* behind = at + 2;
  if (escaped == 'x' || escaped == 'u' || escaped == 'U' || escaped == 'N') {
    const Byte* braced = skip_braces(behind, end);
    if (braced != behind || escaped == 'N') return braced;
    const std::uint32_t digits = escaped == 'x' ? form.hex_max : escaped == 'u' ? 4 : 8;
    return skip_digits(behind, end, digits, false);
  }
  if (escaped >= '0' && escaped <= '7' && form.octal_max != 0) {
    return skip_digits(at + 1, end, form.octal_max, true);
  }
  if (escaped == '\r') return behind != end && *behind == '\n' ? behind + 1 : behind;
  if (escaped < 0xC0) return behind;
  while (behind != end && (*behind & 0xC0) == 0x80) {
    ++behind;
  }
  return behind;
}

const Byte* skip_directive(const Byte* at, const Byte* end) {
  if (at == end) return end;
  return skip_class(skip_class(at + 1, end, kBlankByte), end, kWordByte);
}

const Byte* skip_text(const Byte* begin, const Byte* end, const ByteSet* sets,
                      std::uint32_t flags) {
  const Byte* at = begin;
  for (; at != end; ++at) {
    if ((flags & text_flags::kPairs) != 0 && *at == '\\' && end - at > 1) {
      ++at;
      continue;
    }
    // An empty token would have been none, so the first byte stops nothing.
    if (at == begin) continue;
    if (sets[0].contains(*at)) break;
    if (sets[1].contains(*at) && end - at > 1 && sets[2].contains(at[1])) break;
  }
  if ((flags & text_flags::kThrough) != 0 && at != end) return at + 1;
  if ((flags & text_flags::kTrimmed) != 0) {
    while (at - begin > 1 && is_class(at[-1], kBlankByte | kLineEndByte)) {
      --at;
    }
  }
  return at;
}

std::uint8_t letter_flags(Byte letter) {
  switch (letter | 0x20) {
    case 'r':
      return OpenQuote::kRaw;
    case 'f':
    case 't':
      return OpenQuote::kFormat;
    case 'b':
      return OpenQuote::kBytes;
    default:
      return 0;
  }
}

// Nothing when no quote is there; else where its quotes end, too.
OpenQuote read_open_quote(const Byte*& at, const Byte* end) {
  OpenQuote open;
  for (; at != end && is_class(*at, kLetterByte); ++at) {
    open.flags |= letter_flags(*at);
  }
  for (; at != end && *at == '#' && open.hashes != UINT8_MAX; ++at) {
    ++open.hashes;
  }
  if (at == end || (*at != '"' && *at != '\'' && *at != '`')) return {};
  open.quote = *at;
  open.count = end - at >= 3 && at[1] == *at && at[2] == *at ? 3 : 1;
  at += open.count;
  return open;
}

bool closes(const Byte* at, const Byte* end, OpenQuote open) {
  if (end - at < static_cast<std::ptrdiff_t>(open.close_size())) return false;
  const Byte* hashes = at + open.count;
  return std::all_of(at, hashes, [&](Byte byte) { return byte == open.quote; }) &&
         std::all_of(hashes, hashes + open.hashes, [](Byte byte) { return byte == '#'; });
}

// Python's scanner to the letter: three quotes close, one or two alone end a piece of content, and
// what it takes for no escape in bytes swallows the character behind it.
const Byte* skip_quote_body(const Byte* at, const Byte* end, OpenQuote open) {
  const bool raw = (open.flags & OpenQuote::kRaw) != 0;
  const bool format = (open.flags & OpenQuote::kFormat) != 0;
  const bool bytes = (open.flags & OpenQuote::kBytes) != 0;
  for (; at != end; ++at) {
    const Byte byte = *at;
    if (byte == open.quote) {
      if (closes(at, end, open)) return at;
      if (open.count == 1) continue;
      return at + (end - at > 1 && at[1] == open.quote ? 2 : 1);
    }
    if (byte == '\\') {
      const Byte next = end - at > 1 ? at[1] : Byte{0};
      if (raw) {
        if (next == open.quote || next == '\\') ++at;
      } else if (bytes && (next == 'N' || next == 'u' || next == 'U') && end - at > 2) {
        at += 2;
      } else {
        return at;
      }
    } else if (format && (byte == '{' || byte == '}')) {
      return at;
    }
  }
  return end;
}

const Byte* skip_raw_body(const Byte* at, const Byte* end, OpenQuote open) {
  for (;; ++at) {
    at = find_byte(at, end, open.quote);
    if (at == end || closes(at, end, open)) return at;
  }
}

const Byte* skip_raw_parenthesis(TokenText text) {
  const Byte* const paren = text.at - 1;
  if (text.at == text.begin || *paren != '(') return text.at;
  const Byte* delimiter = paren;
  while (delimiter != text.begin && delimiter[-1] != '"' && paren - delimiter < kDelimiterMax) {
    --delimiter;
  }
  const auto size = static_cast<std::size_t>(paren - delimiter);
  for (const Byte* at = text.at;; ++at) {
    at = find_byte(at, text.end, ')');
    if (static_cast<std::size_t>(text.end - at) < size + 2) return text.end;
    if (std::memcmp(at + 1, delimiter, size) == 0 && at[size + 1] == '"') return at;
  }
}

const Byte* token_end(const SpanRule& rule, const ByteSet* sets, TokenText text, OpenQuote open) {
  const Byte* const at = text.at;
  const Byte* const end = text.end;
  switch (rule.size) {
    case SizeKind::Fixed:
      return at + std::min<std::size_t>(rule.length, static_cast<std::size_t>(end - at));
    case SizeKind::Word:
      return skip_class(at, end, kWordByte);
    case SizeKind::LineRest:
      return find_byte(at, end, '\n');
    case SizeKind::Run:
      return skip_set(at, end, sets[0], true);
    case SizeKind::Stop:
      return skip_set(at, end, sets[0], false);
    case SizeKind::BlockComment:
      return skip_block_comment(at, end);
    case SizeKind::Quoted:
      return skip_quoted(at, end);
    case SizeKind::Number:
      return skip_number(at, end);
    case SizeKind::Line:
      return skip_line(at, end, rule.length);
    case SizeKind::Escape:
      return skip_escape(at, end, EscapeForm::of(rule.length));
    case SizeKind::Directive:
      return skip_directive(at, end);
    case SizeKind::BlockContent:
      return find_nested_close(at, end, 1);
    case SizeKind::Text:
      return skip_text(at, end, sets, rule.length);
    case SizeKind::QuoteOpen: {
      const Byte* behind = at;
      return read_open_quote(behind, end).quote == 0 ? at : behind;
    }
    case SizeKind::QuoteBody:
      return open.quote == 0 ? at : skip_quote_body(at, end, open);
    case SizeKind::RawBody:
      return open.quote == 0 ? at : skip_raw_body(at, end, open);
    case SizeKind::QuoteClose:
      return at + std::min<std::size_t>(open.close_size(), static_cast<std::size_t>(end - at));
    case SizeKind::Prefixed:
      return skip_quoted(skip_class(at, end, kLetterByte), end);
    case SizeKind::RawParenthesis:
      return skip_raw_parenthesis(text);
  }
  return at;
}

}  // namespace

const std::array<std::uint8_t, 256> kByteClasses = make_classes();

std::uint32_t padding_size(PaddingKind kind, TokenText text) {
  const Byte* behind = text.at;
  switch (kind) {
    case PaddingKind::None:
      break;
    case PaddingKind::Blanks:
      behind = skip_class(text.at, text.end, kBlankByte);
      break;
    case PaddingKind::Space:
      behind = skip_class(text.at, text.end, kBlankByte | kLineEndByte);
      break;
    case PaddingKind::Continued:
      behind = skip_continued(text.at, text.end);
      break;
    case PaddingKind::LineEnds:
      behind = skip_class(text.at, text.end, kLineEndByte);
      break;
  }
  return static_cast<std::uint32_t>(behind - text.at);
}

std::uint32_t token_size(const SpanRule& rule, const ByteSet* sets, TokenText text,
                         OpenQuote open) {
  return static_cast<std::uint32_t>(token_end(rule, sets, text, open) - text.at);
}

OpenQuote quote_opened(TokenText text, std::uint32_t size) {
  if (size > static_cast<std::size_t>(text.end - text.at)) return {};
  const Byte* const end = text.at + size;
  const Byte* at = text.at;
  const OpenQuote open = read_open_quote(at, end);
  return at == end ? open : OpenQuote{};
}

}  // namespace copse
