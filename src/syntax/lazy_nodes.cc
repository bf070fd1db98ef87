// Blocks on demand.
#include "syntax/lazy_nodes.h"

#include <algorithm>
#include <utility>

#include "syntax/tree_codec.h"

namespace copse {

Result<std::unique_ptr<LazyNodes>> LazyNodes::open(std::shared_ptr<const TreeModel> model,
                                                   ByteView bytes, std::shared_ptr<const void> kept,
                                                   std::string source,
                                                   std::unique_ptr<const SourceChunks> chunks,
                                                   std::uint64_t source_bytes,
                                                   std::uint32_t nodes_max) {
  std::unique_ptr<LazyNodes> lazy(new LazyNodes());
  COPSE_TRY(lazy->layout_, TreeLayout::read(*model, bytes, source_bytes, nodes_max));
  lazy->model_ = std::move(model);
  lazy->kept_ = std::move(kept);
  lazy->source_text_ = std::move(source);
  lazy->source_ = lazy->source_text_;
  lazy->chunks_ = std::move(chunks);
  COPSE_TRY_STATUS(lazy->allocate());
  return lazy;
}

LazyNodes::~LazyNodes() = default;

Status LazyNodes::allocate() {
  const TreeLayout& layout = layout_;
  // Fresh pages of zeros that cost nothing until they are touched.
  void* nodes = std::calloc(layout.node_count, sizeof(CopseFlatNode));
  if (nodes == nullptr) return Error(ErrorCode::LimitExceeded, "no memory for a tree's nodes");
  nodes_.reset(static_cast<CopseFlatNode*>(nodes));
  for (const SpineNode& node : layout.spine) {
    nodes_[node.node] = {node.tag, node.start, node.extent};
    spine_nodes_.push_back(node.node);
  }
  std::sort(spine_nodes_.begin(), spine_nodes_.end());
  block_made_ = std::vector<std::atomic<std::uint8_t>>(layout.blocks.size());
  missing_ = layout.blocks.size();
  extras_.resize(layout.blocks.size());
  if (chunks_ == nullptr) return success();
  const std::uint32_t source_bytes = layout.blocks.back().end_byte;
  void* memory = std::calloc(std::max<std::uint32_t>(source_bytes, 1), 1);
  if (memory == nullptr) return Error(ErrorCode::LimitExceeded, "no memory for a source");
  source_memory_.reset(static_cast<char*>(memory));
  source_ = {source_memory_.get(), source_bytes};
  chunk_read_ = std::vector<std::atomic<std::uint8_t>>(source_bytes / chunks_->chunk_bytes() + 1);
  return success();
}

void LazyNodes::need_node(std::uint32_t index) const {
  const std::size_t block = layout_.block_of(index);
  if (block_made_[block].load(std::memory_order_acquire) != 0) return;
  if (std::binary_search(spine_nodes_.begin(), spine_nodes_.end(), index)) return;
  make_block(block);
}

void LazyNodes::need_nodes(std::uint32_t first, std::uint32_t last) const {
  if (first >= last) return;
  for (std::size_t block = layout_.block_of(first); block <= layout_.block_of(last - 1); ++block) {
    if (block_made_[block].load(std::memory_order_acquire) == 0) make_block(block);
  }
}

const BlockExtras& LazyNodes::extras(std::size_t block) const {
  if (block_made_[block].load(std::memory_order_acquire) == 0) make_block(block);
  return extras_[block];
}

void LazyNodes::make_block(std::size_t block) const {
  const std::lock_guard lock(blocks_mutex_);
  if (block_made_[block].load(std::memory_order_relaxed) != 0) return;
  Status status = expand(block);
  if (!status.ok()) keep_fault(std::move(status));
  block_made_[block].store(1, std::memory_order_release);
  missing_.fetch_sub(1, std::memory_order_acq_rel);
}

Status LazyNodes::expand(std::size_t index) const {
  const TreeBlock& block = layout_.blocks[index];
  std::vector<CopseFlatNode> made;
  CopseFlatNode* out = nodes_.get() + block.first_node;
  // Others may be reading the nodes of the spine meanwhile: a tree of several blocks is made aside.
  if (!layout_.spine.empty()) {
    made.resize(block.end_node - block.first_node);
    out = made.data();
  }
  const auto write = [&]() -> Status {
    const std::uint32_t begin = block.begin_byte - std::min(block.begin_byte, kLookBackBytes);
    if (chunks_ != nullptr && !read_chunks(begin, block.end_byte)) return fault();
    COPSE_TRY(const Bytes bytecode, thaw_block(*model_, layout_, block, source_));
    return expand_block(*model_, layout_, index, source_, bytecode, out, extras_[index]);
  };
  Status status = write();
  if (!status.ok()) {
    made.resize(block.end_node - block.first_node);
    fill_with_errors(index, made);
    out = made.data();
  }
  if (out != made.data()) return status;
  auto spine = std::lower_bound(spine_nodes_.begin(), spine_nodes_.end(), block.first_node);
  for (std::uint32_t node = block.first_node; node < block.end_node; ++node) {
    if (spine != spine_nodes_.end() && *spine == node) {
      ++spine;
    } else {
      nodes_[node] = made[node - block.first_node];
    }
  }
  return status;
}

void LazyNodes::fill_with_errors(std::size_t block, std::vector<CopseFlatNode>& made) const {
  const std::uint32_t start = layout_.blocks[block].begin_byte;
  std::fill(made.begin(), made.end(),
            CopseFlatNode{COPSE_SYMBOL_ERROR << 16 | COPSE_TAG_LEAF, start, 0});
  extras_[block] = {};
}

std::string_view LazyNodes::need_source(std::uint32_t begin, std::uint32_t end) const {
  if (chunks_ != nullptr) read_chunks(begin, end);
  return source_;
}

bool LazyNodes::read_chunks(std::uint32_t begin, std::uint32_t end) const {
  const std::uint32_t chunk_bytes = chunks_->chunk_bytes();
  for (std::size_t chunk = begin / chunk_bytes; chunk * chunk_bytes < end; ++chunk) {
    if (chunk_read_[chunk].load(std::memory_order_acquire) != 0) continue;
    const std::lock_guard lock(chunks_mutex_);
    if (chunk_read_[chunk].load(std::memory_order_relaxed) != 0) continue;
    Status status = chunks_->read(chunk, source_memory_.get() + chunk * chunk_bytes);
    if (!status.ok()) {
      keep_fault(std::move(status));
      return false;
    }
    chunk_read_[chunk].store(1, std::memory_order_release);
  }
  return true;
}

void LazyNodes::keep_fault(Status status) const {
  const std::lock_guard lock(fault_mutex_);
  if (fault_.ok()) fault_ = std::move(status);
}

Status LazyNodes::fault() const {
  const std::lock_guard lock(fault_mutex_);
  return fault_.ok() ? success() : Status(Error(fault_.error()));
}

}  // namespace copse
