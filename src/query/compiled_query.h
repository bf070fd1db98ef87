// What a Query holds. Immutable; shared by threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "copse/query.h"

#include "query/predicates.h"
#include "query/query_engine.h"
#include "query/query_facts.h"
#include "query/query_program.h"
#include "query/query_tables.h"
#include "query/tree_needs.h"

namespace copse {

struct FreeQuery {
  void operator()(TSQuery* query) const { copse_query_delete(query); }
};
using QueryHandle = std::unique_ptr<TSQuery, FreeQuery>;

struct Query::Compiled {
  explicit Compiled(Language query_language)
      : language(std::move(query_language)), tables(*language.grammar()) {}

  Language language;
  QueryTables tables;
  QueryHandle query;
  QueryProgram program;
  StartTable starts;
  SingleNodes single_nodes;
  std::vector<std::string> capture_names;
  std::vector<PatternPredicates> predicates;
  QueryFacts facts;
  TreeNeeds needs;
};

}  // namespace copse
