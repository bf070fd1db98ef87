// How a stored tree lies in its bytes: a header, and blocks that can be read alone.
//
// A tree of more than `block_nodes` nodes is cut into blocks of that many, in preorder. The jump
// table says for each block where its source begins, and its *spine*: the nodes that are open where
// it begins, from the root down, with all that their own block would say about them. So a block is
// read without the ones before it. docs/formats/tree.md has the bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"
#include "syntax/tree_model.h"

namespace copse {

// On disk: never renumber.
enum class TreeForm : std::uint8_t {
  Bytecode = 0,  // one-byte opcodes: what is walked
  Fast = 1,      // the same opcodes, entropy-coded by their tables
  Small = 2,     // one shape after another, entropy-coded by what the source says, too
};

inline constexpr std::uint8_t kTreeFormatVersion = 2;
// A tree's first byte: the version, the form, and whether more than one block and the root's tag
// follow.
inline constexpr std::uint8_t kTreeVersionMask = 0x0F;
inline constexpr unsigned kTreeFormShift = 4;
inline constexpr std::uint8_t kTreeManyBlocks = 0x40;
inline constexpr std::uint8_t kTreeRootStated = 0x80;
// In the place of a form: the tree goes without some phase (ablated_tree.h).
inline constexpr unsigned kAblatedForm = 3;
// What one tree may hold; larger files are kept as plain source.
inline constexpr std::uint32_t kTreeNodesMax = std::uint32_t{1} << 30;
// A block's nodes decode in about a tenth of a millisecond.
inline constexpr std::uint32_t kBlockNodes = std::uint32_t{1} << 14;
inline constexpr std::uint32_t kBlockNodesMin = 16;

// A node that crosses from one block into the next.
struct SpineNode {
  std::uint32_t node = 0;
  std::uint32_t start = 0;
  std::uint32_t extent = 0;  // nodes in its subtree
  std::uint32_t tag = 0;     // as in CopseFlatNode
  ShapeId shape = kNoShape;  // kNoShape: spelt out
};

// An open node where a block begins.
struct SpineLevel {
  std::uint32_t spine_node = 0;  // in TreeLayout::spine
  // The first child that the block may have; of a spelt-out shape: how many of the children before
  // are no extras.
  std::uint32_t next_child = 0;
  std::uint32_t parent = 0;  // in TreeLayout::levels; kNone for the root's
};

struct TreeBlock {
  std::uint32_t first_node = 0;
  std::uint32_t end_node = 0;
  std::uint32_t begin_byte = 0;  // where the leaf before the block ends
  std::uint32_t end_byte = 0;
  std::uint32_t first_row = 0;  // of begin_byte
  std::uint32_t operations =
      0;  // shapes or opcodes, tags of leaves, list ends; 0 for the last block
  std::uint32_t top_level = 0;  // in TreeLayout::levels; kNone: nothing is open
  std::uint32_t checksum = 0;   // of the payload; 0 where the tree is one block
  ByteView payload;
};

struct TreeLayout {
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::size_t kLevelsMax = std::size_t{1} << 24;
  static constexpr const char* kOtherSpine = "its jump table is not that of its blocks";

  TreeForm form = TreeForm::Bytecode;
  std::uint32_t node_count = 0;
  std::uint32_t block_nodes = kBlockNodes;
  std::uint32_t root_tag = 0;
  std::vector<TreeBlock> blocks;
  std::vector<SpineNode> spine;
  std::vector<SpineLevel> levels;

  // The levels that are open where the block begins, the root's first.
  std::vector<SpineLevel> open_levels(const TreeBlock& block) const;
  // Those that are open behind it.
  std::vector<SpineLevel> open_behind(std::size_t block) const;
  // The block that holds the node. REQUIRES: node < node_count.
  std::size_t block_of(std::uint32_t node) const { return node / block_nodes; }
  // Corrupt when the payload is not what was written. Trees of one block have no checksums of their
  // own: their frame's speaks for them.
  Status check_payload(const TreeBlock& block) const;
  // "tree: <fault> (nodes ... of ...)".
  Error corrupt_block(const TreeBlock& block, const char* fault) const;

  // Gives the blocks their payloads, which have to outlive the layout's use.
  void set_payloads(const std::vector<Bytes>& payloads);
  Bytes write(const TreeModel& model) const;
  // The blocks' payloads are views into `bytes`. Corrupt when a number is out of its range,
  // Unsupported when the format is newer than this copse, LimitExceeded above `nodes_max`.
  static Result<TreeLayout> read(const TreeModel& model, ByteView bytes, std::uint64_t source_bytes,
                                 std::uint32_t nodes_max);

  static std::uint32_t checksum_of(ByteView payload);
  // Of the first byte of a tree; absent when it is none of this version.
  static std::optional<TreeForm> form_of(std::uint8_t head);
};

// The payload of a bytecode block.
struct BytecodeBlock {
  ByteView opcodes;
  ByteView spans;       // exceptions to the span rules
  ByteView lookaheads;  // of leaf ERRORs

  Bytes write() const;
  static Result<BytecodeBlock> read(ByteView payload);
};

}  // namespace copse
