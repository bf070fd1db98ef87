// How a tree model is made: count the shapes at every place, give each place its table, find what
// goes together, and write it all as docs/formats/tree.md says.
#include "syntax/model_trainer.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "core/check.h"
#include "syntax/training_data.h"
#include "syntax/tree_facts.h"

namespace copse {

std::uint64_t unseen_weight(const std::vector<std::uint64_t>& counts, std::uint64_t missed) {
  const auto once =
      static_cast<std::uint64_t>(std::count(counts.begin(), counts.end(), std::uint64_t{1}));
  return missed * kWeightUnit + once * kWeightUnit / 2 + kWeightUnit / 4;
}

namespace {

// A shape seen less often, in ERROR nodes above all, is left to the trees that have it.
constexpr std::uint64_t kShapeCountMin = 2;
// A place must have been seen this often to have a table of its own.
constexpr std::uint64_t kPlaceCountMin = 24;
// Enough nodes to tell how numbers are spread.
constexpr std::uint64_t kNumberSampleNodes = 1'000'000;

// A place that no shape describes: the root, or a child of a spelt-out shape. By its tag.
constexpr std::uint32_t kByTag = 0x80000000U;

std::uint64_t hash_pair(std::uint64_t a, std::uint64_t b) {
  std::uint64_t value = (a ^ (b * 0xC2B2AE3D27D4EB4FU)) * 0x9E3779B97F4A7C15U;
  return value ^ (value >> 31);
}

}  // namespace

struct ModelTrainer::Collected {
  explicit Collected(std::shared_ptr<const Grammar> g) : grammar(std::move(g)), spans(*grammar) {}

  struct Shape {
    std::uint16_t production;
    std::vector<std::uint32_t> children;
    std::uint64_t count;
  };
  struct Place {
    ShapeId parent;
    std::uint32_t child;
    std::uint32_t tag;
  };
  struct NumberSample {
    FlatTree tree;
    std::string_view source;
  };

  std::shared_ptr<const Grammar> grammar;
  SpanTrainer spans;
  std::uint64_t nodes = 0;
  std::vector<Shape> shapes;
  std::unordered_multimap<std::uint64_t, ShapeId> shape_ids;  // by hash
  std::vector<Place> places;
  std::unordered_map<std::uint64_t, std::uint32_t> place_ids;
  std::vector<SampleDecision> decisions;
  std::vector<NumberSample> number_samples;
  std::uint64_t number_nodes = 0;
  std::map<std::uint32_t, std::uint64_t> root_tags;

  ShapeId id_of(const FlatTree& tree, std::uint32_t node);
  std::uint32_t place_of(ShapeId parent, std::uint32_t child, std::uint32_t tag);
  void collect(const FlatTree& tree, std::string_view source);

 private:
  std::vector<std::uint32_t> children_;
};

ShapeId ModelTrainer::Collected::id_of(const FlatTree& tree, std::uint32_t node) {
  children_.clear();
  const std::uint16_t production = copse_node_production(&tree.nodes[node]);
  std::uint64_t hash = production;
  const std::uint32_t end = node + tree.nodes[node].extent;
  for (std::uint32_t child = node + 1; child < end; child += copse_node_count(&tree.nodes[child])) {
    children_.push_back(child_tag(tree.nodes[child]));
    hash = hash_pair(hash, children_.back());
  }
  const auto [first, last] = shape_ids.equal_range(hash);
  for (auto at = first; at != last; ++at) {
    Shape& known = shapes[at->second];
    if (known.production == production && known.children == children_) {
      ++known.count;
      return at->second;
    }
  }
  const auto id = static_cast<ShapeId>(shapes.size());
  shapes.push_back({production, children_, 1});
  shape_ids.emplace(hash, id);
  return id;
}

std::uint32_t ModelTrainer::Collected::place_of(ShapeId parent, std::uint32_t child,
                                                std::uint32_t tag) {
  const std::uint64_t key =
      parent == kNoShape ? std::uint64_t{kByTag} << 32 | tag : std::uint64_t{parent} << 32 | child;
  const auto [at, is_new] = place_ids.try_emplace(key, static_cast<std::uint32_t>(places.size()));
  if (is_new) places.push_back({parent, child, tag});
  return at->second;
}

void ModelTrainer::Collected::collect(const FlatTree& tree, std::string_view source) {
  struct Open {
    std::uint32_t end;
    ShapeId shape;
    std::uint32_t next_child;
    std::uint32_t decision;
  };
  std::vector<Open> open;
  std::uint32_t position = 0;
  std::uint32_t feature_position = UINT32_MAX;
  SourceFeature feature;
  const auto close = [&](std::uint32_t node) {
    while (!open.empty() && open.back().end <= node) {
      decisions[open.back().decision].end = static_cast<std::uint32_t>(decisions.size());
      open.pop_back();
    }
  };
  nodes += tree.nodes.size();
  ++root_tags[child_tag(tree.nodes[0])];
  for (std::uint32_t i = 0; i < tree.nodes.size(); ++i) {
    close(i);
    const CopseFlatNode& node = tree.nodes[i];
    const std::uint32_t rank = open.empty() ? 0 : open.back().next_child++;
    if (copse_node_is_leaf(&node)) {
      position = node.start + node.extent;
      continue;
    }
    if (position != feature_position) {
      feature_position = position;
      feature = SourceFeature::at(source, position);
    }
    const ShapeId parent = open.empty() ? kNoShape : open.back().shape;
    const std::uint32_t place = place_of(parent, rank, child_tag(node));
    const ShapeId shape = id_of(tree, i);
    open.push_back({i + node.extent, shape, 0, static_cast<std::uint32_t>(decisions.size())});
    decisions.push_back({shape, place, 0, feature});
  }
  close(UINT32_MAX);
}

namespace {

// The model's numbers for what was collected, written out.
template <typename Collected>
class ModelWriter {
 public:
  explicit ModelWriter(const Collected& seen)
      : seen_(seen), numbers_(seen.shapes.size(), kNoShape) {
    choose_shapes();
    choose_tables();
    renumber();
    ByteWriter macros(macros_);
    write_macros(data_, macros);
  }

