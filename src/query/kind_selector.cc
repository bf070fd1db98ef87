// Selectors of kinds in the manner of CSS, as ast-grep's `kind` takes them:
//
//   list      complex { "," complex }
//   complex   compound { (">" | "+" | "~" | " ") compound }
//   compound  [ kind ] { ":" name "(" argument ")" }
//   name      has, not, is, nth-child, nth-last-child
#include <optional>
#include <utility>

#include "query/rule_program.h"

namespace copse {
namespace {

struct Token {
  enum class Kind : std::uint8_t { Word, Combinator, Dot, Colon, Open, Close, Comma, End };

  Kind kind = Kind::End;
  char combinator = ' ';
  std::string_view word;
};

bool is_word_byte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
         byte == '-' || (byte >= '0' && byte <= '9');
}

bool is_space(char byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

class SelectorCompiler {
 public:
  SelectorCompiler(std::string_view text, RuleProgram& program) : text_(text), program_(program) {}

  Result<std::uint32_t> run() {
    skip_spaces();
    while (!text_.empty() && is_space(text_.back()))
      text_.remove_suffix(1);
    COPSE_TRY(const std::uint32_t step, list());
    COPSE_TRY(const Token rest, peek());
    if (rest.kind != Token::Kind::End) return fail("Unexpected token");
    return step;
  }

 private:
  using Op = RuleStep::Op;
  static constexpr int kDepthMax = 32;  // of parentheses

  static Error fail(std::string message) {
    return {ErrorCode::InvalidArgument, "kind: " + std::move(message)};
  }

  void skip_spaces() {
    while (!text_.empty() && is_space(text_.front()))
      text_.remove_prefix(1);
  }

  Token take(Token token, std::size_t size, bool spaces_follow) {
    text_.remove_prefix(size);
    if (spaces_follow) skip_spaces();
    return token;
  }

  Result<Token> read() {
    using Kind = Token::Kind;
    if (!text_.empty() && text_.front() == ' ') {
      std::size_t size = 0;
      while (size < text_.size() && is_space(text_[size]))
        ++size;
      constexpr std::string_view kSwallows = "+~>),";
      if (size == text_.size() || kSwallows.find(text_[size]) == std::string_view::npos) {
        return take({Kind::Combinator, ' ', {}}, size, true);
      }
      text_.remove_prefix(size);
    }
    if (text_.empty()) return Token{};
    const char byte = text_.front();
    switch (byte) {
      case '+':
      case '~':
      case '>':
        return take({Kind::Combinator, byte, {}}, 1, true);
      case '.':
        return take({Kind::Dot, ' ', {}}, 1, false);
      case ':':
        return take({Kind::Colon, ' ', {}}, 1, false);
      case '(':
        return take({Kind::Open, ' ', {}}, 1, true);
      case ')':
        return take({Kind::Close, ' ', {}}, 1, false);
      case ',':
        return take({Kind::Comma, ' ', {}}, 1, true);
      default:
        break;
    }
    std::size_t size = 0;
    while (size < text_.size() && is_word_byte(text_[size]))
      ++size;
    if (size == 0 || (byte >= '0' && byte <= '9')) {
      return fail("Illegal character " + std::string(1, byte) + " encountered");
    }
    return take({Kind::Word, ' ', text_.substr(0, size)}, size, false);
  }

  Result<Token> peek() {
    if (!ahead_) {
      COPSE_TRY(ahead_, read());
    }
    return *ahead_;
  }

  Result<Token> next() {
    COPSE_TRY(const Token token, peek());
    ahead_.reset();
    return token;
  }

  // Goes as deep as parentheses do, at most kDepthMax.
  Result<std::uint32_t> list() {
    RuleStep any;
    any.op = Op::Any;
    for (;;) {
      COPSE_TRY(const Token first, peek());
      if (first.kind == Token::Kind::End) break;
      COPSE_TRY(const std::uint32_t part, complex());
      any.parts.push_back(part);
      COPSE_TRY(const Token separator, peek());
      if (separator.kind != Token::Kind::Comma) break;
      ahead_.reset();
    }
    return add_step(program_, std::move(any));
  }

  Result<std::uint32_t> complex() {
    COPSE_TRY(std::uint32_t left, compound());
    for (;;) {
      COPSE_TRY(const Token token, peek());
      if (token.kind != Token::Kind::Combinator) return left;
      ahead_.reset();
      COPSE_TRY(const std::uint32_t right, compound());
      RuleStep relation;
      const bool inside = token.combinator == '>' || token.combinator == ' ';
      relation.op = inside ? Op::Inside : Op::Follows;
      relation.inner = left;
      relation.stop_by = token.combinator == '>' || token.combinator == '+'
                             ? RuleSpec::StopBy::Neighbor
                             : RuleSpec::StopBy::End;
      RuleStep all;
      all.op = Op::All;
      all.parts = {right, add_step(program_, std::move(relation))};
      left = add_step(program_, std::move(all));
    }
  }

  Result<std::uint32_t> compound() {
    RuleStep all;
    all.op = Op::All;
    COPSE_TRY(Token token, peek());
    if (token.kind == Token::Kind::Word) {
      ahead_.reset();
      RuleStep kind;
      kind.op = Op::Kind;
      kind.symbol = kind_named(*program_.grammar, token.word);
      if (kind.symbol == 0) return fail("Kind `" + std::string(token.word) + "` is invalid.");
      all.parts.push_back(add_step(program_, std::move(kind)));
    }
    for (;;) {
      COPSE_TRY(token, peek());
      if (token.kind == Token::Kind::Dot) return fail("class-selector is not supported yet");
      if (token.kind != Token::Kind::Colon) break;
      ahead_.reset();
      COPSE_TRY(const std::uint32_t part, pseudo_class());
      all.parts.push_back(part);
    }
    if (all.parts.empty()) return fail("Missing Selector");
    return add_step(program_, std::move(all));
  }

  Result<std::uint32_t> pseudo_class() {
    COPSE_TRY(const Token name, next());
    if (name.kind != Token::Kind::Word) return fail("Unexpected token");
    COPSE_TRY(const Token open, next());
    if (open.kind != Token::Kind::Open) return fail("Expected '(' after pseudo-class");
    if (++depth_ > kDepthMax) return fail("parentheses are nested too deep");
    COPSE_TRY(const std::uint32_t step, argument(name.word));
    --depth_;
    COPSE_TRY(const Token close, next());
    if (close.kind != Token::Kind::Close) return fail("Expected ')' to close pseudo-class");
    return step;
  }

  Result<std::uint32_t> argument(std::string_view name) {
    RuleStep step;
    if (name == "is") return list();
    if (name == "has") {
      step.op = Op::Has;
      step.stop_by = RuleSpec::StopBy::End;
      COPSE_TRY(const Token first, peek());
      if (first.kind == Token::Kind::Combinator && first.combinator == '>') {
        ahead_.reset();
        step.stop_by = RuleSpec::StopBy::Neighbor;
      }
      COPSE_TRY(step.inner, complex());
    } else if (name == "not") {
      step.op = Op::Not;
      COPSE_TRY(step.inner, complex());
    } else if (name == "nth-child" || name == "nth-last-child") {
      return nth_child(name == "nth-last-child");
    } else {
      return fail("Unknown pseudo-class '" + std::string(name) + "'");
    }
    return add_step(program_, std::move(step));
  }

  Result<std::uint32_t> nth_child(bool reverse) {
    RuleStep step;
    step.op = Op::NthChild;
    step.reverse = reverse;
    const std::size_t size = std::min(text_.find_first_not_of("0123456789nN+- "), text_.size());
    COPSE_TRY(step.position, parse_child_position(text_.substr(0, size)));
    text_.remove_prefix(size);
    skip_spaces();
    COPSE_TRY(const Token token, peek());
    if (token.kind == Token::Kind::Word && token.word == "of") {
      ahead_.reset();
      skip_spaces();
      COPSE_TRY(step.inner, complex());
    }
    return add_step(program_, std::move(step));
  }

  std::string_view text_;
  RuleProgram& program_;
  std::optional<Token> ahead_;
  int depth_ = 0;
};

}  // namespace

Result<std::uint32_t> compile_kind_selector(std::string_view selector, RuleProgram& program) {
  return SelectorCompiler(selector, program).run();
}

}  // namespace copse
