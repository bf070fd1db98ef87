#include "query/regex.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace copse {
namespace {

struct SearchCase {
  std::string_view pattern;
  std::string_view text;
  bool found;
};

// What Rust's regex crate answers.
TEST(Regex, SearchesAsRustDoes) {
  const std::vector<SearchCase> cases = {
      {"b", "abc", true},
      {"^b", "abc", false},
      {"^abc$", "abc\n", false},
      {"(?m)^b$", "a\nb\nc", true},
      {"a.c", "a\nc", false},
      {"(?s)a.c", "a\nc", true},
      {"(?i)ABC", "abc", true},
      {"ABC", "abc", false},
      {"", "", true},
      {R"(^\d+$)", "12", true},
      {R"(^\d$)", "\u0663", true},  // ARABIC-INDIC DIGIT THREE
      {R"(^\w+$)", "n\u00e4chste_\u0663", true},
      {R"(\W)", "n\u00e4chste", false},
      {R"(^[\w.]+$)", "a.\u00e9", true},
      {R"(^[^\w]$)", "\u00e9", false},
      {R"(\s)", "a\u00a0b", true},
      {R"(\s)", "a\vb", true},
      {R"(^\S+$)", "a\u00a0b", false},
      {R"(^[\S]$)", "\u00a0", false},
      {R"(^[\S]$)", "\u00e9", true},
      {R"(^[\d-]+$)", "1-2", true},
      {R"(^[]a]+$)", "]a", true},
      {R"(^[^]a]+$)", "]a", false},
      {R"(^[-a]+$)", "-a", true},
      {R"([[:alpha:]_])", "_", true},
      {"(?P<x>a)(?<y>b)", "ab", true},
      {R"(^\u{e9}\u00e9\U000000e9\x{e9}$)", "\u00e9\u00e9\u00e9\u00e9", true},
      {R"(\p{Greek}\pL)", "\u03b1a", true},
      {"^.$", "\xff", false},
      {"a|b", "xb", true},
      {R"(\[\])", "[]", true},
      {R"(\bfoo\b)", "a foo.", true},
  };
  for (const SearchCase& test : cases) {
    const auto regex = Regex::compile(test.pattern);
    ASSERT_TRUE(regex.ok()) << test.pattern << ": " << regex.error().message();
    EXPECT_EQ(regex.value().search(test.text), test.found) << test.pattern << " in " << test.text;
  }
}

TEST(Regex, RefusesWhatItCannotDoAsRustDoes) {
  const std::vector<std::string> patterns = {
      "(",       "a)",        "[a",       "*a",          R"(\)",         R"(\1)",
      R"(\012)", R"(\Ca)",    R"(\Qa\E)", R"(\<a)",      R"(\b{start})", "[a[b]]",
      "[a&&b]",  "[a--b]",    "[a~~b]",   "(?x)a",       "(?=a)",        "(?<=a)",
      R"([\W])", R"(\uzzzz)", "a{1001}",  R"(\p{Nope})",
  };
  for (const std::string& pattern : patterns) {
    const auto regex = Regex::compile(pattern);
    EXPECT_FALSE(regex.ok()) << pattern;
    if (!regex.ok()) {
      EXPECT_FALSE(regex.error().message().empty()) << pattern;
    }
  }
}

TEST(Regex, HasALimit) {
  const auto regex = Regex::compile(std::string(Regex::kPatternBytesMax + 1, 'a'));
  ASSERT_FALSE(regex.ok());
  EXPECT_EQ(regex.error().code(), ErrorCode::LimitExceeded);
  EXPECT_FALSE(Regex::compile("((((a{100}){100}){100}){100})").ok());
}

}  // namespace
}  // namespace copse
