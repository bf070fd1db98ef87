// Bytecode's entropy-coded form: written as the opcodes are, and taken apart by walking them.
#include <string>

#include "syntax/block_coder.h"
#include "syntax/operation_walk.h"
#include "syntax/side_streams.h"

namespace copse {
namespace {

Error corrupt(const TreeBlock& block, const char* what) {
  return Error(ErrorCode::Corrupt, std::string("tree: ") + what + " (block of node " +
                                       std::to_string(block.first_node) + ")");
}

}  // namespace

Bytes freeze_fast(const TreeModel& model, const BlockFacts& facts, std::uint32_t& operations) {
  RansEncoder out;
  put_opcodes(model, facts, out, operations);
  put_side_streams(out, model.numbers(), facts.spans, facts.lookaheads);
  return out.finish();
}

Result<Bytes> thaw_fast(const TreeModel& model, const TreeLayout& layout, const TreeBlock& block) {
  FrozenSide from(layout, block, model.numbers());
  ToBytecode to;
  Bytes spans;
  Bytes lookaheads;
  if (!OperationWalk(model, layout, block, from, to).run() ||
      !take_side_streams(from.stream(), model.numbers(), block.end_node - block.first_node, spans,
                         lookaheads) ||
      !from.stream().at_clean_end()) {
    return corrupt(block, "its frozen form is damaged");
  }
  return BytecodeBlock{to.bytes(), spans, lookaheads}.write();
}

}  // namespace copse
