#include "query/regex.h"

#include <cctype>
#include <cstddef>
#include <utility>

#include <re2/re2.h>

namespace copse {
namespace {

// Unicode's White_Space, its complement, and the characters of a word: Alphabetic, M, Nd, Pc and
// Join_Control (UTS 18, annex C). The circled letters are the only Alphabetic ones outside L, Nl,
// M.
constexpr std::string_view kSpace =
    R"(\t-\r \x{85}\x{a0}\x{1680}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{2000}-\x{200a})";
constexpr std::string_view kNotSpace =
    R"(\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff})"
    R"(\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{10ffff})";
constexpr std::string_view kWord =
    R"(\p{L}\p{Nl}\p{M}\p{Nd}\p{Pc}\x{200c}\x{200d}\x{24b6}-\x{24e9}\x{1f130}-\x{1f149})"
    R"(\x{1f150}-\x{1f169}\x{1f170}-\x{1f189})";

Error refused(std::string reason) {
  return {ErrorCode::InvalidArgument, std::move(reason)};
}

// One pass over the pattern, copying what means the same in both syntaxes.
class Translator {
 public:
  explicit Translator(std::string_view pattern) : pattern_(pattern) {}

  Result<std::string> run() {
    while (position_ < pattern_.size()) {
      COPSE_TRY_STATUS(item());
    }
    return std::move(out_);
  }

 private:
  Status item() {
    const char c = pattern_[position_];
    if (c == '\\') return escape(false);
    if (c == '[') return character_class();
    if (names_a_group()) {
      replace(3, "(?P<");
    } else {
      copy(1);
    }
    return success();
  }

  char at(std::size_t offset) const {
    return position_ + offset < pattern_.size() ? pattern_[position_ + offset] : '\0';
  }
  bool starts_with(std::string_view text) const {
    return pattern_.substr(position_).substr(0, text.size()) == text;
  }
  void copy(std::size_t size) {
    out_ += pattern_.substr(position_, size);
    position_ += size;
  }
  void replace(std::size_t size, std::string_view text) {
    out_ += text;
    position_ += size;
  }
  // "(?<name>" is "(?P<name>" there; look-behind, which neither has, is left for RE2 to refuse.
  bool names_a_group() const { return starts_with("(?<") && at(3) != '=' && at(3) != '!'; }

  // The class in brackets of its own, or bare when it stands inside a class.
  void unicode_class(std::string_view ranges, bool negated, bool in_class) {
    if (in_class) return replace(2, ranges);
    replace(2, negated ? "[^" : "[");
    out_ += ranges;
    out_ += ']';
  }

  Status escape(bool in_class) {
    const char c = at(1);
    switch (c) {
      case '\0':
        return refused("it ends with a backslash");
      case 'd':
        replace(2, R"(\p{Nd})");
        return success();
      case 'D':
        replace(2, R"(\P{Nd})");
        return success();
      case 's':
        unicode_class(kSpace, false, in_class);
        return success();
      case 'S':
        unicode_class(in_class ? kNotSpace : kSpace, true, in_class);
        return success();
      case 'w':
        unicode_class(kWord, false, in_class);
        return success();
      case 'W':
        if (in_class) return refused("\\W inside a character class is not supported");
        unicode_class(kWord, true, false);
        return success();
      case 'u':
      case 'U':
        return code_point(c == 'u' ? 4 : 8);
      default:
        break;
    }
    const bool is_digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    const bool word_edge = c == '<' || c == '>' || (c == 'b' && at(2) == '{');
    if (word_edge || c == 'C' || c == 'Q' || c == 'E' || is_digit) {
      return refused(std::string("the escape \\") + c + " is not supported");
    }
    copy(2);
    return success();
  }

  // \u{...}, \uXXXX and \UXXXXXXXX.
  Status code_point(std::size_t digits) {
    if (at(2) == '{') {
      replace(2, R"(\x)");
      return success();
    }
    for (std::size_t i = 0; i < digits; ++i) {
      if (std::isxdigit(static_cast<unsigned char>(at(2 + i))) == 0) {
        return refused("\\u and \\U need a code point in hexadecimal digits");
      }
    }
    out_ += R"(\x{)";
    out_ += pattern_.substr(position_ + 2, digits);
    out_ += '}';
    position_ += 2 + digits;
    return success();
  }

  // "[...]".
  Status character_class() {
    copy(1);
    if (at(0) == '^') copy(1);
    if (at(0) == ']') replace(1, R"(\])");
    while (at(0) == '-') {
      replace(1, R"(\-)");
    }
    while (position_ < pattern_.size() && at(0) != ']') {
      COPSE_TRY_STATUS(class_item());
    }
    if (position_ == pattern_.size()) return refused("missing closing ]");
    copy(1);
    return success();
  }

  // A bracket or a doubled operator inside a class nests classes in Rust and means itself in RE2.
  Status class_item() {
    if (at(0) == '\\') return escape(true);
    const std::size_t end =
        starts_with("[:") ? pattern_.find(":]", position_ + 2) : std::string_view::npos;
    if (end != std::string_view::npos) {
      copy(end + 2 - position_);
      return success();
    }
    if (at(0) == '[' || starts_with("&&") || starts_with("--") || starts_with("~~")) {
      return refused("nested character classes and set operations are not supported");
    }
    copy(1);
    return success();
  }

  std::string_view pattern_;
  std::size_t position_ = 0;
  std::string out_;
};

}  // namespace

Result<std::string> to_re2_syntax(std::string_view pattern) {
  return Translator(pattern).run();
}

Regex::Regex(std::string_view pattern, std::unique_ptr<re2::RE2> expression)
    : pattern_(pattern), expression_(std::move(expression)) {}
Regex::Regex(Regex&& other) noexcept = default;
Regex& Regex::operator=(Regex&& other) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view pattern) {
  if (pattern.size() > kPatternBytesMax) {
    return Error(ErrorCode::LimitExceeded, "it has " + std::to_string(pattern.size()) +
                                               " bytes, more than " +
                                               std::to_string(kPatternBytesMax));
  }
  COPSE_TRY(const std::string translated, to_re2_syntax(pattern));
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingUTF8);
  options.set_max_mem(kMemoryBytesMax);
  options.set_log_errors(false);
  auto expression = std::make_unique<re2::RE2>(translated, options);
  if (!expression->ok()) return refused(expression->error());
  return Regex(pattern, std::move(expression));
}

std::string Regex::remove_all(std::string_view text) const {
  std::string rest(text);
  re2::RE2::GlobalReplace(&rest, *expression_, "");
  return rest;
}

bool Regex::search(std::string_view text) const {
  return expression_->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(),
                            re2::RE2::UNANCHORED, nullptr, 0);
}

}  // namespace copse
