#include "query/query_scan.h"

#include <algorithm>
#include <span>

namespace copse {

QueryScan::QueryScan(const Query& query)
    : compiled_(query.compiled()),
      matcher_(compiled_->program, compiled_->starts, compiled_->tables.view()),
      has_predicates_(std::any_of(compiled_->predicates.begin(), compiled_->predicates.end(),
                                  [](const auto& of_pattern) { return !of_pattern.empty(); })) {}

bool QueryScan::begin(const TreeData& data, const CopseFlatNode* nodes, bool located,
                      const MatchScope& scope) {
  positions_.data = &data;
  matcher_.begin({nodes, located ? nullptr : &positions_}, scope);
  if (!matcher_.can_match()) return false;
  nodes_ = nodes;
  node_count_ = copse_node_count(&nodes[0]);
  at_ = 0;
  entry_at_ = 0;
  is_given_ = false;
  by_tags_ = compiled_->single_nodes.usable() && !located && scope.is_whole() &&
             matcher_.first_concern() > matcher_.first_solid_leaf();
  return true;
}

bool QueryScan::next(FoundMatch& match) {
  return by_tags_ ? next_single_node(match) : matcher_.next(match);
}

void QueryScan::find_single_nodes() {
  single_nodes_.clear();
  for (std::uint32_t i = 0; i < node_count_; ++i) {
    if (compiled_->single_nodes.matches(nodes_[i].tag) != 0) single_nodes_.push_back(i);
  }
}

bool QueryScan::next_single_node(FoundMatch& match) {
  if (at_ == 0 && entry_at_ == 0) find_single_nodes();
  std::span<const QueryEntry> entries;
  for (; at_ < single_nodes_.size(); ++at_, entry_at_ = 0) {
    const CopseFlatNode& found = nodes_[single_nodes_[at_]];
    entries = compiled_->program.entries_of(
        compiled_->tables.grammar().public_symbol(copse_node_symbol(&found)));
    // None, too, when a predicate met damage: nodes of that block are another kind from then on.
    if (entry_at_ < entries.size()) break;
  }
  if (at_ == single_nodes_.size()) return false;
  const std::uint32_t node = single_nodes_[at_];
  const QueryEntry& entry = entries[entry_at_++];
  found_captures_.clear();
  for (const std::uint16_t index : compiled_->program.step(entry.step).captures) {
    if (index == kNoStep) break;
    found_captures_.push_back({node, 0, index});
  }
  match.pattern = entry.pattern;
  match.captures = found_captures_;
  return true;
}

std::uint64_t QueryScan::count_single_nodes() const {
  std::uint64_t count = 0;
  for (std::uint32_t i = 0; i < node_count_; ++i) {
    count += compiled_->single_nodes.matches(nodes_[i].tag);
  }
  return count;
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
  while (const auto match = next_match()) {
    if (!visit(*match)) return;
  }
}

std::optional<Match> QueryScan::next_match() {
  if (is_given_) positions_.data->drop_source();
  is_given_ = false;
  FoundMatch match;
  while (next(match)) {
    is_given_ = holds(match);
    if (is_given_) return Match{match.pattern, &captures_};
    positions_.data->drop_source();
  }
  return std::nullopt;
}

std::uint64_t QueryScan::count(std::uint64_t limit) {
  if (by_tags_ && !has_predicates_) return std::min(limit, count_single_nodes());
  std::uint64_t count = 0;
  FoundMatch match;
  while (count < limit && next(match)) {
    const bool unconditional = compiled_->predicates[match.pattern].empty();
    count += unconditional || holds(match) ? 1U : 0U;
    if (!unconditional) positions_.data->drop_source();
  }
  return count;
}

}  // namespace copse
