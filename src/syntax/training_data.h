// What the parts of a model's training share: the decisions of all sample trees, and the tables
// that were chosen for them.
#pragma once

#include <cstdint>
#include <vector>

#include "core/bytes.h"
#include "syntax/source_contexts.h"
#include "syntax/tree_tags.h"

namespace copse {

// An internal node of a sample tree, in preorder; the trees follow one another.
struct SampleDecision {
  ShapeId shape = kNoShape;  // as the trainer numbers them, then as the model does; kNoShape: rare
  std::uint32_t place = 0;   // as the trainer numbers them, then the table
  std::uint32_t end = 0;     // the first decision behind the subtree
  SourceFeature feature;
};

struct TrainingTable {
  std::vector<ShapeId> shapes;        // most frequent first
  std::vector<std::uint64_t> counts;  // beside them
  std::uint64_t missed = 0;           // decisions whose shape it lacks
};

// Decisions and tables by the model's own numbers.
struct TrainingData {
  std::vector<SampleDecision> decisions;
  std::vector<TrainingTable> tables;
};

// What a symbol that was never seen gets: as much as those that were seen once suggest. In
// sixteenths, as are the weights of the others.
inline constexpr std::uint64_t kWeightUnit = 16;
std::uint64_t unseen_weight(const std::vector<std::uint64_t>& counts, std::uint64_t missed);

// The macros of every table, as models keep them. Deterministic.
void write_macros(const TrainingData& data, ByteWriter& out);

// Frequencies of shapes by table and source, as models keep them; by table alone unless
// `with_source`. Deterministic.
void write_contexts(const TrainingData& data, bool with_source, ByteWriter& out);

}  // namespace copse
