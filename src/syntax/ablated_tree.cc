// Header and jump table of trees that go without some phase, and their way from and to bytecode.
#include "syntax/ablated_tree.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "syntax/ablated_block.h"
#include "syntax/ablated_numbers.h"
#include "syntax/plain_tree.h"
#include "syntax/tree_codec.h"
#include "syntax/tree_facts.h"

namespace copse {
namespace {

constexpr std::uint8_t kFirstByte = kTreeFormatVersion | kAblatedForm << kTreeFormShift;
constexpr std::uint8_t kManyBlocks = 1;
constexpr std::uint8_t kRootStated = 2;

Error corrupt(const char* what) {
  return Error(ErrorCode::Corrupt, std::string("tree: ") + what);
}

// What stands before the jump table, or the nodes.
struct Header {
  TreePhases phases;
  std::uint32_t node_count = 0;
  std::uint32_t root_tag = 0;     // of bytecode
  std::uint32_t block_nodes = 0;  // at least node_count: one block

  bool many_blocks() const { return block_nodes < node_count; }
};

void put_header(AblatedWriter& out, const TreeModel& model, const Header& header) {
  const TreePhases phases = header.phases;
  out.byte(kFirstByte);
  out.byte(phases.off_bits());
  if (!phases.on(TreePhase::Bytecode)) {
    out.number(NumberRole::Count, header.node_count);
    return;
  }
  const bool many = header.many_blocks();
  const bool stated = !phases.on(TreePhase::Interning) || model.loose_number(header.root_tag) != 1;
  if (phases.on(TreePhase::Packing)) {
    out.byte(static_cast<std::uint8_t>((many ? kManyBlocks : 0) | (stated ? kRootStated : 0)));
  } else {
    out.byte(many ? 1 : 0);
    out.byte(stated ? 1 : 0);
  }
  out.number(NumberRole::Count, header.node_count);
  if (stated) out.tag(header.root_tag);
  if (many) out.number(NumberRole::Count, header.block_nodes);
}

std::optional<Header> take_header(AblatedReader& in, const TreeModel& model, TreePhases phases) {
  Header header;
  header.phases = phases;
  if (!phases.on(TreePhase::Bytecode)) {
    header.node_count = in.number(NumberRole::Count);
    return in.failed() || header.node_count == 0 ? std::nullopt : std::optional(header);
  }
  std::uint8_t flags = in.byte();
  if (!phases.on(TreePhase::Packing)) {
    const std::uint8_t stated = in.byte();
    if (flags > 1 || stated > 1) in.fail();
    flags = static_cast<std::uint8_t>(flags | stated << 1);
  }
  if (flags > (kManyBlocks | kRootStated)) in.fail();
  header.node_count = in.number(NumberRole::Count);
  header.root_tag = (flags & kRootStated) != 0 ? in.tag() : model.loose_tag(1);
  header.block_nodes = header.node_count;
  if ((flags & kManyBlocks) != 0) {
    header.block_nodes = in.number(NumberRole::Count);
    if (header.block_nodes < kBlockNodesMin || !header.many_blocks()) in.fail();
  }
  if (in.failed() || header.node_count == 0 || header.root_tag == TreeModel::kNoTag) {
    return std::nullopt;
  }
  return header;
}

// ---- jump table --------------------------------------------------------------------------------

class JumpTableWriter {
 public:
  JumpTableWriter(AblatedWriter& out, const TreeModel& model, TreePhases phases)
      : out_(out), model_(model), phases_(phases) {}

  void write(const TreeLayout& layout) {
    std::vector<SpineLevel> before;
    for (std::size_t i = 1; i < layout.blocks.size(); ++i) {
      const TreeBlock& block = layout.blocks[i];
      const TreeBlock& last = layout.blocks[i - 1];
      position(block.begin_byte, last.begin_byte);
      position(block.first_row, last.first_row);
      number(last.operations);
      number(last.payload.size());
      std::vector<SpineLevel> now = layout.open_levels(block);
      std::size_t kept = 0;
      while (kept < before.size() && kept < now.size() &&
             before[kept].spine_node == now[kept].spine_node) {
        ++kept;
      }
      number(kept);
      if (kept > 0) position(now[kept - 1].next_child, before[kept - 1].next_child);
      number(now.size() - kept);
      for (std::size_t k = kept; k < now.size(); ++k) {
        const SpineNode& node = layout.spine[now[k].spine_node];
        node_at(node, k == 0 ? SpineNode{} : layout.spine[now[k - 1].spine_node]);
        number(now[k].next_child);
      }
      before = std::move(now);
    }
  }

