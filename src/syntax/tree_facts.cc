// From flat nodes to decisions.
#include "syntax/tree_facts.h"

#include <algorithm>

namespace copse {
namespace {

constexpr std::size_t kChildrenMin = 64;

}  // namespace

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
  // About every other node is internal.
  facts.decisions.reserve((end - node_) / 2 + 1);
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
    const std::uint32_t decision = levels_.back().decision;
    levels_.pop_back();
    const auto behind = static_cast<std::uint32_t>(facts.decisions.size());
    if (decision != TreeLayout::kNone) facts.decisions[decision].end = behind;
    // The list above went on with this child when the block began.
    if (decision == TreeLayout::kNone && !levels_.empty() &&
        levels_.back().open_list != TreeLayout::kNone) {
      facts.open_lists[levels_.back().open_list].child_end = behind;
    }
  }
}

// One look at each child: most have a few, and their tags are as good as anywhere in `children_`.
ShapeId FactsBuilder::find_shape(std::uint32_t node) {
  const CopseFlatNode* const end = nodes_.data() + node + nodes_[node].extent;
  std::size_t count = 0;
  ShapeHash hash;
  for (const CopseFlatNode* child = nodes_.data() + node + 1; child != end;
       child += copse_node_count(child)) {
    const std::uint32_t tag = child_tag(*child);
    hash.add(tag);
    if (count == children_.size()) children_.resize(2 * count + kChildrenMin);
    children_[count++] = tag;
  }
  return model_.find_shape(copse_node_production(&nodes_[node]), {children_.data(), count}, hash);
}

// Fields are set where they lie: a struct that is put together elsewhere and copied as a whole
// would wait for its parts to be written.
void FactsBuilder::add_internal(BlockFacts& facts, std::uint32_t index, std::uint32_t end) {
  const CopseFlatNode& node = nodes_[index];
  TableId table = kNoTable;
  if (levels_.empty() || levels_.back().tables == nullptr) {
    table = model_.table_for_tag(child_tag(node));
    if (!levels_.empty() && !copse_node_is_extra(&node)) ++levels_.back().next_child;
  } else {
    table = levels_.back().tables[levels_.back().next_child++];
  }
  const ShapeId shape = find_shape(index);
  Level& level = levels_.emplace_back();
  level.node = index;
  level.end = index + node.extent;
  level.shape = shape;
  level.decision = static_cast<std::uint32_t>(facts.decisions.size());
  level.spine_node = TreeLayout::kNone;
  level.level = TreeLayout::kNone;
  level.open_list = TreeLayout::kNone;
  Decision& decision = facts.decisions.emplace_back();
  decision.shape = shape;
  decision.table = table;
  decision.end = Decision::kOpenEnd;
  if (shape != kNoShape) {
    level.tables = model_.child_tables(shape).data();
    return;
  }
  decision.spelt = static_cast<std::uint32_t>(facts.spelt.size());
  facts.spelt.push_back(spell(facts, copse_node_production(&node), index + 1, level.end, end));
  level.next_node = index + 1;
  while (level.next_node < std::min(level.end, end)) {
    level.next_node += copse_node_count(&nodes_[level.next_node]);
  }
}

}  // namespace copse
