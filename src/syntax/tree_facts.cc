// From flat nodes to decisions.
#include "syntax/tree_facts.h"

#include <algorithm>

namespace copse {

void BlockFacts::clear() {
  decisions.clear();
  spelt.clear();
  tags.clear();
  open_lists.clear();
  spans.clear();
  lookaheads.clear();
}

FactsBuilder::FactsBuilder(const TreeModel& model, const FlatTree& tree, std::string_view source)
    : model_(model), nodes_(tree.nodes), tree_(tree), source_(source) {}

void FactsBuilder::next(std::uint32_t end, BlockFacts& facts, TreeBlock& block,
                        TreeLayout& layout) {
  facts.clear();
  block.first_node = node_;
  block.end_node = end;
  block.begin_byte = position_;
  block.first_row = row_;
  block.end_byte = end_of_leaves(end);
  while (!levels_.empty() && levels_.back().end <= node_)
    levels_.pop_back();
  open_spine(block, layout);
  begin_lists(facts, end);

  SpanPredictor spans(model_.span_rules(), source_, block.end_byte);
  ByteWriter exceptions(facts.spans);
  std::uint64_t gap = 0;
  for (; node_ < end; ++node_) {
    close_levels(facts, node_);
    const CopseFlatNode& node = nodes_[node_];
    if (!copse_node_is_leaf(&node)) {
      add_internal(facts, node_, end);
      continue;
    }
    if (!levels_.empty() && (levels_.back().tables != nullptr || !copse_node_is_extra(&node))) {
      ++levels_.back().next_child;
    }
    const std::size_t leaf_class = model_.span_rules().class_of(node.tag);
    const std::uint32_t start = spans.start(leaf_class, position_);
    const std::uint32_t size = spans.size(leaf_class, node.start);
    if (start != node.start || size != node.extent) {
      exceptions.varint(gap << 2 | (start != node.start ? 2U : 0U) |
                        (size != node.extent ? 1U : 0U));
      if (start != node.start) exceptions.varint(node.start - position_);
      if (size != node.extent) exceptions.varint(node.extent);
      gap = 0;
    } else {
      ++gap;
    }
    spans.accept(leaf_class, node.start, node.extent);
    position_ = node.start + node.extent;
  }
  close_levels(facts, end);
  ByteWriter lookaheads(facts.lookaheads);
  for (; next_error_leaf_ < tree_.error_leaves.size() &&
         tree_.error_leaves[next_error_leaf_].node < end;
       ++next_error_leaf_) {
    lookaheads.zigzag(tree_.error_leaves[next_error_leaf_].lookahead);
  }
  if (end < nodes_.size()) {
    row_ += static_cast<std::uint32_t>(
        std::count(source_.begin() + block.begin_byte, source_.begin() + block.end_byte, '\n'));
  }
}

// Where the last leaf before node `end` ends; the source's end for the last block.
std::uint32_t FactsBuilder::end_of_leaves(std::uint32_t end) const {
  if (end == nodes_.size()) return static_cast<std::uint32_t>(source_.size());
  for (std::uint32_t node = end; node-- > node_;) {
    if (copse_node_is_leaf(&nodes_[node])) return nodes_[node].start + nodes_[node].extent;
  }
  return position_;
}

void FactsBuilder::open_spine(TreeBlock& block, TreeLayout& layout) {
  std::uint32_t parent = TreeLayout::kNone;
  bool changed = false;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    Level& level = levels_[i];
    if (level.spine_node == TreeLayout::kNone) {
      const CopseFlatNode& node = nodes_[level.node];
      level.spine_node = static_cast<std::uint32_t>(layout.spine.size());
      layout.spine.push_back({level.node, node.start, node.extent, node.tag, level.shape});
    }
    const bool same = !changed && level.level != TreeLayout::kNone &&
                      layout.levels[level.level].next_child == level.next_child;
    if (!same) {
      changed = true;
      level.level = static_cast<std::uint32_t>(layout.levels.size());
      layout.levels.push_back({level.spine_node, level.next_child, parent});
    }
    parent = level.level;
    level.decision = TreeLayout::kNone;
    level.open_list = TreeLayout::kNone;
  }
  block.top_level = parent;
}

