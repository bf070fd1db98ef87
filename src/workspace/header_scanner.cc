// A tokenizer for the little that is needed, and what four tokens in a row can prove.
#include "workspace/header_scanner.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace copse {
namespace {

constexpr std::size_t kConditionalsMax = 512;  // nested #if; what lies deeper is looked at as code
constexpr std::size_t kRawDelimiterMax = 16;   // as the standard says
constexpr std::size_t kAttributeBytesMax = 256;
constexpr std::string_view kBlank = " \t\r\v\f";

enum class TokenKind : std::uint8_t { End, Word, String, Punctuation, Other, Directive };

struct Token {
  TokenKind kind = TokenKind::End;
  bool first_on_line = false;
  std::string_view text;

  bool is(std::string_view expected) const { return text == expected && kind != TokenKind::String; }
  bool is_word() const { return kind == TokenKind::Word; }
  bool is_any_of(std::initializer_list<std::string_view> expected) const {
    return std::any_of(expected.begin(), expected.end(),
                       [&](auto candidate) { return is(candidate); });
  }
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Splits a header into tokens; comments and [[attributes]] are skipped, a directive is one token.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next() {
    skip_blanks();
    Token token;
    token.first_on_line = first_on_line_;
    const std::size_t begin = at_;
    if (at_ == text_.size()) return token;
    token.kind = take();
    token.text = text_.substr(begin, at_ - begin);
    first_on_line_ = token.kind == TokenKind::Directive;
    return token;
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool sees(std::string_view expected) const { return text_.substr(at_).starts_with(expected); }

  void skip_past(std::string_view end) {
    const std::size_t found = text_.find(end, at_);
    at_ = found == std::string_view::npos ? text_.size() : found + end.size();
  }

  // To the end of the line, which a backslash before it moves to the next one.
  void skip_line() {
    while (true) {
      const std::size_t end = text_.find('\n', at_);
      if (end == std::string_view::npos) {
        at_ = text_.size();
        return;
      }
      const std::size_t last = end > at_ && text_[end - 1] == '\r' ? end - 1 : end;
      const bool continued = last > at_ && text_[last - 1] == '\\';
      at_ = continued ? end + 1 : end;
      if (!continued) return;
    }
  }

  void skip_blanks() {
    while (at_ < text_.size()) {
      const char c = peek();
      if (c == '\n') {
        first_on_line_ = true;
        ++at_;
      } else if (kBlank.find(c) != std::string_view::npos || c == '\\') {
        ++at_;
      } else if (sees("//")) {
        skip_line();
      } else if (sees("/*")) {
        at_ += 2;
        skip_past("*/");
      } else if (sees("[[")) {
        const std::size_t end = text_.substr(at_, kAttributeBytesMax).find("]]");
        const bool cut = text_.size() - at_ < kAttributeBytesMax;  // by the end of the head
        if (end == std::string_view::npos && !cut) return;
        at_ = end == std::string_view::npos ? text_.size() : at_ + end + 2;
      } else {
        return;
      }
    }
  }

  // A comment in a directive may go on behind the end of its line.
  void skip_directive() {
    const std::size_t begin = at_;
    skip_line();
    const std::string_view line = text_.substr(begin, at_ - begin);
    const std::size_t comment = line.find("/*");
    if (comment == std::string_view::npos || comment > line.find("//")) return;
    if (line.find("*/", comment + 2) != std::string_view::npos) return;
    at_ = begin + comment + 2;
    skip_past("*/");
  }

  // A string or character ends with its line at the latest: an apostrophe in dead text is no harm.
  void skip_quoted(char quote) {
    for (++at_; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
      if (text_[at_] == quote) {
        ++at_;
        return;
      }
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
    }
  }

  // R"delimiter(...)delimiter"; anything else with that beginning is an ordinary string.
  void skip_raw_string() {
    const std::size_t open = text_.substr(at_, kRawDelimiterMax + 2).find('(');
    if (open == std::string_view::npos) return skip_quoted('"');
    char closing[kRawDelimiterMax + 4] = {')'};
    const std::string_view delimiter = text_.substr(at_ + 1, open - 1);
    std::copy(delimiter.begin(), delimiter.end(), closing + 1);
    closing[delimiter.size() + 1] = '"';
    skip_past({closing, delimiter.size() + 2});
  }

  TokenKind take() {
    const char c = peek();
    if (c == '#' && first_on_line_) {
      skip_directive();
      return TokenKind::Directive;
    }
    if (c == '"' || c == '\'') {
      skip_quoted(c);
      return TokenKind::String;
    }
    if (is_digit(c)) {
      // 1'000'000 is one number.
      while (is_word_byte(peek()) || peek() == '.' || (peek() == '\'' && is_word_byte(peek(1)))) {
        ++at_;
      }
      return TokenKind::Other;
    }
    if (is_word_byte(c)) {
      const std::size_t begin = at_;
      while (is_word_byte(peek())) {
        ++at_;
      }
      if (peek() != '"' || text_[at_ - 1] != 'R' || at_ - begin > 3) return TokenKind::Word;
      skip_raw_string();
      return TokenKind::String;
    }
    at_ += sees("::") || sees("->") ? 2U : 1U;
    return TokenKind::Punctuation;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool first_on_line_ = true;
};

// ---- conditionals
// --------------------------------------------------------------------------------

// One branch of an #if: whether its code counts, and what that means for its #else.
struct Branch {
  bool hidden = false;
  bool else_hidden = false;
  bool c_only = false;  // an #error in it says that C is not wanted
  bool else_c_only = false;
};

Branch branch_of(std::string_view name, std::string_view condition) {
  const std::size_t macro = condition.find("__cplusplus");
  if (macro == std::string_view::npos) {
    const std::string_view value = condition.substr(0, condition.find_first_of(" \t\r/"));
    const bool is_if = name == "if" || name == "elif";
    return {is_if && value == "0", is_if && value == "1"};
  }
  if (name == "ifndef") return {false, true, true};
  const std::string_view before = condition.substr(0, macro);
  const std::size_t bang = before.rfind('!');
  const bool negated = bang != std::string_view::npos &&
                       before.find("&&", bang) == std::string_view::npos &&
                       before.find("||", bang) == std::string_view::npos;
  // With a second condition an #error says only that some compilers are not wanted.
  if (negated) return {false, true, condition.find("&&") == std::string_view::npos};
  // "#if __cplusplus < 201103L" is true for C as well.
  std::string_view after = condition.substr(macro + std::string_view("__cplusplus").size());
  after.remove_prefix(std::min(after.find_first_not_of(kBlank), after.size()));
  if (before.find("defined") == std::string_view::npos && after.starts_with('<')) {
    return {false, false, true};
  }
  return {true, false, false, true};
}

// Whether an #include names a header that only C++ has: <vector>, <QString>, "thing.hpp".
bool includes_cpp(std::string_view operand) {
  if (operand.empty() || (operand.front() != '<' && operand.front() != '"')) return false;
  const char closing = operand.front() == '<' ? '>' : '"';
  const std::size_t end = operand.find(closing, 1);
  if (end == std::string_view::npos) return false;
  std::string_view name = operand.substr(1, end - 1);
  name = name.substr(name.rfind('/') + 1);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return closing == '>' && !name.empty();
  constexpr std::array<std::string_view, 6> cpp_headers = {".hpp", ".hh",  ".hxx",
                                                           ".h++", ".ipp", ".tcc"};
  return std::find(cpp_headers.begin(), cpp_headers.end(), name.substr(dot)) != cpp_headers.end();
}

// Follows the #if, #else and #endif of a header.
class Conditionals {
 public:
  bool hidden() const { return hidden_count_ > 0; }

  // Returns whether the directive itself proves C++.
  bool directive(std::string_view text) {
    text.remove_prefix(1);
    text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
    const std::string_view name = text.substr(
        0, static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_word_byte) -
                                    text.begin()));
    std::string_view operand = text.substr(name.size());
    operand.remove_prefix(std::min(operand.find_first_not_of(kBlank), operand.size()));
    if (name.starts_with("if")) {
      open(branch_of(name, operand));
    } else if (name.starts_with("el")) {
      change(name, operand);
    } else if (name == "endif") {
      close();
    } else if (name == "include" && !hidden()) {
      return includes_cpp(operand);
    } else if (name == "error" && !hidden()) {
      return !branches_.empty() && branches_.back().c_only;
    }
    return false;
  }

