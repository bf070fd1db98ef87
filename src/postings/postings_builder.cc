// Sorting facts by what they are of.
#include "postings/postings_builder.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "core/check.h"
#include "postings/segment_parts.h"

namespace copse {
namespace {

constexpr std::size_t kEdgeSlotsMin = 1024;
// Words are sorted in so many parts, one after another, to bound what lies beside them.
constexpr std::uint32_t kWordParts = 4;

struct Pair {
  std::uint32_t key;
  std::uint32_t document;
};

// By key, in `bits` bits; documents of a key stay in order.
void sort_by_key(std::vector<Pair>& pairs, unsigned bits) {
  constexpr unsigned kDigitBits = 12;
  constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
  std::vector<Pair> other(pairs.size());
  for (unsigned shift = 0; shift < bits; shift += kDigitBits) {
    std::array<std::uint32_t, kDigits> starts{};
    for (const Pair& pair : pairs)
      ++starts[(pair.key >> shift) % kDigits];
    std::uint32_t sum = 0;
    for (std::uint32_t& start : starts)
      sum += std::exchange(start, sum);
    for (const Pair& pair : pairs)
      other[starts[(pair.key >> shift) % kDigits]++] = pair;
    pairs.swap(other);
  }
}

void put_lists(const std::vector<Pair>& pairs, ListTableWriter& table) {
  std::vector<std::uint32_t> documents;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    // What a document says twice counts once.
    if (documents.empty() || documents.back() != pairs[i].document) {
      documents.push_back(pairs[i].document);
    }
    if (i + 1 < pairs.size() && pairs[i + 1].key == pairs[i].key) continue;
    table.put(pairs[i].key, documents);
    documents.clear();
  }
}

std::uint64_t slot_key(const FactEdge& edge) {
  return std::uint64_t{1} << 48 | std::uint64_t{edge.parent} << 32 |
         std::uint64_t{edge.field} << 16 | edge.child;
}

std::size_t slot_of(std::uint64_t key, std::size_t slots) {
  return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15U) >> 32) & (slots - 1);
}

}  // namespace

PostingsBuilder::PostingsBuilder(const ContentId& grammar) : grammar_(grammar) {
  clear();
}

void PostingsBuilder::clear() {
  documents_.clear();
  lists_.clear();
  words_.clear();
  edges_.clear();
  edge_slots_.assign(kEdgeSlotsMin, EdgeSlot());
}

std::size_t PostingsBuilder::memory_bytes() const {
  return documents_.size() * sizeof(Document) + lists_.size() * sizeof(lists_[0]) +
         words_.size() * sizeof(words_[0]) + edge_slots_.size() * sizeof(EdgeSlot);
}

std::uint32_t PostingsBuilder::edge_id(const FactEdge& edge) {
  const std::uint64_t key = slot_key(edge);
  std::size_t at = slot_of(key, edge_slots_.size());
  while (edge_slots_[at].key != 0) {
    if (edge_slots_[at].key == key) return edge_slots_[at].id;
    at = (at + 1) & (edge_slots_.size() - 1);
  }
  const auto id = static_cast<std::uint32_t>(edges_.size());
  edge_slots_[at] = {key, id};
  edges_.push_back(edge);
  if (edges_.size() * 2 > edge_slots_.size()) grow_edges();
  return id;
}

void PostingsBuilder::grow_edges() {
  std::vector<EdgeSlot> old(edge_slots_.size() * 2);
  old.swap(edge_slots_);
  for (const EdgeSlot& slot : old) {
    if (slot.key == 0) continue;
    std::size_t at = slot_of(slot.key, edge_slots_.size());
    while (edge_slots_[at].key != 0)
      at = (at + 1) & (edge_slots_.size() - 1);
    edge_slots_[at] = slot;
  }
}

void PostingsBuilder::add(std::uint64_t key, const DocumentFacts& facts) {
  COPSE_CHECK(documents_.size() < kSegmentDocumentsMax);
  documents_.push_back({key, lists_.size(), words_.size(), size_class_of(facts.words.size())});
  for (const std::uint16_t kind : facts.kinds)
    lists_.push_back(kind);
  if (facts.has_missing) lists_.push_back(kMissingList);
  if (facts.any_word) lists_.push_back(kAnyWordList);
  for (const FactEdge& edge : facts.edges)
    lists_.push_back(kKindKeyEnd + edge_id(edge));
  words_.insert(words_.end(), facts.words.begin(), facts.words.end());
}

Bytes PostingsBuilder::finish() {
  SegmentParts parts;
  parts.grammar = grammar_;
  parts.word_bits.fill(kWordBitsMax);
  std::vector<std::uint8_t> classes;
  for (const Document& document : documents_)
    classes.push_back(document.size_class);
  const std::vector<std::uint32_t> order = numbering_order(classes);
  for (const std::uint32_t place : order) {
    parts.keys.push_back(documents_[place].key);
    parts.classes.push_back(documents_[place].size_class);
  }
  // Edges by their names, and what each id becomes.
  std::vector<std::uint32_t> ids(edges_.size());
  std::iota(ids.begin(), ids.end(), 0);
  std::sort(ids.begin(), ids.end(),
            [&](std::uint32_t a, std::uint32_t b) { return edges_[a] < edges_[b]; });
  std::vector<std::uint32_t> place_of(edges_.size());
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    place_of[ids[i]] = i;
    parts.edges.push_back(edges_[ids[i]]);
  }
  parts.tables = make_tables(parts.classes, parts.edges.size(), parts.word_bits);
  // The end of all documents, so that each ends where the next begins.
  documents_.push_back({0, lists_.size(), words_.size(), 0});
  const auto collect = [&](unsigned bits, std::size_t table, const auto& each) {
    std::vector<Pair> pairs;
    for (std::uint32_t number = 0; number < order.size(); ++number)
      each(documents_[order[number]], documents_[order[number] + 1], number, pairs);
    sort_by_key(pairs, bits);
    put_lists(pairs, parts.tables[table]);
  };
  collect(24, 0, [&](const Document& from, const Document& to, auto number, auto& pairs) {
    for (std::size_t i = from.lists; i < to.lists; ++i) {
      if (lists_[i] < kKindKeyEnd) pairs.push_back({lists_[i], number});
    }
  });
  collect(24, 1, [&](const Document& from, const Document& to, auto number, auto& pairs) {
    for (std::size_t i = from.lists; i < to.lists; ++i) {
      if (lists_[i] >= kKindKeyEnd) pairs.push_back({place_of[lists_[i] - kKindKeyEnd], number});
    }
  });
  for (std::size_t tier = 0; tier < kWordTiers; ++tier) {
    const std::uint32_t first = parts.tables[2 + tier].shape().first_document;
    for (std::uint32_t part = 0; part < kWordParts; ++part) {
      collect(kWordBitsMax, 2 + tier,
              [&](const Document& from, const Document& to, auto number, auto& pairs) {
                if (tier_of(from.size_class) != tier) return;
                for (std::size_t i = from.words; i < to.words; ++i) {
                  const std::uint32_t key = word_key(words_[i], kWordBitsMax);
                  if (key * std::uint64_t{kWordParts} >> kWordBitsMax == part) {
                    pairs.push_back({key, number - first});
                  }
                }
              });
    }
  }
  for (ListTableWriter& table : parts.tables)
    table.finish();
  clear();
  return write_segment(parts);
}

}  // namespace copse
