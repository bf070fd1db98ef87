// What a Tree shares among its copies: the source, the flat nodes, and what points are found from.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"
#include "copse/tree.h"

#include "syntax/flat_node.h"
#include "syntax/grammar.h"

namespace copse {

// A tree without its source. Node i's subtree is nodes[i, i + copse_node_count(nodes[i])).
struct FlatTree {
  std::vector<CopseFlatNode> nodes;
  // Leaf ERROR nodes, by node: the character each stumbled over.
  std::vector<CopseErrorLeaf> error_leaves;
  // Internal error nodes and missing leaves, ascending.
  std::vector<std::uint32_t> faults;
  // Nodes that tree-sitter's API shows: visible by symbol or alias, and the root.
  std::uint32_t visible_count = 0;
};

// What a node adds, by being visible itself under that alias, to what its parent shows.
inline std::uint32_t shown_by_itself(const Grammar& grammar, std::uint16_t symbol,
                                     std::uint16_t alias) {
  const std::uint16_t name = alias != 0 ? alias : symbol;
  if (alias == 0 && !grammar.is_visible(symbol)) return 0;
  return grammar.is_named(name) ? COPSE_TAG_SHOWS_CHILDREN | COPSE_TAG_SHOWS_NAMED
                                : COPSE_TAG_SHOWS_CHILDREN;
}

class LazyNodes;
struct PlacedTree;

// Which nodes are visible, aliases considered: one bit a node, and a running count every 64.
class VisibleRank {
 public:
  VisibleRank() = default;
  VisibleRank(const Grammar& grammar, const CopseFlatNode* nodes, std::uint32_t count);

  // How many of the nodes before `index` are visible. O(1).
  std::uint32_t count_before(std::uint32_t index) const;
  bool is_visible(std::uint32_t index) const {
    return ((words_[index / 64] >> (index % 64)) & 1) != 0;
  }

 private:
  std::vector<std::uint64_t> words_;
  std::vector<std::uint32_t> counts_;
};

// Where a row lies: its first byte, and that of the row behind it (UINT64_MAX for the last).
struct RowSpan {
  std::uint32_t begin = 0;
  std::uint64_t next = UINT64_MAX;
};

// Finds points for somebody who asks about one place after the other, mostly forwards: remembers
// the last one. For one thread.
class PointCursor {
 public:
  // `source_of(begin, end)` is the source, of which [begin, end) may be read then.
  template <typename SourceOf>
  Point find(std::uint32_t byte, const SourceOf& source_of) {
    if (byte < row_begin_) {
      step_back(byte, source_of(byte, row_begin_));
      // Looks for the row's beginning.
      for (std::uint32_t end = byte; end > 0 && row_begin_ == byte_;) {
        const std::uint32_t begin = end - std::min(end, kLookBackStep);
        if (begin_row_in(begin, end, source_of(begin, end))) break;
        end = begin;
      }
    }
    if (byte > byte_) step_on(byte, source_of(byte_, byte));
    return {row_, byte - row_begin_};
  }

 private:
  static constexpr std::uint32_t kLookBackStep = 4096;

  void step_on(std::uint32_t byte, std::string_view source);
  void step_back(std::uint32_t byte, std::string_view source);
  // Whether the row of byte_ begins in [begin, end), or with the source.
  bool begin_row_in(std::uint32_t begin, std::uint32_t end, std::string_view source);

  std::uint32_t byte_ = 0;  // nothing is known beyond
  std::uint32_t row_ = 0;
  std::uint32_t row_begin_ = 0;
};

// A tree with its source: all there, or made block by block as it is asked for. What is asked for
// first costs its block, a tenth of a millisecond or so; afterwards it costs nothing but a look.
struct TreeData {
  TreeData();
  ~TreeData();

  std::shared_ptr<const Grammar> grammar;

  const CopseFlatNode& node(std::uint32_t index) const {
    if (lazy_now_.load(std::memory_order_acquire) != nullptr) [[unlikely]]
      return lazy_node(index);
    return nodes_[index];
  }
  // REQUIRES: index < node_count(), as for node().
  std::uint32_t end_of(std::uint32_t index) const {
    const std::uint32_t last = index + copse_node_count(&node(index)) - 1;
    const CopseFlatNode& leaf = node(last);
    return leaf.start + leaf.extent;
  }
  // REQUIRES: made by make_tree_data().
  const FlatTree& flat() const { return flat_; }
  std::uint32_t node_count() const { return node_count_; }
  std::uint32_t visible_count() const { return visible_count_; }

  // Every node, the whole source: makes what is not there yet.
  const CopseFlatNode* nodes() const;
  std::string_view source() const;
  std::uint32_t source_size() const;
  std::string_view text(std::uint32_t begin, std::uint32_t end) const;

  // Whether one of nodes [first, last) is an internal error node or a missing leaf.
  bool has_fault(std::uint32_t first, std::uint32_t last) const;
  // What the leaf ERROR stumbled over; no value for other nodes.
  std::optional<std::int32_t> lookahead_of(std::uint32_t index) const;

