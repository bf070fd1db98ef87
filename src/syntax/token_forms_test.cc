// How far each form of token reaches, by examples.
#include "syntax/token_forms.h"

#include <gtest/gtest.h>

namespace copse {
namespace {

constexpr SpanRule rule_of(SizeKind size, std::uint32_t length = 0) {
  return {PaddingKind::None, size, length, 0};
}

ByteSet set_of(std::string_view bytes) {
  ByteSet set;
  for (const char byte : bytes) {
    set.add(static_cast<std::uint8_t>(byte));
  }
  return set;
}

std::uint32_t size_of(const SpanRule& rule, std::string_view text, OpenQuote open = {},
                      std::uint32_t from = 0) {
  const ByteSet sets[] = {set_of("<\n"), set_of("$\\"), set_of("{'")};
  return token_size(rule, sets, TokenText::from(text, from), open);
}

TEST(TokenForms, Lines) {
  using namespace line_flags;
  const auto line = [](std::uint32_t flags, std::string_view text) {
    return size_of(rule_of(SizeKind::Line, flags), text);
  };
  EXPECT_EQ(line(0, "// a \\\n b\nc"), 6U);
  EXPECT_EQ(line(kContinued, "// a \\\n b\nc"), 9U);
  EXPECT_EQ(line(kContinued, "// a \\\r\n b\nc"), 10U);
  EXPECT_EQ(line(kContinued, "x\\"), 2U);
  EXPECT_EQ(line(kBeforeReturn, "a b\r\n"), 3U);
  EXPECT_EQ(line(kContinued | kBeforeComment, "1 \\\n + 2 /* two */\n"), 9U);
  EXPECT_EQ(line(kContinued | kBeforeComment, "1 / 2 // x\n"), 10U);
  EXPECT_EQ(line(kThrough, " doc\n x"), 5U);
  EXPECT_EQ(line(kThrough, " doc"), 4U);
  EXPECT_EQ(line(kBeforeTag, "// a ?> b\n"), 5U);
  EXPECT_EQ(line(kBlocks, "/* a\n /* */ b */"), 11U);
  EXPECT_EQ(line(kBlocks | kNested, "/* a\n /* */ b */ c"), 16U);
  EXPECT_EQ(line(kBlocks | kNested, "/* /* */"), 8U);
  EXPECT_EQ(line(kBlocks, "/* never closed"), 15U);
  EXPECT_EQ(line(kBlocks, "/"), 1U);
  EXPECT_EQ(line(0, ""), 0U);
}

TEST(TokenForms, Escapes) {
  const auto escape = [](EscapeForm form, std::string_view text) {
    return size_of(rule_of(SizeKind::Escape, form.packed()), text);
  };
  EXPECT_EQ(escape({2, 3}, "\\nn"), 2U);
  EXPECT_EQ(escape({2, 3}, "\\x414"), 4U);
  EXPECT_EQ(escape({4, 3}, "\\x414"), 5U);
  EXPECT_EQ(escape({2, 3}, "\\x4g"), 3U);
  EXPECT_EQ(escape({2, 3}, "\\x{1F600} "), 9U);
  EXPECT_EQ(escape({2, 3}, "\\u12345"), 6U);
  EXPECT_EQ(escape({2, 3}, "\\u{1F600}"), 9U);
  EXPECT_EQ(escape({2, 3}, "\\u{1F600"), 2U);
  EXPECT_EQ(escape({2, 3}, "\\U0001F6000"), 10U);
  EXPECT_EQ(escape({2, 3}, "\\N{DIGIT ONE}1"), 13U);
  EXPECT_EQ(escape({2, 3}, "\\Nx"), 2U);
  EXPECT_EQ(escape({2, 3}, "\\1014"), 4U);
  EXPECT_EQ(escape({2, 3}, "\\08"), 2U);
  EXPECT_EQ(escape({2, 1}, "\\00"), 2U);
  EXPECT_EQ(escape({2, 0}, "\\00"), 2U);
  EXPECT_EQ(escape({2, 3}, "\\\r\nx"), 3U);
  EXPECT_EQ(escape({2, 3}, "\\\r"), 2U);
  EXPECT_EQ(escape({2, 3}, "\\\xE2\x82\xAC\x82"), 5U);
  EXPECT_EQ(escape({2, 3}, "\\"), 1U);
  EXPECT_EQ(escape({2, 3}, "\n  \\u{12}"), 9U);
}

TEST(TokenForms, Texts) {
  using namespace text_flags;
  const auto text = [](std::uint32_t flags, std::string_view source) {
    return size_of(rule_of(SizeKind::Text, flags), source);
  };
  EXPECT_EQ(text(0, "a $b \\n ${"), 8U);
  EXPECT_EQ(text(0, "a \\'"), 2U);
  EXPECT_EQ(text(0, "<a<"), 2U);
  EXPECT_EQ(text(0, "a$"), 2U);
  EXPECT_EQ(text(kTrimmed, "a b \t <"), 3U);
  EXPECT_EQ(text(kTrimmed, "  <"), 1U);
  EXPECT_EQ(text(kThrough, "a <b"), 3U);
  EXPECT_EQ(text(kPairs, "a\\<b<"), 4U);
  EXPECT_EQ(text(kPairs, "a\\"), 2U);
}

TEST(TokenForms, Strings) {
  const auto opened = [](std::string_view text) {
    return quote_opened(TokenText::from(text, 0), static_cast<std::uint32_t>(text.size()));
  };
  const auto size = [&](SizeKind kind, std::string_view opener, std::string_view text) {
    return size_of(rule_of(kind), text, opened(opener));
  };
  const SpanRule open = rule_of(SizeKind::QuoteOpen);
  EXPECT_EQ(size_of(open, "'a'"), 1U);
  EXPECT_EQ(size_of(open, "rb\"\"\"x"), 5U);
  EXPECT_EQ(size_of(open, "\"\" "), 1U);
  EXPECT_EQ(size_of(open, "br##\"a"), 5U);
  EXPECT_EQ(size_of(open, "abc"), 0U);
  EXPECT_EQ(opened("abc").quote, 0U);
  EXPECT_EQ(opened("'a").quote, 0U);
  EXPECT_EQ(size(SizeKind::QuoteBody, "'", "it\"s'"), 4U);
  EXPECT_EQ(size(SizeKind::QuoteBody, "'", "a\\n'"), 1U);
  EXPECT_EQ(size(SizeKind::QuoteBody, "r'", "a\\n\\'b\\\\'"), 8U);
  EXPECT_EQ(size(SizeKind::QuoteBody, "\"", "a{b}\""), 4U);
  EXPECT_EQ(size(SizeKind::QuoteBody, "f\"", "a{b}\""), 1U);
  EXPECT_EQ(size(SizeKind::QuoteBody, "b'", "a\\u1\\n'"), 4U);
  EXPECT_EQ(size(SizeKind::QuoteBody, "'''", "a'b''c'''"), 2U);
  EXPECT_EQ(size(SizeKind::QuoteBody, "'''", "b''c'''"), 3U);
  EXPECT_EQ(size(SizeKind::QuoteBody, "'''", "c'''"), 1U);
  EXPECT_EQ(size(SizeKind::QuoteBody, "x", "abc"), 0U);
  EXPECT_EQ(size(SizeKind::RawBody, "r#\"", "a\"\\\"#"), 3U);
  EXPECT_EQ(size(SizeKind::RawBody, "r\"", "a\\\""), 2U);
  EXPECT_EQ(size(SizeKind::QuoteClose, "r##\"", "\"##"), 3U);
  EXPECT_EQ(size(SizeKind::QuoteClose, "'''", "''"), 2U);
  EXPECT_EQ(size_of(rule_of(SizeKind::Prefixed), "b'\\'' "), 5U);
  EXPECT_EQ(size_of(rule_of(SizeKind::Directive), "# \tdefine X"), 9U);
  EXPECT_EQ(size_of(rule_of(SizeKind::BlockContent), " a /* b */ c */"), 13U);
  const SpanRule parenthesis = rule_of(SizeKind::RawParenthesis);
  EXPECT_EQ(size_of(parenthesis, "R\"x(a)\")x\")", {}, 4), 3U);
  EXPECT_EQ(size_of(parenthesis, "R\"(a)\"", {}, 3), 1U);
  EXPECT_EQ(size_of(parenthesis, "a)\"", {}, 0), 0U);
}

TEST(TokenForms, Paddings) {
  const auto padding = [](PaddingKind kind, std::string_view text) {
    return padding_size(kind, TokenText::from(text, 0));
  };
  constexpr std::string_view kText = " \t\f\v\n \r\\\r\n\\\n \\x";
  EXPECT_EQ(padding(PaddingKind::None, kText), 0U);
  EXPECT_EQ(padding(PaddingKind::Blanks, kText), 4U);
  EXPECT_EQ(padding(PaddingKind::Space, kText), 7U);
  EXPECT_EQ(padding(PaddingKind::Continued, kText), 13U);
  EXPECT_EQ(padding(PaddingKind::LineEnds, kText), 0U);
  EXPECT_EQ(padding(PaddingKind::LineEnds, "\n\r\n x"), 3U);
}

}  // namespace
}  // namespace copse