  Bytes write(
      bool with_source,
      const std::array<std::array<std::uint64_t, 256>, NumberTables::kTables>& number_counts,
      const std::vector<std::uint32_t>& loose_tags) const {
    Bytes bytes;
    ByteWriter out(bytes);
    out.u32(TreeModel::kMagic);
    out.u32(TreeModel::kFormatVersion);
    out.raw(seen_.grammar->identity().digest);
    out.varint(seen_.nodes);
    spans_.write(out);
    write_shapes(out);
    write_tables(out);
    out.varint(loose_tags.size());
    for (const std::uint32_t tag : loose_tags) {
      write_tag(out, tag);
    }
    for (const std::array<std::uint64_t, 256>& counts : number_counts) {
      std::vector<std::uint64_t> weights(counts.begin(), counts.end());
      for (std::uint64_t& weight : weights) {
        weight = weight * kWeightUnit + 1;
      }
      for (const std::uint16_t frequency : scale_counts(weights)) {
        out.varint(frequency);
      }
    }
    out.raw(macros_);
    write_contexts(data_, with_source, out);
    return bytes;
  }

 private:
  // The most frequent first: their numbers are short.
  void choose_shapes() {
    for (ShapeId id = 0; id < seen_.shapes.size(); ++id) {
      if (seen_.shapes[id].count >= kShapeCountMin) kept_.push_back(id);
    }
    std::stable_sort(kept_.begin(), kept_.end(), [this](ShapeId a, ShapeId b) {
      return seen_.shapes[a].count > seen_.shapes[b].count;
    });
    if (kept_.size() > TreeModel::kShapesMax) kept_.resize(TreeModel::kShapesMax);
    for (ShapeId number = 0; number < kept_.size(); ++number) {
      numbers_[kept_[number]] = number;
    }
  }

  using Counts = std::map<ShapeId, std::uint64_t>;
  static constexpr std::uint32_t kRare = kNoShape - 1;

  void choose_tables() {
    PairMap slots;
    std::vector<std::uint64_t> seen;
    for (const SampleDecision& decision : seen_.decisions) {
      const std::uint32_t shape = numbers_[decision.shape];
      const std::uint32_t slot = slots.get_or_add(decision.place, shape == kNoShape ? kRare : shape,
                                                  static_cast<std::uint32_t>(seen.size()));
      if (slot == seen.size()) seen.push_back(0);
      ++seen[slot];
    }
    std::vector<Counts> by_place(seen_.places.size());
    slots.for_each([&](std::uint32_t place, std::uint32_t shape, std::uint32_t slot) {
      by_place[place][shape == kRare ? kNoShape : shape] = seen[slot];
    });
    place_tables_.assign(seen_.places.size(), kNoTable);
    std::map<std::uint32_t, Counts> by_tag;
    for (std::uint32_t place = 0; place < by_place.size(); ++place) {
      const auto& where = seen_.places[place];
      std::uint64_t total = 0;
      for (const auto& [shape, count] : by_place[place])
        total += count;
      const bool own =
          where.parent != kNoShape && numbers_[where.parent] != kNoShape && total >= kPlaceCountMin;
      if (own) place_tables_[place] = add_table(by_place[place]);
      // Tables by tag serve the rare places, but know what the others have, too.
      Counts& of_tag = by_tag[where.tag];
      for (const auto& [shape, count] : by_place[place])
        of_tag[shape] += count;
    }
    for (const auto& [tag, counts] : by_tag) {
      const TableId table = add_table(counts);
      if (table != kNoTable) tag_tables_[tag] = table;
    }
    for (std::uint32_t place = 0; place < by_place.size(); ++place) {
      if (place_tables_[place] != kNoTable) continue;
      const auto found = tag_tables_.find(seen_.places[place].tag);
      if (found != tag_tables_.end()) place_tables_[place] = found->second;
    }
  }

