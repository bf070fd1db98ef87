// A language's tree model: what its productions look like and how often each stands where. Trees
// are written as ranks in the model's tables, so a tree can be read only with the model that wrote
// it; models are immutable, and a store keeps every model that some tree refers to.
//
//   shape   one form of an internal node: production id and the tags of its children, in order
//   table   shapes that may stand at one place, most frequent first; a node's opcode is its shape's
//           rank there, and no opcode at all is written where the table holds a single shape
//   place   child k of shape s, or, where that was too rare to have a table of its own, the child's
//   tag
//
// Immutable; may be read by many threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"
#include "syntax/grammar.h"
#include "syntax/macro_set.h"
#include "syntax/number_tables.h"
#include "syntax/source_contexts.h"
#include "syntax/span_rules.h"
#include "syntax/tree_tags.h"

namespace copse {

struct ShapeView {
  std::uint16_t production = 0;
  std::span<const std::uint32_t> children;  // tags
};

// Of a shape's children, told one after another.
class ShapeHash {
 public:
  void add(std::uint32_t tag) {
    value_ = (value_ + tag) * 0x9E3779B97F4A7C15U;
    value_ ^= value_ >> 29;
  }
  std::uint64_t of(std::uint16_t production) const {
    const std::uint64_t value = (value_ ^ production) * 0x9E3779B97F4A7C15U;
    return value ^ (value >> 32);
  }

 private:
  std::uint64_t value_ = 0;
};

class TreeModel {
 public:
  // docs/formats/tree.md.
  static constexpr std::uint32_t kFormatVersion = 2;
  static constexpr std::uint32_t kOldestFormatVersion = 1;
  static constexpr std::uint32_t kMagic = 0x4D505343;  // "CSPM"
  // In version 1 a rank is an opcode, one byte.
  static constexpr std::size_t kTableShapesMax = 256;
  // Tags that children of spelt-out shapes often have.
  static constexpr std::size_t kLooseTagsMax = 4096;
  static constexpr std::size_t kShapesMax = std::size_t{1} << 20;

  // Reads a model for `grammar`. Corrupt when a number is out of its range, Unsupported when newer.
  static Result<std::shared_ptr<const TreeModel>> from_bytes(
      ByteView bytes, const std::shared_ptr<const Grammar>& grammar);

  const Bytes& bytes() const { return bytes_; }
  const Grammar& grammar() const { return *grammar_; }
  const SpanRules& span_rules() const { return span_rules_; }
  // How many nodes it was learnt from: a model of few is worth replacing when more are there.
  std::uint64_t trained_nodes() const { return trained_nodes_; }

  std::size_t shape_count() const { return shapes_.size(); }
  ShapeView shape(ShapeId id) const {
    const Shape& shape = shapes_[id];
    return {shape.production, {child_tags_.data() + shape.first_child, shape.child_count}};
  }
  // The tables of a shape's children, in order; kNoTable for leaves.
  std::span<const TableId> child_tables(ShapeId id) const {
    const Shape& shape = shapes_[id];
    return {child_tables_.data() + shape.first_child, shape.child_count};
  }
  // What each child of a shape adds to what its parent shows: COPSE_TAG_SHOWS_* bits.
  const std::uint8_t* child_shows(ShapeId id) const {
    return child_shows_.data() + shapes_[id].first_child;
  }
  // The same for a shape that is not the model's.
  std::vector<std::uint8_t> shows_of(const ShapeView& shape) const;
  // The table for a place that no shape of the model describes; kNoTable when the tag is unknown.
  TableId table_for_tag(std::uint32_t tag) const;
  std::span<const ShapeId> table(TableId id) const {
    const Table& table = tables_[id];
    return {table_shapes_.data() + table.first, table.count};
  }
  std::uint32_t table_count() const { return static_cast<std::uint32_t>(tables_.size()); }

  const MacroSet& macros() const { return *macros_; }
  const SourceContexts& contexts() const { return contexts_; }
  const NumberTables& numbers() const { return numbers_; }

  // A tag as a small number, where children of spelt-out shapes are listed, and back. 0 is no tag.
  std::uint32_t loose_number(std::uint32_t tag) const;
  // Numbers up to this one are of the model's own list; those above spell a tag out.
  std::uint32_t loose_tag_count() const { return static_cast<std::uint32_t>(loose_tags_.size()); }
  // kNoTag when the number is none, or the tag cannot stand in a tree.
  std::uint32_t loose_tag(std::uint64_t number) const;
  static constexpr std::uint32_t kNoTag = UINT32_MAX;

  // What the tables take in memory, those of encoders only where they were made.
  std::size_t memory_bytes() const;

  // Whether a tag can stand in a tree of this grammar.
  bool tag_holds(std::uint32_t tag) const;

  // For encoders: kNoShape when the model does not have it. REQUIRES: `hash` is that of the
  // children.
  ShapeId find_shape(std::uint16_t production, std::span<const std::uint32_t> children,
                     const ShapeHash& hash) const;
  // Makes the hash first.
  ShapeId find_shape(std::uint16_t production, std::span<const std::uint32_t> children) const {
    ShapeHash hash;
    for (const std::uint32_t tag : children)
      hash.add(tag);
    return find_shape(production, children, hash);
  }
  // The shape's rank in the table; absent when it is not there.
  std::optional<std::uint8_t> rank_in(TableId table, ShapeId shape) const;

 private:
  struct Shape {
    std::uint32_t first_child;
    std::uint32_t child_count;
    std::uint16_t production;
  };
  struct Table {
    std::uint32_t first;
    std::uint32_t count;
  };

  TreeModel() = default;
  Status load(ByteView bytes);
  void read_shapes(ByteReader& in);
  void read_tables(ByteReader& in);
  void read_codes(ByteReader& in);
  void build_lookups();
  bool is_shape(ShapeId id, const ShapeView& wanted) const;

  Bytes bytes_;
  std::shared_ptr<const Grammar> grammar_;
  std::uint64_t trained_nodes_ = 0;
  SpanRules span_rules_;
  std::vector<Shape> shapes_;
  std::vector<std::uint32_t> child_tags_;
  std::vector<TableId> child_tables_;
  std::vector<std::uint8_t> child_shows_;
  std::vector<Table> tables_;
  std::vector<ShapeId> table_shapes_;
  std::unordered_map<std::uint32_t, TableId> tag_tables_;
  std::vector<std::uint32_t> loose_tags_;
  std::unordered_map<std::uint32_t, std::uint32_t> loose_numbers_;
  NumberTables numbers_;
  std::unique_ptr<MacroSet> macros_;
  SourceContexts contexts_;

  // Open addressing, sized to at most half full: shape ids by hash of their content, and ranks by
  // (table, shape).
  struct RankSlot {
    TableId table = kNoTable;
    ShapeId shape = kNoShape;
    std::uint8_t rank = 0;
  };
  struct ShapeSlot {
    std::uint32_t hash = 0;  // its upper half; the lower one says where it lies
    ShapeId shape = kNoShape;
  };
  std::vector<ShapeSlot> shape_slots_;
  std::vector<RankSlot> rank_slots_;
};

}  // namespace copse
