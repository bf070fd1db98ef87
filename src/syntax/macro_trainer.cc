// Which decisions go together. Strings of decisions that are frequent below a place are found level
// by level; the sample is then written with all of them, and those that are hardly used are
// dropped, until what is left earns its place.
#include <algorithm>

#include "codec/rans.h"
#include "syntax/macro_set.h"
#include "syntax/shape_trie.h"
#include "syntax/training_data.h"

namespace copse {
namespace {

// A macro that a sample uses less often does not pay for itself.
constexpr std::uint64_t kUsesMin = 6;
constexpr std::uint64_t kDecisionsPerUse = 40'000;
constexpr int kPruneRounds = 3;

struct MacroNode {
  std::uint32_t parent = 0;
  ShapeId shape = kNoShape;
  TableId table = kNoTable;  // where the macro starts
  TableId last = kNoTable;   // where its last decision stands
  std::uint32_t depth = 0;
  std::uint64_t seen = 0;
  std::uint64_t uses = 0;
  bool ends = false;
};

class MacroTrainer {
 public:
  explicit MacroTrainer(const TrainingData& data) : data_(data) {
    for (TableId table = 0; table < data.tables.size(); ++table) {
      nodes_.push_back({table, kNoShape, table, table, 0, 0, 0, false});
    }
    uses_min_ = std::max(kUsesMin, data.decisions.size() / kDecisionsPerUse);
  }

  void write(ByteWriter& out) {
    grow();
    for (MacroNode& node : nodes_) {
      node.ends = node.depth > 0 && (node.depth == 1 || node.seen >= uses_min_);
    }
    for (int round = 0; round < kPruneRounds; ++round) {
      count_uses();
      prune();
    }
    count_uses();
    index_children();
    for (TableId table = 0; table < data_.tables.size(); ++table) {
      write_table(table, out);
    }
  }

 private:
  // Depth by depth; a string is continued only from where it is still frequent.
  void grow() {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> active;  // start, trie node
    for (std::uint32_t i = 0; i < data_.decisions.size(); ++i) {
      const SampleDecision& decision = data_.decisions[i];
      if (decision.place != kNoTable && decision.shape != kNoShape) {
        active.emplace_back(i, decision.place);
      }
    }
    for (std::uint32_t depth = 1; depth <= MacroSet::kDepthMax && !active.empty(); ++depth) {
      std::size_t kept = 0;
      for (auto& [start, node] : active) {
        const std::uint32_t at = start + depth - 1;
        if (at >= data_.decisions[start].end) continue;
        const SampleDecision& decision = data_.decisions[at];
        if (decision.shape == kNoShape || decision.place == kNoTable) continue;
        if (depth > 1 && nodes_[node].seen < uses_min_) continue;
        const auto fresh = static_cast<std::uint32_t>(nodes_.size());
        const std::uint32_t child = children_.get_or_add(node, decision.shape, fresh);
        if (child == fresh) {
          nodes_.push_back(
              {node, decision.shape, nodes_[node].table, decision.place, depth, 0, 0, false});
        }
        ++nodes_[child].seen;
        active[kept++] = {start, child};
      }
      active.resize(kept);
    }
  }

  // Only the nodes on the way to where some macro ends, numbered anew.
  void make_trie() {
    std::vector<std::uint32_t> numbers(nodes_.size(), ShapeTrie::kNone);
    for (std::size_t node = nodes_.size(); node-- > 0;) {
      if (nodes_[node].ends || nodes_[node].depth == 0) numbers[node] = 0;
      if (numbers[node] == 0 && nodes_[node].depth > 0) numbers[nodes_[node].parent] = 0;
    }
    std::vector<std::uint8_t> ends;
    std::vector<ShapeTrie::Edge> edges;
    trie_nodes_.clear();
    for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
      if (numbers[node] == ShapeTrie::kNone) continue;
      numbers[node] = static_cast<std::uint32_t>(trie_nodes_.size());
      trie_nodes_.push_back(node);
      ends.push_back(nodes_[node].ends ? 1 : 0);
      if (nodes_[node].depth > 0) {
        edges.push_back({numbers[nodes_[node].parent], nodes_[node].shape, numbers[node]});
      }
    }
    const auto tables = static_cast<std::uint32_t>(data_.tables.size());
    trie_ = ShapeTrie(tables, ends, edges, &trie_numbers_);
  }

  // Writes the sample with the macros there are, the longest first.
  void count_uses() {
    make_trie();
    std::vector<std::uint64_t> uses(trie_.node_count());
    for (std::uint32_t i = 0; i < data_.decisions.size();) {
      const SampleDecision& start = data_.decisions[i];
      std::uint32_t taken = 0;
      if (start.place != kNoTable) {
        std::uint32_t best = start.place;  // escapes, when none fits
        std::uint32_t node = start.place;
        for (std::uint32_t at = i; at < start.end; ++at) {
          if (data_.decisions[at].shape == kNoShape) break;
          node = trie_.next(node, data_.decisions[at].shape);
          if (node == ShapeTrie::kNone) break;
          if (trie_.value(node) == 0) continue;
          best = node;
          taken = at + 1 - i;
        }
        ++uses[best];
      }
      i += std::max<std::uint32_t>(taken, 1);
    }
    for (MacroNode& node : nodes_) {
      node.uses = 0;
    }
    for (std::size_t i = 0; i < trie_nodes_.size(); ++i) {
      nodes_[trie_nodes_[i]].uses = uses[trie_numbers_[i]];
    }
  }

