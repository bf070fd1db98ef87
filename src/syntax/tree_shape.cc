#include "syntax/tree_shape.h"

#include <algorithm>
#include <string>

#include "syntax/leaf_spans.h"
#include "syntax/operation_sides.h"
#include "syntax/shape_runs.h"
#include "syntax/side_streams.h"
#include "syntax/tree_codec.h"

namespace copse {
namespace {

constexpr std::uint32_t kShows = COPSE_TAG_SHOWS_NAMED | COPSE_TAG_SHOWS_CHILDREN;

Error corrupt(const TreeLayout& layout, const TreeBlock& block, const char* fault) {
  return {ErrorCode::Corrupt,
          std::string("tree: ") + fault + " (nodes " + std::to_string(block.first_node) + " to " +
              std::to_string(block.end_node) + " of " + std::to_string(layout.node_count) + ")"};
}

// The spine's nodes that are open where the next block begins.
std::vector<SpineLevel> open_behind(const TreeLayout& layout, std::size_t block) {
  if (block + 1 == layout.blocks.size()) return {};
  return layout.open_levels(layout.blocks[block + 1]);
}

// Lays out tags and extents.
class ShapeSink {
 public:
  ShapeSink(const TreeLayout& layout, const TreeBlock& block, CopseFlatNode* nodes,
            BlockExtras& extras)
      : layout_(layout),
        block_(block),
        first_(nodes),
        next_(nodes),
        end_(nodes + (block.end_node - block.first_node)),
        extras_(extras) {
    grow();
    *top_ = {kBefore, 0, 0};  // what the root shows in
    if (block.top_level == TreeLayout::kNone) return;
    for (const SpineLevel& level : layout.open_levels(block)) {
      if (++top_ == limit_) grow();
      *top_ = {kBefore, 0, 0};
      const SpineNode& node = layout.spine[level.spine_node];
      spine_ends_.push_back(node.node + node.extent);
    }
  }

  void open(std::uint32_t tag, std::uint8_t itself) {
    top_->shows |= itself;
    if (tag >> 16 >= COPSE_SYMBOL_ERROR_REPEAT) [[unlikely]]
      extras_.faults.push_back(rank(next_));
    if (++top_ == limit_) grow();
    *top_ = {static_cast<std::uint32_t>(next_ - first_), itself, 0};
    *next_++ = {tag, 0, 0};
  }

  void leaf(std::uint32_t tag, std::uint32_t leaf_class, std::uint8_t itself) {
    top_->shows |= itself;
    if (tag_is_missing(tag) || tag_is_error(tag)) mark(*next_, tag);
    *next_++ = {tag, leaf_class, 0};
  }

  // REQUIRES: the run's nodes fit. Most runs are short: a fixed number of steps costs less than
  // guessing their number wrongly. What is written behind the run's nodes will be overwritten, or
  // lies in the memory's margin.
  void lay(const ShapeRun& run) {
    const std::uint32_t* from = run.nodes();
    CopseFlatNode* const first = next_;
    const std::uint32_t count = run.node_count();
    // Until it is located, a leaf has no extent and an internal node no start.
    first[0] = {from[0], from[1], from[1]};
    first[1] = {from[2], from[3], from[3]};
    for (std::uint32_t i = ShapeRuns::kNodesAtOnce; i < count; ++i) {
      first[i] = {from[2 * i], from[2 * i + 1], from[2 * i + 1]};
    }
    next_ += count;
    top_->shows |= run.shows();
    if (run.is_marked()) [[unlikely]]
      mark_all(first);
    push_open(run, static_cast<std::uint32_t>(first - first_));
    for (std::uint32_t n = run.closes(); n > 0; --n)
      close();
  }
  std::uint32_t room() const { return static_cast<std::uint32_t>(end_ - next_); }

  void close() {
    const Open done = *top_--;
    if (done.node != kBefore) {
      CopseFlatNode& node = first_[done.node];
      node.extent = static_cast<std::uint32_t>(next_ - &node);
      node.tag |= done.shows;
      top_->shows |= done.itself == 0 ? done.shows : std::uint8_t{0};
    } else {
      spine_holds_ &= spine_ends_[depth()] == rank(next_);
    }
  }

