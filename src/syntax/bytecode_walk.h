// Walks a block in preorder, node by node, without laying it out first: from its bytecode, or
// straight from its fast form (`From`: see operation_sides.h).
//
// The sink is told of every node, hidden ones included:
//
//   bool open(std::uint32_t tag, std::uint8_t itself)     an internal node begins
//   bool leaf(const TemplateItem& item)                   a leaf
//   void close()                                          the innermost open node ends
//   bool full() const                                     the block's nodes are all there
//
// false from open() or leaf() ends the walk with the sink's own fault. Trusts nothing: whatever the
// opcodes say, the walk ends after the block's nodes, and memory is bounded by their number.
#pragma once

#include <cstdint>
#include <vector>

#include "syntax/operation_sides.h"
#include "syntax/tree_data.h"
#include "syntax/tree_layout.h"

namespace copse {

template <typename Sink, typename From = BytecodeSide>
class BytecodeWalk {
 public:
  BytecodeWalk(const TreeModel& model, const TreeLayout& layout, From& from, Sink& sink)
      : model_(model), macros_(model.macros()), layout_(layout), in_(from), sink_(sink) {}

  // Null when all went well, else what is wrong.
  const char* run(const TreeBlock& block) {
    last_ = block.end_node == layout_.node_count;
    frames_.assign(1, Frame{nullptr, nullptr, kBottom});
    lists_.clear();
    if (block.top_level == TreeLayout::kNone) {
      if (tag_is_leaf(layout_.root_tag)) {
        return add_loose_leaf(layout_.root_tag, COPSE_TAG_SHOWS_CHILDREN) ? at_end()
                                                                          : sink_.fault();
      }
      if (!enter(layout_.root_tag, model_.table_for_tag(layout_.root_tag),
                 COPSE_TAG_SHOWS_CHILDREN)) {
        return fault_;
      }
    } else {
      resume(block);
    }
    return walk();
  }

 private:
  // Where to go on once a hole is filled. A list (of a spelt-out shape) has no items.
  struct Frame {
    const TemplateItem* next;
    const TemplateItem* end;
    std::uint32_t closes;
  };
  struct List {
    std::uint16_t production;
    std::uint32_t structural;
    bool has_children;
  };

  void resume(const TreeBlock& block) {
    const std::vector<SpineLevel> levels = layout_.open_levels(block);
    for (std::size_t i = 0; i < levels.size(); ++i) {
      const SpineNode& node = layout_.spine[levels[i].spine_node];
      Frame frame{nullptr, nullptr, 0};
      if (node.shape == kNoShape) {
        lists_.push_back({static_cast<std::uint16_t>((node.tag >> 4) & COPSE_MAX_PRODUCTION_ID),
                          levels[i].next_child, true});
      } else {
        const Template& shape = macros_.of_shape(node.shape);
        const TemplateItem* children = macros_.items(shape) + 1;
        frame.next = children + levels[i].next_child;
        frame.end = children + shape.item_count - 1;
        if (levels[i].next_child > 0) frame.closes = frame.next[-1].closes;
      }
      if (i + 1 < levels.size()) {
        frames_.push_back(frame);
      } else {
        item_ = frame.next;
        end_ = frame.end;
      }
    }
  }

  const char* walk() {
    for (;;) {
      while (item_ != end_) {
        const TemplateItem& item = *item_++;
        if (sink_.full()) return stop();
        if (item.kind == ItemKind::Hole) {
          frames_.push_back({item_, end_, item.closes});
          if (!enter(item.tag, item.ref, item.itself)) return fault_;
          continue;
        }
        if (item.kind == ItemKind::Open) {
          if (!sink_.open(item.tag, item.itself)) return sink_.fault();
          continue;
        }
        if (!sink_.leaf(item)) return sink_.fault();
        for (std::uint32_t n = item.closes; n > 0; --n)
          sink_.close();
      }
      if (item_ == nullptr) {
        const ListStep step = next_of_list();
        if (step == ListStep::Failed) return fault_;
        if (step == ListStep::Stopped) return stop();
        if (step == ListStep::Went) continue;
      }
      const Frame frame = frames_.back();
      frames_.pop_back();
      if (frame.closes == kBottom) return at_end();
      for (std::uint32_t n = frame.closes; n > 0; --n)
        sink_.close();
      item_ = frame.next;
      end_ = frame.end;
    }
  }