  TableId add_table(const Counts& counts) {
    std::vector<std::pair<std::uint64_t, ShapeId>> order;
    TrainingTable table;
    for (const auto& [shape, count] : counts) {
      if (shape == kNoShape) {
        table.missed += count;
      } else {
        order.emplace_back(count, shape);
      }
    }
    if (order.empty()) return kNoTable;
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    for (const auto& [count, shape] : order) {
      if (table.shapes.size() == MacroSet::kOpcodesMax) {
        table.missed += count;
        continue;
      }
      table.shapes.push_back(shape);
      table.counts.push_back(count);
    }
    data_.tables.push_back(std::move(table));
    return static_cast<TableId>(data_.tables.size() - 1);
  }

  void renumber() {
    data_.decisions = seen_.decisions;
    PairMap in_tables;
    for (TableId table = 0; table < data_.tables.size(); ++table) {
      for (const ShapeId shape : data_.tables[table].shapes)
        in_tables.get_or_add(table, shape, 0);
    }
    for (SampleDecision& decision : data_.decisions) {
      decision.shape = numbers_[decision.shape];
      decision.place = place_tables_[decision.place];
      if (decision.shape != kNoShape && decision.place != kNoTable &&
          in_tables.find(decision.place, decision.shape) == nullptr) {
        decision.shape = kNoShape;
      }
    }
    spans_ = seen_.spans.train();
  }

  void write_shapes(ByteWriter& out) const {
    out.varint(kept_.size());
    for (const ShapeId id : kept_) {
      out.varint(seen_.shapes[id].production);
      out.varint(seen_.shapes[id].children.size());
      for (const std::uint32_t tag : seen_.shapes[id].children) {
        write_tag(out, tag);
      }
    }
  }

  void write_tables(ByteWriter& out) const {
    out.varint(data_.tables.size());
    for (const TrainingTable& table : data_.tables) {
      out.varint(table.shapes.size());
      for (const ShapeId shape : table.shapes) {
        out.varint(shape);
      }
    }
    out.varint(tag_tables_.size());
    for (const auto& [tag, table] : tag_tables_) {
      write_tag(out, tag);
      out.varint(table);
    }
    for (const ShapeId id : kept_) {
      const std::vector<std::uint32_t>& children = seen_.shapes[id].children;
      for (std::uint32_t child = 0; child < children.size(); ++child) {
        if (tag_is_leaf(children[child])) continue;
        const auto place = seen_.place_ids.find(std::uint64_t{id} << 32 | child);
        const TableId table =
            place == seen_.place_ids.end() ? kNoTable : place_tables_[place->second];
        const auto by_tag = tag_tables_.find(children[child]);
        const bool of_tag =
            table == kNoTable || (by_tag != tag_tables_.end() && by_tag->second == table);
        out.varint(of_tag ? 0 : table + std::uint64_t{1});
      }
    }
  }

  const Collected& seen_;
  std::vector<ShapeId> numbers_;  // collected id to number in the model
  std::vector<ShapeId> kept_;     // the reverse
  std::vector<TableId> place_tables_;
  std::map<std::uint32_t, TableId> tag_tables_;
  SpanRules spans_;
  TrainingData data_;
  Bytes macros_;
};

using NumberCounts = std::array<std::array<std::uint64_t, 256>, NumberTables::kTables>;

void count_number(NumberCounts& counts, NumberRole role, std::uint64_t value) {
  for (bool later = false;; later = true) {
    const auto byte = static_cast<std::uint8_t>(value >= 0x80 ? value | 0x80 : value);
    ++counts[NumberTables::index(role, later)][byte];
    value >>= 7;
    if (byte < 0x80) return;
  }
}

// What a model of the first round leaves to numbers.
class NumberCounter {
 public:
  explicit NumberCounter(const TreeModel& model) : model_(model) {}

