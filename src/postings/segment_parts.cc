// Writing a segment from its parts.
#include "postings/segment_parts.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "core/check.h"

namespace copse {
namespace {

Bytes write_directory(const SegmentParts& parts) {
  Bytes bytes;
  ByteWriter out(bytes);
  for (const std::uint64_t key : parts.keys)
    out.u64(key);
  out.raw(parts.classes);
  for (const FactEdge& edge : parts.edges) {
    out.u16(edge.parent);
    out.u16(edge.field);
    out.u16(edge.child);
  }
  for (const ListTableWriter& table : parts.tables)
    out.raw(table.index());
  out.u64(checksum64(bytes));
  return bytes;
}

}  // namespace

std::array<std::uint32_t, kWordTiers> tier_sizes(std::span<const std::uint8_t> classes) {
  std::array<std::uint32_t, kWordTiers> sizes{};
  for (const std::uint8_t size_class : classes)
    ++sizes[tier_of(size_class)];
  return sizes;
}

unsigned word_bits_for(std::uint64_t words, std::uint64_t documents) {
  const std::uint64_t mean = documents == 0 ? 0 : words / documents;
  return std::min(static_cast<unsigned>(std::bit_width(mean)) + kSpareWordBits, kWordBitsMax);
}

std::vector<std::uint32_t> numbering_order(std::span<const std::uint8_t> classes) {
  std::vector<std::uint32_t> order(classes.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const std::size_t tier_a = tier_of(classes[a]);
    const std::size_t tier_b = tier_of(classes[b]);
    return tier_a != tier_b ? tier_a < tier_b : classes[a] / 2 > classes[b] / 2;
  });
  return order;
}

std::vector<ListTableWriter> make_tables(std::span<const std::uint8_t> classes,
                                         std::size_t edge_count,
                                         std::span<const unsigned> word_bits) {
  const auto documents = static_cast<std::uint32_t>(classes.size());
  std::vector<ListTableWriter> tables;
  tables.emplace_back(0, documents, kKindKeyEnd);
  tables.emplace_back(0, documents, static_cast<std::uint32_t>(edge_count));
  const auto sizes = tier_sizes(classes);
  std::uint32_t first = 0;
  for (std::size_t tier = 0; tier < kWordTiers; ++tier) {
    tables.emplace_back(first, sizes[tier], std::uint32_t{1} << word_bits[tier]);
    first += sizes[tier];
  }
  return tables;
}

Bytes write_segment(const SegmentParts& parts) {
  COPSE_CHECK(parts.tables.size() == kPostingsTables);
  COPSE_CHECK(parts.keys.size() == parts.classes.size());
  Bytes head;
  ByteWriter body(head);
  body.raw(parts.grammar.digest);
  body.varint(parts.keys.size());
  body.varint(parts.edges.size());
  for (const std::uint32_t size : tier_sizes(parts.classes))
    body.varint(size);
  for (const unsigned bits : parts.word_bits)
    body.u8(static_cast<std::uint8_t>(bits));
  for (const ListTableWriter& table : parts.tables) {
    body.varint(table.shape().lists);
    body.varint(table.shape().pages);
    body.varint(table.shape().data_bytes);
  }
  Bytes bytes;
  ByteWriter out(bytes);
  out.raw(as_bytes({kPostingsMagic, kPostingsMagicBytes}));
  out.u32(kPostingsVersion);
  out.u32(static_cast<std::uint32_t>(head.size()));
  out.raw(head);
  out.u64(checksum64(bytes));
  out.raw(write_directory(parts));
  for (const ListTableWriter& table : parts.tables)
    out.raw(table.data());
  return bytes;
}

}  // namespace copse
