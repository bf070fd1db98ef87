#include "query/query_facts.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "copse/query.h"

#include "core/check.h"
#include "query/predicates.h"

namespace copse {
namespace {

using Steps = std::span<const TSQueryPredicateStep>;

std::string string_of(const TSQuery* query, const TSQueryPredicateStep& step) {
  std::uint32_t length = 0;
  const char* text = copse_query_string_value_for_id(query, step.value_id, &length);
  return {text, length};
}

// The first string is the key, the second the value.
QueryProperty property_of(const TSQuery* query, Steps arguments) {
  QueryProperty property;
  bool has_key = false;
  for (const TSQueryPredicateStep& argument : arguments) {
    if (argument.type == TSQueryPredicateStepTypeCapture) {
      property.capture = argument.value_id;
    } else if (has_key) {
      property.value = string_of(query, argument);
    } else {
      property.key = string_of(query, argument);
      has_key = true;
    }
  }
  return property;
}

GeneralPredicate general_of(const TSQuery* query, std::string name, Steps arguments) {
  GeneralPredicate predicate{std::move(name), {}};
  for (const TSQueryPredicateStep& argument : arguments) {
    if (argument.type == TSQueryPredicateStepTypeCapture) {
      predicate.arguments.push_back({argument.value_id, {}});
    } else {
      predicate.arguments.push_back({std::nullopt, string_of(query, argument)});
    }
  }
  return predicate;
}

QueryFacts::Directives directives_of(const TSQuery* query, std::uint32_t pattern) {
  std::uint32_t length = 0;
  const TSQueryPredicateStep* first = copse_query_predicates_for_pattern(query, pattern, &length);
  QueryFacts::Directives result;
  for (Steps steps(first, length); !steps.empty();) {
    const auto done = std::find_if(steps.begin(), steps.end(), [](const auto& step) {
      return step.type == TSQueryPredicateStepTypeDone;
    });
    const auto size = static_cast<std::size_t>(done - steps.begin());
    std::string name = string_of(query, steps[0]);
    const Steps arguments = steps.subspan(1, size - 1);
    if (name == "set!") {
      result.properties.push_back(property_of(query, arguments));
    } else if (name == "is?" || name == "is-not?") {
      result.property_predicates.push_back({property_of(query, arguments), name == "is?"});
    } else if (!compares_text(name)) {
      result.general_predicates.push_back(general_of(query, std::move(name), arguments));
    }
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

}  // namespace

QueryFacts::QueryFacts(const TSQuery* query) : query_(query) {
  const std::uint32_t count = copse_query_pattern_count(query);
  directives_.reserve(count);
  for (std::uint32_t pattern = 0; pattern < count; ++pattern) {
    directives_.push_back(directives_of(query, pattern));
  }
}

const QueryFacts::Directives& QueryFacts::directives(std::uint32_t pattern) const {
  COPSE_CHECK(pattern < directives_.size());
  return directives_[pattern];
}

PatternFacts Query::pattern_facts(std::uint32_t pattern) const {
  COPSE_CHECK(pattern < pattern_count());
  const TSQuery* query = facts().query();
  return {.begin_byte = copse_query_start_byte_for_pattern(query, pattern),
          .end_byte = copse_query_end_byte_for_pattern(query, pattern),
          .is_rooted = copse_query_is_pattern_rooted(query, pattern),
          .is_non_local = copse_query_is_pattern_non_local(query, pattern)};
}

CaptureQuantifier Query::capture_quantifier(std::uint32_t pattern, std::uint32_t capture) const {
  COPSE_CHECK(pattern < pattern_count() && capture < capture_names().size());
  return quantifier_of(copse_query_capture_quantifier_for_id(facts().query(), pattern, capture));
}

const std::vector<QueryProperty>& Query::properties(std::uint32_t pattern) const {
  return facts().directives(pattern).properties;
}

const std::vector<PropertyPredicate>& Query::property_predicates(std::uint32_t pattern) const {
  return facts().directives(pattern).property_predicates;
}

const std::vector<GeneralPredicate>& Query::general_predicates(std::uint32_t pattern) const {
  return facts().directives(pattern).general_predicates;
}

bool Query::is_guaranteed_at(std::uint32_t byte) const {
  return copse_query_is_pattern_guaranteed_at_step(facts().query(), byte);
}

}  // namespace copse
