// Macros as a model keeps them, unfolded into templates.
#include "syntax/macro_set.h"

#include <algorithm>
#include <utility>

#include "syntax/shape_runs.h"
#include "syntax/tree_model.h"

namespace copse {
namespace {

// A trie node's flags, as stored.
constexpr std::uint64_t kHasNext = 1;
constexpr std::uint64_t kHasChild = 2;
constexpr std::uint64_t kEnds = 4;
constexpr unsigned kRankShift = 3;

}  // namespace

MacroSet::MacroSet(const TreeModel& model) : model_(model), ends_(model.table_count(), 0) {
  for (ShapeId shape = 0; shape < model.shape_count(); ++shape) {
    add_template({&shape, 1});
  }
}

MacroSet::~MacroSet() = default;

const ShapeRuns& MacroSet::runs() const {
  std::call_once(runs_once_, [this] { runs_ = std::make_unique<const ShapeRuns>(model_.grammar(), *this); });
  return *runs_;
}

// Lays the nodes out in preorder; the shapes go to the internal ones in that order, and those that
// are left over become holes.
bool MacroSet::add_template(std::span<const ShapeId> shapes) {
  struct Level {
    ShapeId shape;
    std::uint32_t next_child;
  };
  Template made;
  made.first_item = static_cast<std::uint32_t>(items_.size());
  made.first_hole = static_cast<std::uint32_t>(holes_.size());
  std::vector<Level> levels{{shapes[0], 0}};
  std::size_t used = 1;
  items_.push_back({static_cast<std::uint32_t>(model_.shape(shapes[0]).production) << 4, 0,
                    ItemKind::Open, 0, 0});
  while (!levels.empty()) {
    Level& level = levels.back();
    const ShapeView shape = model_.shape(level.shape);
    if (level.next_child == shape.children.size()) {
      ++items_.back().closes;
      levels.pop_back();
      continue;
    }
    if (items_.size() >= kItemsMax) return false;
    const std::uint32_t child = level.next_child++;
    const std::uint32_t tag = shape.children[child];
    const std::uint8_t itself = model_.child_shows(level.shape)[child];
    if (tag_is_leaf(tag)) {
      const bool marked = tag_is_missing(tag) || tag_is_error(tag);
      items_.push_back({tag, static_cast<std::uint32_t>(model_.span_rules().class_of(tag)),
                        marked ? ItemKind::MarkedLeaf : ItemKind::Leaf, itself, 0});
      continue;
    }
    if (used == shapes.size()) {
      const TableId table = model_.child_tables(level.shape)[child];
      items_.push_back({tag, table, ItemKind::Hole, itself, 0});
      holes_.push_back(table);
      continue;
    }
    const ShapeId below = shapes[used++];
    items_.push_back({tag | static_cast<std::uint32_t>(model_.shape(below).production) << 4, 0,
                      ItemKind::Open, itself, 0});
    levels.push_back({below, 0});
  }
  made.item_count = static_cast<std::uint32_t>(items_.size()) - made.first_item;
  made.hole_count = static_cast<std::uint32_t>(holes_.size()) - made.first_hole;
  templates_.push_back(made);
  return true;
}

std::uint32_t MacroSet::new_trie_node(std::uint32_t parent, ShapeId shape) {
  const auto node = static_cast<std::uint32_t>(ends_.size());
  ends_.push_back(0);
  edges_.push_back({parent, shape, node});
  return node;
}

void MacroSet::read(ByteReader& in) {
  codes_.resize(model_.table_count());
  for (TableId table = 0; table < codes_.size() && !in.failed(); ++table) {
    read_table(in, table);
  }
}

// The trie in preorder; beside each node goes what its path leaves open, as one span for each shape
// of the path: no more than kDepthMax of them, however many children shapes have.
void MacroSet::read_table(ByteReader& in, TableId table) {
  using Holes = std::span<const TableId>;
  struct Level {
    std::uint32_t node;
    std::vector<Holes> open;  // none empty, the innermost last
    bool more;                // whether another child comes
  };
  const std::uint32_t escape = in.varint32();
  std::vector<Found> found;
  std::uint32_t nodes = 0;
  std::vector<ShapeId> path;
  std::vector<Level> levels;
  levels.push_back({table, {Holes(&table, 1)}, in.u8() != 0});
  while (!in.failed()) {
    while (!levels.empty() && !levels.back().more) {
      levels.pop_back();
      if (!path.empty()) path.pop_back();
    }
    if (levels.empty()) break;
    const std::uint64_t coded = in.varint();
    Level& level = levels.back();
    const TableId hole = level.open.empty() ? kNoTable : level.open.back().front();
    if (hole == kNoTable || levels.size() > kDepthMax) return in.fail();
    const std::span<const ShapeId> known = model_.table(hole);
    if ((coded >> kRankShift) >= known.size()) return in.fail();
    const ShapeId shape = known[coded >> kRankShift];
    level.more = (coded & kHasNext) != 0;
    path.push_back(shape);
    const std::uint32_t node = new_trie_node(level.node, shape);
    if ((coded & kEnds) != 0) found.push_back({node, in.varint32(), path});
    std::vector<Holes> open = level.open;
    open.back() = open.back().subspan(1);
    if (open.back().empty()) open.pop_back();
    const Holes below = holes(of_shape(shape));
    if (!below.empty()) open.push_back(below);
    levels.push_back({node, std::move(open), (coded & kHasChild) != 0});
    // More nodes than the opcodes need lead nowhere.
    if (found.size() > kOpcodesMax || ++nodes > kOpcodesMax * kDepthMax) return in.fail();
  }
  std::uint64_t total = escape;
  for (const Found& macro : found) {
    total += macro.frequency;
    if (macro.frequency == 0) in.fail();
  }
  if (total != kRansScale || escape == 0) in.fail();
  if (!in.failed() && !finish_table(table, escape, std::move(found))) in.fail();
}

bool MacroSet::finish_table(TableId table, std::uint32_t escape, std::vector<Found> found) {
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.frequency > b.frequency; });
  Code& code = codes_[table];
  code.first_template = static_cast<std::uint32_t>(templates_.size());
  code.first_start = static_cast<std::uint32_t>(starts_.size());
  code.first_hint = static_cast<std::uint32_t>(hints_.size());
  std::vector<std::uint32_t> frequencies;
  for (const Found& macro : found) {
    if (!add_template(macro.shapes)) break;
    frequencies.push_back(macro.frequency);
    ends_[macro.trie_node] = static_cast<std::uint8_t>(frequencies.size());
  }
  // What did not fit any more counts as escaped.
  for (std::size_t i = frequencies.size(); i < found.size(); ++i) {
    escape += found[i].frequency;
  }
  code.opcode_count = static_cast<std::uint32_t>(frequencies.size());
  frequencies.push_back(escape);
  write_starts(frequencies);
  return code.opcode_count == found.size();
}

