// Bytecode to FlatTree. Trusts nothing: every rank, shape, span and length is checked on the way.
#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "syntax/span_predictor.h"
#include "syntax/tree_codec.h"

namespace copse {
namespace {

constexpr std::uint64_t kNever = UINT64_MAX;
constexpr std::uint8_t kVersion = 1;

class TreeDecoder {
 public:
  TreeDecoder(const TreeModel& model, std::string_view source, std::uint32_t nodes_max)
      : model_(model),
        rules_(model.span_rules()),
        predictor_(rules_, source, source.size()),
        source_(source),
        nodes_max_(nodes_max) {}

  Result<FlatTree> decode(ByteView bytes) {
    ByteReader in(bytes);
    const std::uint8_t version = in.u8();
    if (version != kVersion) {
      return Error(version > kVersion ? ErrorCode::Unsupported : ErrorCode::Corrupt,
                   "tree: format version " + std::to_string(version) + ", this copse reads " +
                       std::to_string(kVersion));
    }
    const std::uint64_t node_count = in.varint();
    const std::uint32_t root = read_tag(in);
    if (node_count == 0 || node_count > nodes_max_) {
      return Error(ErrorCode::Corrupt, "tree: states " + std::to_string(node_count) +
                                           " nodes, at most " + std::to_string(nodes_max_) +
                                           " expected");
    }
    node_count_ = static_cast<std::uint32_t>(node_count);
    if (!model_.tag_holds(root)) return corrupt("has no known root");
    std::uint64_t sizes[4];
    for (std::uint64_t& size : sizes) {
      size = in.varint();
    }
    ByteReader* const streams[] = {&opcodes_, &shapes_, &spans_, &lookaheads_};
    for (std::size_t i = 0; i < 4; ++i) {
      *streams[i] = ByteReader(in.raw(bounded(sizes[i], in)));
    }
    if (in.failed() || !in.at_end()) return corrupt("its streams do not fill it");
    nodes_.resize(node_count_);
    next_shape_exception_ = shapes_.at_end() ? kNever : shapes_.varint();
    read_span_exception();
    if (!add_child(root, model_.table_for_tag(root), COPSE_TAG_SHOWS_CHILDREN)) {
      return corrupt(fault_);
    }
    while (!levels_.empty()) {
      if (!step()) return corrupt(fault_);
    }
    return finish();
  }

 private:
  // An open internal node: what is left of its children.
  struct Level {
    const std::uint32_t* next_tag;
    const std::uint32_t* end_tag;
    const TableId* next_table;
    const std::uint8_t* next_shows;
    std::uint32_t node;
    std::uint32_t shows;   // COPSE_TAG_SHOWS_* of the children so far
    std::uint32_t itself;  // the same bits, for the node's own visibility
  };
  struct LocalShape {
    std::uint16_t production;
    std::vector<std::uint32_t> tags;
    std::vector<TableId> tables;
    std::vector<std::uint8_t> shows;
  };

  static std::size_t bounded(std::uint64_t size, const ByteReader& in) {
    return static_cast<std::size_t>(std::min<std::uint64_t>(size, in.remaining() + 1));
  }

  Error corrupt(const char* what) const {
    return Error(ErrorCode::Corrupt, std::string("tree: ") + what + " (node " +
                                         std::to_string(node_) + " of " +
                                         std::to_string(node_count_) + ", source byte " +
                                         std::to_string(position_) + ")");
  }

  bool fail(const char* what) {
    fault_ = what;
    return false;
  }

  bool step() {
    Level& level = levels_.back();
    if (level.next_tag == level.end_tag) {
      close_level();
      return true;
    }
    const std::uint32_t tag = *level.next_tag++;
    const std::uint32_t itself = *level.next_shows++;
    level.shows |= itself;
    return add_child(tag, *level.next_table++, itself);
  }

  void close_level() {
    const Level done = levels_.back();
    levels_.pop_back();
    CopseFlatNode& node = nodes_[done.node];
    node.extent = node_ - done.node;
    node.tag |= done.shows;
    if (!levels_.empty() && done.itself == 0) levels_.back().shows |= done.shows;
  }