  // O(log rows) where the source is in memory as a whole, else O(a block's source).
  Point point_at(std::uint32_t byte) const;
  // No value when there is no such row. Cost as above.
  std::optional<RowSpan> row(std::uint32_t row) const;
  // Byte offset of the first byte of each row; always starts with 0. Made at the first call.
  const std::vector<std::uint32_t>& line_starts() const;

  // Made at the first call, of all nodes. Thread-safe.
  const VisibleRank& visible_rank() const;

  // Between two matches of a scan: gives back what it need not keep of a large source, so that
  // views of it end.
  void drop_source() const;
  // Blocks whose nodes are all there.
  std::size_t blocks_located() const;
  // The first damage that was met while making blocks.
  Status fault() const;
  bool is_damaged() const;

 private:
  friend std::shared_ptr<const TreeData> make_tree_data(std::shared_ptr<const Grammar> grammar,
                                                        std::string source, FlatTree flat);
  friend std::shared_ptr<const TreeData> make_lazy_tree_data(std::shared_ptr<const Grammar> grammar,
                                                             std::unique_ptr<LazyNodes> lazy,
                                                             std::uint32_t visible_count,
                                                             bool one_thread);
  friend std::shared_ptr<const TreeData> make_placed_tree_data(
      std::shared_ptr<const Grammar> grammar, PlacedTree placed);

  const CopseFlatNode& lazy_node(std::uint32_t index) const;
  bool in_chunks() const;
  Point point_in_chunks(std::uint32_t byte) const;
  std::optional<RowSpan> row_in_chunks(std::uint32_t row) const;

  std::string own_source_;
  std::shared_ptr<const void> memory_;  // of source and nodes that are somebody else's
  std::string_view source_;
  FlatTree flat_;
  std::unique_ptr<LazyNodes> lazy_;
  // Null when all nodes are there.
  mutable std::atomic<const LazyNodes*> lazy_now_ = nullptr;
  const CopseFlatNode* nodes_ = nullptr;
  std::uint32_t node_count_ = 0;
  std::uint32_t visible_count_ = 0;

  bool one_thread_ = false;
  mutable PointCursor points_;  // of that thread
  mutable std::once_flag rows_once_;
  mutable std::vector<std::uint32_t> line_starts_;
  mutable std::once_flag rank_once_;
  mutable VisibleRank rank_;
};

// A tree that is all there.
std::shared_ptr<const TreeData> make_tree_data(std::shared_ptr<const Grammar> grammar,
                                               std::string source, FlatTree flat);

// One whose nodes are made as needed; for `one_thread` points are counted from the last one on.
std::shared_ptr<const TreeData> make_lazy_tree_data(std::shared_ptr<const Grammar> grammar,
                                                    std::unique_ptr<LazyNodes> lazy,
                                                    std::uint32_t visible_count,
                                                    bool one_thread = false);

// The offsets at which rows start; only '\n' ends a row, as in tree-sitter.
std::vector<std::uint32_t> find_line_starts(std::string_view source);

// The children of one node, hidden ones included, each with what its parent's production makes of
// it.
class ChildWalk {
 public:
  ChildWalk(const TreeData& tree, std::uint32_t parent)
      : tree_(&tree),
        production_(copse_node_production(&tree.node(parent))),
        next_(parent + 1),
        end_(parent + copse_node_count(&tree.node(parent))) {}

  // False when there are no more children.
  bool next() {
    if (next_ >= end_) return false;
    index_ = next_;
    const CopseFlatNode& node = tree_->node(index_);
    next_ += copse_node_count(&node);
    structural_ = seen_;
    alias_ = 0;
    if (!copse_node_is_extra(&node)) alias_ = tree_->grammar->alias_at(production_, seen_++);
    return true;
  }

  // Of the current child. REQUIRES: next() returned true.
  std::uint32_t index() const { return index_; }
  std::uint16_t alias() const { return alias_; }
  // Rank among the children that are not extra; of the next such child, for an extra one.
  std::uint32_t structural() const { return structural_; }
  bool visible() const {
    return alias_ != 0 || tree_->grammar->is_visible(copse_node_symbol(&tree_->node(index_)));
  }
  bool named() const {
    const std::uint16_t symbol = alias_ != 0 ? alias_ : copse_node_symbol(&tree_->node(index_));
    return tree_->grammar->is_named(symbol);
  }
  // A hidden child with visible ones below it.
  bool shows_children() const { return copse_node_shows_children(&tree_->node(index_)); }

 private:
  const TreeData* tree_;
  std::uint16_t production_;
  std::uint16_t alias_ = 0;
  std::uint32_t next_;
  std::uint32_t end_;
  std::uint32_t index_ = 0;
  std::uint32_t structural_ = 0;
  std::uint32_t seen_ = 0;
};

}  // namespace copse