void MacroSet::write_starts(const std::vector<std::uint32_t>& frequencies) {
  const std::size_t first = starts_.size();
  std::uint32_t start = 0;
  for (const std::uint32_t frequency : frequencies) {
    starts_.push_back(static_cast<std::uint16_t>(start));
    start += frequency;
  }
  starts_.push_back(static_cast<std::uint16_t>(start));
  starts_.insert(starts_.end(), kStartsAtOnce, kNoStart);
  std::size_t k = 0;
  for (std::uint32_t hint = 0; hint < (1U << kHintBits); ++hint) {
    while (starts_[first + k + 1] <= hint << kHintShift)
      ++k;
    hints_.push_back(static_cast<std::uint8_t>(k));
  }
}

void MacroSet::assume_single_shapes() {
  codes_.resize(model_.table_count());
  for (TableId table = 0; table < codes_.size(); ++table) {
    const std::span<const ShapeId> shapes = model_.table(table);
    // Nothing better is known than that they are ranked.
    std::vector<std::uint64_t> weights{1};
    std::vector<Found> found;
    for (std::size_t rank = 0; rank < std::min<std::size_t>(shapes.size(), kOpcodesMax); ++rank) {
      weights.push_back(1 + kRansScale / (rank + 1));
    }
    const std::vector<std::uint16_t> scaled = scale_counts(weights);
    for (std::size_t rank = 0; rank + 1 < weights.size(); ++rank) {
      found.push_back({new_trie_node(table, shapes[rank]), scaled[rank + 1], {shapes[rank]}});
    }
    finish_table(table, scaled[0], std::move(found));
  }
}

const ShapeTrie& MacroSet::trie() const {
  std::call_once(trie_once_, [this] { trie_ = ShapeTrie(model_.table_count(), ends_, edges_); });
  return trie_;
}

std::size_t MacroSet::memory_bytes() const {
  return items_.capacity() * sizeof(TemplateItem) + holes_.capacity() * sizeof(TableId) +
         templates_.capacity() * sizeof(Template) + codes_.capacity() * sizeof(Code) +
         starts_.capacity() * 2 + hints_.capacity() + edges_.capacity() * sizeof(ShapeTrie::Edge) +
         ends_.capacity() + trie_.memory_bytes();
}

}  // namespace copse
