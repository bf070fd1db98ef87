#include "query/query_scan.h"

namespace copse {

QueryScan::QueryScan(const Query& query)
    : compiled_(query.compiled()),
      matcher_(compiled_->program, compiled_->starts, compiled_->tables.view()) {}

bool QueryScan::begin(const TreeData& data, const CopseFlatNode* nodes, bool located,
                      const MatchScope& scope) {
  positions_.data = &data;
  matcher_.begin({nodes, located ? nullptr : &positions_}, scope);
  return matcher_.can_match();
}

bool QueryScan::holds(const FoundMatch& match) {
  captures_.clear();
  for (const MatchCapture& capture : match.captures) {
    captures_.push_back({capture.index, Node(positions_.data, capture.node, capture.alias)});
  }
  const PatternPredicates& predicates = compiled_->predicates[match.pattern];
  return predicates.empty() || satisfies(predicates, captures_);
}

void QueryScan::run(const std::function<bool(const Match&)>& visit) {
  FoundMatch match;
  while (matcher_.next(match)) {
    if (holds(match) && !visit({match.pattern, &captures_})) return;
  }
}

std::uint64_t QueryScan::count(std::uint64_t limit) {
  std::uint64_t count = 0;
  FoundMatch match;
  while (count < limit && matcher_.next(match)) {
    const bool unconditional = compiled_->predicates[match.pattern].empty();
    count += unconditional || holds(match) ? 1U : 0U;
  }
  return count;
}

}  // namespace copse
