// Trees that are all there, and trees that are made as they are asked for.
#include "syntax/tree_data.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/check.h"
#include "syntax/lazy_nodes.h"
#include "syntax/placed_tree.h"

namespace copse {

TreeData::TreeData() = default;
TreeData::~TreeData() = default;

const CopseFlatNode& TreeData::lazy_node(std::uint32_t index) const {
  const CopseFlatNode& node = lazy_->node(index);
  if (lazy_->complete()) lazy_now_.store(nullptr, std::memory_order_release);
  return node;
}

const CopseFlatNode* TreeData::nodes() const {
  if (lazy_ != nullptr) {
    lazy_->need_nodes(0, node_count_);
    lazy_now_.store(nullptr, std::memory_order_release);
  }
  return nodes_;
}

std::string_view TreeData::source() const {
  if (lazy_ == nullptr) return source_;
  return lazy_->need_source(0, lazy_->layout().blocks.back().end_byte);
}

std::uint32_t TreeData::source_size() const {
  return static_cast<std::uint32_t>(lazy_ == nullptr ? source_.size()
                                                     : lazy_->layout().blocks.back().end_byte);
}

std::string_view TreeData::text(std::uint32_t begin, std::uint32_t end) const {
  if (lazy_ == nullptr) return source_.substr(begin, end - begin);
  return lazy_->need_source(begin, end).substr(begin, end - begin);
}

bool TreeData::has_fault(std::uint32_t first, std::uint32_t last) const {
  const auto among = [&](const std::vector<std::uint32_t>& faults) {
    const auto found = std::lower_bound(faults.begin(), faults.end(), first);
    return found != faults.end() && *found < last;
  };
  if (lazy_ == nullptr) return among(flat_.faults);
  const TreeLayout& layout = lazy_->layout();
  for (std::size_t block = layout.block_of(first); block <= layout.block_of(last - 1); ++block) {
    if (among(lazy_->extras(block).faults)) return true;
  }
  return false;
}

std::optional<std::int32_t> TreeData::lookahead_of(std::uint32_t index) const {
  const std::vector<CopseErrorLeaf>& leaves =
      lazy_ == nullptr ? flat_.error_leaves
                       : lazy_->extras(lazy_->layout().block_of(index)).error_leaves;
  const auto found = std::lower_bound(
      leaves.begin(), leaves.end(), index,
      [](const CopseErrorLeaf& leaf, std::uint32_t node) { return leaf.node < node; });
  if (found == leaves.end() || found->node != index) return std::nullopt;
  return found->lookahead;
}

// ---- rows --------------------------------------------------------------------------------------

bool TreeData::in_chunks() const {
  return lazy_ != nullptr && lazy_->in_chunks();
}

const std::vector<std::uint32_t>& TreeData::line_starts() const {
  std::call_once(rows_once_, [this] { line_starts_ = find_line_starts(source()); });
  return line_starts_;
}

void PointCursor::step_on(std::uint32_t byte, std::string_view source) {
  const char* at = source.data() + byte_;
  const char* const end = source.data() + byte;
  while (at != end) {
    const void* newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
    if (newline == nullptr) break;
    at = static_cast<const char*>(newline) + 1;
    ++row_;
    row_begin_ = static_cast<std::uint32_t>(at - source.data());
  }
  byte_ = byte;
}

void PointCursor::step_back(std::uint32_t byte, std::string_view source) {
  const std::string_view behind = source.substr(byte, row_begin_ - byte);
  row_ -= static_cast<std::uint32_t>(std::count(behind.begin(), behind.end(), '\n'));
  row_begin_ = byte;
  byte_ = byte;
}

bool PointCursor::begin_row_in(std::uint32_t begin, std::uint32_t end, std::string_view source) {
  const std::size_t newline = source.substr(begin, end - begin).rfind('\n');
  if (newline == std::string_view::npos) {
    if (begin != 0) return false;
    row_begin_ = 0;
    return true;
  }
  row_begin_ = begin + static_cast<std::uint32_t>(newline) + 1;
  return true;
}

Point TreeData::point_at(std::uint32_t byte) const {
  if (one_thread_) {
    return points_.find(byte, [this](std::uint32_t begin, std::uint32_t end) {
      return lazy_->need_source(begin, end);
    });
  }
  if (in_chunks()) return point_in_chunks(byte);
  const std::vector<std::uint32_t>& starts = line_starts();
  const auto above = std::upper_bound(starts.begin(), starts.end(), byte);
  const auto row = static_cast<std::uint32_t>(above - starts.begin() - 1);
  return {row, byte - starts[row]};
}

std::optional<RowSpan> TreeData::row(std::uint32_t row) const {
  if (in_chunks()) return row_in_chunks(row);
  const std::vector<std::uint32_t>& starts = line_starts();
  if (row >= starts.size()) return std::nullopt;
  if (row + 1 == starts.size()) return RowSpan{starts[row], UINT64_MAX};
  return RowSpan{starts[row], starts[row + 1]};
}

// A block says on which row it begins; the rest is counted, and a row that begins before the block
// is looked for backwards.
Point TreeData::point_in_chunks(std::uint32_t byte) const {
  const std::vector<TreeBlock>& blocks = lazy_->layout().blocks;
  auto block =
      std::upper_bound(blocks.begin(), blocks.end(), byte,
                       [](std::uint32_t at, const TreeBlock& b) { return at < b.begin_byte; });
  if (block != blocks.begin()) --block;
  const std::string_view source = lazy_->need_source(block->begin_byte, byte);
  const std::string_view before = source.substr(block->begin_byte, byte - block->begin_byte);
  const auto row =
      block->first_row + static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
  constexpr std::uint32_t kStep = 4096;
  for (std::uint32_t end = byte; end > 0;) {
    const std::uint32_t begin = end > kStep ? end - kStep : 0;
    const std::size_t at = lazy_->need_source(begin, end).substr(begin, end - begin).rfind('\n');
    if (at != std::string_view::npos) {
      return {row, byte - (begin + static_cast<std::uint32_t>(at) + 1)};
    }
    end = begin;
  }
  return {row, byte};
}

std::optional<RowSpan> TreeData::row_in_chunks(std::uint32_t row) const {
  const std::vector<TreeBlock>& blocks = lazy_->layout().blocks;
  // The last block that begins on a row before this one, or the first.
  auto block = std::lower_bound(
      blocks.begin(), blocks.end(), row,
      [](const TreeBlock& b, std::uint32_t wanted) { return b.first_row < wanted; });
  if (block != blocks.begin()) --block;
  const std::uint32_t source_end = blocks.back().end_byte;
  std::uint32_t at_row = block->first_row;
  std::optional<RowSpan> found;
  if (row == 0) found = RowSpan{};
  constexpr std::uint32_t kStep = 1U << 16;
  for (std::uint32_t begin = block->begin_byte; begin < source_end;) {
    const std::uint32_t end = source_end - begin > kStep ? begin + kStep : source_end;
    const std::string_view text = lazy_->need_source(begin, end).substr(begin, end - begin);
    for (std::size_t at = text.find('\n'); at != std::string_view::npos;
         at = text.find('\n', at + 1)) {
      const std::uint32_t next = begin + static_cast<std::uint32_t>(at) + 1;
      if (found) {
        found->next = next;
        return found;
      }
      if (++at_row == row) found = RowSpan{next, UINT64_MAX};
    }
    begin = end;
  }
  return found;
}

// ---- making ------------------------------------------------------------------------------------

const VisibleRank& TreeData::visible_rank() const {
  std::call_once(rank_once_, [this] { rank_ = VisibleRank(*grammar, nodes(), node_count_); });
  return rank_;
}

void TreeData::drop_source() const {
  if (lazy_ != nullptr) lazy_->drop_source();
}

std::size_t TreeData::blocks_located() const {
  return lazy_ == nullptr ? 0 : lazy_->blocks_made();
}

Status TreeData::fault() const {
  return lazy_ == nullptr ? success() : lazy_->fault();
}

bool TreeData::is_damaged() const {
  return lazy_ != nullptr && lazy_->is_damaged();
}

std::vector<std::uint32_t> find_line_starts(std::string_view source) {
  std::vector<std::uint32_t> starts{0};
  starts.reserve(source.size() / 24 + 1);
  const char* const begin = source.data();
  const char* const end = begin + source.size();
  const char* at = begin;
  while (at != end) {
    const void* newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
    if (newline == nullptr) break;
    at = static_cast<const char*>(newline) + 1;
    starts.push_back(static_cast<std::uint32_t>(at - begin));
  }
  return starts;
}

std::shared_ptr<const TreeData> make_tree_data(std::shared_ptr<const Grammar> grammar,
                                               std::string source, FlatTree flat) {
  COPSE_CHECK(!flat.nodes.empty());
  auto data = std::make_shared<TreeData>();
  data->grammar = std::move(grammar);
  data->own_source_ = std::move(source);
  data->source_ = data->own_source_;
  data->flat_ = std::move(flat);
  data->nodes_ = data->flat_.nodes.data();
  data->node_count_ = static_cast<std::uint32_t>(data->flat_.nodes.size());
  data->visible_count_ = data->flat_.visible_count;
  return data;
}

std::shared_ptr<const TreeData> make_placed_tree_data(std::shared_ptr<const Grammar> grammar,
                                                      PlacedTree placed) {
  COPSE_CHECK(placed.node_count > 0);
  auto data = std::make_shared<TreeData>();
  data->grammar = std::move(grammar);
  data->memory_ = std::move(placed.memory);
  data->source_ = placed.source;
  data->flat_ = std::move(placed.beside);
  data->nodes_ = placed.nodes;
  data->node_count_ = placed.node_count;
  data->visible_count_ = data->flat_.visible_count;
  return data;
}

std::shared_ptr<const TreeData> make_lazy_tree_data(std::shared_ptr<const Grammar> grammar,
                                                    std::unique_ptr<LazyNodes> lazy,
                                                    std::uint32_t visible_count, bool one_thread) {
  auto data = std::make_shared<TreeData>();
  data->grammar = std::move(grammar);
  data->lazy_ = std::move(lazy);
  data->lazy_now_.store(data->lazy_.get(), std::memory_order_release);
  data->nodes_ = data->lazy_->nodes();
  data->node_count_ = data->lazy_->layout().node_count;
  data->visible_count_ = visible_count;
  data->one_thread_ = one_thread;
  return data;
}

}  // namespace copse