  bool full() const { return next_ == end_; }
  // Null when what is still open is what the next block goes on with.
  const char* finish(const std::vector<SpineLevel>& open_next) {
    if (!full()) return "has fewer nodes than it states";
    std::size_t at = 0;
    for (const SpineLevel& level : open_next) {
      const SpineNode& stated = layout_.spine[level.spine_node];
      if (at >= depth()) return kOtherSpine;
      const std::uint32_t node = open_[++at].node;
      if (stated.node < block_.first_node) {
        spine_holds_ &= node == kBefore && spine_ends_[at - 1] == stated.node + stated.extent;
        continue;
      }
      if (node == kBefore || node + block_.first_node != stated.node ||
          first_[node].tag != (stated.tag & ~kShows)) {
        return kOtherSpine;
      }
      first_[node].tag = stated.tag;
      first_[node].extent = stated.extent;
    }
    return spine_holds_ && at == depth() ? nullptr : kOtherSpine;
  }

 private:
  static constexpr std::size_t kDepthFirst = 256;
  static constexpr std::uint32_t kBefore = UINT32_MAX;  // a node of an earlier block
  static constexpr const char* kOtherSpine = "its jump table is not that of its blocks";

  struct Open {
    std::uint32_t node;
    std::uint8_t itself;
    std::uint8_t shows;
  };

  std::uint32_t rank(const CopseFlatNode* node) const {
    return block_.first_node + static_cast<std::uint32_t>(node - first_);
  }
  // Open nodes above what the root shows in.
  std::size_t depth() const { return static_cast<std::size_t>(top_ - open_.data()); }

  void push_open(const ShapeRun& run, std::uint32_t base) {
    const std::uint32_t count = run.push_count();
    if (limit_ - top_ <= static_cast<std::ptrdiff_t>(count + ShapeRuns::kPushesAtOnce)) [[unlikely]]
      grow();
    const std::uint32_t* words = run.pushes();
    const auto put = [&](std::uint32_t at) {
      const ShapeRun::Push push = ShapeRun::push_of(words[at]);
      top_[at + 1] = {base + push.node, push.itself, push.shows};
    };
    put(0);
    put(1);
    for (std::uint32_t n = ShapeRuns::kPushesAtOnce; n < count; ++n)
      put(n);
    top_ += count;
  }

  // A stack that is asked for its end once a node only.
  void grow() {
    const std::ptrdiff_t top = top_ == nullptr ? 0 : top_ - open_.data();
    open_.resize(std::max(kDepthFirst, open_.size() * 2));
    top_ = open_.data() + top;
    limit_ = open_.data() + open_.size();
  }

  void mark(const CopseFlatNode& leaf, std::uint32_t tag) {
    if (tag_is_missing(tag)) extras_.faults.push_back(rank(&leaf));
    if (tag_is_error(tag)) extras_.error_leaves.push_back({rank(&leaf), 0});
  }
  void mark_all(const CopseFlatNode* first) {
    for (const CopseFlatNode* node = first; node != next_; ++node) {
      if (copse_node_is_leaf(node)) {
        mark(*node, node->tag);
      } else if (node->tag >> 16 >= COPSE_SYMBOL_ERROR_REPEAT) {
        extras_.faults.push_back(rank(node));
      }
    }
  }

  const TreeLayout& layout_;
  const TreeBlock& block_;
  CopseFlatNode* const first_;
  CopseFlatNode* next_;
  CopseFlatNode* const end_;
  BlockExtras& extras_;
  bool spine_holds_ = true;
  std::vector<Open> open_;
  Open* top_ = nullptr;                    // the innermost open node
  Open* limit_ = nullptr;                  // behind the stack's memory
  std::vector<std::uint32_t> spine_ends_;  // of the open nodes that began in earlier blocks
};

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
  if (fault == nullptr) fault = sink.finish(open_behind(layout, index));
  if (fault != nullptr) return corrupt(layout, block, fault);
  return success();
}

// Spans into the nodes of one block.
class Locator {
 public:
  Locator(const TreeModel& model, const TreeLayout& layout, std::size_t index,
          std::string_view source, ByteView exceptions, CopseFlatNode* nodes)
      : layout_(layout),
        index_(index),
        block_(layout.blocks[index]),
        spans_(model.span_rules(), source, block_, exceptions),
        nodes_(nodes) {}

