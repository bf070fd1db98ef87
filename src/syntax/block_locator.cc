// Where the nodes of a block lie whose structure is known.
#include "syntax/leaf_spans.h"
#include "syntax/side_streams.h"
#include "syntax/tree_shape.h"

namespace copse {
namespace {

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
      if (without_start == 0 && !follows_spine(start)) return TreeLayout::kOtherSpine;
      for (; without_start < i; ++without_start) {
        nodes_[without_start].start = start;
      }
      without_start = i + 1;
    }
    if (!spans_.all_used()) return "a stream is longer than its block";
    return take_open(without_start) ? nullptr : TreeLayout::kOtherSpine;
  }

 private:
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
    for (const SpineLevel& level : layout_.open_behind(index_)) {
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
      return layout.corrupt_block(block, "its frozen form is damaged");
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
  if (fault != nullptr) return layout.corrupt_block(block, fault);
  return success();
}

}  // namespace copse