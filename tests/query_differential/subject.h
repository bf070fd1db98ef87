// What both engines look at: sources parsed by tree-sitter's own parser, each as the parser's tree
// and as copse's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "copse/tree.h"

#include "core/check.h"
#include "syntax/lazy_nodes.h"
#include "syntax/tree_codec.h"
#include "syntax/tree_data.h"
#include "tested_language.h"

namespace copse::query_differential {

// Which of copse's trees a query runs over: one with the loaded grammar, one with the grammar as a
// store keeps it, one that makes its nodes as they are asked for, one whose nodes have no places
// before they are asked for, as searches over a store have it.
enum class Side : std::uint8_t { Live, Stored, Lazy, Shaped };
inline constexpr Side kAllSides[] = {Side::Live, Side::Stored, Side::Lazy, Side::Shaped};

inline std::string_view name_of(Side side) {
  constexpr std::string_view names[] = {"live", "stored", "lazy", "shaped"};
  return names[static_cast<std::size_t>(side)];
}

struct ShapedTree {
  std::shared_ptr<const TreeData> data;
  const CopseFlatNode* nodes = nullptr;
};

// One source in one language, parsed once and seen from all sides.
class Subject {
 public:
  Subject(const TestedLanguage& language, std::string name, std::string source)
      : language_(&language),
        name_(std::move(name)),
        source_(std::move(source)),
        real_tree_(parse(language.real, source_)) {
    if (real_tree_ == nullptr) return;
    FlatTree flat = flatten(real_tree_.get());
    visible_count_ = flat.visible_count;
    stored_ = make_tree_data(language.stored, source_, flat);
    live_ = make_tree_data(language.live, source_, std::move(flat));
    number_real_nodes();
  }

  // Whether the parser came to an end; nothing else may be asked otherwise.
  bool is_parsed() const { return real_tree_ != nullptr; }
  const TestedLanguage& language() const { return *language_; }
  const std::string& name() const { return name_; }
  const std::string& source() const { return source_; }
  TSNode root() const { return ts_tree_root_node(real_tree_.get()); }

  // A lazy one is new at each call: none of its nodes are there. REQUIRES: not Side::Shaped.
  Tree tree(Side side) const {
    COPSE_CHECK(side != Side::Shaped);
    if (side != Side::Lazy) return Tree(side == Side::Live ? live_ : stored_);
    return Tree(make_lazy_tree_data(language_->stored, open(TreeForm::Small, small_bytes_, nullptr),
                                    visible_count_));
  }
  // New at each call. The memory serves one tree at a time.
  ShapedTree shaped(ScanMemory& memory) const {
    auto lazy = open(TreeForm::Fast, fast_bytes_, &memory);
    COPSE_CHECK(lazy->shape().ok());
    const CopseFlatNode* const nodes = lazy->nodes();
    return {make_lazy_tree_data(language_->stored, std::move(lazy), visible_count_, true), nodes};
  }

  // A node's rank in preorder among the visible ones: its identity, in tree-sitter's tree and in
  // ours. UINT32_MAX for what is not visible.
  std::uint32_t rank(TSNode node) const {
    const auto found = real_ranks_.find(node.id);
    return found == real_ranks_.end() ? UINT32_MAX : found->second;
  }
  std::uint32_t rank(const Node& node) const {
    const VisibleRank& ranks = live_->visible_rank();
    const bool visible = node.index() == 0 || ranks.is_visible(node.index());
    return visible ? ranks.count_before(node.index()) : UINT32_MAX;
  }

 private:
  static constexpr std::uint32_t kLazyBlockNodes = 64;

  std::unique_ptr<LazyNodes> open(TreeForm form, std::shared_ptr<Bytes>& bytes,
                                  ScanMemory* memory) const {
    if (bytes == nullptr) {
      bytes = std::make_shared<Bytes>(
          encode_tree(*language_->model, stored_->flat(), source_, {form, kLazyBlockNodes}));
    }
    auto lazy = LazyNodes::open(language_->model, *bytes, bytes, source_, nullptr, source_.size(),
                                kTreeNodesMax, memory);
    COPSE_CHECK(lazy.ok());
    return std::move(lazy).value();
  }

  void number_real_nodes() {
    TSTreeCursor cursor = ts_tree_cursor_new(root());
    for (bool more = true; more;) {
      real_ranks_.emplace(ts_tree_cursor_current_node(&cursor).id, real_ranks_.size());
      if (ts_tree_cursor_goto_first_child(&cursor)) continue;
      while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
        more = ts_tree_cursor_goto_parent(&cursor);
        if (!more) break;
      }
    }
    ts_tree_cursor_delete(&cursor);
  }

  const TestedLanguage* language_;
  std::string name_;
  std::string source_;
  RealTree real_tree_;
  std::uint32_t visible_count_ = 0;
  // Made when such a tree is first asked for.
  mutable std::shared_ptr<Bytes> small_bytes_;
  mutable std::shared_ptr<Bytes> fast_bytes_;
  std::shared_ptr<const TreeData> live_;
  std::shared_ptr<const TreeData> stored_;
  std::unordered_map<const void*, std::uint32_t> real_ranks_;
};

}  // namespace copse::query_differential
