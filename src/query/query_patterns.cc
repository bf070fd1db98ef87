#include "query/query_patterns.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "core/check.h"

namespace copse {
namespace {

using Steps = std::span<const TSQueryPredicateStep>;

std::vector<std::string> names_of_captures(const TSQuery* query) {
  std::vector<std::string> names(copse_query_capture_count(query));
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::uint32_t length = 0;
    const char* name =
        copse_query_capture_name_for_id(query, static_cast<std::uint32_t>(i), &length);
    names[i].assign(name, length);
  }
  return names;
}

std::string string_of(const TSQuery* query, const TSQueryPredicateStep& step) {
  std::uint32_t length = 0;
  const char* text = copse_query_string_value_for_id(query, step.value_id, &length);
  return {text, length};
}

bool is_capture(const TSQueryPredicateStep& step) {
  return step.type == TSQueryPredicateStepTypeCapture;
}

GeneralPredicate predicate_of(const TSQuery* query, Steps steps) {
  COPSE_CHECK(!steps.empty() && !is_capture(steps[0]));
  GeneralPredicate predicate{string_of(query, steps[0]), {}};
  for (const TSQueryPredicateStep& argument : steps.subspan(1)) {
    if (is_capture(argument)) {
      predicate.arguments.push_back({argument.value_id, {}});
    } else {
      predicate.arguments.push_back({std::nullopt, string_of(query, argument)});
    }
  }
  return predicate;
}

std::vector<GeneralPredicate> predicates_of(const TSQuery* query, std::uint32_t pattern) {
  std::uint32_t length = 0;
  const TSQueryPredicateStep* first = copse_query_predicates_for_pattern(query, pattern, &length);
  std::vector<GeneralPredicate> result;
  for (Steps steps(first, length); !steps.empty();) {
    const auto done = std::find_if(steps.begin(), steps.end(), [](const auto& step) {
      return step.type == TSQueryPredicateStepTypeDone;
    });
    const auto size = static_cast<std::size_t>(done - steps.begin());
    result.push_back(predicate_of(query, steps.first(size)));
    steps = steps.subspan(std::min(size + 1, steps.size()));
  }
  return result;
}

CaptureQuantifier quantifier_of(TSQuantifier quantifier) {
  switch (quantifier) {
    case TSQuantifierZero:
      return CaptureQuantifier::Zero;
    case TSQuantifierZeroOrOne:
      return CaptureQuantifier::ZeroOrOne;
    case TSQuantifierZeroOrMore:
      return CaptureQuantifier::ZeroOrMore;
    case TSQuantifierOne:
      return CaptureQuantifier::One;
    case TSQuantifierOneOrMore:
      return CaptureQuantifier::OneOrMore;
  }
  return CaptureQuantifier::Zero;
}

std::vector<CaptureCount> captures_of(const TSQuery* query, std::uint32_t pattern) {
  std::vector<CaptureCount> result;
  const std::uint32_t count = copse_query_capture_quantifier_count(query, pattern);
  for (std::uint32_t capture = 0; capture < count; ++capture) {
    const CaptureQuantifier quantifier =
        quantifier_of(copse_query_capture_quantifier_for_id(query, pattern, capture));
    if (quantifier != CaptureQuantifier::Zero) result.push_back({capture, quantifier});
  }
  return result;
}

// As ts_query_is_pattern_guaranteed_at_step, which takes the last offset that is not behind the
// byte.
std::vector<std::uint32_t> guarantee_changes_of(const TSQuery* query) {
  std::vector<std::uint32_t> changes;
  bool guaranteed = false;
  const std::uint32_t steps = copse_query_step_count(query);
  const std::uint32_t count = copse_query_step_offset_count(query);
  for (std::uint32_t i = 0; i < count; ++i) {
    const CopseQueryStepOffset offset = copse_query_step_offset(query, i);
    const bool now =
        offset.step < steps && copse_query_step(query, offset.step).root_pattern_guaranteed;
    if (now == guaranteed) continue;
    guaranteed = now;
    if (!changes.empty() && changes.back() == offset.byte) {
      changes.pop_back();
    } else {
      changes.push_back(offset.byte);
    }
  }
  return changes;
}

}  // namespace

QueryPatterns patterns_of(const TSQuery* query) {
  QueryPatterns patterns;
  patterns.capture_names = names_of_captures(query);
  patterns.all.resize(copse_query_pattern_count(query));
  for (std::uint32_t i = 0; i < patterns.all.size(); ++i) {
    QueryPattern& pattern = patterns.all[i];
    pattern.facts.begin_byte = copse_query_start_byte_for_pattern(query, i);
    pattern.facts.end_byte = copse_query_end_byte_for_pattern(query, i);
    pattern.facts.is_non_local = copse_query_is_pattern_non_local(query, i);
    pattern.captures = captures_of(query, i);
    pattern.predicates = predicates_of(query, i);
  }
  const std::uint32_t entries = copse_query_entry_count(query);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const CopseQueryEntry entry = copse_query_entry(query, i);
    if (!entry.is_rooted) patterns.all[entry.pattern].facts.is_rooted = false;
  }
  patterns.guarantee_changes = guarantee_changes_of(query);
  return patterns;
}

}  // namespace copse