  bool add_child(std::uint32_t tag, TableId table, std::uint32_t itself) {
    if (node_ == node_count_) return fail("has more nodes than it states");
    if (itself != 0) ++visible_count_;
    return tag_is_leaf(tag) ? add_leaf(tag) : add_internal(tag, table, itself);
  }

  bool add_leaf(std::uint32_t tag) {
    const std::size_t leaf_class = rules_.class_of(tag);
    std::uint32_t start = 0;
    std::uint32_t size = 0;
    if (leaf_count_++ != next_span_exception_) {
      start = predictor_.start(leaf_class, position_);
      size = predictor_.size(leaf_class, start);
    } else if (!read_exceptional_span(leaf_class, start, size)) {
      return fail("a token lies outside the source");
    }
    predictor_.accept(leaf_class, start, size);
    const std::uint32_t node = node_++;
    // Internal nodes opened since the leaf before start where this one does.
    for (; first_without_start_ < node; ++first_without_start_) {
      nodes_[first_without_start_].start = start;
    }
    first_without_start_ = node + 1;
    nodes_[node] = {tag, start, size};
    position_ = start + size;
    if ((tag & COPSE_TAG_MISSING) != 0) faults_.push_back(node);
    if (tag >> 16 == COPSE_SYMBOL_ERROR) {
      const std::int64_t lookahead = lookaheads_.zigzag();
      if (lookaheads_.failed() || lookahead < INT32_MIN || lookahead > INT32_MAX) {
        return fail("the lookahead of an ERROR is damaged");
      }
      error_leaves_.push_back({node, static_cast<std::int32_t>(lookahead)});
    }
    return true;
  }

  void read_span_exception() {
    if (spans_.at_end()) {
      next_span_exception_ = kNever;
      return;
    }
    const std::uint64_t coded = spans_.varint();
    next_span_exception_ = leaf_count_ + (coded >> 2);
    span_exception_parts_ = static_cast<unsigned>(coded & 3);
  }

  bool read_exceptional_span(std::size_t leaf_class, std::uint32_t& start, std::uint32_t& size) {
    const std::uint64_t room = source_.size() - position_;
    if ((span_exception_parts_ & 2) != 0) {
      const std::uint64_t padding = spans_.varint();
      if (spans_.failed() || padding > room) return false;
      start = position_ + static_cast<std::uint32_t>(padding);
    } else {
      start = predictor_.start(leaf_class, position_);
    }
    if ((span_exception_parts_ & 1) != 0) {
      const std::uint64_t stated = spans_.varint();
      if (spans_.failed() || stated > source_.size() - start) return false;
      size = static_cast<std::uint32_t>(stated);
    } else {
      size = predictor_.size(leaf_class, start);
    }
    read_span_exception();
    return !spans_.failed();
  }

  bool add_internal(std::uint32_t tag, TableId table, std::uint32_t itself) {
    ShapeId shape = kNoShape;
    if (ordinal_++ == next_shape_exception_) {
      if (!read_exceptional_shape(shape)) return fail("a shape exception is damaged");
    } else {
      if (table == kNoTable) return fail("a node has a place that its model does not know");
      const std::span<const ShapeId> shapes = model_.table(table);
      std::size_t rank = 0;
      if (shapes.size() > 1) {
        rank = opcodes_.u8();
        if (opcodes_.failed() || rank >= shapes.size()) return fail("an opcode is out of range");
      }
      shape = shapes[rank];
    }
    open_level(tag, shape, itself);
    return true;
  }

