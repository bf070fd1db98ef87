// The forms that tokens and the white space before them have: how far one reaches that begins here.
// Pure functions of what they are given; none looks beyond the text's end, and none further than
// kReachBytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace copse {

// A set of byte values.
struct ByteSet {
  std::array<std::uint64_t, 4> words{};

  bool contains(std::uint8_t byte) const { return ((words[byte / 64] >> (byte % 64)) & 1) != 0; }
  void add(std::uint8_t byte) { words[byte / 64] |= std::uint64_t{1} << (byte % 64); }
  bool operator==(const ByteSet&) const = default;
};

enum class PaddingKind : std::uint8_t {
  None,
  Blanks,     // spaces, tabs, form feeds: not past the end of the line
  Space,      // white space of all kinds
  Continued,  // white space, and backslashes before a line end
  LineEnds,   // '\n' and '\r' alone; not in models of version 1
};
inline constexpr std::uint8_t kPaddingKindMax = 4;

// 0 to 7 are those of models of version 1: what they say never changes.
enum class SizeKind : std::uint8_t {
  Fixed,         // `length` bytes
  Word,          // letters, digits, '_', '$' and bytes from 0x80 up
  LineRest,      // up to the end of the line
  Run,           // while bytes are in the set
  Stop,          // until a byte is in the set
  BlockComment,  // through "*/"
  Quoted,        // through the first byte's next unescaped occurrence
  Number,        // letters, digits, '_', '.', and a sign behind an exponent
  Line,          // up to the end of the line or of a comment, as LineFlags in `length` say
  Escape,        // white space, a backslash and what it escapes; `length` as EscapeForm says
  Directive,     // '#', blanks, a word
  BlockContent,  // the inside of a block comment, up to its "*/"; such comments nest
  Text,          // up to a byte in the first set, or in the second with one of the third behind it
  QuoteOpen,     // letters, '#'s and one or three quotes: what opens a string, and is remembered
  QuoteBody,     // up to what interrupts or closes the string that is open
  RawBody,       // up to what closes the string that is open, backslashes meaning nothing
  QuoteClose,    // as long as what closes the string that is open, which it does
  Prefixed,      // letters, then as Quoted
  RawParenthesis,  // behind '"', a delimiter and '(': up to ')', the delimiter and '"'
};
inline constexpr std::uint8_t kSizeKindMax = 18;

// SizeKind::Line, the bits of `length`.
namespace line_flags {
inline constexpr std::uint32_t kContinued = 1;      // not at a line end that a backslash precedes
inline constexpr std::uint32_t kBeforeReturn = 2;   // at '\r' as well
inline constexpr std::uint32_t kBeforeComment = 4;  // at "/*" as well
inline constexpr std::uint32_t kThrough = 8;        // the line end belongs to the token
inline constexpr std::uint32_t kBeforeTag = 16;     // at "?>" as well
inline constexpr std::uint32_t kBlocks = 32;        // what begins with "/*" goes through "*/"
inline constexpr std::uint32_t kNested = 64;        // ... and such comments nest
inline constexpr std::uint32_t kMax = 127;
}  // namespace line_flags

// SizeKind::Text, the bits of `length`.
namespace text_flags {
inline constexpr std::uint32_t kTrimmed = 1;  // without white space at its end
inline constexpr std::uint32_t kThrough = 2;  // the byte that stops it belongs to it
inline constexpr std::uint32_t kPairs = 4;    // a backslash and the byte behind it stop nothing
inline constexpr std::uint32_t kMax = 7;
}  // namespace text_flags

// SizeKind::Escape: at most so many hexadecimal digits behind "\x", and octal ones behind '\'.
struct EscapeForm {
  std::uint32_t hex_max = 2;
  std::uint32_t octal_max = 3;

  static EscapeForm of(std::uint32_t length) { return {length & 15, length >> 4}; }
  std::uint32_t packed() const { return hex_max | octal_max << 4; }
};
inline constexpr std::uint32_t kEscapeFormMax = 255;

struct SpanRule {
  PaddingKind padding = PaddingKind::Space;
  SizeKind size = SizeKind::Fixed;
  std::uint32_t length = 0;  // of Fixed; flags of Line, Text and Escape
  std::uint32_t set = 0;     // index of the first set

  bool operator==(const SpanRule&) const = default;
};

// How many sets a rule of that kind names, one behind the other.
constexpr std::uint32_t set_count(SizeKind kind) {
  if (kind == SizeKind::Run || kind == SizeKind::Stop) return 1;
  return kind == SizeKind::Text ? 3 : 0;
}
// Largest `length` of a rule of that kind; 0 for kinds that have none.
constexpr std::uint32_t length_max(SizeKind kind) {
  switch (kind) {
    case SizeKind::Fixed:
      return UINT32_MAX;
    case SizeKind::Line:
      return line_flags::kMax;
    case SizeKind::Text:
      return text_flags::kMax;
    case SizeKind::Escape:
      return kEscapeFormMax;
    default:
      return 0;
  }
}

// What opened a string, by the token that did.
struct OpenQuote {
  std::uint8_t quote = 0;  // 0: nothing is open
  std::uint8_t count = 0;  // of quotes, 1 or 3
  std::uint8_t hashes = 0;
  std::uint8_t flags = 0;

  static constexpr std::uint8_t kRaw = 1;     // a letter r: backslashes keep what they escape
  static constexpr std::uint8_t kFormat = 2;  // a letter f or t: braces interrupt
  static constexpr std::uint8_t kBytes = 4;   // a letter b: no \N, \u, \U

  std::uint32_t close_size() const { return std::uint32_t{count} + hashes; }
};

// No form looks further: without a bound, each token of a file that is one long line would cost a
// walk to its end.
inline constexpr std::size_t kReachBytes = std::size_t{64} << 10;

// RawParenthesis looks back: at a parenthesis, 16 bytes of delimiter (C++ allows no more) and a
// quote.
inline constexpr std::uint32_t kDelimiterMax = 16;
inline constexpr std::uint32_t kLookBackBytes = kDelimiterMax + 2;

// What may be looked at: [begin, end), from `at`.
struct TokenText {
  const std::uint8_t* begin;
  const std::uint8_t* at;
  const std::uint8_t* end;

  // REQUIRES: position <= source.size().
  static TokenText from(std::string_view source, std::uint32_t position) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(source.data());
    const std::size_t left = source.size() - position;
    return {bytes, bytes + position, bytes + position + (left < kReachBytes ? left : kReachBytes)};
  }
};

// Bytes of white space of that kind.
std::uint32_t padding_size(PaddingKind kind, TokenText text);

// Bytes of the token that begins here. `sets` are the rule's.
std::uint32_t token_size(const SpanRule& rule, const ByteSet* sets, TokenText text, OpenQuote open);

// What a token of `size` bytes opens when it is a QuoteOpen; nothing when it does not look it.
OpenQuote quote_opened(TokenText text, std::uint32_t size);

enum ByteClass : std::uint8_t {
  kBlankByte = 1,    // space, tab, form feed, vertical tab
  kLineEndByte = 2,  // '\n', '\r'
  kWordByte = 4,     // letters, digits, '_', '$', from 0x80 up
  kNumberByte = 8,   // letters, digits, '_', '.'
  kHexByte = 16,
  kLetterByte = 32,
};
extern const std::array<std::uint8_t, 256> kByteClasses;

}  // namespace copse
