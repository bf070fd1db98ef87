#include "syntax/tree_shape.h"

#include "syntax/operation_sides.h"
#include "syntax/shape_runs.h"
#include "syntax/shape_sink.h"
#include "syntax/tree_codec.h"

namespace copse {
namespace {

// Walks a block's operations as BytecodeWalk does, but run by run. Trusts nothing: whatever the
// operations say, the walk ends after the block's nodes.
template <typename From>
class ShapeWalk {
 public:
  ShapeWalk(const TreeModel& model, const TreeLayout& layout, From& from, ShapeSink& sink)
      : model_(model),
        macros_(model.macros()),
        runs_(model.macros().runs()),
        layout_(layout),
        in_(from),
        sink_(sink) {}

  // Null when all went well, else what is wrong.
  const char* run(const TreeBlock& block) {
    last_ = block.end_node == layout_.node_count;
    frames_.push_back({});
    if (block.top_level != TreeLayout::kNone) {
      resume(block);
    } else if (tag_is_leaf(layout_.root_tag)) {
      loose_leaf(layout_.root_tag, COPSE_TAG_SHOWS_CHILDREN);
      return at_end();
    } else if (!enter(layout_.root_tag, model_.table_for_tag(layout_.root_tag),
                      COPSE_TAG_SHOWS_CHILDREN)) {
      return fault_;
    }
    return walk();
  }

 private:
  // Where to go on once a hole is filled.
  struct Frame {
    enum class Kind : std::uint8_t { Bottom, Run, Items, List };

    Kind kind = Kind::Bottom;
    std::uint16_t closes = 0;      // nodes that end first
    std::uint32_t structural = 0;  // List: children so far that are no extras
    const std::uint32_t* run = nullptr;
    const TemplateItem* item = nullptr;      // Items: of a node that an earlier block began
    const TemplateItem* item_end = nullptr;  // the same
    std::uint16_t production = 0;            // List
    bool has_children = false;               // List
  };
  enum class Step : std::uint8_t { Went, Ended, Stopped, Failed };

  void resume(const TreeBlock& block) {
    const std::vector<SpineLevel> levels = layout_.open_levels(block);
    for (const SpineLevel& level : levels) {
      const SpineNode& node = layout_.spine[level.spine_node];
      Frame frame;
      if (node.shape == kNoShape) {
        frame.kind = Frame::Kind::List;
        frame.production = production_of(node.tag);
        frame.structural = level.next_child;
        frame.has_children = true;
      } else {
        const Template& shape = macros_.of_shape(node.shape);
        const TemplateItem* children = macros_.items(shape) + 1;
        frame.kind = Frame::Kind::Items;
        frame.production = production_of(node.tag);
        for (const TemplateItem* item = children; item != children + level.next_child; ++item) {
          frame.structural += (item->tag & COPSE_TAG_EXTRA) == 0 ? 1 : 0;
        }
        frame.item = children + level.next_child;
        frame.item_end = children + shape.item_count - 1;
        // The child before is open, too, but for the innermost level's.
        const bool innermost = &level == &levels.back();
        if (!innermost && level.next_child > 0) frame.closes = frame.item[-1].closes;
      }
      frames_.push_back(frame);
    }
  }

  const char* walk() {
    for (;;) {
      while (run_ != nullptr) {
        const ShapeRun run(run_);
        if (run.node_count() > sink_.room()) [[unlikely]]
          return lay_part(run);
        sink_.lay(run);
        if (run.then() == ShapeRun::Then::Hole) {
          if (!enter_hole(run)) return fault_;
        } else {
          run_ = run.then() == ShapeRun::Then::End ? nullptr : run.next();
        }
      }
      const Step step = next_of_frame();
      if (step == Step::Failed) return fault_;
      if (step == Step::Stopped) return stop();
      if (step == Step::Ended) return at_end();
    }
  }

