// The two ends of a walk over a block's operations: where they come from, and where they go.
//
//   From   std::uint32_t opcode(const MacroSet&, TableId)         the next opcode of a table
//          std::uint64_t number(NumberRole)                       the next number of a role
//          void begin_operation()                                 one of the block's operations
//          bool at_end() const                                    there are no more operations
//          bool failed() const
//   To     void opcode(const MacroSet&, TableId, std::uint32_t)
//          void number(NumberRole, std::uint64_t)
#pragma once

#include <cstdint>

#include "codec/rans.h"
#include "core/bytes.h"
#include "syntax/macro_set.h"
#include "syntax/number_tables.h"
#include "syntax/tree_layout.h"

namespace copse {

class BytecodeSide {
 public:
  explicit BytecodeSide(ByteView opcodes) : in_(opcodes) {}

  std::uint32_t opcode(const MacroSet& macros, TableId table) {
    const std::uint32_t opcode = in_.u8();
    if (opcode > macros.opcode_count(table)) in_.fail();
    return in_.failed() ? 0 : opcode;
  }
  std::uint64_t number(NumberRole /*role*/) { return in_.varint(); }
  void begin_operation() {}
  bool failed() const { return in_.failed(); }
  bool at_end() const { return in_.at_end(); }

 private:
  ByteReader in_;
};

class ToBytecode {
 public:
  void opcode(const MacroSet& /*macros*/, TableId /*table*/, std::uint32_t opcode) {
    bytes_.push_back(static_cast<std::uint8_t>(opcode));
  }
  void number(NumberRole /*role*/, std::uint64_t value) { ByteWriter(bytes_).varint(value); }
  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

// The fast form. The last block does not say how many operations it has: there, each may be the
// last.
class FrozenSide {
 public:
  FrozenSide(const TreeLayout& layout, const TreeBlock& block, const NumberTables& numbers)
      : in_(block.payload),
        numbers_(numbers),
        left_(block.operations),
        counted_(block.end_node != layout.node_count) {}

  std::uint32_t opcode(const MacroSet& macros, TableId table) {
    RansShare share;
    const std::uint32_t opcode = macros.opcode_at(table, in_.slot(), share);
    in_.take(share.start, share.frequency);
    return opcode;
  }
  std::uint64_t number(NumberRole role) { return numbers_.take(in_, role); }
  void begin_operation() { --left_; }
  bool at_end() const { return !counted_ || left_ == 0; }
  bool failed() const { return in_.damaged(); }
  RansDecoder& stream() { return in_; }

 private:
  RansDecoder in_;
  const NumberTables& numbers_;
  std::uint64_t left_;
  bool counted_;
};

}  // namespace copse
