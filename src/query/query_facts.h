// What Query's questions about its text are answered from.
#pragma once

#include <cstdint>
#include <vector>

#include "copse/query_facts.h"

#include "query/query_engine.h"

namespace copse {

// Immutable. Borrows the compiled query, which must outlive it.
class QueryFacts {
 public:
  // What is not a predicate on text, of one pattern.
  struct Directives {
    std::vector<QueryProperty> properties;
    std::vector<PropertyPredicate> property_predicates;
    std::vector<GeneralPredicate> general_predicates;
  };

  QueryFacts() = default;
  // REQUIRES: compile_predicates() accepted the query.
  explicit QueryFacts(const TSQuery* query);

  const TSQuery* query() const { return query_; }
  const Directives& directives(std::uint32_t pattern) const;

 private:
  const TSQuery* query_ = nullptr;
  std::vector<Directives> directives_;  // by pattern
};

}  // namespace copse