  void open_level(std::uint32_t tag, ShapeId shape, std::uint32_t itself) {
    const std::uint32_t node = node_++;
    Level level{};
    std::uint16_t production = 0;
    if (shape < model_.shape_count()) {
      const ShapeView view = model_.shape(shape);
      production = view.production;
      level.next_tag = view.children.data();
      level.end_tag = level.next_tag + view.children.size();
      level.next_table = model_.child_tables(shape).data();
      level.next_shows = model_.child_shows(shape);
    } else {
      const LocalShape& local = local_shapes_[shape - model_.shape_count()];
      production = local.production;
      level.next_tag = local.tags.data();
      level.end_tag = level.next_tag + local.tags.size();
      level.next_table = local.tables.data();
      level.next_shows = local.shows.data();
    }
    level.node = node;
    level.itself = itself;
    nodes_[node] = {tag | static_cast<std::uint32_t>(production) << 4, position_, 0};
    if (tag >> 16 >= COPSE_SYMBOL_ERROR_REPEAT) faults_.push_back(node);
    levels_.push_back(level);
  }

  bool read_exceptional_shape(ShapeId& shape) {
    const std::uint64_t coded = shapes_.varint();
    if (coded == 0) {
      if (!read_local_shape()) return false;
      shape = static_cast<ShapeId>(model_.shape_count() + local_shapes_.size() - 1);
    } else {
      if (coded - 1 >= model_.shape_count() + local_shapes_.size()) return false;
      shape = static_cast<ShapeId>(coded - 1);
    }
    next_shape_exception_ = shapes_.at_end() ? kNever : ordinal_ + shapes_.varint();
    return !shapes_.failed();
  }

  bool read_local_shape() {
    LocalShape local{};
    const std::uint32_t production = shapes_.varint32();
    const std::size_t count = shapes_.count(1);
    if (production >= model_.grammar().production_count() || count == 0) return false;
    local.production = static_cast<std::uint16_t>(production);
    for (std::size_t i = 0; i < count && !shapes_.failed(); ++i) {
      const std::uint32_t tag = read_tag(shapes_);
      if (shapes_.failed() || !model_.tag_holds(tag)) return false;
      local.tags.push_back(tag);
      local.tables.push_back(tag_is_leaf(tag) ? kNoTable : model_.table_for_tag(tag));
    }
    local.shows = model_.shows_of({local.production, local.tags});
    local_shapes_.push_back(std::move(local));
    return !shapes_.failed();
  }

  Result<FlatTree> finish() {
    if (node_ != node_count_) return corrupt("has fewer nodes than it states");
    if (!opcodes_.at_end() || next_shape_exception_ != kNever || next_span_exception_ != kNever ||
        !lookaheads_.at_end()) {
      return corrupt("a stream is longer than the tree");
    }
    return FlatTree{std::move(nodes_), std::move(error_leaves_), std::move(faults_),
                    visible_count_};
  }

  const TreeModel& model_;
  const SpanRules& rules_;
  SpanPredictor predictor_;
  std::string_view source_;
  std::uint32_t nodes_max_;
  std::uint32_t node_count_ = 0;
  std::uint32_t node_ = 0;  // how many are there so far
  std::uint32_t visible_count_ = 0;
  const char* fault_ = "";

  ByteReader opcodes_{ByteView()};
  ByteReader shapes_{ByteView()};
  ByteReader spans_{ByteView()};
  ByteReader lookaheads_{ByteView()};

  std::vector<Level> levels_;
  std::deque<LocalShape> local_shapes_;
  std::uint64_t ordinal_ = 0;  // of internal nodes
  std::uint64_t next_shape_exception_ = kNever;
  std::uint64_t leaf_count_ = 0;
  std::uint64_t next_span_exception_ = kNever;
  unsigned span_exception_parts_ = 0;
  std::uint32_t position_ = 0;             // where the last leaf ended
  std::uint32_t first_without_start_ = 0;  // internal nodes from here on wait for a leaf

  std::vector<CopseFlatNode> nodes_;
  std::vector<CopseErrorLeaf> error_leaves_;
  std::vector<std::uint32_t> faults_;
};

}  // namespace

Result<FlatTree> decode_tree_v1(const TreeModel& model, std::string_view source, ByteView bytes,
                                std::uint32_t nodes_max) {
  return TreeDecoder(model, source, nodes_max).decode(bytes);
}

}  // namespace copse
