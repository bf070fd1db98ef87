// The sink that lays nodes out flat. Every span, count and end is checked on the way.
#include "syntax/block_expander.h"

#include <string>

#include "syntax/bytecode_walk.h"
#include "syntax/leaf_spans.h"

namespace copse {
namespace {

class FlatSink {
 public:
  FlatSink(const TreeModel& model, const TreeLayout& layout, const TreeBlock& block,
           std::string_view source, const BytecodeBlock& streams, CopseFlatNode* nodes,
           BlockExtras& extras)
      : layout_(layout),
        block_(block),
        spans_(model.span_rules(), source, block, streams.spans),
        lookaheads_(streams.lookaheads),
        nodes_(nodes),
        extras_(extras),
        node_(block.first_node),
        without_start_(block.first_node) {
    open_.push_back({TreeLayout::kNone, 0, 0});  // what the root shows in
    if (block.top_level == TreeLayout::kNone) return;
    for (const SpineLevel& level : layout.open_levels(block)) {
      open_.push_back({layout.spine[level.spine_node].node, 0, 0});
    }
  }

  bool open(std::uint32_t tag, std::uint8_t itself) {
    open_.back().shows |= itself;
    visible_ += itself != 0 ? 1 : 0;
    if (tag >> 16 >= COPSE_SYMBOL_ERROR_REPEAT) extras_.faults.push_back(node_);
    open_.push_back({node_, itself, 0});
    nodes_[node_++] = {tag, spans_.position(), 0};
    return true;
  }

  bool leaf(const TemplateItem& item) {
    std::uint32_t start = 0;
    std::uint32_t size = 0;
    if (!spans_.next(item.ref, start, size)) {
      fault_ = "a token lies outside its block";
      return false;
    }
    open_.back().shows |= item.itself;
    visible_ += item.itself != 0 ? 1 : 0;
    const std::uint32_t node = node_++;
    // Internal nodes opened since the leaf before start where this one does.
    for (; without_start_ < node; ++without_start_) {
      nodes_[without_start_].start = start;
    }
    without_start_ = node + 1;
    nodes_[node] = {item.tag, start, size};
    return item.kind == ItemKind::Leaf || mark(node);
  }

  void close() {
    const Open done = open_.back();
    open_.pop_back();
    if (done.node >= block_.first_node) {
      CopseFlatNode& node = nodes_[done.node];
      node.extent = node_ - done.node;
      node.tag |= done.shows;
      if (done.itself == 0) open_.back().shows |= done.shows;
    } else if (nodes_[done.node].extent != node_ - done.node) {
      spine_holds_ = false;
    }
  }

  bool full() const { return node_ == block_.end_node; }
  const char* fault() const { return fault_; }

  // Null when what is still open is what the next block goes on with.
  const char* finish(const TreeBlock* next) {
    extras_.visible_count += visible_;
    if (!full()) return "has fewer nodes than it states";
    if (!spans_.all_used() || !lookaheads_.at_end()) return "a stream is longer than its block";
    std::size_t depth = 1;
    if (next != nullptr) {
      for (const SpineLevel& level : layout_.open_levels(*next)) {
        const SpineNode& node = layout_.spine[level.spine_node];
        if (depth == open_.size() || open_[depth++].node != node.node) spine_holds_ = false;
        nodes_[node.node] = {node.tag, node.start, node.extent};
      }
    }
    if (!spine_holds_ || depth != open_.size()) return "its jump table is not that of its blocks";
    return nullptr;
  }

 private:
  struct Open {
    std::uint32_t node;
    std::uint32_t itself;
    std::uint32_t shows;
  };

  bool mark(std::uint32_t node) {
    if ((nodes_[node].tag & COPSE_TAG_MISSING) != 0) extras_.faults.push_back(node);
    if (!tag_is_error(nodes_[node].tag)) return true;
    const std::int64_t lookahead = lookaheads_.zigzag();
    if (lookaheads_.failed() || lookahead < INT32_MIN || lookahead > INT32_MAX) {
      fault_ = "the lookahead of an ERROR is damaged";
      return false;
    }
    extras_.error_leaves.push_back({node, static_cast<std::int32_t>(lookahead)});
    return true;
  }

  const TreeLayout& layout_;
  const TreeBlock& block_;
  LeafSpans spans_;
  ByteReader lookaheads_;
  CopseFlatNode* nodes_;
  BlockExtras& extras_;
  std::uint32_t node_;
  std::uint32_t without_start_;  // internal nodes from here on wait for a leaf
  std::uint32_t visible_ = 0;
  bool spine_holds_ = true;
  const char* fault_ = "";
  std::vector<Open> open_;
};

}  // namespace

void write_spine(const TreeLayout& layout, CopseFlatNode* nodes) {
  for (const SpineNode& node : layout.spine) {
    nodes[node.node] = {node.tag, node.start, node.extent};
  }
}

Status expand_block(const TreeModel& model, const TreeLayout& layout, std::size_t index,
                    std::string_view source, ByteView bytecode, CopseFlatNode* nodes,
                    BlockExtras& extras) {
  const TreeBlock& block = layout.blocks[index];
  COPSE_TRY(const BytecodeBlock streams, BytecodeBlock::read(bytecode));
  FlatSink sink(model, layout, block, source, streams, nodes, extras);
  BytecodeWalk<FlatSink> walk(model, layout, sink);
  const char* fault = walk.run(block, streams.opcodes);
  if (fault == nullptr) {
    fault = sink.finish(index + 1 < layout.blocks.size() ? &layout.blocks[index + 1] : nullptr);
  }
  if (fault == nullptr) return success();
  return Error(ErrorCode::Corrupt, std::string("tree: ") + fault + " (nodes " +
                                       std::to_string(block.first_node) + " to " +
                                       std::to_string(block.end_node) + " of " +
                                       std::to_string(layout.node_count) + ")");
}

}  // namespace copse
