// What a compiled query says of its patterns beside the steps to match, as data: read out of
// tree-sitter's compiler, or out of stored bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "copse/query_facts.h"

#include "query/query_engine.h"
#include "query/query_program.h"

namespace copse {

struct CaptureCount {
  std::uint32_t capture = 0;  // index in QueryPatterns::capture_names
  CaptureQuantifier quantifier = CaptureQuantifier::Zero;
};

struct QueryPattern {
  PatternFacts facts;
  std::vector<CaptureCount> captures;        // ascending; all others are Zero
  std::vector<GeneralPredicate> predicates;  // whatever they mean, in the order of the text
};

struct QueryPatterns {
  std::vector<std::string> capture_names;
  std::vector<QueryPattern> all;
  // Where in the text Query::is_guaranteed_at() changes its answer, which begins with false.
  // Ascending.
  std::vector<std::uint32_t> guarantee_changes;
};

// O(the query).
QueryPatterns patterns_of(const TSQuery* query);

// All of a compiled query that is not made of something else.
struct QueryParts {
  ProgramParts program;
  QueryPatterns patterns;
};

}  // namespace copse
