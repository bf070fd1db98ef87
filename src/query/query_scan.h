// One query over tree after tree: keeps its memory between them. For one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "copse/query.h"

#include "query/compiled_query.h"
#include "query/matcher.h"
#include "syntax/tree_data.h"

namespace copse {

class QueryScan {
 public:
  explicit QueryScan(const Query& query);

  // Begins with a tree whose `nodes` are shaped at least, and outlive the search. False when no
  // match can begin anywhere in it.
  bool begin(const TreeData& data, const CopseFlatNode* nodes, bool located,
             const MatchScope& scope);
  // Then one of these. Calls `visit` for each match whose predicates hold, until it answers false.
  // Nodes are located when the query needs that, or `visit` asks one for its place. Faults met on
  // the way are the tree's: see TreeData::fault().
  void run(const std::function<bool(const Match&)>& visit);
  // The next of these matches, valid until the next call; no value when there are no more.
  std::optional<Match> next_match();
  // How many there are, `limit` at most.
  std::uint64_t count(std::uint64_t limit);

  std::uint64_t nodes_entered() const { return matcher_.entered(); }
  bool did_exceed_match_limit() const { return matcher_.did_exceed_match_limit(); }

 private:
  class Positions : public NodePositions {
   public:
    void locate() override { static_cast<void>(data->nodes()); }
    const TreeData* data = nullptr;
  };

  bool holds(const FoundMatch& match);
  // The next match, by reading tags or by the matcher.
  bool next(FoundMatch& match);
  bool next_single_node(FoundMatch& match);
  void find_single_nodes();
  std::uint64_t count_single_nodes() const;

  std::shared_ptr<const Query::Compiled> compiled_;
  Positions positions_;
  Matcher matcher_;
  std::vector<Capture> captures_;

  // Of a tree whose matches are read off its tags.
  bool by_tags_ = false;
  bool has_predicates_ = false;
  bool is_given_ = false;  // somebody looks at captures_
  const CopseFlatNode* nodes_ = nullptr;
  std::uint32_t node_count_ = 0;
  // Nodes that match. Found before the first match is given out: whoever gets it may have its block
  // located, and then tags no longer tell which leaves have another name.
  std::vector<std::uint32_t> single_nodes_;
  std::size_t at_ = 0;          // in single_nodes_
  std::uint32_t entry_at_ = 0;  // pattern of that node
  std::vector<MatchCapture> found_captures_;
};

}  // namespace copse
