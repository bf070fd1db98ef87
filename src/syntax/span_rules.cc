// Prediction of token spans: the rules themselves. How they are learnt is in span_trainer.cc.
#include "syntax/span_rules.h"

#include <algorithm>
#include <cstring>

#include "core/check.h"

namespace copse {
namespace {

enum ByteClass : std::uint8_t { Blank = 1, LineEnd = 2, Word = 4, DigitLike = 8 };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool digit = byte >= '0' && byte <= '9';
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    std::uint8_t bits = 0;
    if (byte == ' ' || byte == '\t' || byte == '\f' || byte == '\v') bits |= Blank;
    if (byte == '\n' || byte == '\r') bits |= LineEnd;
    if (digit || letter || byte == '_' || byte == '$' || byte >= 0x80) bits |= Word;
    if (digit || letter || byte == '_' || byte == '.') bits |= DigitLike;
    classes[byte] = bits;
  }
  return classes;
}

constexpr std::array<std::uint8_t, 256> kClasses = make_classes();

struct Text {
  const std::uint8_t* at;
  const std::uint8_t* end;
};

// No rule looks further: without a bound, each token of a file that is one long line would cost a
// walk to its end.
constexpr std::size_t kReachBytes = std::size_t{64} << 10;

Text text_from(std::string_view source, std::uint32_t position) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(source.data()) + position;
  return {begin, begin + std::min(source.size() - position, kReachBytes)};
}

const std::uint8_t* skip_class(Text text, std::uint8_t bits) {
  while (text.at != text.end && (kClasses[*text.at] & bits) != 0) {
    ++text.at;
  }
  return text.at;
}

const std::uint8_t* skip_continued(Text text) {
  for (;;) {
    text.at = skip_class(text, Blank | LineEnd);
    if (text.end - text.at < 2 || *text.at != '\\') return text.at;
    if (text.at[1] == '\n') {
      text.at += 2;
    } else if (text.at[1] == '\r' && text.end - text.at > 2 && text.at[2] == '\n') {
      text.at += 3;
    } else {
      return text.at;
    }
  }
}

const std::uint8_t* find_byte(Text text, std::uint8_t byte) {
  const auto left = static_cast<std::size_t>(text.end - text.at);
  const void* found = left == 0 ? nullptr : std::memchr(text.at, byte, left);
  return found == nullptr ? text.end : static_cast<const std::uint8_t*>(found);
}

const std::uint8_t* skip_block_comment(Text text) {
  if (text.end - text.at < 4) return text.end;
  Text rest{text.at + 2, text.end};
  for (;;) {
    rest.at = find_byte(rest, '*');
    if (text.end - rest.at < 2) return text.end;
    if (rest.at[1] == '/') return rest.at + 2;
    ++rest.at;
  }
}

const std::uint8_t* skip_quoted(Text text) {
  if (text.at == text.end) return text.end;
  const std::uint8_t quote = *text.at++;
  while (text.at != text.end && *text.at != quote) {
    text.at += *text.at == '\\' && text.end - text.at > 1 ? 2 : 1;
  }
  return text.at == text.end ? text.at : text.at + 1;
}

const std::uint8_t* skip_number(Text text) {
  std::uint8_t before = 0;
  while (text.at != text.end) {
    const std::uint8_t byte = *text.at;
    const bool exponent_sign = (byte == '+' || byte == '-') &&
                               (before == 'e' || before == 'p' || before == 'E' || before == 'P');
    if ((kClasses[byte] & DigitLike) == 0 && !exponent_sign) break;
    before = byte;
    ++text.at;
  }
  return text.at;
}

const std::uint8_t* skip_set(Text text, const ByteSet& set, bool inside) {
  while (text.at != text.end && set.contains(*text.at) == inside) {
    ++text.at;
  }
  return text.at;
}

}  // namespace

SpanRules::SpanRules(std::uint32_t symbol_count) : rules_(symbol_count + std::size_t{2}) {}