 private:
  void open(Branch branch) {
    if (branches_.size() == kConditionalsMax) {
      ++too_deep_;
      return;
    }
    if (branch.hidden) ++hidden_count_;
    branches_.push_back(branch);
  }

  void close() {
    if (too_deep_ > 0) {
      --too_deep_;
    } else if (!branches_.empty()) {
      if (branches_.back().hidden) --hidden_count_;
      branches_.pop_back();
    }
  }

  void change(std::string_view name, std::string_view condition) {
    if (too_deep_ > 0 || branches_.empty()) return;
    const Branch old = branches_.back();
    close();
    if (name == "else") {
      open({old.else_hidden, false, old.else_c_only});
    } else {
      open(branch_of(name == "elifdef"    ? "ifdef"
                     : name == "elifndef" ? "ifndef"
                                          : "elif",
                     condition));
    }
  }

  std::vector<Branch> branches_;
  std::size_t hidden_count_ = 0;
  std::size_t too_deep_ = 0;
};

// ---- evidence
// ------------------------------------------------------------------------------------

// Four tokens in a row; the one to judge and what stands around it.
struct Window {
  Token before, token, next, after;

  // Where a declaration may begin. C code uses the words of C++ as names, but not here.
  bool at_start() const {
    return token.first_on_line || before.kind == TokenKind::End ||
           before.is_any_of({";", "{", "}", ":"});
  }
};

bool word_proves_cpp(const Window& w) {
  const Token& t = w.token;
  if (t.is("class")) {
    return (w.at_start() || w.before.is_any_of({"enum", "friend"})) && w.next.is_word() &&
           (w.after.is_word() || w.after.is_any_of({"{", ":", ";", "<", "::", "("}));
  }
  if (t.is("namespace")) {
    return (w.at_start() || w.before.is("inline")) &&
           (w.next.is("{") ||
            (w.next.is_word() && (w.after.is_word() || w.after.is_any_of({"{", "::", "="}))));
  }
  if (t.is("template")) return (w.at_start() || w.before.is("extern")) && w.next.is("<");
  if (t.is("using")) {
    return w.at_start() &&
           (w.next.is("::") ||
            (w.next.is_word() && (w.after.is_word() || w.after.is_any_of({"=", "::", ";"}))));
  }
  if (t.is_any_of({"public", "private", "protected"})) return w.at_start() && w.next.is(":");
  if (t.is_any_of({"constexpr", "consteval", "constinit"})) return w.next.is_word();
  if (t.is_any_of({"static_cast", "dynamic_cast", "reinterpret_cast", "const_cast"})) {
    return w.next.is("<");
  }
  if (t.is("virtual")) return w.at_start() && (w.next.is_word() || w.next.is("~"));
  if (t.is("explicit")) return w.at_start() && w.next.is_word() && w.after.is("(");
  if (t.is("friend")) return w.at_start() && w.next.is_any_of({"class", "struct"});
  if (t.is("extern")) return w.next.kind == TokenKind::String && w.next.text == "\"C\"";
  if (t.is("struct")) return w.at_start() && w.next.is_word() && w.after.is_any_of({":", "final"});
  if (t.is("noexcept")) return w.before.is(")");
  if (t.is("const")) {
    return w.before.is(")") && w.next.is_any_of({";", "{", "=", "override", "noexcept"});
  }
  if (t.is_any_of({"override", "final"})) return w.before.is(")") && w.next.is_any_of({";", "{"});
  if (t.is("default")) return w.before.is("=") && w.next.is(";");
  return false;
}

// "bool operator==(", "T& operator[](", ...
bool operator_proves_cpp(const Window& w) {
  if (!w.before.is_word() && !w.before.is_any_of({"&", "*", ">"})) return false;
  constexpr std::array<std::array<std::string_view, 2>, 9> pairs = {{{"=", "="},
                                                                     {"!", "="},
                                                                     {"(", ")"},
                                                                     {"[", "]"},
                                                                     {"<", "<"},
                                                                     {">", ">"},
                                                                     {"+", "="},
                                                                     {"+", "+"},
                                                                     {"=", "("}}};
  return std::any_of(pairs.begin(), pairs.end(),
                     [&](const auto& pair) { return w.next.is(pair[0]) && w.after.is(pair[1]); });
}

bool proves_cpp(const Window& w) {
  if (w.token.is("operator")) return operator_proves_cpp(w);
  if (w.token.is_word()) return word_proves_cpp(w);
  if (w.token.is("::")) {
    // Not the empty operands of asm("..." :: "r"(x)).
    return (w.next.is_word() || w.next.is("~")) && w.before.kind != TokenKind::String &&
           !w.before.is_any_of({")", ":"});
  }
  // A reference without a name: f(const T&). No operand may be missing in C.
  if (w.token.is("&")) {
    return (w.before.is_word() || w.before.is(">")) && w.next.is_any_of({")", ","});
  }
  if (w.token.is("~")) return w.before.is_any_of({";", "}"}) && w.next.is_word() && w.after.is("(");
  return false;
}

// @interface and the like: nothing else in C or C++ begins with '@'.
bool proves_objective_c(const Window& w) {
  return w.token.is("@") && w.next.is_any_of({"interface", "protocol", "class", "implementation",
                                              "end", "property", "optional", "import"});
}

}  // namespace

bool header_shows_cpp(std::string_view head) {
  Lexer lexer(head);
  Conditionals conditionals;
  Window window;
  // Three ends, so that the last token is judged with nothing behind it.
  for (int ends = 0; ends < 3;) {
    const Token token = lexer.next();
    if (token.kind == TokenKind::Directive) {
      if (conditionals.directive(token.text)) return true;
      continue;
    }
    if (conditionals.hidden() && token.kind != TokenKind::End) continue;
    if (token.kind == TokenKind::End) ++ends;
    window = {window.token, window.next, window.after, token};
    if (proves_cpp(window)) return true;
    if (proves_objective_c(window)) return false;
  }
  return false;
}

}  // namespace copse
