// The forms of a tree, put together from their blocks.
#include "syntax/tree_codec.h"

#include <algorithm>
#include <string>
#include <utility>

#include "syntax/ablated_tree.h"
#include "syntax/block_coder.h"
#include "syntax/block_expander.h"
#include "syntax/tree_facts.h"

namespace copse {
namespace {

constexpr std::uint8_t kVersion1 = 1;

Bytes bytecode_of(const TreeModel& model, const BlockFacts& facts, std::uint32_t& operations) {
  const Bytes opcodes = write_opcodes(model, facts, operations);
  return BytecodeBlock{opcodes, facts.spans, facts.lookaheads}.write();
}

Bytes payload_of(const TreeModel& model, const TreeLayout& layout, TreeBlock& block,
                 std::string_view source, const BlockFacts& facts) {
  if (layout.form == TreeForm::Small) {
    return freeze_small(model, layout, block, source, facts, block.operations);
  }
  if (layout.form == TreeForm::Fast) return freeze_fast(model, facts, block.operations);
  return bytecode_of(model, facts, block.operations);
}

// Two phases are what tells forms apart: without them a tree is in one of these.
Bytes encode_without(const TreeModel& model, const FlatTree& tree, std::string_view source,
                     const TreeEncoding& encoding) {
  const TreePhases phases = encoding.phases;
  if (!phases.has_form()) {
    return encode_ablated(model, tree, source, phases, encoding.block_nodes);
  }
  TreeEncoding other = encoding;
  other.phases = {};
  if (!phases.on(TreePhase::Frozen)) other.form = TreeForm::Bytecode;
  if (!phases.on(TreePhase::Segments)) other.block_nodes = kTreeNodesMax;
  return encode_tree(model, tree, source, other);
}

// Every block's nodes, and what they have beside them.
Status expand_all(const TreeModel& model, const TreeLayout& layout, std::string_view source,
                  CopseFlatNode* nodes, FlatTree& tree) {
  BlockExtras extras;
  for (std::size_t i = 0; i < layout.blocks.size(); ++i) {
    const TreeBlock& block = layout.blocks[i];
    CopseFlatNode* const out = nodes + block.first_node;
    if (layout.form == TreeForm::Bytecode) {
      COPSE_TRY_STATUS(expand_block(model, layout, i, source, block.payload, out, extras));
      continue;
    }
    COPSE_TRY(const Bytes bytecode, thaw_block(model, layout, block, source));
    COPSE_TRY_STATUS(expand_block(model, layout, i, source, bytecode, out, extras));
  }
  tree.error_leaves = std::move(extras.error_leaves);
  tree.faults = std::move(extras.faults);
  tree.visible_count = extras.visible_count;
  return success();
}

}  // namespace

Bytes encode_tree(const TreeModel& model, const FlatTree& tree, std::string_view source,
                  const TreeEncoding& encoding) {
  if (encoding.phases != TreePhases()) return encode_without(model, tree, source, encoding);
  TreeLayout layout;
  layout.form = encoding.form;
  layout.node_count = static_cast<std::uint32_t>(tree.nodes.size());
  layout.block_nodes = std::max(encoding.block_nodes, kBlockNodesMin);
  layout.root_tag = child_tag(tree.nodes[0]);
  const std::vector<Bytes> payloads =
      build_blocks(model, tree, source, layout, [&](TreeBlock& block, const BlockFacts& facts) {
        return payload_of(model, layout, block, source, facts);
      });
  layout.set_payloads(payloads);
  return layout.write(model);
}

Result<Bytes> thaw_block(const TreeModel& model, const TreeLayout& layout, const TreeBlock& block,
                         std::string_view source) {
  COPSE_TRY_STATUS(layout.check_payload(block));
  switch (layout.form) {
    case TreeForm::Fast:
      return thaw_fast(model, layout, block);
    case TreeForm::Small: {
      COPSE_TRY(const BlockFacts facts, thaw_small(model, layout, block, source));
      std::uint32_t operations = 0;
      return bytecode_of(model, facts, operations);
    }
    case TreeForm::Bytecode:
      break;
  }
  return Bytes(block.payload.begin(), block.payload.end());
}

Result<FlatTree> decode_tree(const TreeModel& model, std::string_view source, ByteView bytes,
                             std::uint32_t nodes_max) {
  if (!bytes.empty() && bytes[0] == kVersion1) {
    return decode_tree_v1(model, source, bytes, nodes_max);
  }
  if (is_ablated(bytes)) return decode_ablated(model, source, bytes, nodes_max);
  COPSE_TRY(const TreeLayout layout, TreeLayout::read(model, bytes, source.size(), nodes_max));
  FlatTree tree;
  tree.nodes.resize(layout.node_count);
  COPSE_TRY_STATUS(expand_all(model, layout, source, tree.nodes.data(), tree));
  return tree;
}

Result<FlatTree> decode_tree_into(const TreeModel& model, std::string_view source, ByteView bytes,
                                  std::span<CopseFlatNode> nodes) {
  const auto count = static_cast<std::uint32_t>(nodes.size());
  const auto other_count = [&] {
    return Error(ErrorCode::Corrupt,
                 "tree: has another number of nodes than " + std::to_string(nodes.size()));
  };
  if (is_ablated(bytes) || !form_of_tree(bytes)) {
    COPSE_TRY(FlatTree tree, decode_tree(model, source, bytes, count));
    if (tree.nodes.size() != nodes.size()) return other_count();
    std::copy(tree.nodes.begin(), tree.nodes.end(), nodes.begin());
    tree.nodes = {};
    return tree;
  }
  COPSE_TRY(const TreeLayout layout, TreeLayout::read(model, bytes, source.size(), count));
  if (layout.node_count != count) return other_count();
  FlatTree tree;
  COPSE_TRY_STATUS(expand_all(model, layout, source, nodes.data(), tree));
  return tree;
}

Status check_encoding(const TreeModel& model, std::string_view source, ByteView bytes,
                      const FlatTree& tree) {
  const auto nodes = static_cast<std::uint32_t>(tree.nodes.size());
  if (is_ablated(bytes)) {
    COPSE_TRY(const Bytes plain, thaw_ablated(model, source, bytes, nodes));
    return check_encoding(model, source, plain, tree);
  }
  COPSE_TRY(const TreeLayout layout, TreeLayout::read(model, bytes, source.size(), nodes));
  BlockExtras extras;
  for (std::size_t i = 0; i < layout.blocks.size(); ++i) {
    COPSE_TRY(const Bytes bytecode, thaw_block(model, layout, layout.blocks[i], source));
    COPSE_TRY_STATUS(compare_block(model, layout, i, source, bytecode,
                                   tree.nodes.data() + layout.blocks[i].first_node, extras));
  }
  const auto same_leaf = [](const CopseErrorLeaf& a, const CopseErrorLeaf& b) {
    return a.node == b.node && a.lookahead == b.lookahead;
  };
  const bool same = layout.node_count == nodes && extras.visible_count == tree.visible_count &&
                    extras.faults == tree.faults &&
                    std::equal(extras.error_leaves.begin(), extras.error_leaves.end(),
                               tree.error_leaves.begin(), tree.error_leaves.end(), same_leaf);
  if (same) return success();
  return Error(ErrorCode::Corrupt, "tree: is not the tree that it was made from");
}

std::optional<TreeForm> form_of_tree(ByteView bytes) {
  return bytes.empty() ? std::nullopt : TreeLayout::form_of(bytes[0]);
}

Result<Bytes> thaw_tree(const TreeModel& model, std::string_view source, ByteView bytes,
                        std::uint32_t nodes_max) {
  if (is_ablated(bytes)) return thaw_ablated(model, source, bytes, nodes_max);
  COPSE_TRY(TreeLayout layout, TreeLayout::read(model, bytes, source.size(), nodes_max));
  std::vector<Bytes> payloads;
  for (TreeBlock& block : layout.blocks) {
    if (layout.form == TreeForm::Small) {
      COPSE_TRY_STATUS(layout.check_payload(block));
      COPSE_TRY(const BlockFacts facts, thaw_small(model, layout, block, source));
      payloads.push_back(bytecode_of(model, facts, block.operations));
    } else {
      COPSE_TRY(Bytes bytecode, thaw_block(model, layout, block, source));
      payloads.push_back(std::move(bytecode));
    }
  }
  layout.form = TreeForm::Bytecode;
  layout.set_payloads(payloads);
  return layout.write(model);
}

}  // namespace copse