  // Single shapes stay as long as there is room: without them a node costs an escape.
  void prune() {
    std::vector<std::vector<std::uint32_t>> by_table(data_.tables.size());
    for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
      if (!nodes_[node].ends) continue;
      if (nodes_[node].depth > 1 && nodes_[node].uses < uses_min_) {
        nodes_[node].ends = false;
      } else {
        by_table[nodes_[node].table].push_back(node);
      }
    }
    const auto worth = [this](std::uint32_t node) {
      // A single shape saves an escape of three bytes or so, a longer macro the opcodes behind it.
      return nodes_[node].uses * (nodes_[node].depth == 1 ? 3 : nodes_[node].depth - 1);
    };
    for (std::vector<std::uint32_t>& kept : by_table) {
      if (kept.size() <= MacroSet::kOpcodesMax) continue;
      std::stable_sort(kept.begin(), kept.end(),
                       [&](std::uint32_t a, std::uint32_t b) { return worth(a) > worth(b); });
      for (std::size_t i = MacroSet::kOpcodesMax; i < kept.size(); ++i) {
        nodes_[kept[i]].ends = false;
      }
    }
  }

  void index_children() {
    below_.assign(nodes_.size(), {});
    std::vector<bool> needed(nodes_.size());
    for (std::size_t node = nodes_.size(); node-- > 0;) {
      if (nodes_[node].depth == 0 || (!needed[node] && !nodes_[node].ends)) continue;
      needed[nodes_[node].parent] = true;
      below_[nodes_[node].parent].push_back(static_cast<std::uint32_t>(node));
    }
    for (std::vector<std::uint32_t>& children : below_) {
      std::reverse(children.begin(), children.end());
    }
  }

  // The trie in preorder, as MacroSet::read_table() takes it.
  void write_table(TableId table, ByteWriter& out) {
    std::vector<std::uint32_t> ends;
    std::vector<std::uint32_t> stack{table};
    while (!stack.empty()) {
      const std::uint32_t node = stack.back();
      stack.pop_back();
      if (nodes_[node].ends) ends.push_back(node);
      stack.insert(stack.end(), below_[node].rbegin(), below_[node].rend());
    }
    std::vector<std::uint64_t> weights;
    for (const std::uint32_t node : ends) {
      weights.push_back(nodes_[node].uses * kWeightUnit + 1);
    }
    std::vector<std::uint64_t> uses;
    for (const std::uint32_t node : ends)
      uses.push_back(nodes_[node].uses);
    weights.push_back(unseen_weight(uses, nodes_[table].uses));
    const std::vector<std::uint16_t> frequencies = scale_counts(weights);
    out.varint(frequencies.back());
    out.u8(below_[table].empty() ? 0 : 1);
    std::size_t next_frequency = 0;
    struct Level {
      std::uint32_t node;
      std::size_t next;
    };
    std::vector<Level> levels{{table, 0}};
    while (!levels.empty()) {
      Level& level = levels.back();
      const std::vector<std::uint32_t>& children = below_[level.node];
      if (level.next == children.size()) {
        levels.pop_back();
        continue;
      }
      const std::uint32_t child = children[level.next++];
      const bool more = level.next < children.size();
      out.varint(std::uint64_t{rank_of(child)} << 3 | (nodes_[child].ends ? 4U : 0U) |
                 (below_[child].empty() ? 0U : 2U) | (more ? 1U : 0U));
      if (nodes_[child].ends) out.varint(frequencies[next_frequency++]);
      levels.push_back({child, 0});
    }
  }

  // Among the shapes of the table where the decision stands.
  std::uint32_t rank_of(std::uint32_t node) const {
    const std::vector<ShapeId>& shapes = data_.tables[nodes_[node].last].shapes;
    return static_cast<std::uint32_t>(std::find(shapes.begin(), shapes.end(), nodes_[node].shape) -
                                      shapes.begin());
  }

  const TrainingData& data_;
  std::uint64_t uses_min_ = kUsesMin;
  std::vector<MacroNode> nodes_;
  PairMap children_;  // of nodes_, by shape
  ShapeTrie trie_;
  // What the trie was made of: numbers in nodes_, the tables' first; and what the trie calls them.
  std::vector<std::uint32_t> trie_nodes_;
  std::vector<std::uint32_t> trie_numbers_;
  std::vector<std::vector<std::uint32_t>> below_;
};

}  // namespace

void write_macros(const TrainingData& data, ByteWriter& out) {
  MacroTrainer(data).write(out);
}

}  // namespace copse
