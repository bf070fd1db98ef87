// The sink that lays nodes out flat. Every span, count and end is checked on the way.
#include "syntax/block_expander.h"

#include <algorithm>
#include <string>
#include <type_traits>

#include "syntax/bytecode_walk.h"
#include "syntax/leaf_spans.h"

namespace copse {
namespace {

// Nodes go into an array, or are compared with those that are there.
template <typename Node>
class FlatSink {
  static constexpr bool kCompares = std::is_const_v<Node>;

 public:
  FlatSink(const TreeModel& model, const TreeLayout& layout, const TreeBlock& block,
           std::string_view source, const BytecodeBlock& streams, Node* nodes, BlockExtras& extras)
      : layout_(layout),
        block_(block),
        spans_(model.span_rules(), source, block, streams.spans),
        lookaheads_(streams.lookaheads),
        nodes_(nodes),
        extras_(extras),
        node_(block.first_node),
        without_start_(block.first_node) {
    grow();
    *top_ = {TreeLayout::kNone, 0, 0};  // what the root shows in
    if (block.top_level == TreeLayout::kNone) return;
    for (const SpineLevel& level : layout.open_levels(block)) {
      const SpineNode& node = layout.spine[level.spine_node];
      if (++top_ == limit_) grow();
      *top_ = {node.node, 0, 0};
      spine_extents_.push_back(node.extent);
    }
    // Nodes with nothing between them and the block start where its first leaf does.
    std::uint32_t behind = block.first_node;
    for (std::uint32_t at = block.top_level; at != TreeLayout::kNone;
         at = layout.levels[at].parent) {
      const SpineNode& node = layout.spine[layout.levels[at].spine_node];
      if (node.node + 1 != behind) break;
      if (first_start_ != kAnyStart && first_start_ != node.start) spine_holds_ = false;
      first_start_ = node.start;
      behind = node.node;
    }
  }

  bool open(std::uint32_t tag, std::uint8_t itself) {
    top_->shows |= itself;
    visible_ += itself != 0 ? 1 : 0;
    if (tag >> 16 >= COPSE_SYMBOL_ERROR_REPEAT) extras_.faults.push_back(node_);
    if (++top_ == limit_) grow();
    *top_ = {node_, itself, 0};
    if constexpr (kCompares) {
      same_ &= (at(node_++).tag & ~kShows) == tag;
      return same_ || differs();
    } else {
      at(node_++) = {tag, 0, 0};
      return true;
    }
  }

  bool leaf(const TemplateItem& item) {
    std::uint32_t start = 0;
    std::uint32_t size = 0;
    if (!spans_.next(item.ref, start, size)) {
      fault_ = "a token lies outside its block";
      return false;
    }
    top_->shows |= item.itself;
    visible_ += item.itself != 0 ? 1 : 0;
    const std::uint32_t node = node_++;
    if (first_start_ != kAnyStart && first_start_ != start) spine_holds_ = false;
    first_start_ = kAnyStart;
    // Internal nodes opened since the leaf before start where this one does.
    for (; without_start_ < node; ++without_start_) {
      if constexpr (kCompares) {
        same_ &= at(without_start_).start == start;
      } else {
        at(without_start_).start = start;
      }
    }
    without_start_ = node + 1;
    if constexpr (kCompares) {
      const CopseFlatNode& other = at(node);
      same_ &= other.tag == item.tag && other.start == start && other.extent == size;
      if (!same_) return differs();
    } else {
      at(node) = {item.tag, start, size};
    }
    return item.kind == ItemKind::Leaf || mark(item.tag, node);
  }

  void close() {
    const Open done = *top_--;
    if (done.node >= block_.first_node) {
      Node& node = at(done.node);
      if constexpr (kCompares) {
        same_ &= node.extent == node_ - done.node && (node.tag & kShows) == done.shows;
      } else {
        node.extent = node_ - done.node;
        node.tag |= done.shows;
      }
      top_->shows |= done.itself == 0 ? done.shows : std::uint8_t{0};
    } else {
      spine_holds_ &= spine_extents_[depth()] == node_ - done.node;
    }
  }

  bool full() const { return node_ == block_.end_node; }
  const char* fault() const { return fault_; }

