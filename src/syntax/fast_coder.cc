// Bytecode to and from its entropy-coded form: both sides walk the same operations.
#include <string>

#include "syntax/block_coder.h"
#include "syntax/operation_walk.h"
#include "syntax/side_streams.h"

namespace copse {
namespace {

class FrozenSide {
 public:
  FrozenSide(ByteView bytes, const NumberTables& numbers) : in_(bytes), numbers_(numbers) {}

  std::uint32_t opcode(const MacroSet& macros, TableId table) {
    RansShare share;
    const std::uint32_t opcode = macros.opcode_at(table, in_.slot(), share);
    in_.take(share.start, share.frequency);
    return opcode;
  }
  std::uint64_t number(NumberRole role) { return numbers_.take(in_, role); }
  bool failed() const { return in_.damaged(); }
  RansDecoder& stream() { return in_; }

 private:
  RansDecoder in_;
  const NumberTables& numbers_;
};

class ToFrozen {
 public:
  explicit ToFrozen(const NumberTables& numbers) : numbers_(numbers) {}

  void opcode(const MacroSet& macros, TableId table, std::uint32_t opcode) {
    out_.put(macros.share_of(table, opcode));
  }
  void number(NumberRole role, std::uint64_t value) { numbers_.put(out_, role, value); }
  RansEncoder& stream() { return out_; }

 private:
  RansEncoder out_;
  const NumberTables& numbers_;
};

Error corrupt(const TreeBlock& block, const char* what) {
  return Error(ErrorCode::Corrupt, std::string("tree: ") + what + " (block of node " +
                                       std::to_string(block.first_node) + ")");
}

}  // namespace

Result<Bytes> freeze_fast(const TreeModel& model, const TreeLayout& layout, const TreeBlock& block,
                          ByteView bytecode) {
  COPSE_TRY(const BytecodeBlock streams, BytecodeBlock::read(bytecode));
  BytecodeSide from(streams.opcodes);
  ToFrozen to(model.numbers());
  if (!OperationWalk(model, layout, block, from, to).run() || !from.at_end()) {
    return corrupt(block, "its opcodes do not fit together");
  }
  put_side_streams(to.stream(), model.numbers(), streams.spans, streams.lookaheads);
  return to.stream().finish();
}

Result<Bytes> thaw_fast(const TreeModel& model, const TreeLayout& layout, const TreeBlock& block) {
  FrozenSide from(block.payload, model.numbers());
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
