#include "query/flat_walk.h"

#include <algorithm>
#include <functional>

#include "core/check.h"

namespace copse {
namespace {

// Where the walk over one node's children, hidden ones included, has got to.
struct ChildStep {
  std::uint32_t next;
  std::uint32_t end;
  std::uint16_t production;
  std::uint32_t seen;
};

ChildStep children_of(const FlatView& view, std::uint32_t index) {
  const CopseFlatNode& node = view.at(index);
  return {index + 1, index + copse_node_count(&node), copse_node_production(&node), 0};
}

}  // namespace

void FlatView::children(NodeRef node, std::vector<NodeRef>& out) const {
  if (!has_children(node)) return;
  // Hidden nodes nest as deep as lists are long in the logarithm, so this stays small.
  std::vector<ChildStep> outer;
  ChildStep step = children_of(*this, node.index);
  for (;;) {
    if (step.next >= step.end) {
      if (outer.empty()) return;
      step = outer.back();
      outer.pop_back();
      continue;
    }
    const std::uint32_t index = step.next;
    const CopseFlatNode& child = nodes_[index];
    step.next += copse_node_count(&child);
    std::uint16_t alias = 0;
    if (!copse_node_is_extra(&child)) alias = grammar_->alias_at(step.production, step.seen++);
    if (alias != 0 || grammar_->is_visible(copse_node_symbol(&child))) {
      out.push_back({index, alias});
    } else if (copse_node_shows_children(&child)) {
      if (step.next < step.end) outer.push_back(step);
      step = children_of(*this, index);
    }
  }
}

WayDown::WayDown(const FlatView& view, NodeRef top) : view_(&view) {
  way_.push_back(step_at(top.index, top.alias));
}

WayDown::Step WayDown::step_at(std::uint32_t index, std::uint16_t alias) const {
  return {index, index + copse_node_count(&view_->at(index)), index + 1, alias, 0};
}

bool WayDown::is_visible(const Step& step) const {
  return step.index == way_.front().index || step.alias != 0 ||
         view_->grammar().is_visible(copse_node_symbol(&view_->at(step.index)));
}

void WayDown::restart(Step& step) const {
  step.next = step.index + 1;
  step.seen = 0;
}

void WayDown::go_to(std::uint32_t index) {
  COPSE_CHECK(index >= way_.front().index && index < way_.front().end);
  while (index < way_.back().index || index >= way_.back().end) {
    way_.pop_back();
  }
  while (way_.back().index != index) {
    Step& step = way_.back();
    if (index < step.next) restart(step);
    const std::uint16_t production = copse_node_production(&view_->at(step.index));
    for (;;) {
      const CopseFlatNode& child = view_->at(step.next);
      const std::uint32_t behind = step.next + copse_node_count(&child);
      const bool extra = copse_node_is_extra(&child);
      if (index >= behind) {
        step.next = behind;
        if (!extra) ++step.seen;
        continue;
      }
      // The child stays unpassed: the next question may well be for its next sibling.
      const std::uint16_t alias = extra ? 0 : view_->grammar().alias_at(production, step.seen);
      way_.push_back(step_at(step.next, alias));
      break;
    }
  }
}

bool WayDown::parent(NodeRef& parent) const {
  for (std::size_t i = way_.size() - 1; i-- > 0;) {
    if (!is_visible(way_[i])) continue;
    parent = {way_[i].index, way_[i].alias};
    return true;
  }
  return false;
}

void WayDown::ancestors(std::vector<NodeRef>& out) const {
  for (std::size_t i = way_.size() - 1; i-- > 0;) {
    if (is_visible(way_[i])) out.push_back({way_[i].index, way_[i].alias});
  }
}

KindSet::KindSet(const Grammar& grammar, std::vector<std::uint16_t> kinds)
    : all_(false), list_(std::move(kinds)) {
  const auto set = [](auto& words, std::uint32_t index) {
    words[index / 64] |= std::uint64_t{1} << (index % 64);
  };
  for (const std::uint16_t kind : list_) {
    set(kinds_, kind);
  }
  if (has(COPSE_SYMBOL_ERROR)) set(symbols_, COPSE_SYMBOL_ERROR);
  for (std::uint32_t symbol = 0; symbol < grammar.symbol_count(); ++symbol) {
    const auto id = static_cast<std::uint16_t>(symbol);
    if (has(grammar.public_symbol(id))) set(symbols_, symbol);
  }
  const std::uint32_t longest = grammar.tables().max_alias_sequence_length;
  for (std::uint32_t production = 1; production < grammar.production_count(); ++production) {
    for (std::uint32_t child = 0; child < longest; ++child) {
      const std::uint16_t alias = grammar.alias_at(static_cast<std::uint16_t>(production), child);
      if (alias == 0 || !has(grammar.public_symbol(alias))) continue;
      set(productions_, production);
      any_production_ = true;
    }
  }
}

KindScan::KindScan(const FlatView& view, NodeRef top, const KindSet& kinds, bool with_top)
    : view_(&view),
      kinds_(&kinds),
      way_(view, top),
      at_(top.index),
      end_(top.index + copse_node_count(&view.at(top.index))) {
  // The top's alias is known already; what its production calls its children is not.
  if (with_top && kinds.has(view.kind(top))) {
    named_.push_back(top.index);
    return;
  }
  ++at_;
  if (kinds.tag_names_children(view.at(top.index).tag)) note_named_children(top.index);
}

void KindScan::note_named_children(std::uint32_t index) {
  ChildStep step = children_of(*view_, index);
  const Grammar& grammar = view_->grammar();
  while (step.next < step.end) {
    const std::uint32_t child = step.next;
    const CopseFlatNode& node = view_->at(child);
    step.next += copse_node_count(&node);
    if (copse_node_is_extra(&node)) continue;
    const std::uint16_t alias = grammar.alias_at(step.production, step.seen++);
    if (alias == 0 || !kinds_->has(grammar.public_symbol(alias))) continue;
    named_.insert(std::lower_bound(named_.begin(), named_.end(), child, std::greater<>()), child);
  }
}

std::uint32_t KindScan::next_candidate() {
  if (kinds_->is_all()) return at_++;
  const CopseFlatNode* nodes = view_->nodes();
  while (at_ < end_) {
    const std::uint32_t index = at_++;
    const std::uint32_t tag = nodes[index].tag;
    const bool called = !named_.empty() && named_.back() == index;
    if (called) named_.pop_back();
    if (kinds_->tag_names_children(tag)) note_named_children(index);
    if (called || kinds_->tag_may_be(tag)) return index;
  }
  return end_;
}

bool KindScan::next(NodeRef& node) {
  for (;;) {
    const std::uint32_t index = next_candidate();
    if (index >= end_) return false;
    way_.go_to(index);
    if (!way_.visible()) continue;
    node = way_.node();
    if (kinds_->has(view_->kind(node))) return true;
  }
}

}  // namespace copse