SpanRules SpanRules::defaults(const Grammar& grammar) {
  SpanRules rules(grammar.symbol_count());
  for (std::uint32_t i = 0; i < grammar.symbol_count(); ++i) {
    const auto symbol = static_cast<std::uint16_t>(i);
    SpanRule& rule = rules.rules_[i];
    if (grammar.is_named(symbol)) {
      rule.size = SizeKind::Word;
    } else {
      rule.length = static_cast<std::uint32_t>(std::strlen(grammar.symbol_name(symbol)));
    }
  }
  rules.rules_[COPSE_SYMBOL_END].length = 0;
  return rules;
}

std::uint32_t SpanRules::predict_start(std::size_t leaf_class, std::string_view source,
                                       std::uint32_t position) const {
  const Text text = text_from(source, position);
  const std::uint8_t* start = text.at;
  switch (rules_[leaf_class].padding) {
    case PaddingKind::None:
      break;
    case PaddingKind::Blanks:
      start = skip_class(text, Blank);
      break;
    case PaddingKind::Space:
      start = skip_class(text, Blank | LineEnd);
      break;
    case PaddingKind::Continued:
      start = skip_continued(text);
      break;
  }
  return position + static_cast<std::uint32_t>(start - text.at);
}

std::uint32_t SpanRules::predict_size(std::size_t leaf_class, std::string_view source,
                                      std::uint32_t start) const {
  const SpanRule& rule = rules_[leaf_class];
  const Text text = text_from(source, start);
  const std::uint8_t* end = text.at;
  switch (rule.size) {
    case SizeKind::Fixed: {
      const auto left = static_cast<std::uint32_t>(text.end - text.at);
      return rule.length < left ? rule.length : left;
    }
    case SizeKind::Word:
      end = skip_class(text, Word);
      break;
    case SizeKind::LineRest:
      end = find_byte(text, '\n');
      break;
    case SizeKind::Run:
      end = skip_set(text, sets_[rule.set], true);
      break;
    case SizeKind::Stop:
      end = skip_set(text, sets_[rule.set], false);
      break;
    case SizeKind::BlockComment:
      end = skip_block_comment(text);
      break;
    case SizeKind::Quoted:
      end = skip_quoted(text);
      break;
    case SizeKind::Number:
      end = skip_number(text);
      break;
  }
  return static_cast<std::uint32_t>(end - text.at);
}

void SpanRules::write(ByteWriter& out) const {
  out.varint(sets_.size());
  for (const ByteSet& set : sets_) {
    for (const std::uint64_t word : set.words) {
      out.u64(word);
    }
  }
  for (const SpanRule& rule : rules_) {
    out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(rule.padding) << 4 |
                                     static_cast<unsigned>(rule.size)));
    if (rule.size == SizeKind::Fixed) out.varint(rule.length);
    if (rule.size == SizeKind::Run || rule.size == SizeKind::Stop) out.varint(rule.set);
  }
}

Result<SpanRules> SpanRules::read(ByteReader& in, std::uint32_t symbol_count) {
  SpanRules rules(symbol_count);
  rules.sets_.resize(in.count(sizeof(ByteSet)));
  for (ByteSet& set : rules.sets_) {
    for (std::uint64_t& word : set.words) {
      word = in.u64();
    }
  }
  for (SpanRule& rule : rules.rules_) {
    const std::uint8_t kinds = in.u8();
    if ((kinds >> 4) > kPaddingKindMax || (kinds & 15) > kSizeKindMax) in.fail();
    if (in.failed()) break;
    rule.padding = static_cast<PaddingKind>(kinds >> 4);
    rule.size = static_cast<SizeKind>(kinds & 15);
    if (rule.size == SizeKind::Fixed) rule.length = in.varint32();
    if (rule.size == SizeKind::Run || rule.size == SizeKind::Stop) {
      rule.set = in.varint32();
      if (rule.set >= rules.sets_.size()) in.fail();
    }
  }
  if (in.failed()) return Error(ErrorCode::Corrupt, "tree model: span rules are damaged");
  return rules;
}

}  // namespace copse