  bool enter_hole(const ShapeRun& run) {
    if (sink_.full()) [[unlikely]] {
      fault_ = stop();
      return false;
    }
    Frame& frame = frames_.emplace_back();
    frame.kind = Frame::Kind::Run;
    frame.closes = static_cast<std::uint16_t>(run.hole_closes());
    frame.run = run.is_last() ? nullptr : run.next();
    return enter(run.hole_tag(), run.hole_table(), run.hole_itself());
  }

  // A node whose shape the operations say.
  bool enter(std::uint32_t tag, TableId table, std::uint8_t itself) {
    in_.begin_operation();
    return enter_begun(tag, table, itself);
  }

  bool enter_begun(std::uint32_t tag, TableId table, std::uint8_t itself) {
    std::uint32_t made = 0;
    std::uint32_t opcode = 0;
    if (table != kNoTable) {
      opcode = in_.opcode(macros_, table);
      if (in_.failed()) return fail("its opcodes end early, or one is out of range");
    }
    if (opcode != 0) [[likely]] {
      made = macros_.index_of_opcode(table, opcode);
    } else {
      const std::uint64_t shape = in_.number(NumberRole::Shape);
      if (in_.failed() || shape > model_.shape_count()) return fail("a shape is out of range");
      if (shape == 0) return enter_list(tag, itself);
      made = MacroSet::index_of_shape(static_cast<ShapeId>(shape - 1));
    }
    const std::uint32_t* const begin = runs_.of_template(made);
    run_ = begin + 1;
    sink_.open(tag | begin[0], itself);
    return true;
  }

  bool enter_list(std::uint32_t tag, std::uint8_t itself) {
    const std::uint64_t production = in_.number(NumberRole::Production);
    if (in_.failed() || production >= model_.grammar().production_count()) {
      return fail("a production is out of range");
    }
    Frame& frame = frames_.emplace_back();
    frame.kind = Frame::Kind::List;
    frame.production = static_cast<std::uint16_t>(production);
    run_ = nullptr;
    sink_.open(tag | static_cast<std::uint32_t>(production) << 4, itself);
    return true;
  }

  Step next_of_frame() {
    Frame& frame = frames_.back();
    for (; frame.closes > 0; --frame.closes)
      sink_.close();
    switch (frame.kind) {
      case Frame::Kind::Bottom:
        return Step::Ended;
      case Frame::Kind::Run:
        run_ = frame.run;
        frames_.pop_back();
        return Step::Went;
      case Frame::Kind::Items:
        return next_of_items();
      case Frame::Kind::List:
        break;
    }
    return next_of_list();
  }

  // The children of a node of an earlier block: leaves and holes.
  Step next_of_items() {
    Frame& frame = frames_.back();
    if (frame.item == frame.item_end) {
      frames_.pop_back();
      return Step::Went;
    }
    if (sink_.full()) return Step::Stopped;
    const TemplateItem& item = *frame.item++;
    frame.closes = item.closes;
    const std::uint16_t alias = take_alias(frame, item.tag);
    if (item.kind != ItemKind::Hole) {
      sink_.leaf(item.tag | flag_of(alias), item.ref, item.itself);
      return Step::Went;
    }
    return enter(item.tag, item.ref, item.itself) ? Step::Went : Step::Failed;
  }

  Step next_of_list() {
    if (in_.at_end() && sink_.full() && !last_) return Step::Stopped;
    in_.begin_operation();
    const std::uint64_t number = in_.number(NumberRole::Tag);
    if (in_.failed()) return failed("its opcodes end early");
    Frame& list = frames_.back();
    if (number == 0) {
      if (!list.has_children) return failed("a node has no children");
      frames_.pop_back();
      sink_.close();
      return Step::Went;
    }
    const std::uint32_t tag = model_.loose_tag(number);
    if (tag == TreeModel::kNoTag) return failed("a tag is out of range");
    if (sink_.full()) return failed("has more nodes than it states");
    list.has_children = true;
    const std::uint16_t alias = take_alias(list, tag);
    const auto itself = static_cast<std::uint8_t>(
        shown_by_itself(model_.grammar(), static_cast<std::uint16_t>(tag >> 16), alias));
    if (tag_is_leaf(tag)) {
      loose_leaf(tag | flag_of(alias), itself);
      return Step::Went;
    }
    return enter_begun(tag, model_.table_for_tag(tag), itself) ? Step::Went : Step::Failed;
  }

