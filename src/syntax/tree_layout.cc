// Header, jump table and blocks, written and read.
#include "syntax/tree_layout.h"

#include <algorithm>
#include <string>

#include "core/hash.h"

namespace copse {
namespace {

Error corrupt(const std::string& what) {
  return Error(ErrorCode::Corrupt, "tree: " + what);
}

class JumpTableReader {
 public:
  JumpTableReader(const TreeModel& model, TreeLayout& layout, ByteView bytes, ByteReader& in)
      : model_(model), layout_(layout), bytes_(bytes), in_(in) {}

  bool read(std::uint64_t source_bytes) {
    source_bytes_ = source_bytes;
    const std::uint32_t count = (layout_.node_count - 1) / layout_.block_nodes + 1;
    TreeBlock block;
    block.end_node = std::min(layout_.block_nodes, layout_.node_count);
    block.top_level = TreeLayout::kNone;
    for (std::uint32_t i = 1; i < count; ++i) {
      const std::uint64_t end_byte = std::uint64_t{block.begin_byte} + in_.varint32();
      const std::uint64_t row = std::uint64_t{block.first_row} + in_.varint32();
      block.operations = in_.varint32();
      payload_bytes_.push_back(in_.varint32());
      block.checksum = in_.u32();
      if (in_.failed() || end_byte > source_bytes || row > source_bytes) return false;
      block.end_byte = static_cast<std::uint32_t>(end_byte);
      layout_.blocks.push_back(block);
      block.first_node = block.end_node;
      block.end_node = static_cast<std::uint32_t>(std::min<std::uint64_t>(
          std::uint64_t{block.first_node} + layout_.block_nodes, layout_.node_count));
      block.begin_byte = block.end_byte;
      block.first_row = static_cast<std::uint32_t>(row);
      if (!read_spine(block)) return false;
    }
    block.end_byte = static_cast<std::uint32_t>(source_bytes);
    block.operations = 0;
    block.checksum = 0;
    if (count > 1) {
      block.checksum = in_.u32();
      const std::size_t table_bytes = in_.position();
      if (in_.u64() != checksum64(bytes_.first(table_bytes))) return false;
    }
    layout_.blocks.push_back(block);
    for (std::size_t i = 0; i < layout_.blocks.size(); ++i) {
      const bool last = i + 1 == layout_.blocks.size();
      layout_.blocks[i].payload = in_.raw(last ? in_.remaining() : payload_bytes_[i]);
    }
    return !in_.failed();
  }

 private:
  bool read_spine(TreeBlock& block) {
    const std::uint32_t kept = in_.varint32();
    if (in_.failed() || kept > open_.size()) return false;
    // What is no longer open has ended before the block.
    for (std::size_t level = kept; level < open_.size(); ++level) {
      const SpineNode& done = layout_.spine[layout_.levels[open_[level]].spine_node];
      if (std::uint64_t{done.node} + done.extent > block.first_node) return false;
    }
    open_.resize(kept);
    if (kept > 0) {
      SpineLevel moved = layout_.levels[open_.back()];
      const std::uint64_t next = std::uint64_t{moved.next_child} + in_.varint32();
      moved.next_child = static_cast<std::uint32_t>(next);
      if (next > UINT32_MAX || !add_level(moved, block, true)) return false;
    }
    const std::size_t added = in_.count(5);
    for (std::size_t i = 0; i < added; ++i) {
      SpineNode node;
      const SpineNode before =
          open_.empty() ? SpineNode{} : layout_.spine[layout_.levels[open_.back()].spine_node];
      node.node = static_cast<std::uint32_t>(before.node + std::uint64_t{in_.varint32()});
      node.start = static_cast<std::uint32_t>(before.start + std::uint64_t{in_.varint32()});
      node.extent = in_.varint32();
      node.tag = in_.varint32();
      const std::uint64_t shape = in_.varint();
      node.shape = shape == 0 ? kNoShape : static_cast<ShapeId>(shape - 1);
      SpineLevel level;
      level.next_child = in_.varint32();
      if (in_.failed() || shape > model_.shape_count() || !holds(node, before, block)) return false;
      level.spine_node = static_cast<std::uint32_t>(layout_.spine.size());
      layout_.spine.push_back(node);
      if (!add_level(level, block, false)) return false;
    }
    block.top_level = open_.empty() ? TreeLayout::kNone : open_.back();
    // The root is open wherever a block begins.
    return !open_.empty();
  }

