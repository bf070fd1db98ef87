// How a tree model is made: count the shapes at every place, then give each place its table.
#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "core/check.h"
#include "syntax/tree_model.h"

namespace copse {
namespace {

// A shape seen less often, in ERROR nodes above all, is left to the trees that have it.
constexpr std::uint64_t kShapeCountMin = 2;

using Counts = std::map<ShapeId, std::uint64_t>;

std::uint64_t total_of(const Counts& counts) {
  std::uint64_t total = 0;
  for (const auto& [shape, count] : counts) {
    total += count;
  }
  return total;
}

// Most frequent first, ties by id: the same counts give the same table.
std::vector<ShapeId> ranked(const Counts& counts) {
  std::vector<std::pair<std::uint64_t, ShapeId>> order;
  for (const auto& [shape, count] : counts) {
    order.emplace_back(count, shape);
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  if (order.size() > TreeModel::kTableShapesMax) order.resize(TreeModel::kTableShapesMax);
  std::vector<ShapeId> shapes;
  shapes.reserve(order.size());
  for (const auto& item : order) {
    shapes.push_back(item.second);
  }
  return shapes;
}

}  // namespace

struct ModelTrainer::Collected {
  explicit Collected(std::shared_ptr<const Grammar> g) : grammar(std::move(g)), spans(*grammar) {}

  struct Shape {
    std::uint16_t production;
    std::vector<std::uint32_t> children;
    auto operator<=>(const Shape&) const = default;
  };
  struct Place {
    ShapeId parent;
    std::uint32_t child;
    auto operator<=>(const Place&) const = default;
  };

  std::shared_ptr<const Grammar> grammar;
  SpanTrainer spans;
  std::uint64_t nodes = 0;
  std::map<Shape, ShapeId> ids;
  std::vector<const Shape*> shapes;  // keys of `ids`, by id
  std::map<Place, Counts> places;
  std::map<std::uint32_t, Counts> tags;

  ShapeId id_of(const FlatTree& tree, std::uint32_t node);
  void collect(const FlatTree& tree);
};

ShapeId ModelTrainer::Collected::id_of(const FlatTree& tree, std::uint32_t node) {
  Shape shape{copse_node_production(&tree.nodes[node]), {}};
  const std::uint32_t end = node + tree.nodes[node].extent;
  for (std::uint32_t child = node + 1; child < end; child += copse_node_count(&tree.nodes[child])) {
    shape.children.push_back(child_tag(tree.nodes[child]));
  }
  const auto [at, is_new] = ids.try_emplace(std::move(shape), static_cast<ShapeId>(shapes.size()));
  if (is_new) shapes.push_back(&at->first);
  return at->second;
}

void ModelTrainer::Collected::collect(const FlatTree& tree) {
  struct Open {
    std::uint32_t end;
    ShapeId shape;
    std::uint32_t next_child;
  };
  std::vector<Open> open;
  nodes += tree.nodes.size();
  for (std::uint32_t i = 0; i < tree.nodes.size(); ++i) {
    while (!open.empty() && open.back().end <= i) {
      open.pop_back();
    }
    const CopseFlatNode& node = tree.nodes[i];
    const std::uint32_t rank = open.empty() ? 0 : open.back().next_child++;
    if (copse_node_is_leaf(&node)) continue;
    const ShapeId shape = id_of(tree, i);
    ++tags[child_tag(node)][shape];
    if (!open.empty()) ++places[{open.back().shape, rank}][shape];
    open.push_back({i + node.extent, shape, 0});
  }
}

namespace {

// The model's numbers for what was collected, written out.
template <typename Collected>
class ModelWriter {
 public:
  ModelWriter(const Collected& seen, std::uint64_t place_count_min)
      : seen_(seen), place_count_min_(place_count_min), numbers_(seen.shapes.size(), kNoShape) {}

  Bytes write() {
    ByteWriter out(bytes_);
    out.u32(TreeModel::kMagic);
    out.u32(TreeModel::kFormatVersion);
    out.raw(seen_.grammar->identity().digest);
    out.varint(seen_.nodes);
    seen_.spans.train().write(out);
    choose_shapes();
    write_shapes(out);
    choose_tables();
    write_tables(out);
    return std::move(bytes_);
  }

