// Nodes and source of a tree, made when they are first asked for, a block at a time.
//
// Memory is set aside for the whole tree but touched only where something was asked for. Safe for
// many threads, but for trees in a ScanMemory, which are one thread's. A block that turns out to be
// damaged is filled with ERROR leaves, which keeps every walk inside the tree, and the first such
// fault is kept: see fault().
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/io/pages.h"
#include "syntax/block_expander.h"
#include "syntax/tree_layout.h"
#include "syntax/tree_shape.h"

namespace copse {

// Where a source comes from that is not in memory as a whole: chunks of equal length, the last one
// shorter. Implementations are safe for many threads.
class SourceChunks {
 public:
  virtual ~SourceChunks() = default;
  virtual std::uint32_t chunk_bytes() const = 0;  // at least 1
  // Writes the chunk's bytes. Corrupt, Io.
  virtual Status read(std::size_t chunk, char* out) const = 0;
};

// Memory for the nodes and the source of one tree after the other: a search that goes from tree to
// tree asks the system for it once. Serves one tree at a time.
class ScanMemory {
 public:
  // What is kept from one tree to the next; larger trees give theirs back.
  static constexpr std::size_t kKeptBytesMax = std::size_t{1} << 20;
  // Of a source in chunks, those that may stay between two matches.
  static constexpr std::size_t kChunksMax = 8;

  CopseFlatNode* nodes(std::size_t count) {
    return static_cast<CopseFlatNode*>(
        at_least(nodes_, (count + kShapeMarginNodes) * sizeof(CopseFlatNode)));
  }
  char* source(std::size_t bytes) { return static_cast<char*>(at_least(source_, bytes)); }
  void drop_source(std::size_t begin, std::size_t end) { source_.drop(begin, end); }
  void trim() {
    for (Pages* pages : {&nodes_, &source_}) {
      if (pages->size() > kKeptBytesMax) pages->release();
    }
  }

 private:
  static void* at_least(Pages& pages, std::size_t bytes) {
    return bytes <= pages.size() ? pages.data() : pages.reserve(std::max(bytes, kFirstBytes));
  }

  static constexpr std::size_t kFirstBytes = std::size_t{256} << 10;

  Pages nodes_;
  Pages source_;
};

class LazyNodes {
 public:
  // `bytes` hold the tree in any form but version 1, and outlive this, as `kept` sees to. The
  // source comes from `chunks`, or is `source` where there are none. With `memory`, nodes and
  // source lie there. Errors as of TreeLayout::read().
  static Result<std::unique_ptr<LazyNodes>> open(
      std::shared_ptr<const TreeModel> model, ByteView bytes, std::shared_ptr<const void> kept,
      std::string source, std::unique_ptr<const SourceChunks> chunks, std::uint64_t source_bytes,
      std::uint32_t nodes_max, ScanMemory* memory = nullptr);
  ~LazyNodes();
  LazyNodes(const LazyNodes&) = delete;
  LazyNodes& operator=(const LazyNodes&) = delete;

  const TreeLayout& layout() const { return layout_; }
  const CopseFlatNode* nodes() const { return nodes_; }

  // Nodes that cross blocks are known from the start; the others take their block with them.
  const CopseFlatNode& node(std::uint32_t index) const;
  // From now on tag and, of internal nodes, extent of all nodes() may be read; where they lie is
  // found when it is asked for. REQUIRES: made with a ScanMemory.
  Status shape();
  // From now on nodes()[first, last) may be read.
  void need_nodes(std::uint32_t first, std::uint32_t last) const;
  // The source, of which [begin, end) may be read from now on.
  std::string_view need_source(std::uint32_t begin, std::uint32_t end) const;

  // Gives most of a source in chunks back when there is much of it in memory: views of it end. Only
  // for trees in a ScanMemory.
  void drop_source() const;

  // What the block's nodes have beside them; makes them first.
  const BlockExtras& extras(std::size_t block) const;

  // Thaws the first block now, so that damage shows at once and its nodes cost less later. For
  // trees of one block. Not for several threads.
  Status thaw_first();

  std::size_t blocks_made() const {
    return layout_.blocks.size() - missing_.load(std::memory_order_acquire);
  }
  // Whether every block was made.
  bool complete() const { return missing_.load(std::memory_order_acquire) == 0; }
  // Whether the source is in more than one piece.
  bool in_chunks() const { return chunks_ != nullptr && chunk_state_.size() > 1; }

  // The first damage that was met.
  Status fault() const;
  bool is_damaged() const { return damaged_.load(std::memory_order_acquire); }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };

  enum BlockState : std::uint8_t { kUnread, kShaped, kMade };
  enum ChunkState : std::uint8_t { kNotRead, kRead, kDamaged };

  LazyNodes() = default;
  Status allocate(ScanMemory* memory);
  Status allocate_source(ScanMemory* memory);
  void make_block(std::size_t block) const;
  Status expand(std::size_t block) const;
  void fill_with_errors(std::size_t block) const;
  void keep_fault(Status status) const;
  // False when part of it is damaged.
  bool read_chunks(std::uint32_t begin, std::uint32_t end) const;
  std::uint8_t read_chunk(std::size_t chunk) const;

  std::shared_ptr<const TreeModel> model_;
  std::shared_ptr<const void> kept_;
  TreeLayout layout_;
  Bytes first_bytecode_;                    // of a tree of one block, once thawed
  std::vector<std::uint32_t> spine_nodes_;  // ascending
  std::vector<CopseFlatNode> spine_;        // beside them
  std::unique_ptr<CopseFlatNode[], Free> own_nodes_;
  CopseFlatNode* nodes_ = nullptr;
  std::string source_text_;
  std::string_view source_;
  std::unique_ptr<const SourceChunks> chunks_;
  std::unique_ptr<char[], Free> own_source_;
  char* source_memory_ = nullptr;
  ScanMemory* scan_memory_ = nullptr;
  mutable std::size_t chunks_in_memory_ = 0;  // of a scan

  mutable std::vector<std::atomic<std::uint8_t>> block_state_;
  // A damaged chunk is zeros.
  mutable std::vector<std::atomic<std::uint8_t>> chunk_state_;
  mutable std::atomic<std::size_t> missing_ = 0;  // blocks
  mutable std::vector<BlockExtras> extras_;
  std::vector<BlockRest> rests_;  // of blocks that are shaped
  mutable std::mutex blocks_mutex_;
  mutable std::mutex chunks_mutex_;
  mutable std::mutex fault_mutex_;
  mutable Status fault_ = success();
  mutable std::atomic<bool> damaged_ = false;
};

}  // namespace copse
