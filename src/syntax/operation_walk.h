// The operations of a block of bytecode, walked in their order: what is common to all forms that
// are opcodes and numbers. A walk takes each from one side and gives it to the other; the sides are
// those of operation_sides.h.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "syntax/block_coder.h"
#include "syntax/operation_sides.h"
#include "syntax/tree_layout.h"

namespace copse {

// Takes the operations of one block from one side and gives them to the other.
template <typename From, typename To>
class OperationWalk {
 public:
  OperationWalk(const TreeModel& model, const TreeLayout& layout, const TreeBlock& block,
                From& from, To& to)
      : model_(model),
        macros_(model.macros()),
        layout_(layout),
        from_(from),
        to_(to),
        operations_max_(operations_max(layout, block)),
        last_(block.end_node == layout.node_count),
        operations_(block.operations) {
    if (block.top_level != TreeLayout::kNone) {
      resume(block);
    } else if (!tag_is_leaf(layout.root_tag)) {
      root_ = model.table_for_tag(layout.root_tag);
      push(&root_, &root_ + 1);
    }
  }

  bool run() {
    std::uint64_t done = 0;
    while (!holes_.empty() && (last_ || done < operations_)) {
      Holes& top = holes_.back();
      if (top.next == nullptr) {
        if (!walk_list()) return false;
        ++done;
        continue;
      }
      if (top.next == top.end) {
        holes_.pop_back();
        continue;
      }
      const TableId table = *top.next++;
      if (top.next == top.end) holes_.pop_back();
      if (++done > operations_max_ || !walk_node(table)) return false;
    }
    return done <= operations_max_ && (last_ || done == operations_);
  }

 private:
  // The tables of nodes to come; a list (of a spelt-out shape) has none.
  struct Holes {
    const TableId* next;
    const TableId* end;
  };

  // Field by field: see FactsBuilder::add_internal().
  void push(const TableId* next, const TableId* end) {
    Holes& holes = holes_.emplace_back();
    holes.next = next;
    holes.end = end;
  }

  void resume(const TreeBlock& block) {
    for (const SpineLevel& level : layout_.open_levels(block)) {
      const SpineNode& node = layout_.spine[level.spine_node];
      if (node.shape == kNoShape) {
        push(nullptr, nullptr);
        continue;
      }
      const std::span<const std::uint32_t> tags = model_.shape(node.shape).children;
      std::uint32_t before = 0;
      for (std::uint32_t child = 0; child < level.next_child; ++child) {
        before += tag_is_leaf(tags[child]) ? 0U : 1U;
      }
      const std::span<const TableId> holes = macros_.holes(macros_.of_shape(node.shape));
      if (before < holes.size()) push(holes.data() + before, end_of(holes));
    }
  }

  static const TableId* end_of(std::span<const TableId> holes) {
    return holes.data() + holes.size();
  }

  bool walk_node(TableId table) {
    std::uint32_t opcode = 0;
    if (table != kNoTable) {
      opcode = from_.opcode(macros_, table);
      to_.opcode(macros_, table, opcode);
    }
    if (opcode != 0) {
      const std::span<const TableId> holes = macros_.holes(macros_.of_opcode(table, opcode));
      if (!holes.empty()) push(holes.data(), end_of(holes));
      return !from_.failed();
    }
    const std::uint64_t shape = pass(NumberRole::Shape);
    if (from_.failed() || shape > model_.shape_count()) return false;
    if (shape == 0) {
      pass(NumberRole::Production);
      push(nullptr, nullptr);
      return !from_.failed();
    }
    const Template& made = macros_.of_shape(static_cast<ShapeId>(shape - 1));
    const std::span<const TableId> holes = macros_.holes(made);
    if (!holes.empty()) push(holes.data(), end_of(holes));
    return true;
  }

  // A child of a list, or its end.
  bool walk_list() {
    const std::uint64_t number = pass(NumberRole::Tag);
    if (from_.failed()) return false;
    if (number == 0) {
      holes_.pop_back();
      return true;
    }
    const std::uint32_t tag = model_.loose_tag(number);
    if (tag == TreeModel::kNoTag || ++list_children_ > operations_max_) return false;
    if (tag_is_leaf(tag)) return true;
    return walk_node(model_.table_for_tag(tag));
  }

  std::uint64_t pass(NumberRole role) {
    const std::uint64_t value = from_.number(role);
    to_.number(role, value);
    return value;
  }

  const TreeModel& model_;
  const MacroSet& macros_;
  const TreeLayout& layout_;
  From& from_;
  To& to_;
  std::uint64_t operations_max_;
  std::uint64_t list_children_ = 0;
  bool last_;
  std::uint32_t operations_;
  TableId root_ = kNoTable;
  std::vector<Holes> holes_;
};

}  // namespace copse