 private:
  void choose_shapes() {
    std::vector<std::uint64_t> occurrences(seen_.shapes.size());
    for (const auto& [tag, counts] : seen_.tags) {
      for (const auto& [shape, count] : counts) {
        occurrences[shape] += count;
      }
    }
    for (ShapeId id = 0; id < occurrences.size() && kept_.size() < TreeModel::kShapesMax; ++id) {
      if (occurrences[id] < kShapeCountMin) continue;
      numbers_[id] = static_cast<ShapeId>(kept_.size());
      kept_.push_back(id);
    }
  }

  void write_shapes(ByteWriter& out) const {
    out.varint(kept_.size());
    for (const ShapeId id : kept_) {
      out.varint(seen_.shapes[id]->production);
      out.varint(seen_.shapes[id]->children.size());
      for (const std::uint32_t tag : seen_.shapes[id]->children) {
        write_tag(out, tag);
      }
    }
  }

  void choose_tables() {
    for (const auto& [tag, counts] : seen_.tags) {
      const TableId table = table_of(counts);
      if (table != kNoTable) tag_tables_[tag] = table;
    }
    for (const auto& [place, counts] : seen_.places) {
      if (numbers_[place.parent] == kNoShape || total_of(counts) < place_count_min_) continue;
      const TableId table = table_of(counts);
      if (table != kNoTable) place_tables_[{place.parent, place.child}] = table;
    }
  }

  // Equal tables are shared.
  TableId table_of(const Counts& counts) {
    Counts known;
    for (const auto& [shape, count] : counts) {
      if (numbers_[shape] != kNoShape) known[numbers_[shape]] = count;
    }
    if (known.empty()) return kNoTable;
    const auto [at, is_new] =
        table_ids_.try_emplace(ranked(known), static_cast<TableId>(tables_.size()));
    if (is_new) tables_.push_back(&at->first);
    return at->second;
  }

  void write_tables(ByteWriter& out) const {
    out.varint(tables_.size());
    for (const std::vector<ShapeId>* table : tables_) {
      out.varint(table->size());
      for (const ShapeId shape : *table) {
        out.varint(shape);
      }
    }
    out.varint(tag_tables_.size());
    for (const auto& [tag, table] : tag_tables_) {
      write_tag(out, tag);
      out.varint(table);
    }
    for (const ShapeId id : kept_) {
      const std::vector<std::uint32_t>& children = seen_.shapes[id]->children;
      for (std::uint32_t child = 0; child < children.size(); ++child) {
        if (tag_is_leaf(children[child])) continue;
        const auto found = place_tables_.find({id, child});
        out.varint(found == place_tables_.end() ? 0 : found->second + std::uint64_t{1});
      }
    }
  }

  const Collected& seen_;
  std::uint64_t place_count_min_;
  Bytes bytes_;
  std::vector<ShapeId> numbers_;  // collected id to number in the model
  std::vector<ShapeId> kept_;     // the reverse
  std::map<std::vector<ShapeId>, TableId> table_ids_;
  std::vector<const std::vector<ShapeId>*> tables_;
  std::map<std::uint32_t, TableId> tag_tables_;
  std::map<std::pair<ShapeId, std::uint32_t>, TableId> place_tables_;
};

}  // namespace

ModelTrainer::ModelTrainer(std::shared_ptr<const Grammar> grammar)
    : collected_(std::make_shared<Collected>(std::move(grammar))) {}

void ModelTrainer::add(const FlatTree& tree, std::string_view source) {
  collected_->collect(tree);
  collected_->spans.add(tree, source);
}

std::shared_ptr<const TreeModel> ModelTrainer::train() const {
  const Bytes bytes = ModelWriter<Collected>(*collected_, kPlaceCountMin).write();
  auto model = TreeModel::from_bytes(bytes, collected_->grammar);
  COPSE_CHECK(model.ok());
  return std::move(model).value();
}

}  // namespace copse
