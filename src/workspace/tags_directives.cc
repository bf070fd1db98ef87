#include "workspace/tags_directives.h"

#include <string>

namespace copse {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

// Walks the text token by token: a bracket, a string (with its quotes) or a word.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {}

  // Empty at the end.
  std::string_view next() {
    skip_space();
    if (at_ == text_.size()) return {};
    const std::size_t begin = at_;
    const char first = text_[at_++];
    if (first == '"') {
      while (at_ < text_.size() && text_[at_] != '"') {
        at_ += text_[at_] == '\\' && at_ + 1 < text_.size() ? 2U : 1U;
      }
      if (at_ < text_.size()) ++at_;
    } else if (!is_bracket(first)) {
      while (at_ < text_.size() && !ends_word(text_[at_]))
        ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

 private:
  static bool is_bracket(char c) { return c == '(' || c == ')' || c == '[' || c == ']'; }
  static bool ends_word(char c) { return is_space(c) || is_bracket(c) || c == '"' || c == ';'; }

  void skip_space() {
    while (at_ < text_.size()) {
      if (text_[at_] == ';') {
        while (at_ < text_.size() && text_[at_] != '\n')
          ++at_;
      } else if (is_space(text_[at_])) {
        ++at_;
      } else {
        return;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string_view without_quotes(std::string_view token) {
  if (token.size() < 2 || token.front() != '"') return token;
  return token.substr(1, token.size() - 2);
}

}  // namespace

std::vector<TagsDirectives> read_tags_directives(std::string_view text) {
  std::vector<TagsDirectives> patterns;
  Tokens tokens(text);
  std::size_t depth = 0;
  for (std::string_view token = tokens.next(); !token.empty(); token = tokens.next()) {
    const bool opens = token == "(" || token == "[";
    const bool begins = opens || token.front() == '"' || token == "_";
    if (depth == 0 && begins) patterns.emplace_back();
    if (opens) ++depth;
    if ((token == ")" || token == "]") && depth > 0) --depth;
    if (patterns.empty() || (token != "#is-not?" && token != "#set!")) continue;
    const std::string_view key = without_quotes(tokens.next());
    const std::string_view value = tokens.next();
    if (token == "#is-not?" && key == "local") patterns.back().name_must_be_non_local = true;
    if (token == "#set!" && key == "local.scope-inherits") {
      patterns.back().scope_inherits = value == ")" || without_quotes(value) == "true";
    }
    if (value == ")" && depth > 0) --depth;
  }
  return patterns;
}

}  // namespace copse
