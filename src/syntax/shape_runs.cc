#include "syntax/shape_runs.h"

#include <limits>

#include "core/check.h"

namespace copse {

// Goes through the items of one template.
class ShapeRuns::Builder {
 public:
  Builder(ShapeRuns& out, std::uint32_t first_item) : out_(out), item_(first_item) { begin(); }

  void add(const TemplateItem& item, bool is_last) {
    if (run_.node_count == std::numeric_limits<std::uint16_t>::max()) end(ShapeRun::Then::Next);
    ++item_;
    if (item.kind == ItemKind::Hole) {
      run_.hole_itself = item.itself;
      run_.hole_closes = item.closes;
      run_.hole_tag = item.tag;
      run_.hole_table = item.ref;
      end(ShapeRun::Then::Hole);
      return;
    }
    shows() |= item.itself;
    const bool is_open = item.kind == ItemKind::Open;
    run_.is_marked |= item.kind == ItemKind::MarkedLeaf ||
                      (is_open && item.tag >> 16 >= COPSE_SYMBOL_ERROR_REPEAT);
    out_.nodes_.push_back({item.tag, is_open ? 0 : item.ref, 0});
    if (is_open) open_.push_back({run_.node_count, item.itself, 0});
    ++run_.node_count;
    for (std::uint32_t n = item.closes; n > 0; --n)
      close();
    if (run_.closes > 0) end(is_last ? ShapeRun::Then::End : ShapeRun::Then::Next);
  }

  void finish() {
    // A run of nothing behind a hole is none.
    if (run_.node_count == 0 && has_runs_) {
      if (out_.runs_.back().then == ShapeRun::Then::Hole) out_.runs_.back().is_last = true;
      if (out_.runs_.back().then != ShapeRun::Then::Next) return;
    }
    end(ShapeRun::Then::End);
  }

 private:
  void begin() {
    run_ = {};
    run_.first_node = static_cast<std::uint32_t>(out_.nodes_.size());
    run_.first_item = item_;
    open_.clear();
  }

  std::uint8_t& shows() { return open_.empty() ? run_.shows : open_.back().shows; }

  void close() {
    if (open_.empty()) {
      ++run_.closes;
      return;
    }
    const RunPush done = open_.back();
    open_.pop_back();
    CopseFlatNode& node = out_.nodes_[run_.first_node + done.node];
    node.extent = run_.node_count - std::uint32_t{done.node};
    node.tag |= done.shows;
    shows() |= done.itself == 0 ? done.shows : std::uint8_t{0};
  }

  void end(ShapeRun::Then then) {
    run_.then = then;
    run_.first_push = static_cast<std::uint32_t>(out_.pushes_.size());
    run_.push_count = static_cast<std::uint16_t>(open_.size());
    out_.pushes_.insert(out_.pushes_.end(), open_.begin(), open_.end());
    out_.runs_.push_back(run_);
    has_runs_ = true;
    begin();
  }

  ShapeRuns& out_;
  std::uint32_t item_;
  ShapeRun run_;
  bool has_runs_ = false;
  std::vector<RunPush> open_;  // began in this run
};

ShapeRuns::ShapeRuns(const MacroSet& macros) {
  const std::span<const TemplateItem> items = macros.all_items();
  for (const Template& made : macros.all_templates()) {
    COPSE_CHECK(made.item_count > 0);
    beginnings_.push_back({items[made.first_item].tag, static_cast<std::uint32_t>(runs_.size())});
    Builder builder(*this, made.first_item + 1);
    for (std::uint32_t i = 1; i < made.item_count; ++i) {
      builder.add(items[made.first_item + i], i + 1 == made.item_count);
    }
    builder.finish();
  }
  nodes_.resize(nodes_.size() + kNodesAtOnce);
  pushes_.resize(pushes_.size() + kPushesAtOnce);
}

std::size_t ShapeRuns::memory_bytes() const {
  return nodes_.capacity() * sizeof(CopseFlatNode) + pushes_.capacity() * sizeof(RunPush) +
         runs_.capacity() * sizeof(ShapeRun) + beginnings_.capacity() * sizeof(Beginning);
}

}  // namespace copse
