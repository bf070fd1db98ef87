#include "query/query_scan.h"

namespace copse {
namespace {

class TreePositions : public NodePositions {
 public:
  explicit TreePositions(const TreeData& data) : data_(data) {}
  void locate() override { static_cast<void>(data_.nodes()); }

 private:
  const TreeData& data_;
};

}  // namespace

QueryScan::QueryScan(const Query& query)
    : compiled_(query.compiled()),
      matcher_(compiled_->program, compiled_->starts, compiled_->tables.view()) {}

bool QueryScan::can_begin(const CopseFlatNode* nodes, std::uint32_t count) const {
  for (std::uint32_t i = 0; i < count; ++i) {
    if (compiled_->starts.concerns(nodes[i].tag)) return true;
  }
  return false;
}

bool QueryScan::holds(const TreeData& data, const FoundMatch& match) {
  captures_.clear();
  for (const MatchCapture& capture : match.captures) {
    captures_.push_back({capture.index, Node(&data, capture.node, capture.alias)});
  }
  const PatternPredicates& predicates = compiled_->predicates[match.pattern];
  return predicates.empty() || satisfies(predicates, captures_);
}

void QueryScan::run(const TreeData& data, const CopseFlatNode* nodes, bool located,
                    const MatchScope& scope, const std::function<bool(const Match&)>& visit) {
  TreePositions positions(data);
  matcher_.begin({nodes, located ? nullptr : &positions}, scope);
  FoundMatch match;
  while (matcher_.next(match)) {
    if (holds(data, match) && !visit({match.pattern, &captures_})) return;
  }
}

std::uint64_t QueryScan::count(const TreeData& data, const CopseFlatNode* nodes, bool located,
                               const MatchScope& scope, std::uint64_t limit) {
  TreePositions positions(data);
  matcher_.begin({nodes, located ? nullptr : &positions}, scope);
  std::uint64_t count = 0;
  FoundMatch match;
  while (count < limit && matcher_.next(match)) {
    const bool unconditional = compiled_->predicates[match.pattern].empty();
    count += unconditional || holds(data, match) ? 1U : 0U;
  }
  return count;
}

}  // namespace copse