  bool add_level(SpineLevel level, const TreeBlock& block, bool replace) {
    const SpineNode& node = layout_.spine[level.spine_node];
    if (std::uint64_t{node.node} + node.extent <= block.first_node) return false;
    if (node.shape != kNoShape && level.next_child > model_.shape(node.shape).children.size()) {
      return false;
    }
    if (replace) open_.pop_back();
    level.parent = open_.empty() ? TreeLayout::kNone : open_.back();
    if (layout_.levels.size() == TreeLayout::kLevelsMax) return false;
    open_.push_back(static_cast<std::uint32_t>(layout_.levels.size()));
    layout_.levels.push_back(level);
    return true;
  }

  bool holds(const SpineNode& node, const SpineNode& parent, const TreeBlock& block) const {
    const std::uint64_t end = std::uint64_t{node.node} + node.extent;
    const std::uint64_t limit =
        open_.empty() ? layout_.node_count : std::uint64_t{parent.node} + parent.extent;
    if (node.node >= block.first_node || end > limit || node.extent < 2) return false;
    // What began in an earlier block was in that block's spine, and is kept from there.
    if (block.first_node - node.node > layout_.block_nodes) return false;
    if (open_.empty() ? node.node != 0 || end != limit : node.node <= parent.node) return false;
    if (tag_is_leaf(node.tag) || node.start > source_bytes_) return false;
    const std::uint32_t production = (node.tag >> 4) & COPSE_MAX_PRODUCTION_ID;
    if (production >= model_.grammar().production_count()) return false;
    if (node.shape != kNoShape && model_.shape(node.shape).production != production) return false;
    return model_.tag_holds(node.tag & (0xFFFF0000U | COPSE_TAG_EXTRA));
  }

  const TreeModel& model_;
  TreeLayout& layout_;
  ByteView bytes_;
  ByteReader& in_;
  std::uint64_t source_bytes_ = 0;
  std::vector<std::uint32_t> open_;  // levels
  std::vector<std::uint32_t> payload_bytes_;
};

}  // namespace

Error TreeLayout::corrupt_block(const TreeBlock& block, const char* fault) const {
  return {ErrorCode::Corrupt,
          std::string("tree: ") + fault + " (nodes " + std::to_string(block.first_node) + " to " +
              std::to_string(block.end_node) + " of " + std::to_string(node_count) + ")"};
}

std::vector<SpineLevel> TreeLayout::open_behind(std::size_t block) const {
  if (block + 1 == blocks.size()) return {};
  return open_levels(blocks[block + 1]);
}

std::vector<SpineLevel> TreeLayout::open_levels(const TreeBlock& block) const {
  std::vector<SpineLevel> open;
  for (std::uint32_t at = block.top_level; at != kNone; at = levels[at].parent) {
    open.push_back(levels[at]);
  }
  std::reverse(open.begin(), open.end());
  return open;
}

std::optional<TreeForm> TreeLayout::form_of(std::uint8_t head) {
  const unsigned form = (head >> kTreeFormShift) & 3U;
  if ((head & kTreeVersionMask) != kTreeFormatVersion) return std::nullopt;
  if (form > static_cast<unsigned>(TreeForm::Small)) return std::nullopt;
  return static_cast<TreeForm>(form);
}

void TreeLayout::set_payloads(const std::vector<Bytes>& payloads) {
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    blocks[i].payload = payloads[i];
  }
}

std::uint32_t TreeLayout::checksum_of(ByteView payload) {
  return static_cast<std::uint32_t>(checksum64(payload));
}

Status TreeLayout::check_payload(const TreeBlock& block) const {
  if (blocks.size() == 1 || block.checksum == checksum_of(block.payload)) return success();
  return corrupt("a block's checksum does not match (block of node " +
                 std::to_string(block.first_node) + ")");
}

