// FlatTree to bytecode. The decoder (tree_decoder.cc) mirrors every step.
#include <map>
#include <vector>

#include "syntax/span_predictor.h"
#include "syntax/tree_codec.h"

namespace copse {
namespace {

class TreeEncoder {
 public:
  TreeEncoder(const TreeModel& model, const FlatTree& tree, std::string_view source)
      : model_(model),
        nodes_(tree.nodes),
        tree_(tree),
        spans_(model.span_rules(), source, source.size()) {}

  Bytes encode() {
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      while (!open_.empty() && open_.back().end <= i) {
        open_.pop_back();
      }
      if (copse_node_is_leaf(&nodes_[i])) {
        if (!open_.empty()) ++open_.back().next_child;
        encode_leaf(nodes_[i]);
      } else {
        encode_internal(i);
      }
    }
    ByteWriter lookaheads(lookahead_bytes_);
    for (const CopseErrorLeaf& leaf : tree_.error_leaves) {
      lookaheads.zigzag(leaf.lookahead);
    }
    return assemble();
  }

 private:
  struct Open {
    std::uint32_t end;
    std::uint32_t next_child;
    const TableId* tables;  // of the children
  };
  struct LocalShape {
    ShapeId id;
    std::vector<TableId> tables;
  };

  void gather_children(std::uint32_t node) {
    children_.clear();
    const std::uint32_t end = node + nodes_[node].extent;
    for (std::uint32_t child = node + 1; child < end; child += copse_node_count(&nodes_[child])) {
      children_.push_back(child_tag(nodes_[child]));
    }
  }

  void encode_internal(std::uint32_t index) {
    const CopseFlatNode& node = nodes_[index];
    const TableId table = open_.empty() ? model_.table_for_tag(child_tag(node))
                                        : open_.back().tables[open_.back().next_child++];
    gather_children(index);
    const std::uint16_t production = copse_node_production(&node);
    const ShapeId shape = model_.find_shape(production, children_);
    const TableId* tables = nullptr;
    std::optional<std::uint8_t> rank;
    if (shape != kNoShape) {
      tables = model_.child_tables(shape).data();
      if (table != kNoTable) rank = model_.rank_in(table, shape);
    }
    if (rank) {
      if (model_.table(table).size() > 1) opcodes_.push_back(*rank);
    } else {
      ByteWriter out(shape_exceptions_);
      out.varint(ordinal_ - next_exception_ordinal_);
      next_exception_ordinal_ = ordinal_ + 1;
      if (shape != kNoShape) {
        out.varint(shape + std::uint64_t{1});
      } else {
        tables = encode_local_shape(production);
      }
    }
    ++ordinal_;
    open_.push_back({index + node.extent, 0, tables});
  }

  // A shape that the model lacks: spelt out where it comes first, referred to afterwards.
  const TableId* encode_local_shape(std::uint16_t production) {
    ByteWriter out(shape_exceptions_);
    std::vector<std::uint32_t> key = children_;
    key.push_back(production);
    const auto [at, is_new] = local_shapes_.try_emplace(std::move(key));
    LocalShape& local = at->second;
    if (!is_new) {
      out.varint(local.id + std::uint64_t{1});
      return local.tables.data();
    }
    local.id = static_cast<ShapeId>(model_.shape_count() + local_shapes_.size() - 1);
    out.varint(0);
    out.varint(production);
    out.varint(children_.size());
    for (const std::uint32_t tag : children_) {
      write_tag(out, tag);
      local.tables.push_back(tag_is_leaf(tag) ? kNoTable : model_.table_for_tag(tag));
    }
    return local.tables.data();
  }

  void encode_leaf(const CopseFlatNode& leaf) {
    const std::size_t leaf_class = model_.span_rules().class_of(leaf.tag);
    const bool start_differs = spans_.start(leaf_class, position_) != leaf.start;
    const bool size_differs = spans_.size(leaf_class, leaf.start) != leaf.extent;
    spans_.accept(leaf_class, leaf.start, leaf.extent);
    if (start_differs || size_differs) {
      ByteWriter out(span_exceptions_);
      out.varint((leaf_count_ - next_exception_leaf_) << 2 | (start_differs ? 2U : 0U) |
                 (size_differs ? 1U : 0U));
      if (start_differs) out.varint(leaf.start - position_);
      if (size_differs) out.varint(leaf.extent);
      next_exception_leaf_ = leaf_count_ + 1;
    }
    position_ = leaf.start + leaf.extent;
    ++leaf_count_;
  }

  Bytes assemble() const {
    Bytes bytes;
    ByteWriter out(bytes);
    out.u8(kTreeFormatVersion);
    out.varint(nodes_.size());
    write_tag(out, child_tag(nodes_[0]));
    for (const Bytes* stream :
         {&opcodes_, &shape_exceptions_, &span_exceptions_, &lookahead_bytes_}) {
      out.varint(stream->size());
    }
    for (const Bytes* stream :
         {&opcodes_, &shape_exceptions_, &span_exceptions_, &lookahead_bytes_}) {
      out.raw(*stream);
    }
    return bytes;
  }

  const TreeModel& model_;
  const std::vector<CopseFlatNode>& nodes_;
  const FlatTree& tree_;
  SpanPredictor spans_;

  std::vector<Open> open_;
  std::vector<std::uint32_t> children_;
  // By children and production; node-based, so that tables stay where they are.
  std::map<std::vector<std::uint32_t>, LocalShape> local_shapes_;
  std::uint64_t ordinal_ = 0;
  std::uint64_t next_exception_ordinal_ = 0;
  std::uint64_t leaf_count_ = 0;
  std::uint64_t next_exception_leaf_ = 0;
  std::uint32_t position_ = 0;

  Bytes opcodes_;
  Bytes shape_exceptions_;
  Bytes span_exceptions_;
  Bytes lookahead_bytes_;
};

}  // namespace

Bytes encode_tree(const TreeModel& model, const FlatTree& tree, std::string_view source) {
  return TreeEncoder(model, tree, source).encode();
}

}  // namespace copse
