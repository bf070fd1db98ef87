// Numbers, tags, shapes and opcodes of trees that go without some phase of compression: one writer
// and its reader, which know what each phase changes. docs/formats/ablated_tree.md.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/check.h"
#include "syntax/number_tables.h"
#include "syntax/tree_model.h"
#include "syntax/tree_phases.h"

namespace copse {

class AblatedWriter {
 public:
  // `coded`: opcodes and varints are entropy-coded. Borrows the model.
  AblatedWriter(const TreeModel& model, TreePhases phases, bool coded)
      : model_(model), phases_(phases), coded_(coded) {}

  // REQUIRES: the value fits in 32 bits.
  void number(NumberRole role, std::uint64_t value) {
    COPSE_CHECK(value <= UINT32_MAX);
    if (!phases_.on(TreePhase::Varint)) {
      ByteWriter(coded_ ? fixed_ : bytes_).u32(static_cast<std::uint32_t>(value));
    } else if (coded_) {
      model_.numbers().put(coder_, role, value);
    } else {
      ByteWriter(bytes_).varint(value);
    }
  }

  void opcode(TableId table, std::uint32_t opcode) {
    if (coded_) {
      coder_.put(model_.macros().share_of(table, opcode));
    } else {
      bytes_.push_back(static_cast<std::uint8_t>(opcode));
    }
  }

  // The first number is `added` more than it would be.
  void tag(std::uint32_t tag, std::uint32_t added = 0) {
    if (phases_.on(TreePhase::Packing)) {
      number(NumberRole::Tag, pack_tag(tag) + std::uint64_t{added});
      return;
    }
    number(NumberRole::Tag, (tag >> 16) + std::uint64_t{added});
    number(NumberRole::Tag, tag & 15);
  }

  void shape(const ShapeView& shape) {
    number(NumberRole::Production, shape.production);
    number(NumberRole::Count, shape.children.size());
    for (const std::uint32_t child : shape.children) {
      tag(child);
    }
  }

  void byte(std::uint8_t value) { bytes_.push_back(value); }

  // What a reader needs. Empties the writer.
  Bytes finish() {
    if (!coded_) return std::move(bytes_);
    Bytes all;
    if (!phases_.on(TreePhase::Varint)) {
      ByteWriter out(all);
      out.u32(static_cast<std::uint32_t>(fixed_.size()));
      out.raw(fixed_);
    }
    ByteWriter(all).raw(coder_.finish());
    return all;
  }

 private:
  const TreeModel& model_;
  TreePhases phases_;
  bool coded_;
  Bytes bytes_;
  Bytes fixed_;
  RansEncoder coder_;
};

// After failed() what comes is made up; readers bound what they take and look in time. Any bytes
// are safe.
class AblatedReader {
 public:
  AblatedReader(const TreeModel& model, TreePhases phases, bool coded, ByteView bytes)
      : model_(model), phases_(phases), coded_(coded), bytes_(bytes), coder_(ByteView()) {
    if (!coded) return;
    ByteReader in(bytes);
    if (!phases.on(TreePhase::Varint)) bytes_ = ByteReader(in.raw(in.u32()));
    if (phases.on(TreePhase::Varint)) bytes_ = ByteReader(ByteView());
    coder_ = RansDecoder(in.raw(in.remaining()));
    if (in.failed()) fail();
  }

  std::uint32_t number(NumberRole role) {
    if (!phases_.on(TreePhase::Varint)) return bytes_.u32();
    if (!coded_) return bytes_.varint32();
    const std::uint64_t value = model_.numbers().take(coder_, role);
    if (value <= UINT32_MAX) return static_cast<std::uint32_t>(value);
    fail();
    return 0;
  }

  std::uint32_t opcode(TableId table) {
    if (coded_) {
      RansShare share;
      const std::uint32_t opcode = model_.macros().opcode_at(table, coder_.slot(), share);
      coder_.take(share.start, share.frequency);
      return opcode;
    }
    const std::uint32_t opcode = bytes_.u8();
    if (opcode <= model_.macros().opcode_count(table)) return opcode;
    fail();
    return 0;
  }

  // Of a tag, or TreeModel::kNoTag and failed(). `first` is its first number, read before and
  // without what was added.
  std::uint32_t tag_from(std::uint32_t first) {
    const bool packed = phases_.on(TreePhase::Packing);
    const std::uint32_t flags = packed ? first & 15 : number(NumberRole::Tag);
    const std::uint32_t symbol = packed ? first >> 4 : first;
    const std::uint32_t tag = symbol << 16 | flags;
    if (!failed() && symbol <= UINT16_MAX && flags <= 15 && model_.tag_holds(tag)) return tag;
    fail();
    return TreeModel::kNoTag;
  }
  std::uint32_t tag() { return tag_from(number(NumberRole::Tag)); }

  // kNoShape, and failed(), when the model does not have it.
  ShapeId shape() {
    const std::uint32_t production = number(NumberRole::Production);
    const std::uint32_t count = number(NumberRole::Count);
    // Each child of a shape takes a byte of its model.
    if (production > UINT16_MAX || count > model_.bytes().size()) fail();
    children_.clear();
    while (!failed() && children_.size() < count) {
      children_.push_back(tag());
    }
    const ShapeId found =
        failed() ? kNoShape : model_.find_shape(static_cast<std::uint16_t>(production), children_);
    if (found == kNoShape) fail();
    return found;
  }

  std::uint8_t byte() { return bytes_.u8(); }
  ByteView rest() { return bytes_.raw(bytes_.remaining()); }

  void fail() {
    failed_ = true;
    bytes_.fail();
  }
  bool failed() const { return failed_ || bytes_.failed() || (coded_ && coder_.damaged()); }
  // Whether all was taken that had been put in.
  bool at_clean_end() const {
    return !failed() && bytes_.at_end() && (!coded_ || coder_.at_clean_end());
  }

 private:
  const TreeModel& model_;
  TreePhases phases_;
  bool coded_;
  ByteReader bytes_;
  RansDecoder coder_;
  bool failed_ = false;
  std::vector<std::uint32_t> children_;
};

}  // namespace copse