  // A node whose shape the stream says.
  bool enter(std::uint32_t tag, TableId table, std::uint8_t itself) {
    in_.begin_operation();
    return enter_begun(tag, table, itself);
  }

  bool enter_begun(std::uint32_t tag, TableId table, std::uint8_t itself) {
    const Template* made = nullptr;
    std::uint32_t opcode = 0;
    if (table != kNoTable) {
      opcode = in_.opcode(macros_, table);
      if (in_.failed()) return fail("its opcodes end early, or one is out of range");
    }
    if (opcode != 0) {
      made = &macros_.of_opcode(table, opcode);
    } else {
      const std::uint64_t shape = in_.number(NumberRole::Shape);
      if (in_.failed() || shape > model_.shape_count()) return fail("a shape is out of range");
      if (shape == 0) return enter_list(tag, itself);
      made = &macros_.of_shape(static_cast<ShapeId>(shape - 1));
    }
    item_ = macros_.items(*made);
    end_ = item_ + made->item_count;
    const std::uint32_t production = item_->tag;
    ++item_;
    return sink_.open(tag | production, itself) || fail(sink_.fault());
  }

  bool enter_list(std::uint32_t tag, std::uint8_t itself) {
    const std::uint64_t production = in_.number(NumberRole::Production);
    if (in_.failed() || production >= model_.grammar().production_count()) {
      return fail("a production is out of range");
    }
    lists_.push_back({static_cast<std::uint16_t>(production), 0, false});
    item_ = end_ = nullptr;
    return sink_.open(tag | static_cast<std::uint32_t>(production) << 4, itself) ||
           fail(sink_.fault());
  }

  enum class ListStep { Went, Ended, Stopped, Failed };

  ListStep next_of_list() {
    if (in_.at_end() && sink_.full() && !last_) return ListStep::Stopped;
    in_.begin_operation();
    const std::uint64_t number = in_.number(NumberRole::Tag);
    if (in_.failed()) return failed("its opcodes end early");
    List& list = lists_.back();
    if (number == 0) {
      if (!list.has_children) return failed("a node has no children");
      lists_.pop_back();
      sink_.close();
      return ListStep::Ended;
    }
    const std::uint32_t tag = model_.loose_tag(number);
    if (tag == TreeModel::kNoTag) return failed("a tag is out of range");
    if (sink_.full()) return failed("has more nodes than it states");
    list.has_children = true;
    std::uint16_t alias = 0;
    if ((tag & COPSE_TAG_EXTRA) == 0) {
      alias = model_.grammar().alias_at(list.production, list.structural++);
    }
    const auto itself = static_cast<std::uint8_t>(
        shown_by_itself(model_.grammar(), static_cast<std::uint16_t>(tag >> 16), alias));
    if (tag_is_leaf(tag)) {
      return add_loose_leaf(tag, itself) ? ListStep::Went : failed(sink_.fault());
    }
    frames_.push_back({nullptr, nullptr, 0});
    return enter_begun(tag, model_.table_for_tag(tag), itself) ? ListStep::Went : ListStep::Failed;
  }

  bool add_loose_leaf(std::uint32_t tag, std::uint8_t itself) {
    TemplateItem item;
    item.tag = tag;
    item.ref = static_cast<std::uint32_t>(model_.span_rules().class_of(tag));
    item.kind = tag_is_missing(tag) || tag_is_error(tag) ? ItemKind::MarkedLeaf : ItemKind::Leaf;
    item.itself = itself;
    return sink_.leaf(item);
  }

  // More nodes would follow: in the last block that is wrong.
  const char* stop() const {
    if (last_) return "has more nodes than it states";
    return in_.at_end() ? nullptr : "a block's opcodes go on behind its nodes";
  }
  const char* at_end() const {
    if (!last_ || !sink_.full()) return "has fewer nodes than it states";
    return in_.at_end() ? nullptr : "a block's opcodes go on behind its nodes";
  }

  bool fail(const char* what) {
    fault_ = what;
    return false;
  }
  ListStep failed(const char* what) {
    fault_ = what;
    return ListStep::Failed;
  }

  static constexpr std::uint32_t kBottom = UINT32_MAX;

  const TreeModel& model_;
  const MacroSet& macros_;
  const TreeLayout& layout_;
  From& in_;
  Sink& sink_;
  bool last_ = false;
  const TemplateItem* item_ = nullptr;
  const TemplateItem* end_ = nullptr;
  std::vector<Frame> frames_;
  std::vector<List> lists_;
  const char* fault_ = "";
};

}  // namespace copse
