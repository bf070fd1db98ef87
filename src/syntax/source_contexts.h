// What the source says about the node that starts there: frequencies of shapes by table and by the
// next token. They are what the *small* frozen form codes shapes with.
//
// Three orders, the most telling that is known first; each can say "none of mine", and then the
// next one speaks:
//   far    table, the next word (or three characters), and what comes behind the word
//   near   table, kind of the word's first letter (or two characters), and what comes behind it
//   plain  table alone; "none of mine" here means that the shape is not in the table
//
// Immutable after loading; may be read by many threads.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "codec/rans.h"
#include "core/bytes.h"
#include "syntax/tree_tags.h"

namespace copse {

// Looks at what follows white space at a place of the source. Never beyond its end, nor further
// than the named limits.
struct SourceFeature {
  static constexpr std::size_t kBlanksMax = 4096;
  static constexpr std::size_t kWordMax = 32;

  std::uint32_t near = 0;
  std::uint32_t far = 0;

  // REQUIRES: position <= source.size().
  static SourceFeature at(std::string_view source, std::uint32_t position);
};

class SourceContexts {
 public:
  static constexpr std::size_t kContextsMax = std::size_t{1} << 20;

  // A shape and where its part of the scale starts. The last choice is "none of mine".
  struct Choice {
    ShapeId shape = kNoShape;
    std::uint32_t start = 0;
  };
  struct Context {
    std::uint32_t first = 0;
    std::uint32_t count = 0;  // "none of mine" included
  };

  // One for each table, ranked as in the table; `shapes` gives a table's shapes.
  // Fails the reader when something is out of range.
  template <typename TableShapes>
  void read(ByteReader& in, std::uint32_t table_count, const TableShapes& shapes);
  template <typename TableShapes>
  void assume_ranks(std::uint32_t table_count, const TableShapes& shapes);

  // At most three, the first to be asked first; returns how many.
  unsigned orders(TableId table, const SourceFeature& feature, const Context* found[3]) const {
    unsigned count = 0;
    if (has_keys_[table] != 0) {
      if (const Context* far = find(table, feature.far)) found[count++] = far;
      if (const Context* near = find(table, feature.near)) found[count++] = near;
    }
    found[count++] = &contexts_[table];
    return count;
  }

  // The shape (kNoShape: none of mine) that holds that part of the scale.
  ShapeId shape_at(const Context& context, std::uint32_t slot, RansShare& share) const {
    const Choice* choice = choices_.data() + context.first;
    while (choice[1].start <= slot)
      ++choice;
    share = {static_cast<std::uint16_t>(choice->start),
             static_cast<std::uint16_t>(choice[1].start - choice->start)};
    return choice->shape;
  }
  // kNoShape asks for "none of mine". Frequency 0: it is not there.
  RansShare share_of(const Context& context, ShapeId shape) const;

  // Whether it knows more than the tables alone.
  bool has_keys() const { return contexts_.size() > has_keys_.size(); }

  std::size_t memory_bytes() const {
    return choices_.capacity() * sizeof(Choice) + contexts_.capacity() * sizeof(Context) +
           slots_.capacity() * sizeof(Slot);
  }

 private:
  struct Slot {
    TableId table = kNoTable;
    std::uint32_t key = 0;
    std::uint32_t context = 0;
  };

  static std::size_t hash(TableId table, std::uint32_t key) {
    std::uint64_t value = ((std::uint64_t{table} << 32) + key) * 0x9E3779B97F4A7C15U;
    return static_cast<std::size_t>(value ^ (value >> 29));
  }
  const Context* find(TableId table, std::uint32_t key) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t slot = hash(table, key) & mask;; slot = (slot + 1) & mask) {
      const Slot& entry = slots_[slot];
      if (entry.table == table && entry.key == key) return &contexts_[entry.context];
      if (entry.table == kNoTable) return nullptr;
    }
  }
  // Shapes with frequencies, closed by the share of "none of mine". False when they do not add up.
  bool add(std::span<const Choice> shapes_and_frequencies, std::uint32_t none);
  void index_keys(std::span<const Slot> keys);

  std::vector<Choice> choices_;  // of one context after another, each closed by the scale's end
  std::vector<Context> contexts_;
  std::vector<Slot> slots_;
  std::vector<std::uint8_t> has_keys_;  // by table
};

template <typename TableShapes>
void SourceContexts::read(ByteReader& in, std::uint32_t table_count, const TableShapes& shapes) {
  std::vector<Choice> row;
  for (TableId table = 0; table < table_count && !in.failed(); ++table) {
    row.clear();
    const std::uint32_t none = in.varint32();
    for (const ShapeId shape : shapes(table)) {
      const std::uint32_t frequency = in.varint32();
      if (frequency != 0) row.push_back({shape, frequency});
    }
    if (!add(row, none)) in.fail();
  }
  const std::size_t count = in.count(8);
  if (count > kContextsMax) in.fail();
  std::vector<Slot> keys;
  std::uint32_t table = 0;
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    const std::uint64_t step = in.varint();
    const std::uint32_t key = in.u32();
    const std::uint32_t none = in.varint32();
    if (step >= table_count - table) return in.fail();
    table += static_cast<std::uint32_t>(step);
    row.clear();
    for (std::size_t left = in.count(2); left > 0 && !in.failed(); --left) {
      const std::uint32_t rank = in.varint32();
      const std::uint32_t frequency = in.varint32();
      if (rank >= shapes(table).size() || frequency == 0) return in.fail();
      row.push_back({shapes(table)[rank], frequency});
    }
    keys.push_back({table, key, static_cast<std::uint32_t>(contexts_.size())});
    if (!add(row, none)) in.fail();
  }
  if (in.failed()) return;
  has_keys_.assign(table_count, 0);
  index_keys(keys);
}

template <typename TableShapes>
void SourceContexts::assume_ranks(std::uint32_t table_count, const TableShapes& shapes) {
  for (TableId table = 0; table < table_count; ++table) {
    std::vector<std::uint64_t> weights{1};
    for (std::size_t rank = 0; rank < shapes(table).size(); ++rank) {
      weights.push_back(1 + kRansScale / (rank + 1));
    }
    const std::vector<std::uint16_t> scaled = scale_counts(weights);
    std::vector<Choice> row;
    for (std::size_t rank = 0; rank < shapes(table).size(); ++rank) {
      row.push_back({shapes(table)[rank], scaled[rank + 1]});
    }
    add(row, scaled[0]);
  }
  has_keys_.assign(table_count, 0);
  index_keys({});
}

}  // namespace copse