  void loose_leaf(std::uint32_t tag, std::uint8_t itself) {
    const std::size_t leaf_class = model_.span_rules().class_of(tag & ~COPSE_TAG_ALIASED_LEAF);
    sink_.leaf(tag, static_cast<std::uint32_t>(leaf_class), itself);
  }

  static std::uint16_t production_of(std::uint32_t tag) {
    return static_cast<std::uint16_t>((tag >> 4) & COPSE_MAX_PRODUCTION_ID);
  }
  static std::uint32_t flag_of(std::uint16_t alias) {
    return alias != 0 ? COPSE_TAG_ALIASED_LEAF : 0;
  }
  // What the frame's node calls its next child.
  std::uint16_t take_alias(Frame& frame, std::uint32_t tag) const {
    if ((tag & COPSE_TAG_EXTRA) != 0) return 0;
    return model_.grammar().alias_at(frame.production, frame.structural++);
  }

  // The first nodes of a run, as many as the block holds.
  const char* lay_part(const ShapeRun& run) {
    const TemplateItem* item = macros_.all_items().data() + run.first_item();
    for (std::uint32_t node = 0; !sink_.full(); ++item, ++node) {
      if (item->kind == ItemKind::Open) {
        sink_.open(item->tag, item->itself);
        continue;
      }
      // The run has the leaf's flag.
      sink_.leaf(run.nodes()[2 * node], item->ref, item->itself);
      for (std::uint32_t n = item->closes; n > 0; --n)
        sink_.close();
    }
    return stop();
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
  Step failed(const char* what) {
    fault_ = what;
    return Step::Failed;
  }

  const TreeModel& model_;
  const MacroSet& macros_;
  const ShapeRuns& runs_;
  const TreeLayout& layout_;
  From& in_;
  ShapeSink& sink_;
  bool last_ = false;
  const std::uint32_t* run_ = nullptr;
  std::vector<Frame> frames_;
  const char* fault_ = "";
};

template <typename From>
Status run_shape(const TreeModel& model, const TreeLayout& layout, std::size_t index, From& from,
                 CopseFlatNode* nodes, BlockExtras& extras) {
  const TreeBlock& block = layout.blocks[index];
  ShapeSink sink(layout, block, nodes, extras);
  const char* fault = ShapeWalk<From>(model, layout, from, sink).run(block);
  if (fault == nullptr) fault = sink.finish(layout.open_behind(index));
  if (fault != nullptr) return layout.corrupt_block(block, fault);
  return success();
}

}  // namespace

Status shape_block(const TreeModel& model, const TreeLayout& layout, std::size_t index,
                   std::string_view source, CopseFlatNode* nodes, BlockExtras& extras,
                   BlockRest& rest) {
  const TreeBlock& block = layout.blocks[index];
  if (layout.form == TreeForm::Fast) {
    COPSE_TRY_STATUS(layout.check_payload(block));
    FrozenSide from(layout, block, model.numbers());
    COPSE_TRY_STATUS(run_shape(model, layout, index, from, nodes, extras));
    rest.stream = from.stream();
    return success();
  }
  ByteView bytecode = block.payload;
  if (layout.form == TreeForm::Small) {
    COPSE_TRY(rest.bytecode, thaw_block(model, layout, block, source));
    bytecode = rest.bytecode;
  } else {
    COPSE_TRY_STATUS(layout.check_payload(block));
  }
  COPSE_TRY(const BytecodeBlock streams, BytecodeBlock::read(bytecode));
  BytecodeSide from(streams.opcodes);
  return run_shape(model, layout, index, from, nodes, extras);
}

}  // namespace copse
