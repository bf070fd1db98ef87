// Where the structure of one block's nodes goes as its operations are walked.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "syntax/block_expander.h"
#include "syntax/shape_runs.h"
#include "syntax/tree_layout.h"

namespace copse {

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
      if (at >= depth()) return TreeLayout::kOtherSpine;
      const std::uint32_t node = open_[++at].node;
      if (stated.node < block_.first_node) {
        spine_holds_ &= node == kBefore && spine_ends_[at - 1] == stated.node + stated.extent;
        continue;
      }
      if (node == kBefore || node + block_.first_node != stated.node ||
          first_[node].tag != (stated.tag & ~kShows)) {
        return TreeLayout::kOtherSpine;
      }
      first_[node].tag = stated.tag;
      first_[node].extent = stated.extent;
    }
    return spine_holds_ && at == depth() ? nullptr : TreeLayout::kOtherSpine;
  }

 private:
  static constexpr std::uint32_t kShows = COPSE_TAG_SHOWS_NAMED | COPSE_TAG_SHOWS_CHILDREN;
  static constexpr std::size_t kDepthFirst = 256;
  static constexpr std::uint32_t kBefore = UINT32_MAX;  // a node of an earlier block

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

}  // namespace copse