 private:
  void number(std::uint64_t value) { out_.number(NumberRole::Count, value); }
  void position(std::uint32_t value, std::uint32_t base) {
    number(phases_.on(TreePhase::Delta) ? value - base : value);
  }

  void node_at(const SpineNode& node, const SpineNode& above) {
    position(node.node, above.node);
    position(node.start, above.start);
    number(node.extent);
    if (phases_.on(TreePhase::Packing)) {
      number(node.tag);
    } else {
      number(node.tag >> 16);
      number(node.tag >> 4 & COPSE_MAX_PRODUCTION_ID);
      number(node.tag & 15);
    }
    const bool named = node.shape != kNoShape;
    if (phases_.on(TreePhase::Interning)) {
      number(named ? node.shape + std::uint64_t{1} : 0);
    } else {
      number(named ? 1 : 0);
      if (named) out_.shape(model_.shape(node.shape));
    }
  }

  AblatedWriter& out_;
  const TreeModel& model_;
  TreePhases phases_;
};

// Takes a jump table as it stands: whether it makes sense is for TreeLayout::read, which sees it
// next.
class JumpTableReader {
 public:
  JumpTableReader(AblatedReader& in, TreePhases phases, TreeLayout& layout)
      : in_(in), phases_(phases), layout_(layout) {}

  bool read() {
    const std::uint32_t count = (layout_.node_count - 1) / layout_.block_nodes + 1;
    std::vector<std::uint32_t> payload_bytes;
    TreeBlock block;
    block.top_level = TreeLayout::kNone;
    for (std::uint32_t i = 1; i < count && !in_.failed(); ++i) {
      TreeBlock next;
      next.begin_byte = position(block.begin_byte);
      next.first_row = position(block.first_row);
      block.operations = number();
      payload_bytes.push_back(number());
      layout_.blocks.push_back(block);
      read_spine();
      next.top_level = open_.empty() ? TreeLayout::kNone : open_.back();
      block = next;
    }
    layout_.blocks.push_back(block);
    ByteReader payloads(in_.rest());
    for (std::size_t i = 0; i < payload_bytes.size(); ++i) {
      layout_.blocks[i].payload = payloads.raw(payload_bytes[i]);
    }
    layout_.blocks.back().payload = payloads.raw(payloads.remaining());
    return !in_.failed() && !payloads.failed();
  }

 private:
  std::uint32_t number() { return in_.number(NumberRole::Count); }
  std::uint32_t position(std::uint32_t base) {
    const std::uint32_t stated = number();
    if (!phases_.on(TreePhase::Delta)) return stated;
    if (stated > UINT32_MAX - base) in_.fail();
    return base + stated;
  }

  void read_spine() {
    const std::uint32_t kept = number();
    if (kept > open_.size()) in_.fail();
    if (in_.failed()) return;
    open_.resize(kept);
    if (kept > 0) {
      SpineLevel level = layout_.levels[open_.back()];
      open_.pop_back();
      level.next_child = position(level.next_child);
      add_level(level);
    }
    for (std::uint32_t added = number(); added > 0 && !in_.failed(); --added) {
      read_node();
    }
  }

  void read_node() {
    const SpineNode above =
        open_.empty() ? SpineNode{} : layout_.spine[layout_.levels[open_.back()].spine_node];
    SpineNode node;
    node.node = position(above.node);
    node.start = position(above.start);
    node.extent = number();
    node.tag = read_tag();
    node.shape = read_shape();
    SpineLevel level;
    level.spine_node = static_cast<std::uint32_t>(layout_.spine.size());
    level.next_child = number();
    layout_.spine.push_back(node);
    add_level(level);
  }

  std::uint32_t read_tag() {
    const std::uint32_t first = number();
    if (phases_.on(TreePhase::Packing)) return first;
    const std::uint32_t production = number();
    const std::uint32_t flags = number();
    if (first > UINT16_MAX || production > COPSE_MAX_PRODUCTION_ID || flags > 15) in_.fail();
    return first << 16 | production << 4 | flags;
  }

  ShapeId read_shape() {
    const std::uint32_t named = number();
    if (named == 0) return kNoShape;
    if (phases_.on(TreePhase::Interning)) return named - 1;
    if (named > 1) in_.fail();
    return in_.shape();
  }

  void add_level(SpineLevel level) {
    level.parent = open_.empty() ? TreeLayout::kNone : open_.back();
    open_.push_back(static_cast<std::uint32_t>(layout_.levels.size()));
    layout_.levels.push_back(level);
    if (layout_.levels.size() > TreeLayout::kLevelsMax) in_.fail();
  }

