// Matches of one tree, asked for or visited.
#include <memory>
#include <utility>

#include "copse/query.h"

#include "query/compiled_query.h"
#include "query/match_range.h"
#include "query/query_scan.h"
#include "syntax/tree_data.h"

namespace copse {

struct MatchCursor::State {
  State(const Query& query, Tree of_tree) : tree(std::move(of_tree)), scan(query) {}

  Tree tree;
  QueryScan scan;
};

MatchCursor::MatchCursor(std::unique_ptr<State> state) : state_(std::move(state)) {}
MatchCursor::MatchCursor(MatchCursor&& other) noexcept = default;
MatchCursor& MatchCursor::operator=(MatchCursor&& other) noexcept = default;
MatchCursor::~MatchCursor() = default;

std::optional<Match> MatchCursor::next() {
  return state_->scan.next_match();
}

MatchSummary MatchCursor::summary() const {
  return {state_->scan.did_exceed_match_limit()};
}

Result<MatchCursor> Query::cursor(const Tree& tree, const MatchOptions& options) const {
  const TreeData& data = *tree.data();
  const Grammar& own = *compiled_->language.grammar();
  if (data.grammar.get() != &own && data.grammar->identity() != own.identity()) {
    return Error(ErrorCode::InvalidArgument, "the query is for grammar " + own.name() + " " +
                                                 own.identity().hex() + ", the tree of " +
                                                 data.grammar->name() + " " +
                                                 data.grammar->identity().hex());
  }
  COPSE_TRY(const MatchScope scope, scope_of(options, data));
  const CopseFlatNode* const nodes = data.nodes();
  COPSE_TRY_STATUS(data.fault());
  auto state = std::make_unique<MatchCursor::State>(*this, tree);
  state->scan.begin(data, nodes, true, scope);
  return MatchCursor(std::move(state));
}

Result<MatchSummary> Query::matches(const Tree& tree, const MatchOptions& options,
                                    const std::function<bool(const Match&)>& visit) const {
  COPSE_TRY(MatchCursor cursor, this->cursor(tree, options));
  while (const auto match = cursor.next()) {
    if (!visit(*match)) break;
  }
  return cursor.summary();
}

}  // namespace copse