  const char* run() {
    const std::uint32_t count = block_.end_node - block_.first_node;
    std::uint32_t without_start = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      CopseFlatNode& node = nodes_[i];
      if (!copse_node_is_leaf(&node)) continue;
      std::uint32_t start = 0;
      std::uint32_t size = 0;
      if (!spans_.next(node.start, start, size)) return "a token lies outside its block";
      node.tag &= ~COPSE_TAG_ALIASED_LEAF;
      node.start = start;
      node.extent = size;
      if (without_start == 0 && !follows_spine(start)) return kOtherSpine;
      for (; without_start < i; ++without_start) {
        nodes_[without_start].start = start;
      }
      without_start = i + 1;
    }
    if (!spans_.all_used()) return "a stream is longer than its block";
    return take_open(without_start) ? nullptr : kOtherSpine;
  }

 private:
  static constexpr const char* kOtherSpine = "its jump table is not that of its blocks";

  // Open nodes with nothing between them and the block start where its first leaf does.
  bool follows_spine(std::uint32_t start) const {
    std::uint32_t behind = block_.first_node;
    for (std::uint32_t at = block_.top_level; at != TreeLayout::kNone;
         at = layout_.levels[at].parent) {
      const SpineNode& node = layout_.spine[layout_.levels[at].spine_node];
      if (node.node + 1 != behind) return true;
      if (node.start != start) return false;
      behind = node.node;
    }
    return true;
  }

  // What is open at the end, as the jump table says of it.
  bool take_open(std::uint32_t without_start) const {
    for (const SpineLevel& level : open_behind(layout_, index_)) {
      const SpineNode& stated = layout_.spine[level.spine_node];
      if (stated.node < block_.first_node) continue;
      const std::uint32_t node = stated.node - block_.first_node;
      if (node < without_start && nodes_[node].start != stated.start) return false;
      nodes_[node].start = stated.start;
    }
    return true;
  }

  const TreeLayout& layout_;
  std::size_t index_;
  const TreeBlock& block_;
  LeafSpans spans_;
  CopseFlatNode* nodes_;
};

bool take_lookaheads(ByteView lookaheads, std::vector<CopseErrorLeaf>& leaves) {
  ByteReader in(lookaheads);
  for (CopseErrorLeaf& leaf : leaves) {
    const std::int64_t lookahead = in.zigzag();
    if (in.failed() || lookahead < INT32_MIN || lookahead > INT32_MAX) return false;
    leaf.lookahead = static_cast<std::int32_t>(lookahead);
  }
  return in.at_end();
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

Status locate_block(const TreeModel& model, const TreeLayout& layout, std::size_t index,
                    std::string_view source, const BlockRest& rest, CopseFlatNode* nodes,
                    BlockExtras& extras) {
  const TreeBlock& block = layout.blocks[index];
  Bytes spans;
  Bytes lookaheads;
  BytecodeBlock streams;
  if (rest.stream) {
    RansDecoder stream = *rest.stream;
    if (!take_side_streams(stream, model.numbers(), block.end_node - block.first_node, spans,
                           lookaheads) ||
        !stream.at_clean_end()) {
      return corrupt(layout, block, "its frozen form is damaged");
    }
    streams.spans = spans;
    streams.lookaheads = lookaheads;
  } else {
    COPSE_TRY(streams,
              BytecodeBlock::read(rest.bytecode.empty() ? block.payload : ByteView(rest.bytecode)));
  }
  const char* fault = Locator(model, layout, index, source, streams.spans, nodes).run();
  if (fault == nullptr && !take_lookaheads(streams.lookaheads, extras.error_leaves)) {
    fault = "the lookahead of an ERROR is damaged";
  }
  if (fault != nullptr) return corrupt(layout, block, fault);
  return success();
}

}  // namespace copse
