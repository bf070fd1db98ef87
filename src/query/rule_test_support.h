// For the tests of rules: a rule compiled with a grammar of the build, run over a source.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "query/code_rule.h"
#include "query/query_test_support.h"

namespace copse {

inline Result<CodeRule> compile_for_test(const std::string& language, const RuleSet& set) {
  const TestLanguage& grammar = test_language(language);
  std::vector<std::shared_ptr<const TreeData>> parsed;
  for (const std::string& text : CodeRule::fragments(set.document(0), language)) {
    parsed.push_back(grammar.parse(text).data());
  }
  return CodeRule::compile(grammar.language(), set.document(0), parsed);
}

// Each match's text, then what its metavariables stand for: "f(1) A=1|g(2, 3) A=2 A=3". An error
// gives its message.
inline std::string found_by(const std::string& language, const Result<RuleSet>& set,
                            std::string_view source) {
  if (!set.ok()) return set.error().message();
  const auto rule = compile_for_test(language, set.value());
  if (!rule.ok()) return rule.error().message();
  std::string out;
  const Status status =
      rule.value().matches(test_language(language).parse(source), [&](const Match& match) {
        if (!out.empty()) out += '|';
        for (const Capture& capture : *match.captures) {
          if (capture.index != 0) out += ' ' + rule.value().capture_names()[capture.index] + '=';
          out += capture.node.text();
        }
        return true;
      });
  return status.ok() ? out : status.error().message();
}

inline std::string found_by_pattern(const std::string& language, const PatternSpec& pattern,
                                    std::string_view source) {
  return found_by(language, RuleSet::from_pattern(pattern, language), source);
}

inline std::string found_by_pattern(const std::string& language, const std::string& pattern,
                                    std::string_view source) {
  return found_by_pattern(language, PatternSpec{pattern, {}, Strictness::Smart}, source);
}

inline std::string found_in_context(const std::string& language, const std::string& context,
                                    const std::string& selector, std::string_view source) {
  return found_by_pattern(language, PatternSpec{context, selector, Strictness::Smart}, source);
}

inline std::string found_by_yaml(const std::string& language, const std::string& yaml,
                                 std::string_view source) {
  return found_by(language, RuleSet::from_yaml("r.yml", "language: " + language + "\n" + yaml),
                  source);
}

}  // namespace copse
