// Nodes and source of a tree, made when they are first asked for, a block at a time.
//
// Memory is set aside for the whole tree but touched only where something was asked for. Safe for
// many threads. A block that turns out to be damaged is filled with ERROR leaves, which keeps every
// walk inside the tree, and the first such fault is kept: see fault().
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "syntax/block_expander.h"
#include "syntax/tree_layout.h"

namespace copse {

// Where a source comes from that is not in memory as a whole: chunks of equal length, the last one
// shorter. Implementations are safe for many threads.
class SourceChunks {
 public:
  virtual ~SourceChunks() = default;
  virtual std::uint32_t chunk_bytes() const = 0;
  // Writes the chunk's bytes. Corrupt, Io.
  virtual Status read(std::size_t chunk, char* out) const = 0;
};

class LazyNodes {
 public:
  // `bytes` hold the tree in any form but version 1, and outlive this, as `kept` sees to. The
  // source comes from `chunks`, or is `source` where there are none. Errors as of
  // TreeLayout::read().
  static Result<std::unique_ptr<LazyNodes>> open(std::shared_ptr<const TreeModel> model,
                                                 ByteView bytes, std::shared_ptr<const void> kept,
                                                 std::string source,
                                                 std::unique_ptr<const SourceChunks> chunks,
                                                 std::uint64_t source_bytes,
                                                 std::uint32_t nodes_max);
  ~LazyNodes();
  LazyNodes(const LazyNodes&) = delete;
  LazyNodes& operator=(const LazyNodes&) = delete;

  const TreeLayout& layout() const { return layout_; }
  const CopseFlatNode* nodes() const { return nodes_.get(); }

  // Nodes that cross blocks are known from the start; the others take their block with them.
  const CopseFlatNode& node(std::uint32_t index) const;
  // From now on nodes()[first, last) may be read.
  void need_nodes(std::uint32_t first, std::uint32_t last) const;
  // The source, of which [begin, end) may be read from now on.
  std::string_view need_source(std::uint32_t begin, std::uint32_t end) const;

  // What the block's nodes have beside them; makes them first.
  const BlockExtras& extras(std::size_t block) const;

  // Thaws the first block now, so that damage shows at once and its nodes cost less later. For
  // trees of one block. Not for several threads.
  Status thaw_first();

  // Whether every block was made.
  bool complete() const { return missing_.load(std::memory_order_acquire) == 0; }
  bool in_chunks() const { return chunks_ != nullptr; }

  // The first damage that was met.
  Status fault() const;

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };

  LazyNodes() = default;
  Status allocate();
  void make_block(std::size_t block) const;
  Status expand(std::size_t block) const;
  void fill_with_errors(std::size_t block) const;
  void keep_fault(Status status) const;
  bool read_chunks(std::uint32_t begin, std::uint32_t end) const;

  std::shared_ptr<const TreeModel> model_;
  std::shared_ptr<const void> kept_;
  TreeLayout layout_;
  Bytes first_bytecode_;                    // of a tree of one block, once thawed
  std::vector<std::uint32_t> spine_nodes_;  // ascending
  std::vector<CopseFlatNode> spine_;        // beside them
  std::unique_ptr<CopseFlatNode[], Free> nodes_;
  std::string source_text_;
  std::string_view source_;
  std::unique_ptr<const SourceChunks> chunks_;
  std::unique_ptr<char[], Free> source_memory_;

  // One flag a block, one a chunk: set when it is there.
  mutable std::vector<std::atomic<std::uint8_t>> block_made_;
  mutable std::vector<std::atomic<std::uint8_t>> chunk_read_;
  mutable std::atomic<std::size_t> missing_ = 0;  // blocks
  mutable std::vector<BlockExtras> extras_;
  mutable std::mutex blocks_mutex_;
  mutable std::mutex chunks_mutex_;
  mutable std::mutex fault_mutex_;
  mutable Status fault_ = success();
};

}  // namespace copse
