// The text predicates once more, straight from tree-sitter's Rust binding and with another regex
// engine: what src/query/predicates.cc is compared with.
#pragma once

#include <cstdint>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "tree_sitter/api.h"

namespace copse::query_differential {

class ReferencePredicates {
 public:
  explicit ReferencePredicates(const TSQuery* query) {
    for (std::uint32_t pattern = 0; pattern < ts_query_pattern_count(query); ++pattern) {
      std::uint32_t count = 0;
      const TSQueryPredicateStep* steps = ts_query_predicates_for_pattern(query, pattern, &count);
      patterns_.emplace_back();
      Predicate predicate;
      for (std::uint32_t i = 0; i < count; ++i) {
        if (steps[i].type != TSQueryPredicateStepTypeDone) {
          predicate.arguments.push_back(argument(query, steps[i]));
          continue;
        }
        patterns_.back().push_back(prepare(std::move(predicate)));
        predicate = {};
      }
    }
  }

  bool hold(const TSQueryMatch& match, std::string_view source) const {
    for (const Predicate& predicate : patterns_[match.pattern_index]) {
      if (!holds(predicate, match, source)) return false;
    }
    return true;
  }

 private:
  struct Argument {
    bool is_capture = false;
    std::uint32_t capture = 0;
    std::string text;
  };
  struct Predicate {
    std::vector<Argument> arguments;  // the operator's name first
    std::regex regex;
  };

  static Argument argument(const TSQuery* query, const TSQueryPredicateStep& step) {
    if (step.type == TSQueryPredicateStepTypeCapture) return {true, step.value_id, {}};
    std::uint32_t length = 0;
    const char* text = ts_query_string_value_for_id(query, step.value_id, &length);
    return {false, 0, std::string(text, length)};
  }

  static Predicate prepare(Predicate predicate) {
    const std::string& name = predicate.arguments[0].text;
    if (name.ends_with("match?") && predicate.arguments.size() == 3) {
      predicate.regex.assign(predicate.arguments[2].text);
    }
    return predicate;
  }

  static std::vector<std::string> texts(const TSQueryMatch& match, std::uint32_t capture,
                                        std::string_view source) {
    std::vector<std::string> result;
    for (std::uint32_t i = 0; i < match.capture_count; ++i) {
      if (match.captures[i].index != capture) continue;
      const std::uint32_t start = ts_node_start_byte(match.captures[i].node);
      const std::uint32_t end = ts_node_end_byte(match.captures[i].node);
      result.emplace_back(source.substr(start, end - start));
    }
    return result;
  }

  static bool holds(const Predicate& predicate, const TSQueryMatch& match,
                    std::string_view source) {
    const std::string& name = predicate.arguments[0].text;
    const bool is_eq =
        name == "eq?" || name == "not-eq?" || name == "any-eq?" || name == "any-not-eq?";
    const bool is_match = name == "match?" || name == "not-match?" || name == "any-match?" ||
                          name == "any-not-match?";
    const bool is_any_of = name == "any-of?" || name == "not-any-of?";
    if (!is_eq && !is_match && !is_any_of) return true;
    const bool positive = name.find("not-") == std::string::npos;
    const bool all = is_any_of || !name.starts_with("any-");
    const auto left = texts(match, predicate.arguments[1].capture, source);
    if (is_eq && predicate.arguments[2].is_capture) {
      const auto right = texts(match, predicate.arguments[2].capture, source);
      for (std::size_t i = 0; i < left.size() && i < right.size(); ++i) {
        const bool equal = left[i] == right[i];
        if (equal != positive && all) return false;
        if (equal == positive && !all) return true;
      }
      return left.size() == right.size();
    }
    for (const std::string& text : left) {
      bool result = false;
      if (is_match) result = std::regex_search(text, predicate.regex);
      for (std::size_t i = 2; !is_match && i < predicate.arguments.size(); ++i) {
        result = result || text == predicate.arguments[i].text;
      }
      if (result != positive && all) return false;
      if (result == positive && !all) return true;
    }
    return true;
  }

  std::vector<std::vector<Predicate>> patterns_;
};

}  // namespace copse::query_differential