void FactsBuilder::begin_lists(BlockFacts& facts, std::uint32_t end) {
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    Level& level = levels_[i];
    if (level.tables != nullptr) continue;
    const bool has_open_child = i + 1 < levels_.size();
    level.open_list = static_cast<std::uint32_t>(facts.open_lists.size());
    const SpeltShape shape =
        spell(facts, copse_node_production(&nodes_[level.node]), level.next_node, level.end, end);
    facts.open_lists.push_back({shape, has_open_child ? Decision::kOpenEnd : 0});
    while (level.next_node < std::min(level.end, end)) {
      level.next_node += copse_node_count(&nodes_[level.next_node]);
    }
  }
}

// The tags of the children from `first_child` on that begin before `end`.
SpeltShape FactsBuilder::spell(BlockFacts& facts, std::uint16_t production,
                               std::uint32_t first_child, std::uint32_t parent_end,
                               std::uint32_t end) const {
  SpeltShape shape;
  shape.production = production;
  shape.first = static_cast<std::uint32_t>(facts.tags.size());
  std::uint32_t child = first_child;
  for (; child < std::min(parent_end, end); child += copse_node_count(&nodes_[child])) {
    facts.tags.push_back(child_tag(nodes_[child]));
  }
  shape.last = static_cast<std::uint32_t>(facts.tags.size());
  shape.ends = parent_end <= end;
  return shape;
}

void FactsBuilder::close_levels(BlockFacts& facts, std::uint32_t node) {
  while (!levels_.empty() && levels_.back().end <= node) {
    const Level level = levels_.back();
    levels_.pop_back();
    const auto behind = static_cast<std::uint32_t>(facts.decisions.size());
    if (level.decision != TreeLayout::kNone) facts.decisions[level.decision].end = behind;
    // The list above went on with this child when the block began.
    if (level.decision == TreeLayout::kNone && !levels_.empty() &&
        levels_.back().open_list != TreeLayout::kNone) {
      facts.open_lists[levels_.back().open_list].child_end = behind;
    }
  }
}

void FactsBuilder::gather_children(std::uint32_t node) {
  children_.clear();
  const std::uint32_t end = node + nodes_[node].extent;
  for (std::uint32_t child = node + 1; child < end; child += copse_node_count(&nodes_[child])) {
    children_.push_back(child_tag(nodes_[child]));
  }
}

void FactsBuilder::add_internal(BlockFacts& facts, std::uint32_t index, std::uint32_t end) {
  const CopseFlatNode& node = nodes_[index];
  Decision decision;
  decision.end = Decision::kOpenEnd;
  if (levels_.empty() || levels_.back().tables == nullptr) {
    decision.table = model_.table_for_tag(child_tag(node));
    if (!levels_.empty() && !copse_node_is_extra(&node)) ++levels_.back().next_child;
  } else {
    decision.table = levels_.back().tables[levels_.back().next_child++];
  }
  gather_children(index);
  const std::uint16_t production = copse_node_production(&node);
  decision.shape = model_.find_shape(production, children_);
  Level level{};
  level.node = index;
  level.end = index + node.extent;
  level.shape = decision.shape;
  level.decision = static_cast<std::uint32_t>(facts.decisions.size());
  level.spine_node = TreeLayout::kNone;
  level.level = TreeLayout::kNone;
  level.open_list = TreeLayout::kNone;
  if (decision.shape != kNoShape) {
    level.tables = model_.child_tables(decision.shape).data();
  } else {
    decision.spelt = static_cast<std::uint32_t>(facts.spelt.size());
    facts.spelt.push_back(spell(facts, production, index + 1, level.end, end));
    level.next_node = index + 1;
    while (level.next_node < std::min(level.end, end)) {
      level.next_node += copse_node_count(&nodes_[level.next_node]);
    }
  }
  facts.decisions.push_back(decision);
  levels_.push_back(level);
}

}  // namespace copse