Bytes TreeLayout::write(const TreeModel& model) const {
  Bytes bytes;
  ByteWriter out(bytes);
  const bool root_stated = model.loose_tag(1) != root_tag;
  const bool many = blocks.size() > 1;
  out.u8(static_cast<std::uint8_t>(
      kTreeFormatVersion | static_cast<unsigned>(form) << kTreeFormShift |
      (many ? kTreeManyBlocks : 0U) | (root_stated ? kTreeRootStated : 0U)));
  out.varint(node_count);
  if (root_stated) write_tag(out, root_tag);
  if (many) out.varint(block_nodes);
  std::vector<SpineLevel> before;
  for (std::size_t i = 1; i < blocks.size(); ++i) {
    const TreeBlock& last = blocks[i - 1];
    out.varint(blocks[i].begin_byte - last.begin_byte);
    out.varint(blocks[i].first_row - last.first_row);
    out.varint(last.operations);
    out.varint(last.payload.size());
    out.u32(checksum_of(last.payload));
    std::vector<SpineLevel> now = open_levels(blocks[i]);
    std::size_t kept = 0;
    while (kept < before.size() && kept < now.size() &&
           before[kept].spine_node == now[kept].spine_node) {
      ++kept;
    }
    out.varint(kept);
    if (kept > 0) out.varint(now[kept - 1].next_child - before[kept - 1].next_child);
    out.varint(now.size() - kept);
    for (std::size_t k = kept; k < now.size(); ++k) {
      const SpineNode& node = spine[now[k].spine_node];
      const SpineNode above = k == 0 ? SpineNode{} : spine[now[k - 1].spine_node];
      out.varint(node.node - above.node);
      out.varint(node.start - above.start);
      out.varint(node.extent);
      out.varint(node.tag);
      out.varint(node.shape == kNoShape ? 0 : node.shape + std::uint64_t{1});
      out.varint(now[k].next_child);
    }
    before = std::move(now);
  }
  if (many) {
    out.u32(checksum_of(blocks.back().payload));
    out.u64(checksum64(bytes));
  }
  for (const TreeBlock& block : blocks) {
    out.raw(block.payload);
  }
  return bytes;
}

Result<TreeLayout> TreeLayout::read(const TreeModel& model, ByteView bytes,
                                    std::uint64_t source_bytes, std::uint32_t nodes_max) {
  ByteReader in(bytes);
  TreeLayout layout;
  const std::uint8_t head = in.u8();
  if ((head & kTreeVersionMask) != kTreeFormatVersion) {
    const unsigned version = head & kTreeVersionMask;
    return Error(version > kTreeFormatVersion ? ErrorCode::Unsupported : ErrorCode::Corrupt,
                 "tree: format version " + std::to_string(version) + ", this copse reads up to " +
                     std::to_string(kTreeFormatVersion));
  }
  const std::optional<TreeForm> form = form_of(head);
  if (!form) return corrupt("is of no known form");
  layout.form = *form;
  const std::uint64_t node_count = in.varint();
  const std::uint32_t root = (head & kTreeRootStated) != 0 ? read_tag(in) : model.loose_tag(1);
  if (in.failed() || node_count == 0 || node_count > nodes_max) {
    return corrupt("states " + std::to_string(node_count) + " nodes, at most " +
                   std::to_string(nodes_max) + " expected");
  }
  layout.node_count = static_cast<std::uint32_t>(node_count);
  if (root == TreeModel::kNoTag || !model.tag_holds(root)) return corrupt("has no known root");
  layout.root_tag = root;
  layout.block_nodes = layout.node_count;
  if ((head & kTreeManyBlocks) != 0) {
    layout.block_nodes = in.varint32();
    if (layout.block_nodes < kBlockNodesMin) return corrupt("has blocks of no size");
  }
  if (source_bytes > UINT32_MAX) return corrupt("its source is too long");
  if (!JumpTableReader(model, layout, bytes, in).read(source_bytes)) {
    return corrupt("its jump table is damaged (near byte " + std::to_string(in.position()) + ")");
  }
  return layout;
}

Bytes BytecodeBlock::write() const {
  Bytes bytes;
  ByteWriter out(bytes);
  out.varint(opcodes.size());
  out.varint(spans.size());
  out.raw(opcodes);
  out.raw(spans);
  out.raw(lookaheads);
  return bytes;
}

Result<BytecodeBlock> BytecodeBlock::read(ByteView payload) {
  ByteReader in(payload);
  const std::uint64_t opcode_bytes = in.varint();
  const std::uint64_t span_bytes = in.varint();
  BytecodeBlock block;
  block.opcodes = in.raw(static_cast<std::size_t>(std::min<std::uint64_t>(opcode_bytes, SIZE_MAX)));
  block.spans = in.raw(static_cast<std::size_t>(std::min<std::uint64_t>(span_bytes, SIZE_MAX)));
  block.lookaheads = in.raw(in.remaining());
  if (in.failed()) return corrupt("a block's streams do not fill it");
  return block;
}

}  // namespace copse