  AblatedReader& in_;
  TreePhases phases_;
  TreeLayout& layout_;
  std::vector<std::uint32_t> open_;  // levels
};

// ---- bytecode ----------------------------------------------------------------------------------

Bytes encode_bytecode(const TreeModel& model, const FlatTree& tree, std::string_view source,
                      const Header& header) {
  TreeLayout layout;
  layout.node_count = header.node_count;
  layout.block_nodes = header.block_nodes;
  layout.root_tag = header.root_tag;
  const std::vector<Bytes> payloads =
      build_blocks(model, tree, source, layout, [&](TreeBlock& block, const BlockFacts& facts) {
        return write_ablated_block(model, header.phases, layout, block, tree, facts);
      });
  layout.set_payloads(payloads);
  AblatedWriter out(model, header.phases, false);
  put_header(out, model, header);
  JumpTableWriter(out, model, header.phases).write(layout);
  Bytes bytes = out.finish();
  for (const Bytes& payload : payloads) {
    ByteWriter(bytes).raw(payload);
  }
  return bytes;
}

Result<Bytes> bytecode_of(const TreeModel& model, std::string_view source, AblatedReader& in,
                          const Header& header, std::uint32_t nodes_max) {
  TreeLayout stated;
  stated.node_count = header.node_count;
  stated.block_nodes = header.block_nodes;
  stated.root_tag = header.root_tag;
  if (!JumpTableReader(in, header.phases, stated).read()) {
    return corrupt("its jump table is damaged");
  }
  // Through the layout that other trees have, so that there is one reader, with all its checks.
  const Bytes usual = stated.write(model);
  COPSE_TRY(TreeLayout layout, TreeLayout::read(model, usual, source.size(), nodes_max));
  std::vector<Bytes> payloads;
  for (const TreeBlock& block : layout.blocks) {
    COPSE_TRY(Bytes bytecode, read_ablated_block(model, header.phases, layout, block, source));
    payloads.push_back(std::move(bytecode));
  }
  layout.set_payloads(payloads);
  return layout.write(model);
}

// A tree behind its first two bytes.
struct Opened {
  AblatedReader in;
  Header header;
};

Result<Opened> open(const TreeModel& model, ByteView bytes, std::uint32_t nodes_max) {
  const auto phases = bytes.size() < 2 ? std::nullopt : TreePhases::from_off_bits(bytes[1]);
  if (!is_ablated(bytes) || !phases) return corrupt("goes without a phase that is not known");
  Opened opened{AblatedReader(model, *phases, false, bytes.subspan(2)), {}};
  const auto header = take_header(opened.in, model, *phases);
  if (!header || header->node_count > nodes_max) return corrupt("its header is damaged");
  opened.header = *header;
  return opened;
}

}  // namespace

bool is_ablated(ByteView bytes) {
  return !bytes.empty() && bytes[0] == kFirstByte;
}

Bytes encode_ablated(const TreeModel& model, const FlatTree& tree, std::string_view source,
                     TreePhases phases, std::uint32_t block_nodes) {
  Header header;
  header.phases = phases;
  header.node_count = static_cast<std::uint32_t>(tree.nodes.size());
  header.root_tag = child_tag(tree.nodes[0]);
  header.block_nodes =
      phases.on(TreePhase::Segments) ? std::max(block_nodes, kBlockNodesMin) : kTreeNodesMax;
  if (phases.on(TreePhase::Bytecode)) return encode_bytecode(model, tree, source, header);
  AblatedWriter out(model, phases, false);
  put_header(out, model, header);
  put_plain_nodes(out, tree, phases);
  return out.finish();
}

Result<FlatTree> decode_ablated(const TreeModel& model, std::string_view source, ByteView bytes,
                                std::uint32_t nodes_max) {
  COPSE_TRY(Opened opened, open(model, bytes, nodes_max));
  if (!opened.header.phases.on(TreePhase::Bytecode)) {
    return take_plain_nodes(opened.in, model, source, opened.header.phases,
                            opened.header.node_count);
  }
  COPSE_TRY(const Bytes bytecode, bytecode_of(model, source, opened.in, opened.header, nodes_max));
  return decode_tree(model, source, bytecode, nodes_max);
}

Result<Bytes> thaw_ablated(const TreeModel& model, std::string_view source, ByteView bytes,
                           std::uint32_t nodes_max) {
  COPSE_TRY(Opened opened, open(model, bytes, nodes_max));
  if (opened.header.phases.on(TreePhase::Bytecode)) {
    return bytecode_of(model, source, opened.in, opened.header, nodes_max);
  }
  COPSE_TRY(const FlatTree tree, take_plain_nodes(opened.in, model, source, opened.header.phases,
                                                  opened.header.node_count));
  return encode_tree(model, tree, source, {TreeForm::Bytecode});
}

}  // namespace copse
