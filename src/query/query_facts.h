// What Query's questions about its text are answered from.
#pragma once

#include <cstdint>
#include <vector>

#include "copse/query_facts.h"

#include "query/query_patterns.h"

namespace copse {

// Immutable.
class QueryFacts {
 public:
  // What is not a predicate on text, of one pattern.
  struct Directives {
    std::vector<QueryProperty> properties;
    std::vector<PropertyPredicate> property_predicates;
    std::vector<GeneralPredicate> general_predicates;
  };

  QueryFacts() = default;
  // REQUIRES: compile_predicates() accepts the predicates of each pattern.
  explicit QueryFacts(QueryPatterns patterns);

  const QueryPatterns& patterns() const { return patterns_; }
  // REQUIRES, as those below: there is such a pattern.
  const QueryPattern& pattern(std::uint32_t index) const;
  const Directives& directives(std::uint32_t pattern) const;

 private:
  QueryPatterns patterns_;
  std::vector<Directives> directives_;  // by pattern
};

}  // namespace copse
