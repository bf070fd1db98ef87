#include "query/predicates.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>

namespace copse {
namespace {

using Argument = GeneralPredicate::Argument;
using Arguments = std::span<const Argument>;

bool is_capture(const Argument& argument) {
  return argument.capture.has_value();
}

// "any-not-match?" taken apart.
struct Operator {
  std::string_view base;
  bool positive = true;
  bool all_nodes = true;
};

bool consume(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Empty base: not a predicate on text.
Operator parse_operator(std::string_view name) {
  Operator result;
  if (name == "any-of?" || name == "not-any-of?") {
    return {.base = "any-of?", .positive = name == "any-of?", .all_nodes = true};
  }
  result.all_nodes = !consume(name, "any-");
  result.positive = !consume(name, "not-");
  if (name == "eq?" || name == "match?") result.base = name;
  return result;
}

class Compiler {
 public:
  explicit Compiler(const std::vector<std::string>& capture_names)
      : capture_names_(capture_names) {}

  Status predicate(const GeneralPredicate& written, PatternPredicates& out) const {
    const std::string_view name = written.name;
    const Arguments arguments = written.arguments;
    const Operator parsed = parse_operator(name);
    if (parsed.base.empty()) {
      if (name == "set!" || name == "is?" || name == "is-not?") return property(name, arguments);
      return success();
    }
    COPSE_TRY_STATUS(check_arguments(name, parsed, arguments));
    TextPredicate made{.capture = *arguments[0].capture,
                       .positive = parsed.positive,
                       .all_nodes = parsed.all_nodes,
                       .condition = TextPredicate::EqualsCapture{0}};
    if (parsed.base == "any-of?") {
      made.condition = any_of(arguments.subspan(1));
    } else if (parsed.base == "match?") {
      auto regex = Regex::compile(arguments[1].text);
      if (!regex.ok()) {
        return refused(name, "cannot use the pattern " + quoted(arguments[1]) + ": " +
                                 regex.error().message());
      }
      made.condition = TextPredicate::MatchesRegex{std::move(regex).value()};
    } else if (is_capture(arguments[1])) {
      made.condition = TextPredicate::EqualsCapture{*arguments[1].capture};
    } else {
      made.condition = TextPredicate::EqualsText{arguments[1].text};
    }
    out.push_back(std::move(made));
    return success();
  }

 private:
  std::string quoted(const Argument& argument) const {
    if (is_capture(argument)) return "@" + capture_names_[*argument.capture];
    return '"' + argument.text + '"';
  }

  static Error refused(std::string_view name, const std::string& reason) {
    return {ErrorCode::InvalidArgument, '#' + std::string(name) + ' ' + reason};
  }

  static Error wrong_count(std::string_view name, std::string_view expected, std::size_t got) {
    return refused(name, "takes " + std::string(expected) + ", not " + std::to_string(got));
  }

  Status check_arguments(std::string_view name, const Operator& parsed, Arguments arguments) const {
    const bool list = parsed.base == "any-of?";
    if (list ? arguments.empty() : arguments.size() != 2) {
      return wrong_count(name, list ? "at least 1 argument" : "2 arguments", arguments.size());
    }
    if (!is_capture(arguments[0])) {
      return refused(name, "takes a capture first, not " + quoted(arguments[0]));
    }
    if (parsed.base == "eq?") return success();
    for (const Argument& argument : arguments.subspan(1)) {
      if (!is_capture(argument)) continue;
      return refused(name, "takes a string after its capture, not " + quoted(argument));
    }
    return success();
  }

  TextPredicate::IsAnyOf any_of(Arguments arguments) const {
    TextPredicate::IsAnyOf result;
    for (const Argument& argument : arguments) {
      result.texts.push_back(argument.text);
    }
    std::sort(result.texts.begin(), result.texts.end());
    return result;
  }

  // A key, perhaps a value, perhaps one capture, in any order.
  static Status property(std::string_view name, Arguments arguments) {
    if (arguments.empty() || arguments.size() > 3) {
      return wrong_count(name, "1 to 3 arguments", arguments.size());
    }
    const auto captures = std::count_if(arguments.begin(), arguments.end(), is_capture);
    const auto strings = static_cast<std::ptrdiff_t>(arguments.size()) - captures;
    if (captures > 1) return refused(name, "takes one capture at most");
    if (strings > 2) return refused(name, "takes a key and a value, not three strings");
    if (strings == 0) return refused(name, "needs a key");
    return success();
  }

  const std::vector<std::string>& capture_names_;
};

// The nodes of one capture, in the order of the match.
class CapturedNodes {
 public:
  CapturedNodes(const std::vector<Capture>& captures, std::uint32_t index)
      : captures_(captures), index_(index) {}

  std::optional<std::string_view> next_text() {
    while (position_ < captures_.size()) {
      const Capture& capture = captures_[position_++];
      if (capture.index == index_) return capture.node.text();
    }
    return std::nullopt;
  }

 private:
  const std::vector<Capture>& captures_;
  std::uint32_t index_;
  std::size_t position_ = 0;
};

// The binding's loop: with all_nodes the first node that fails decides, without it the first that
// holds. When none decides the predicate holds, so that any-... on its own refuses nothing: a slip
// of the binding that programs on it live with, and so do we.
template <typename Test>
bool holds(const TextPredicate& predicate, const std::vector<Capture>& captures, Test&& test) {
  CapturedNodes nodes(captures, predicate.capture);
  while (const auto text = nodes.next_text()) {
    const bool as_wanted = test(*text) == predicate.positive;
    if (!as_wanted && predicate.all_nodes) return false;
    if (as_wanted && !predicate.all_nodes) return true;
  }
  return true;
}

// Two captures are compared node by node; where no pair decides, they must have the same length.
bool holds_between(const TextPredicate& predicate, std::uint32_t other,
                   const std::vector<Capture>& captures) {
  CapturedNodes left(captures, predicate.capture);
  CapturedNodes right(captures, other);
  for (;;) {
    const auto left_text = left.next_text();
    const auto right_text = right.next_text();
    if (!left_text || !right_text) return !left_text && !right_text;
    const bool as_wanted = (*left_text == *right_text) == predicate.positive;
    if (!as_wanted && predicate.all_nodes) return false;
    if (as_wanted && !predicate.all_nodes) return true;
  }
}

bool satisfies_one(const TextPredicate& predicate, const std::vector<Capture>& captures) {
  if (const auto* equal = std::get_if<TextPredicate::EqualsCapture>(&predicate.condition)) {
    return holds_between(predicate, equal->other, captures);
  }
  if (const auto* equal = std::get_if<TextPredicate::EqualsText>(&predicate.condition)) {
    return holds(predicate, captures, [&](std::string_view text) { return text == equal->text; });
  }
  if (const auto* match = std::get_if<TextPredicate::MatchesRegex>(&predicate.condition)) {
    return holds(predicate, captures,
                 [&](std::string_view text) { return match->regex.search(text); });
  }
  const auto& any = std::get_if<TextPredicate::IsAnyOf>(&predicate.condition)->texts;
  return holds(predicate, captures, [&](std::string_view text) {
    return std::binary_search(any.begin(), any.end(), text);
  });
}

}  // namespace

bool compares_text(std::string_view name) {
  return !parse_operator(name).base.empty();
}

Result<PatternPredicates> compile_predicates(const std::vector<GeneralPredicate>& predicates,
                                             const std::vector<std::string>& capture_names) {
  const Compiler compiler(capture_names);
  PatternPredicates result;
  for (const GeneralPredicate& predicate : predicates) {
    COPSE_TRY_STATUS(compiler.predicate(predicate, result));
  }
  return result;
}

bool satisfies(const PatternPredicates& predicates, const std::vector<Capture>& captures) {
  return std::all_of(predicates.begin(), predicates.end(), [&](const TextPredicate& predicate) {
    return satisfies_one(predicate, captures);
  });
}

}  // namespace copse
