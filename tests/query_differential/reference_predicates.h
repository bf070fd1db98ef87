// Predicates and directives once more, straight from tree-sitter's Rust binding (0.25.10,
// Query::from_raw_parts and satisfies_text_predicates) and with another regex engine: what
// src/query/predicates.cc and query_facts.cc are compared with.
#pragma once

#include <cstdint>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "copse/query.h"

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
        if (!refused_ && is_refused(predicate.arguments)) refused_ = pattern;
        patterns_.back().push_back(prepare(std::move(predicate)));
        predicate = {};
      }
    }
  }

  // The first pattern with arguments that the binding refuses, regular expressions apart.
  std::optional<std::uint32_t> refused() const { return refused_; }
  // The two regex engines' syntaxes are not the same; such a query is not for comparing.
  bool has_bad_regex() const { return has_bad_regex_; }
  bool has_regex() const { return has_regex_; }

  bool hold(const TSQueryMatch& match, std::string_view source) const {
    for (const Predicate& predicate : patterns_[match.pattern_index]) {
      if (!holds(predicate, match, source)) return false;
    }
    return true;
  }

  // All that are not on text, in one form for both sides.
  std::string directives(std::uint32_t pattern) const {
    std::string set;
    std::string is;
    std::string others;
    for (const Predicate& predicate : patterns_[pattern]) {
      const std::string& name = predicate.arguments[0].text;
      if (name == "set!") {
        set += "set " + as_property(predicate.arguments);
      } else if (name == "is?" || name == "is-not?") {
        is += (name == "is?" ? "is " : "is-not ") + as_property(predicate.arguments);
      } else if (!is_text(name)) {
        for (const Argument& each : predicate.arguments)
          others += each.is_capture ? "@" + std::to_string(each.capture) + " " : each.text + " ";
        others += "\n";
      }
    }
    return set + is + others;
  }
  static std::string directives(const Query& query, std::uint32_t pattern) {
    std::string out;
    for (const QueryProperty& property : query.properties(pattern))
      out += "set " + as_property(property);
    for (const PropertyPredicate& predicate : query.property_predicates(pattern))
      out += (predicate.positive ? "is " : "is-not ") + as_property(predicate.property);
    for (const GeneralPredicate& predicate : query.general_predicates(pattern)) {
      out += predicate.name + " ";
      for (const GeneralPredicate::Argument& each : predicate.arguments)
        out += each.capture ? "@" + std::to_string(*each.capture) + " " : each.text + " ";
      out += "\n";
    }
    return out;
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

  static bool is_eq(std::string_view name) {
    return name == "eq?" || name == "not-eq?" || name == "any-eq?" || name == "any-not-eq?";
  }
  static bool is_match(std::string_view name) {
    return name == "match?" || name == "not-match?" || name == "any-match?" ||
           name == "any-not-match?";
  }
  static bool is_any_of(std::string_view name) {
    return name == "any-of?" || name == "not-any-of?";
  }
  static bool is_text(std::string_view name) {
    return is_eq(name) || is_match(name) || is_any_of(name);
  }

  static bool is_refused(const std::vector<Argument>& all) {
    const std::string& name = all[0].text;
    std::size_t captures = 0;
    for (std::size_t i = 1; i < all.size(); ++i)
      captures += all[i].is_capture ? 1U : 0U;
    if (is_eq(name)) return all.size() != 3 || !all[1].is_capture;
    if (is_match(name)) return all.size() != 3 || !all[1].is_capture || all[2].is_capture;
    if (is_any_of(name)) return all.size() < 2 || !all[1].is_capture || captures > 1;
    if (name == "set!" || name == "is?" || name == "is-not?") {
      const std::size_t strings = all.size() - 1 - captures;
      return all.size() < 2 || all.size() > 4 || captures > 1 || strings == 0 || strings > 2;
    }
    return false;
  }

  Predicate prepare(Predicate predicate) {
    if (is_match(predicate.arguments[0].text) && !is_refused(predicate.arguments)) {
      has_regex_ = true;
      try {
        predicate.regex.assign(predicate.arguments[2].text);
      } catch (const std::regex_error&) {
        has_bad_regex_ = true;
      }
    }
    return predicate;
  }

  // "key=value @3": absent parts are left out.
  static std::string as_property(const std::vector<Argument>& arguments) {
    std::string key;
    std::string value;
    std::string capture;
    std::size_t strings = 0;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      if (arguments[i].is_capture) {
        capture = " @" + std::to_string(arguments[i].capture);
      } else if (strings++ == 0) {
        key = arguments[i].text;
      } else {
        value = "=" + arguments[i].text;
      }
    }
    return key + value + capture + "\n";
  }
  static std::string as_property(const QueryProperty& property) {
    return property.key + (property.value ? "=" + *property.value : "") +
           (property.capture ? " @" + std::to_string(*property.capture) : "") + "\n";
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
    if (!is_text(name)) return true;
    const bool positive = name.find("not-") == std::string::npos;
    const bool all = is_any_of(name) || !name.starts_with("any-");
    const auto left = texts(match, predicate.arguments[1].capture, source);
    if (is_eq(name) && predicate.arguments[2].is_capture) {
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
      if (is_match(name)) result = std::regex_search(text, predicate.regex);
      for (std::size_t i = 2; !is_match(name) && i < predicate.arguments.size(); ++i) {
        result = result || text == predicate.arguments[i].text;
      }
      if (result != positive && all) return false;
      if (result == positive && !all) return true;
    }
    return true;
  }

  std::vector<std::vector<Predicate>> patterns_;
  std::optional<std::uint32_t> refused_;
  bool has_regex_ = false;
  bool has_bad_regex_ = false;
};

}  // namespace copse::query_differential
