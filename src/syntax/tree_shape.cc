#include "syntax/tree_shape.h"

#include <algorithm>
#include <string>

#include "syntax/bytecode_walk.h"
#include "syntax/leaf_spans.h"
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

  bool open(std::uint32_t tag, std::uint8_t itself) {
    top_->shows |= itself;
    visible_ += itself != 0 ? 1 : 0;
    if (tag >> 16 >= COPSE_SYMBOL_ERROR_REPEAT) extras_.faults.push_back(rank(next_));
    if (++top_ == limit_) grow();
    *top_ = {static_cast<std::uint32_t>(next_ - first_), itself, 0};
    *next_++ = {tag, 0, 0};
    return true;
  }

  bool leaf(const TemplateItem& item) {
    top_->shows |= item.itself;
    visible_ += item.itself != 0 ? 1 : 0;
    if (item.kind != ItemKind::Leaf) mark(item.tag);
    *next_++ = {item.tag, item.ref, 0};
    return true;
  }

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
  const char* fault() const { return fault_; }

  // Null when what is still open is what the next block goes on with.
  const char* finish(const std::vector<SpineLevel>& open_next) {
    extras_.visible_count += visible_;
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

  // A stack that is asked for its end once a node only.
  void grow() {
    const std::ptrdiff_t top = top_ == nullptr ? 0 : top_ - open_.data();
    open_.resize(std::max(kDepthFirst, open_.size() * 2));
    top_ = open_.data() + top;
    limit_ = open_.data() + open_.size();
  }

  void mark(std::uint32_t tag) {
    if ((tag & COPSE_TAG_MISSING) != 0) extras_.faults.push_back(rank(next_));
    if (tag_is_error(tag)) extras_.error_leaves.push_back({rank(next_), 0});
  }

  const TreeLayout& layout_;
  const TreeBlock& block_;
  CopseFlatNode* const first_;
  CopseFlatNode* next_;
  CopseFlatNode* const end_;
  BlockExtras& extras_;
  std::uint32_t visible_ = 0;
  bool spine_holds_ = true;
  const char* fault_ = "";
  std::vector<Open> open_;
  Open* top_ = nullptr;                    // the innermost open node
  Open* limit_ = nullptr;                  // behind the stack's memory
  std::vector<std::uint32_t> spine_ends_;  // of the open nodes that began in earlier blocks
};

template <typename From>
Status run_shape(const TreeModel& model, const TreeLayout& layout, std::size_t index, From& from,
                 CopseFlatNode* nodes, BlockExtras& extras) {
  const TreeBlock& block = layout.blocks[index];
  ShapeSink sink(layout, block, nodes, extras);
  BytecodeWalk<ShapeSink, From> walk(model, layout, from, sink);
  const char* fault = walk.run(block);
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
