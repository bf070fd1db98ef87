// Blocks on demand.
#include "syntax/lazy_nodes.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "syntax/tree_codec.h"

namespace copse {

Result<std::unique_ptr<LazyNodes>> LazyNodes::open(std::shared_ptr<const TreeModel> model,
                                                   ByteView bytes, std::shared_ptr<const void> kept,
                                                   std::string source,
                                                   std::unique_ptr<const SourceChunks> chunks,
                                                   std::uint64_t source_bytes,
                                                   std::uint32_t nodes_max, ScanMemory* memory) {
  std::unique_ptr<LazyNodes> lazy(new LazyNodes());
  COPSE_TRY(lazy->layout_, TreeLayout::read(*model, bytes, source_bytes, nodes_max));
  lazy->model_ = std::move(model);
  lazy->kept_ = std::move(kept);
  lazy->source_text_ = std::move(source);
  lazy->source_ = lazy->source_text_;
  lazy->chunks_ = std::move(chunks);
  COPSE_TRY_STATUS(lazy->allocate(memory));
  return lazy;
}

LazyNodes::~LazyNodes() = default;

Status LazyNodes::thaw_first() {
  COPSE_TRY(first_bytecode_, thaw_block(*model_, layout_, layout_.blocks.front(), source_));
  return success();
}

Status LazyNodes::allocate(ScanMemory* memory) {
  const TreeLayout& layout = layout_;
  if (memory != nullptr) {
    nodes_ = memory->nodes(layout.node_count);
  } else {
    // Fresh pages of zeros that cost nothing until they are touched.
    own_nodes_.reset(
        static_cast<CopseFlatNode*>(std::calloc(layout.node_count, sizeof(CopseFlatNode))));
    nodes_ = own_nodes_.get();
  }
  if (nodes_ == nullptr) return Error(ErrorCode::LimitExceeded, "no memory for a tree's nodes");
  std::vector<SpineNode> spine = layout.spine;
  std::sort(spine.begin(), spine.end(),
            [](const SpineNode& a, const SpineNode& b) { return a.node < b.node; });
  for (const SpineNode& node : spine) {
    spine_nodes_.push_back(node.node);
    spine_.push_back({node.tag, node.start, node.extent});
  }
  block_state_ = std::vector<std::atomic<std::uint8_t>>(layout.blocks.size());
  missing_ = layout.blocks.size();
  extras_.resize(layout.blocks.size());
  return chunks_ == nullptr ? success() : allocate_source(memory);
}

Status LazyNodes::allocate_source(ScanMemory* memory) {
  const std::uint32_t source_bytes = layout_.blocks.back().end_byte;
  const std::size_t at_least_one = std::max<std::uint32_t>(source_bytes, 1);
  if (memory != nullptr) {
    source_memory_ = memory->source(at_least_one);
    scan_memory_ = memory;
  } else {
    own_source_.reset(static_cast<char*>(std::calloc(at_least_one, 1)));
    source_memory_ = own_source_.get();
  }
  if (source_memory_ == nullptr) return Error(ErrorCode::LimitExceeded, "no memory for a source");
  source_ = {source_memory_, source_bytes};
  const std::uint32_t chunks = source_bytes / chunks_->chunk_bytes();
  chunk_state_ = std::vector<std::atomic<std::uint8_t>>(
      std::uint64_t{chunks} * chunks_->chunk_bytes() < source_bytes ? chunks + 1
                                                                    : std::max(chunks, 1U));
  return success();
}

// A small tree's structure depends on its source.
Status LazyNodes::shape() {
  rests_.resize(layout_.blocks.size());
  for (std::size_t block = 0; block < layout_.blocks.size(); ++block) {
    const TreeBlock& lies = layout_.blocks[block];
    if (layout_.form == TreeForm::Small && chunks_ != nullptr) {
      const std::uint32_t begin = lies.begin_byte - std::min(lies.begin_byte, kLookBackBytes);
      if (!read_chunks(begin, lies.end_byte)) return fault();
    }
    COPSE_TRY_STATUS(shape_block(*model_, layout_, block, source_, nodes_ + lies.first_node,
                                 extras_[block], rests_[block]));
    block_state_[block].store(kShaped, std::memory_order_release);
  }
  return success();
}

const CopseFlatNode& LazyNodes::node(std::uint32_t index) const {
  const std::size_t block = layout_.block_of(index);
  if (block_state_[block].load(std::memory_order_acquire) == kMade) return nodes_[index];
  const auto spine = std::lower_bound(spine_nodes_.begin(), spine_nodes_.end(), index);
  if (spine != spine_nodes_.end() && *spine == index) {
    return spine_[static_cast<std::size_t>(spine - spine_nodes_.begin())];
  }
  make_block(block);
  return nodes_[index];
}

void LazyNodes::need_nodes(std::uint32_t first, std::uint32_t last) const {
  if (first >= last) return;
  for (std::size_t block = layout_.block_of(first); block <= layout_.block_of(last - 1); ++block) {
    if (block_state_[block].load(std::memory_order_acquire) != kMade) make_block(block);
  }
}

const BlockExtras& LazyNodes::extras(std::size_t block) const {
  if (block_state_[block].load(std::memory_order_acquire) != kMade) make_block(block);
  return extras_[block];
}

void LazyNodes::make_block(std::size_t block) const {
  const std::lock_guard lock(blocks_mutex_);
  if (block_state_[block].load(std::memory_order_relaxed) == kMade) return;
  Status status = expand(block);
  if (!status.ok()) keep_fault(std::move(status));
  block_state_[block].store(kMade, std::memory_order_release);
  missing_.fetch_sub(1, std::memory_order_acq_rel);
}

Status LazyNodes::expand(std::size_t index) const {
  const TreeBlock& block = layout_.blocks[index];
  const auto write = [&]() -> Status {
    const std::uint32_t begin = block.begin_byte - std::min(block.begin_byte, kLookBackBytes);
    if (chunks_ != nullptr && !read_chunks(begin, block.end_byte)) return fault();
    CopseFlatNode* const out = nodes_ + block.first_node;
    if (block_state_[index].load(std::memory_order_relaxed) == kShaped) {
      return locate_block(*model_, layout_, index, source_, rests_[index], out, extras_[index]);
    }
    if (!first_bytecode_.empty()) {
      return expand_block(*model_, layout_, index, source_, first_bytecode_, out, extras_[index]);
    }
    COPSE_TRY(const Bytes bytecode, thaw_block(*model_, layout_, block, source_));
    return expand_block(*model_, layout_, index, source_, bytecode, out, extras_[index]);
  };
  Status status = write();
  if (!status.ok()) fill_with_errors(index);
  return status;
}

void LazyNodes::fill_with_errors(std::size_t index) const {
  const TreeBlock& block = layout_.blocks[index];
  // Nodes that are open may begin behind white space of this block, and must not end before.
  std::uint32_t start = block.begin_byte;
  if (block.top_level != TreeLayout::kNone) {
    start = std::max(start, layout_.spine[layout_.levels[block.top_level].spine_node].start);
  }
  std::fill(nodes_ + block.first_node, nodes_ + block.end_node,
            CopseFlatNode{COPSE_SYMBOL_ERROR << 16 | COPSE_TAG_LEAF, start, 0});
  auto spine = std::lower_bound(spine_nodes_.begin(), spine_nodes_.end(), block.first_node);
  for (; spine != spine_nodes_.end() && *spine < block.end_node; ++spine) {
    nodes_[*spine] = spine_[static_cast<std::size_t>(spine - spine_nodes_.begin())];
  }
  extras_[index] = {};
}

std::string_view LazyNodes::need_source(std::uint32_t begin, std::uint32_t end) const {
  if (chunks_ != nullptr) read_chunks(begin, end);
  return source_;
}

bool LazyNodes::read_chunks(std::uint32_t begin, std::uint32_t end) const {
  const std::uint32_t chunk_bytes = chunks_->chunk_bytes();
  bool whole = true;
  for (std::size_t chunk = begin / chunk_bytes; chunk * chunk_bytes < end; ++chunk) {
    std::uint8_t state = chunk_state_[chunk].load(std::memory_order_acquire);
    if (state == kNotRead) {
      state = read_chunk(chunk);
      if (scan_memory_ != nullptr) ++chunks_in_memory_;
    }
    whole = whole && state == kRead;
  }
  return whole;
}

void LazyNodes::drop_source() const {
  if (scan_memory_ == nullptr || chunks_in_memory_ <= ScanMemory::kChunksMax) return;
  scan_memory_->drop_source(0, source_.size());
  // What could not be read stays so.
  for (auto& state : chunk_state_) {
    std::uint8_t read = kRead;
    state.compare_exchange_strong(read, kNotRead, std::memory_order_release);
  }
  chunks_in_memory_ = 0;
}

std::uint8_t LazyNodes::read_chunk(std::size_t chunk) const {
  const std::lock_guard lock(chunks_mutex_);
  std::uint8_t state = chunk_state_[chunk].load(std::memory_order_relaxed);
  if (state != kNotRead) return state;
  const std::size_t begin = chunk * chunks_->chunk_bytes();
  Status status = chunks_->read(chunk, source_memory_ + begin);
  state = status.ok() ? kRead : kDamaged;
  if (!status.ok()) {
    const std::size_t bytes = std::min<std::size_t>(chunks_->chunk_bytes(), source_.size() - begin);
    std::memset(source_memory_ + begin, 0, bytes);
    keep_fault(std::move(status));
  }
  chunk_state_[chunk].store(state, std::memory_order_release);
  return state;
}

void LazyNodes::keep_fault(Status status) const {
  const std::lock_guard lock(fault_mutex_);
  if (fault_.ok()) fault_ = std::move(status);
  damaged_.store(true, std::memory_order_release);
}

Status LazyNodes::fault() const {
  const std::lock_guard lock(fault_mutex_);
  return fault_.ok() ? success() : Status(Error(fault_.error()));
}

}  // namespace copse
