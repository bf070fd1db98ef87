#include "query/query_facts.h"

#include <algorithm>
#include <string>
#include <utility>

#include "copse/query.h"

#include "core/check.h"
#include "query/predicates.h"

namespace copse {
namespace {

// The first string is the key, the second the value.
QueryProperty property_of(const GeneralPredicate& predicate) {
  QueryProperty property;
  bool has_key = false;
  for (const GeneralPredicate::Argument& argument : predicate.arguments) {
    if (argument.capture) {
      property.capture = argument.capture;
    } else if (has_key) {
      property.value = argument.text;
    } else {
      property.key = argument.text;
      has_key = true;
    }
  }
  return property;
}

QueryFacts::Directives directives_of(const QueryPattern& pattern) {
  QueryFacts::Directives result;
  for (const GeneralPredicate& predicate : pattern.predicates) {
    const std::string& name = predicate.name;
    if (name == "set!") {
      result.properties.push_back(property_of(predicate));
    } else if (name == "is?" || name == "is-not?") {
      result.property_predicates.push_back({property_of(predicate), name == "is?"});
    } else if (!compares_text(name)) {
      result.general_predicates.push_back(predicate);
    }
  }
  return result;
}

}  // namespace

QueryFacts::QueryFacts(QueryPatterns patterns) : patterns_(std::move(patterns)) {
  directives_.reserve(patterns_.all.size());
  for (const QueryPattern& pattern : patterns_.all) {
    directives_.push_back(directives_of(pattern));
  }
}

const QueryPattern& QueryFacts::pattern(std::uint32_t index) const {
  COPSE_CHECK(index < patterns_.all.size());
  return patterns_.all[index];
}

const QueryFacts::Directives& QueryFacts::directives(std::uint32_t pattern) const {
  COPSE_CHECK(pattern < directives_.size());
  return directives_[pattern];
}

std::uint32_t Query::pattern_count() const {
  return static_cast<std::uint32_t>(facts().patterns().all.size());
}

const std::vector<std::string>& Query::capture_names() const {
  return facts().patterns().capture_names;
}

PatternFacts Query::pattern_facts(std::uint32_t pattern) const {
  return facts().pattern(pattern).facts;
}

CaptureQuantifier Query::capture_quantifier(std::uint32_t pattern, std::uint32_t capture) const {
  COPSE_CHECK(capture < capture_names().size());
  const std::vector<CaptureCount>& counts = facts().pattern(pattern).captures;
  const auto found = std::lower_bound(
      counts.begin(), counts.end(), capture,
      [](const CaptureCount& count, std::uint32_t wanted) { return count.capture < wanted; });
  const bool is_named = found != counts.end() && found->capture == capture;
  return is_named ? found->quantifier : CaptureQuantifier::Zero;
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
  const std::vector<std::uint32_t>& changes = facts().patterns().guarantee_changes;
  const auto behind = std::upper_bound(changes.begin(), changes.end(), byte);
  return (behind - changes.begin()) % 2 == 1;
}

}  // namespace copse
