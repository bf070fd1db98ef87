#include "syntax/shape_runs.h"

#include <algorithm>

#include "core/check.h"

namespace copse {

// Goes through the items of one template.
class ShapeRuns::Builder {
 public:
  Builder(const Grammar& grammar, std::vector<std::uint32_t>& out, std::uint32_t first_item,
          std::uint32_t root_tag)
      : grammar_(grammar), out_(out), item_(first_item), first_item_(first_item) {
    parents_.push_back({production_of(root_tag), 0});
  }

  void add(const TemplateItem& item, bool is_last) {
    if (nodes_.size() / 2 == ShapeRun::kNodesMax || open_.size() == ShapeRun::kPushesMax) {
      end(ShapeRun::Then::Next);
    }
    ++item_;
    const bool is_aliased = take_alias(item.tag) != 0;
    if (item.kind == ItemKind::Hole) {
      hole_ = &item;
      end(ShapeRun::Then::Hole, is_last);
      hole_ = nullptr;
      leave_parents(item.closes);
      return;
    }
    shows() |= item.itself;
    const bool is_open = item.kind == ItemKind::Open;
    is_marked_ |= item.kind == ItemKind::MarkedLeaf ||
                  (is_open && item.tag >> 16 >= COPSE_SYMBOL_ERROR_REPEAT);
    if (is_open) {
      open_.push_back({static_cast<std::uint32_t>(nodes_.size() / 2), item.itself, 0});
      parents_.push_back({production_of(item.tag), 0});
    }
    nodes_.push_back(item.tag | (is_aliased && !is_open ? COPSE_TAG_ALIASED_LEAF : 0));
    nodes_.push_back(is_open ? 0 : item.ref);
    for (std::uint32_t n = item.closes; n > 0; --n)
      close();
    leave_parents(item.closes);
    if (closes_ > 0) end(is_last ? ShapeRun::Then::End : ShapeRun::Then::Next);
  }

  // A template of nothing but its first node.
  void add_nothing() { end(ShapeRun::Then::End); }

 private:
  // A node around the place that is reached, and how many of its children are not extra so far.
  struct Parent {
    std::uint16_t production;
    std::uint32_t structural;
  };

  static std::uint16_t production_of(std::uint32_t tag) {
    return static_cast<std::uint16_t>((tag >> 4) & COPSE_MAX_PRODUCTION_ID);
  }
  std::uint16_t take_alias(std::uint32_t tag) {
    if ((tag & COPSE_TAG_EXTRA) != 0) return 0;
    Parent& parent = parents_.back();
    return grammar_.alias_at(parent.production, parent.structural++);
  }
  // The template's own node is left behind its last item, and nothing is asked after that.
  void leave_parents(std::uint32_t count) {
    for (; count > 0 && parents_.size() > 1; --count)
      parents_.pop_back();
  }

  std::uint8_t& shows() { return open_.empty() ? shows_ : open_.back().shows; }

  void close() {
    if (open_.empty()) {
      if (closes_ == ShapeRun::kClosesMax) end(ShapeRun::Then::Next);
      ++closes_;
      return;
    }
    const ShapeRun::Push done = open_.back();
    open_.pop_back();
    nodes_[2 * done.node + 1] = static_cast<std::uint32_t>(nodes_.size() / 2) - done.node;
    nodes_[2 * done.node] |= done.shows;
    shows() |= done.itself == 0 ? done.shows : std::uint8_t{0};
  }

  void end(ShapeRun::Then then, bool is_last = false) {
    const auto nodes = static_cast<std::uint32_t>(nodes_.size() / 2);
    const auto pushes = static_cast<std::uint32_t>(open_.size());
    out_.push_back(nodes | pushes << 12 | closes_ << 18 | std::uint32_t{shows_} << 26 |
                   static_cast<std::uint32_t>(then) << 28 | (is_last ? 1U : 0U) << 30 |
                   (is_marked_ ? 1U : 0U) << 31);
    out_.push_back(hole_ == nullptr ? 0 : hole_->tag);
    out_.push_back(hole_ == nullptr ? 0 : hole_->ref);
    out_.push_back(hole_ == nullptr ? 0 : std::uint32_t{hole_->closes} << 2 | hole_->itself);
    out_.push_back(first_item_);
    out_.insert(out_.end(), nodes_.begin(), nodes_.end());
    for (const ShapeRun::Push& push : open_) {
      out_.push_back(ShapeRun::word_of(push));
    }
    nodes_.clear();
    open_.clear();
    closes_ = 0;
    shows_ = 0;
    is_marked_ = false;
    first_item_ = item_;
  }

  const Grammar& grammar_;
  std::vector<std::uint32_t>& out_;
  std::vector<Parent> parents_;
  std::uint32_t item_;
  std::uint32_t first_item_;
  std::vector<std::uint32_t> nodes_;
  std::vector<ShapeRun::Push> open_;  // began in this run
  std::uint32_t closes_ = 0;
  std::uint8_t shows_ = 0;
  bool is_marked_ = false;
  const TemplateItem* hole_ = nullptr;
};

// An item that ends a template ends its first node, too: so each ends with a hole, or a run that
// ends nodes.
ShapeRuns::ShapeRuns(const Grammar& grammar, const MacroSet& macros) {
  const std::span<const TemplateItem> items = macros.all_items();
  for (const Template& made : macros.all_templates()) {
    COPSE_CHECK(made.item_count > 0);
    beginnings_.push_back(static_cast<std::uint32_t>(words_.size()));
    words_.push_back(items[made.first_item].tag);
    Builder builder(grammar, words_, made.first_item + 1, items[made.first_item].tag);
    for (std::uint32_t i = 1; i < made.item_count; ++i) {
      builder.add(items[made.first_item + i], i + 1 == made.item_count);
    }
    if (made.item_count == 1) builder.add_nothing();
  }
  words_.resize(words_.size() + 2 * kNodesAtOnce + kPushesAtOnce);
}

std::size_t ShapeRuns::memory_bytes() const {
  return (words_.capacity() + beginnings_.capacity()) * sizeof(std::uint32_t);
}

}  // namespace copse