  void add(const FlatTree& tree, std::string_view source) {
    FactsBuilder builder(model_, tree, source);
    BlockFacts facts;
    TreeBlock block;
    TreeLayout layout;
    builder.next(static_cast<std::uint32_t>(tree.nodes.size()), facts, block, layout);
    for (const Decision& decision : facts.decisions) {
      if (decision.shape == kNoShape) {
        count_number(counts_, NumberRole::Shape, 0);
        count_number(counts_, NumberRole::Production, facts.spelt[decision.spelt].production);
        ++ends_;
      } else if (decision.table == kNoTable || !model_.rank_in(decision.table, decision.shape)) {
        count_number(counts_, NumberRole::Shape, decision.shape + std::uint64_t{1});
      }
    }
    for (const std::uint32_t tag : facts.tags)
      ++tags_[tag];
    count_spans(facts.spans);
    std::uint64_t lookaheads = 0;
    for (ByteReader in(facts.lookaheads); !in.at_end(); ++lookaheads) {
      count_number(counts_, NumberRole::Lookahead, in.varint());
    }
    count_number(counts_, NumberRole::Count, lookaheads);
  }

  // The root's tag comes first, then the others by how often they are children of spelt-out shapes.
  std::vector<std::uint32_t> loose_tags(std::uint32_t root_tag) const {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
    for (const auto& [tag, count] : tags_) {
      if (tag != root_tag) order.emplace_back(count, tag);
    }
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::vector<std::uint32_t> tags{root_tag};
    for (const auto& item : order) {
      if (tags.size() < TreeModel::kLooseTagsMax) tags.push_back(item.second);
    }
    return tags;
  }

  const NumberCounts& finish(const std::vector<std::uint32_t>& loose_tags) {
    for (std::size_t i = 0; i < loose_tags.size(); ++i) {
      const auto found = tags_.find(loose_tags[i]);
      if (found == tags_.end()) continue;
      for (std::uint64_t n = 0; n < found->second; ++n) {
        count_number(counts_, NumberRole::Tag, i + 1);
      }
    }
    for (; ends_ > 0; --ends_)
      count_number(counts_, NumberRole::Tag, 0);
    return counts_;
  }

 private:
  void count_spans(ByteView spans) {
    std::uint64_t exceptions = 0;
    for (ByteReader in(spans); !in.at_end(); ++exceptions) {
      const std::uint64_t coded = in.varint();
      count_number(counts_, NumberRole::Gap, coded);
      if ((coded & 2) != 0) count_number(counts_, NumberRole::Padding, in.varint());
      if ((coded & 1) != 0) count_number(counts_, NumberRole::Size, in.varint());
    }
    count_number(counts_, NumberRole::Count, exceptions);
  }

  const TreeModel& model_;
  NumberCounts counts_{};
  std::map<std::uint32_t, std::uint64_t> tags_;
  std::uint64_t ends_ = 0;
};

std::shared_ptr<const TreeModel> load(const Bytes& bytes,
                                      const std::shared_ptr<const Grammar>& grammar) {
  auto model = TreeModel::from_bytes(bytes, grammar);
  COPSE_CHECK(model.ok());
  return std::move(model).value();
}

}  // namespace

ModelTrainer::ModelTrainer(std::shared_ptr<const Grammar> grammar)
    : collected_(std::make_shared<Collected>(std::move(grammar))) {}

std::uint64_t ModelTrainer::nodes() const {
  return collected_->nodes;
}

void ModelTrainer::add(const FlatTree& tree, std::string_view source) {
  collected_->collect(tree, source);
  collected_->spans.add(tree, source);
  if (collected_->number_nodes < kNumberSampleNodes) {
    collected_->number_samples.push_back({tree, source});
    collected_->number_nodes += tree.nodes.size();
  }
}

std::shared_ptr<const TreeModel> ModelTrainer::train(const TrainingOptions& options) const {
  const ModelWriter<Collected> writer(*collected_);
  NumberCounts counts{};
  const auto draft = load(writer.write(false, counts, {}), collected_->grammar);
  if (collected_->nodes == 0) return draft;
  NumberCounter counter(*draft);
  for (const auto& sample : collected_->number_samples) {
    counter.add(sample.tree, sample.source);
  }
  const auto root =
      std::max_element(collected_->root_tags.begin(), collected_->root_tags.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  const std::vector<std::uint32_t> tags = counter.loose_tags(root->first);
  return load(writer.write(options.with_source, counter.finish(tags), tags), collected_->grammar);
}

}  // namespace copse
