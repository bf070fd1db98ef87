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
  // As the trainer numbers them, then as the model does; kNoShape: rare, or not in the table.
  ShapeId shape = kNoShape;
  std::uint32_t place = 0;  // as the trainer numbers them, then the table
  std::uint32_t end = 0;    // the first decision behind the subtree
  SourceFeature feature;
};

// From pairs of numbers to a number, with open addressing: training asks millions of times. The
// second of a pair must not be UINT32_MAX.
class PairMap {
 public:
  PairMap() : slots_(kSlotsMin) {}

  // Null when the pair is not there.
  const std::uint32_t* find(std::uint32_t a, std::uint32_t b) const {
    for (std::size_t at = place(a, b);; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].b == b && slots_[at].a == a) return &slots_[at].value;
      if (slots_[at].b == kFree) return nullptr;
    }
  }

  // The pair's value; `value` where it is new.
  std::uint32_t& get_or_add(std::uint32_t a, std::uint32_t b, std::uint32_t value) {
    if (count_ * 2 >= slots_.size()) grow();
    std::size_t at = place(a, b);
    while (slots_[at].b != kFree && (slots_[at].a != a || slots_[at].b != b)) {
      at = (at + 1) & (slots_.size() - 1);
    }
    if (slots_[at].b == kFree) {
      slots_[at] = {a, b, value};
      ++count_;
    }
    return slots_[at].value;
  }

  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (const Slot& slot : slots_) {
      if (slot.b != kFree) visit(slot.a, slot.b, slot.value);
    }
  }

 private:
  static constexpr std::uint32_t kFree = UINT32_MAX;
  static constexpr std::size_t kSlotsMin = 1024;

  struct Slot {
    std::uint32_t a = 0;
    std::uint32_t b = kFree;
    std::uint32_t value = 0;
  };

  std::size_t place(std::uint32_t a, std::uint32_t b) const {
    std::uint64_t value = ((std::uint64_t{a} << 32) + b) * 0x9E3779B97F4A7C15U;
    return static_cast<std::size_t>(value ^ (value >> 32)) & (slots_.size() - 1);
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.b == kFree) continue;
      std::size_t at = place(slot.a, slot.b);
      while (slots_[at].b != kFree)
        at = (at + 1) & (slots_.size() - 1);
      slots_[at] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
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
