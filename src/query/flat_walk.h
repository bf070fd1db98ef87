// Walking flat trees as tree-sitter shows them: visible children, ancestors, and the nodes of some
// kinds at the speed at which tags can be read.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "syntax/tree_data.h"

namespace copse {

// A visible node: its rank in preorder and what its parent's production calls it (0: nothing).
struct NodeRef {
  std::uint32_t index = 0;
  std::uint16_t alias = 0;

  // The same node of the same tree.
  bool operator==(const NodeRef& other) const { return index == other.index; }
};

// A tree that is all there, and what is asked of its nodes. A view of a TreeData that outlives it.
class FlatView {
 public:
  // REQUIRES: tree.fault() is none after nodes() was called.
  explicit FlatView(const TreeData& tree)
      : tree_(&tree),
        nodes_(tree.nodes()),
        count_(tree.node_count()),
        source_(tree.source()),
        grammar_(tree.grammar.get()) {}

  const TreeData& tree() const { return *tree_; }
  const Grammar& grammar() const { return *grammar_; }
  const CopseFlatNode& at(std::uint32_t index) const { return nodes_[index]; }
  const CopseFlatNode* nodes() const { return nodes_; }
  std::uint32_t count() const { return count_; }

  std::uint16_t name(NodeRef node) const {
    return node.alias != 0 ? node.alias : copse_node_symbol(&nodes_[node.index]);
  }
  // As ts_node_symbol gives it.
  std::uint16_t kind(NodeRef node) const { return grammar_->public_symbol(name(node)); }
  bool is_named(NodeRef node) const { return grammar_->is_named(name(node)); }
  bool is_extra(NodeRef node) const { return copse_node_is_extra(&nodes_[node.index]); }
  bool is_missing(NodeRef node) const { return copse_node_is_missing(&nodes_[node.index]); }
  bool has_children(NodeRef node) const { return copse_node_shows_children(&nodes_[node.index]); }
  bool has_named_children(NodeRef node) const {
    return copse_node_shows_named(&nodes_[node.index]);
  }
  std::uint32_t start(NodeRef node) const { return nodes_[node.index].start; }
  std::uint32_t end(NodeRef node) const { return copse_node_end(nodes_, node.index); }
  std::string_view text(NodeRef node) const {
    const std::uint32_t begin = start(node);
    const std::uint32_t behind = end(node);
    if (begin >= source_.size() || behind < begin) return {};
    return source_.substr(begin, behind - begin);
  }
  Node public_node(NodeRef node) const { return {tree_, node.index, node.alias}; }

  // Appends the visible children, those of hidden children in their place. O(children).
  void children(NodeRef node, std::vector<NodeRef>& out) const;

 private:
  const TreeData* tree_;
  const CopseFlatNode* nodes_;
  std::uint32_t count_;
  std::string_view source_;
  const Grammar* grammar_;
};

// The way from one node down to another, kept between questions: going on in preorder costs next
// to nothing, going elsewhere the children on the way.
class WayDown {
 public:
  // Ways start at `top`, which counts as visible.
  WayDown(const FlatView& view, NodeRef top);

  // REQUIRES: `index` lies in the subtree of the top.
  void go_to(std::uint32_t index);

  // Of the node gone to last.
  bool visible() const { return is_visible(way_.back()); }
  NodeRef node() const { return {way_.back().index, way_.back().alias}; }
  // The visible node above it; false for the top.
  bool parent(NodeRef& parent) const;
  // Appends the visible nodes above it, nearest first.
  void ancestors(std::vector<NodeRef>& out) const;

 private:
  struct Step {
    std::uint32_t index;
    std::uint32_t end;   // behind the subtree
    std::uint32_t next;  // the first child that was not passed yet
    std::uint16_t alias;
    std::uint32_t seen;  // children passed that are not extra
  };

  Step step_at(std::uint32_t index, std::uint16_t alias) const;
  bool is_visible(const Step& step) const;
  void restart(Step& step) const;

  const FlatView* view_;
  std::vector<Step> way_;
};

// A set of kinds (public symbols), and what to look for in tags to find nodes of these kinds.
class KindSet {
 public:
  // Every node.
  KindSet() = default;
  // What is needed of the grammar is copied.
  KindSet(const Grammar& grammar, std::vector<std::uint16_t> kinds);

  bool is_all() const { return all_; }
  // The kinds as they were given; none for every node.
  const std::vector<std::uint16_t>& list() const { return list_; }
  bool has(std::uint16_t kind) const { return all_ || bit(kinds_, kind); }
  bool tag_may_be(std::uint32_t tag) const { return bit(symbols_, tag >> 16); }
  // Whether a child of such a node may be called by one of the kinds.
  bool tag_names_children(std::uint32_t tag) const {
    return any_production_ && (tag & COPSE_TAG_LEAF) == 0 &&
           bit(productions_, (tag >> 4) & COPSE_MAX_PRODUCTION_ID);
  }

 private:
  using Bits = std::array<std::uint64_t, 1024>;
  static constexpr std::size_t kProductionWords = (COPSE_MAX_PRODUCTION_ID + 1) / 64;

  template <typename Words>
  static bool bit(const Words& words, std::uint32_t index) {
    return ((words[index / 64] >> (index % 64)) & 1) != 0;
  }

  bool all_ = true;
  bool any_production_ = false;
  std::vector<std::uint16_t> list_;
  Bits kinds_{};
  Bits symbols_{};  // as nodes carry them
  std::array<std::uint64_t, kProductionWords> productions_{};
};

// The visible nodes of some kinds in a subtree, in preorder.
class KindScan {
 public:
  // The nodes below `top`, and itself first if wanted. The set outlives the scan.
  KindScan(const FlatView& view, NodeRef top, const KindSet& kinds, bool with_top);

  // False at the end.
  bool next(NodeRef& node);

 private:
  std::uint32_t next_candidate();
  void note_named_children(std::uint32_t index);

  const FlatView* view_;
  const KindSet* kinds_;
  WayDown way_;
  std::uint32_t at_;
  std::uint32_t end_;
  // Children that a production calls by one of the kinds, descending: the next one is at the back.
  std::vector<std::uint32_t> named_;
};

}  // namespace copse
