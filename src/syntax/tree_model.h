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
#include "syntax/span_rules.h"

namespace copse {

// A CopseFlatNode tag without what follows from elsewhere: for leaves, all but the production; for
// internal nodes, symbol and extra only.
inline std::uint32_t child_tag(const CopseFlatNode& node) {
  constexpr std::uint32_t kLeafBits = 0xFFFF000FU;
  constexpr std::uint32_t kInternalBits = 0xFFFF0000U | COPSE_TAG_EXTRA;
  return node.tag & (copse_node_is_leaf(&node) ? kLeafBits : kInternalBits);
}

inline bool tag_is_leaf(std::uint32_t tag) {
  return (tag & COPSE_TAG_LEAF) != 0;
}

// How a tag travels: symbol and flags side by side, as docs/formats/tree.md has it.
inline void write_tag(ByteWriter& out, std::uint32_t tag) {
  out.varint((tag >> 16 << 4) | (tag & 15));
}

// Fails the reader when it is none. Whether the tag can stand in a tree is for
// TreeModel::tag_holds.
inline std::uint32_t read_tag(ByteReader& in) {
  const std::uint32_t packed = in.varint32();
  if ((packed >> 20) != 0) in.fail();
  return (packed >> 4 << 16) | (packed & 15);
}

using ShapeId = std::uint32_t;
using TableId = std::uint32_t;
inline constexpr ShapeId kNoShape = UINT32_MAX;
inline constexpr TableId kNoTable = UINT32_MAX;

struct ShapeView {
  std::uint16_t production = 0;
  std::span<const std::uint32_t> children;  // tags
};

class TreeModel {
 public:
  // docs/formats/tree.md.
  static constexpr std::uint32_t kFormatVersion = 1;
  static constexpr std::uint32_t kMagic = 0x4D505343;  // "CSPM"
  // An opcode is one byte.
  static constexpr std::size_t kTableShapesMax = 256;
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

  // Whether a tag can stand in a tree of this grammar.
  bool tag_holds(std::uint32_t tag) const;

  // For encoders: kNoShape when the model does not have it.
  ShapeId find_shape(std::uint16_t production, std::span<const std::uint32_t> children) const;
  // The shape's rank in the table; absent when it is not there.
  std::optional<std::uint8_t> rank_in(TableId table, ShapeId shape) const;

 private:
  friend class ModelTrainer;

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
  void build_lookups();
  static std::uint64_t hash_shape(std::uint16_t production,
                                  std::span<const std::uint32_t> children);

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

  // Open addressing, sized to at most half full: shape ids by hash of their content, and ranks by
  // (table, shape).
  struct RankSlot {
    TableId table = kNoTable;
    ShapeId shape = kNoShape;
    std::uint8_t rank = 0;
  };
  std::vector<ShapeId> shape_slots_;
  std::vector<RankSlot> rank_slots_;
};

// Collects shapes from trees and makes a model of them.
class ModelTrainer {
 public:
  explicit ModelTrainer(std::shared_ptr<const Grammar> grammar);

  // REQUIRES: `source` outlives the trainer.
  void add(const FlatTree& tree, std::string_view source);

  // A model of what was added; of the grammar alone when nothing was. Deterministic. Cost: about as
  // much as collecting.
  std::shared_ptr<const TreeModel> train() const;

 private:
  // A place must have been seen this often to have a table of its own.
  static constexpr std::uint64_t kPlaceCountMin = 24;

  struct Collected;
  std::shared_ptr<Collected> collected_;
};

}  // namespace copse
