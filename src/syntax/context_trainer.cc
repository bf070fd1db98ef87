// Which places of the source say more about a shape than its table does: a context is kept when it
// saves more bits in the sample than it takes in the model.
#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "codec/rans.h"
#include "syntax/training_data.h"

namespace copse {
namespace {

// What the model pays, in bits, after compression.
constexpr double kContextBits = 44;
constexpr double kChoiceBits = 18;
constexpr std::uint64_t kSeenMin = 12;

struct Sighting {
  TableId table;
  std::uint32_t key;
  ShapeId shape;
  auto operator<=>(const Sighting&) const = default;
};

struct Kept {
  std::uint32_t key = 0;
  std::uint32_t none = 0;
  std::vector<std::pair<ShapeId, std::uint32_t>> choices;  // with frequencies
};

double bits_of(std::uint32_t frequency) {
  return kRansScaleBits - std::log2(static_cast<double>(std::max<std::uint32_t>(frequency, 1)));
}

class ContextTrainer {
 public:
  explicit ContextTrainer(const TrainingData& data) : data_(data), kept_(data.tables.size()) {
    for (const TrainingTable& table : data.tables) {
      std::vector<std::uint64_t> weights;
      for (const std::uint64_t count : table.counts)
        weights.push_back(count * kWeightUnit);
      weights.push_back(unseen_weight(table.counts, table.missed));
      plain_.push_back(scale_counts(weights));
      ranks_.emplace_back();
      for (std::uint32_t rank = 0; rank < table.shapes.size(); ++rank) {
        ranks_.back().emplace(table.shapes[rank], rank);
      }
    }
  }

  void write(bool with_source, ByteWriter& out) {
    for (const std::vector<std::uint16_t>& frequencies : plain_) {
      out.varint(frequencies.back());
      for (std::size_t rank = 0; rank + 1 < frequencies.size(); ++rank) {
        out.varint(frequencies[rank]);
      }
    }
    if (with_source) {
      keep_contexts(false);
      keep_contexts(true);
    }
    std::size_t count = 0;
    for (const auto& contexts : kept_)
      count += contexts.size();
    out.varint(count);
    TableId before = 0;
    for (TableId table = 0; table < kept_.size(); ++table) {
      for (const Kept& context : kept_[table]) {
        out.varint(table - before);
        before = table;
        write_context(table, context, out);
      }
    }
  }

 private:
  void write_context(TableId table, const Kept& context, ByteWriter& out) const {
    out.u32(context.key);
    out.varint(context.none);
    out.varint(context.choices.size());
    for (const auto& [shape, frequency] : context.choices) {
      out.varint(ranks_[table].at(shape));
      out.varint(frequency);
    }
  }

  void keep_contexts(bool far) {
    std::vector<Sighting> seen;
    seen.reserve(data_.decisions.size());
    for (const SampleDecision& decision : data_.decisions) {
      if (decision.place == kNoTable) continue;
      const std::uint32_t key = far ? decision.feature.far : decision.feature.near;
      seen.push_back({decision.place, key, decision.shape});
      if (far) near_of_[{decision.place, key}] = decision.feature.near;
    }
    std::sort(seen.begin(), seen.end());
    for (std::size_t first = 0; first < seen.size();) {
      std::size_t last = first;
      while (last < seen.size() && seen[last].table == seen[first].table &&
             seen[last].key == seen[first].key) {
        ++last;
      }
      if (last - first >= kSeenMin) consider({seen.data() + first, last - first}, far);
      first = last;
    }
  }

  // Bits of a shape by the orders below.
  double bits_below(TableId table, std::uint32_t key, bool far, ShapeId shape) const {
    double bits = 0;
    if (far) {
      const auto near = near_of_.find({table, key});
      const auto found =
          near == near_of_.end() ? by_key_.end() : by_key_.find({table, near->second});
      if (found != by_key_.end()) {
        const Kept& context = kept_[table][found->second];
        for (const auto& [known, frequency] : context.choices) {
          if (known == shape) return bits_of(frequency);
        }
        bits += bits_of(context.none);
      }
    }
    const std::vector<std::uint16_t>& plain = plain_[table];
    const auto rank = ranks_[table].find(shape);
    return bits + bits_of(rank == ranks_[table].end() ? plain.back() : plain[rank->second]);
  }

  void consider(std::span<const Sighting> seen, bool far) {
    const TableId table = seen[0].table;
    const std::uint32_t key = seen[0].key;
    std::vector<std::pair<ShapeId, std::uint64_t>> counts;
    for (const Sighting& sighting : seen) {
      if (counts.empty() || counts.back().first != sighting.shape) {
        counts.emplace_back(sighting.shape, 0);
      }
      ++counts.back().second;
    }
    // A shape pays for its own place among the choices, or is left to the orders below.
    const double total = static_cast<double>(seen.size());
    std::vector<std::pair<ShapeId, std::uint64_t>> chosen;
    std::vector<std::uint64_t> weights;
    std::vector<std::uint64_t> others;
    std::uint64_t missed = 0;
    for (const auto& [shape, count] : counts) {
      const double own = -std::log2(static_cast<double>(count) / (total + 1));
      const double below = 5 + bits_below(table, key, far, shape);
      if (shape != kNoShape && static_cast<double>(count) * (below - own) > kChoiceBits) {
        chosen.emplace_back(shape, count);
        others.push_back(count);
        weights.push_back(count * kWeightUnit);
      } else {
        missed += count;
      }
    }
    if (chosen.empty()) return;
    weights.push_back(unseen_weight(others, missed));
    const std::vector<std::uint16_t> frequencies = scale_counts(weights);
    double saved = -kContextBits - kChoiceBits * static_cast<double>(chosen.size());
    for (const auto& [shape, count] : counts) {
      const auto at = std::find_if(chosen.begin(), chosen.end(),
                                   [shape = shape](const auto& c) { return c.first == shape; });
      const double below = bits_below(table, key, far, shape);
      const double now = at == chosen.end()
                             ? bits_of(frequencies.back()) + below
                             : bits_of(frequencies[static_cast<std::size_t>(at - chosen.begin())]);
      saved += static_cast<double>(count) * (below - now);
    }
    if (saved <= 0) return;
    Kept kept;
    kept.key = key;
    kept.none = frequencies.back();
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      kept.choices.emplace_back(chosen[i].first, frequencies[i]);
    }
    by_key_[{table, key}] = static_cast<std::uint32_t>(kept_[table].size());
    kept_[table].push_back(std::move(kept));
  }

  struct PairHash {
    std::size_t operator()(const std::pair<std::uint32_t, std::uint32_t>& pair) const {
      const std::uint64_t value =
          ((std::uint64_t{pair.first} << 32) + pair.second) * 0x9E3779B97F4A7C15U;
      return static_cast<std::size_t>(value ^ (value >> 29));
    }
  };

  const TrainingData& data_;
  std::vector<std::vector<std::uint16_t>> plain_;  // by table: by rank, then "none"
  std::vector<std::unordered_map<ShapeId, std::uint32_t>> ranks_;
  std::vector<std::vector<Kept>> kept_;  // by table
  std::unordered_map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t, PairHash> by_key_;
  std::unordered_map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t, PairHash> near_of_;
};

}  // namespace

void write_contexts(const TrainingData& data, bool with_source, ByteWriter& out) {
  ContextTrainer(data).write(with_source, out);
}

}  // namespace copse
