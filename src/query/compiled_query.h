// What a Query holds. Immutable; shared by threads.
#pragma once

#include <cstdint>
#include <vector>

#include "copse/query.h"

#include "query/predicates.h"
#include "query/query_facts.h"
#include "query/query_program.h"
#include "query/query_tables.h"
#include "query/tree_needs.h"

namespace copse {

struct Query::Compiled {
  // REQUIRES: the parts were compiled for that language. Follow it up with compile_predicates().
  Compiled(Language query_language, QueryParts parts);

  // On failure `pattern` is the one whose predicates are refused.
  Status compile_predicates(std::uint32_t& pattern);

  Language language;
  QueryTables tables;
  QueryProgram program;
  QueryFacts facts;
  // Made of these.
  StartTable starts;
  SingleNodes single_nodes;
  std::vector<PatternPredicates> predicates;
  TreeNeeds needs;
};

}  // namespace copse
