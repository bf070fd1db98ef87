// One query over tree after tree: keeps its memory between them. For one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "copse/query.h"

#include "query/compiled_query.h"
#include "query/matcher.h"
#include "syntax/tree_data.h"

namespace copse {

class QueryScan {
 public:
  explicit QueryScan(const Query& query);

  // Calls `visit` for each match whose predicates hold, until it answers false. `nodes` are the
  // tree's, shaped at least; they are located when the query needs that, or `visit` asks a Node for
  // its place. Faults met on the way are the tree's: see TreeData::fault().
  void run(const TreeData& data, const CopseFlatNode* nodes, bool located, const MatchScope& scope,
           const std::function<bool(const Match&)>& visit);
  // The same without anybody to visit: how many there are, `limit` at most.
  std::uint64_t count(const TreeData& data, const CopseFlatNode* nodes, bool located,
                      const MatchScope& scope, std::uint64_t limit);

  // Whether a match can begin at all among nodes [0, count): what a tree is not worth walking for.
  bool can_begin(const CopseFlatNode* nodes, std::uint32_t count) const;

  std::uint64_t nodes_entered() const { return matcher_.entered(); }
  bool did_exceed_match_limit() const { return matcher_.did_exceed_match_limit(); }

 private:
  bool holds(const TreeData& data, const FoundMatch& match);

  std::shared_ptr<const Query::Compiled> compiled_;
  Matcher matcher_;
  std::vector<Capture> captures_;
};

}  // namespace copse