  // Null when what is still open is what the next block goes on with.
  const char* finish(const TreeBlock* next) {
    extras_.visible_count += visible_;
    if (!full()) return "has fewer nodes than it states";
    if (!spans_.all_used() || !lookaheads_.at_end()) return "a stream is longer than its block";
    std::size_t open_at = 0;
    if (next != nullptr) {
      for (const SpineLevel& level : layout_.open_levels(*next)) {
        const SpineNode& node = layout_.spine[level.spine_node];
        if (open_at >= depth() || open_[++open_at].node != node.node) spine_holds_ = false;
        if (node.node < block_.first_node) continue;
        if constexpr (kCompares) {
          const CopseFlatNode& other = at(node.node);
          same_ &=
              other.tag == node.tag && other.start == node.start && other.extent == node.extent;
        } else {
          if (!is_stated(node)) spine_holds_ = false;
          at(node.node) = {node.tag, node.start, node.extent};
        }
      }
    }
    if (!same_) return "is not the tree that it was made from";
    if (!spine_holds_ || open_at != depth()) return "its jump table is not that of its blocks";
    return nullptr;
  }

 private:
  static constexpr std::size_t kDepthFirst = 256;
  static constexpr std::uint32_t kShows = COPSE_TAG_SHOWS_NAMED | COPSE_TAG_SHOWS_CHILDREN;

  static constexpr std::uint32_t kAnyStart = UINT32_MAX;

  struct Open {
    std::uint32_t node;
    std::uint8_t itself;
    std::uint8_t shows;
  };

  // Open nodes above what the root shows in.
  std::size_t depth() const { return static_cast<std::size_t>(top_ - open_.data()); }

  // A stack that is asked for its end once a node only.
  void grow() {
    const std::ptrdiff_t top = top_ - open_.data();
    open_.resize(std::max(kDepthFirst, open_.size() * 2));
    top_ = open_.data() + top;
    limit_ = open_.data() + open_.size();
  }

  Node& at(std::uint32_t node) { return nodes_[node - block_.first_node]; }

  // Whether the jump table says of a node of this block what the block says, as far as it can know.
  bool is_stated(const SpineNode& stated) {
    const CopseFlatNode& node = at(stated.node);
    const bool start_known = stated.node < without_start_;
    return node.tag == (stated.tag & ~kShows) && (!start_known || node.start == stated.start);
  }

  bool differs() {
    fault_ = "is not the tree that it was made from";
    return false;
  }

  bool mark(std::uint32_t tag, std::uint32_t node) {
    if ((tag & COPSE_TAG_MISSING) != 0) extras_.faults.push_back(node);
    if (!tag_is_error(tag)) return true;
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
  Node* nodes_;
  BlockExtras& extras_;
  std::uint32_t node_;
  std::uint32_t without_start_;  // internal nodes from here on wait for a leaf
  std::uint32_t visible_ = 0;
  std::uint32_t first_start_ = kAnyStart;  // what the spine says of the block's first leaf
  bool spine_holds_ = true;
  bool same_ = true;
  const char* fault_ = "";
  std::vector<Open> open_;
  Open* top_ = nullptr;                       // the innermost open node
  Open* limit_ = nullptr;                     // behind the stack's memory
  std::vector<std::uint32_t> spine_extents_;  // of the open nodes that began in earlier blocks
};

template <typename Node>
Status walk_block(const TreeModel& model, const TreeLayout& layout, std::size_t index,
                  std::string_view source, ByteView bytecode, Node* nodes, BlockExtras& extras) {
  const TreeBlock& block = layout.blocks[index];
  COPSE_TRY(const BytecodeBlock streams, BytecodeBlock::read(bytecode));
  FlatSink<Node> sink(model, layout, block, source, streams, nodes, extras);
  BytecodeSide from(streams.opcodes);
  BytecodeWalk<FlatSink<Node>> walk(model, layout, from, sink);
  const char* fault = walk.run(block);
  if (fault == nullptr) {
    fault = sink.finish(index + 1 < layout.blocks.size() ? &layout.blocks[index + 1] : nullptr);
  }
  return fault == nullptr ? success() : layout.corrupt_block(block, fault);
}

}  // namespace

Status expand_block(const TreeModel& model, const TreeLayout& layout, std::size_t block,
                    std::string_view source, ByteView bytecode, CopseFlatNode* nodes,
                    BlockExtras& extras) {
  return walk_block(model, layout, block, source, bytecode, nodes, extras);
}

Status compare_block(const TreeModel& model, const TreeLayout& layout, std::size_t block,
                     std::string_view source, ByteView bytecode, const CopseFlatNode* nodes,
                     BlockExtras& extras) {
  return walk_block(model, layout, block, source, bytecode, nodes, extras);
}

}  // namespace copse
