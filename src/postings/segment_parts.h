// How the parts of a postings segment are put together.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "postings/postings_segment.h"

namespace copse {

inline constexpr char kPostingsMagic[] = "copsepst";
inline constexpr std::size_t kPostingsMagicBytes = 8;
inline constexpr std::size_t kPostingsHeadBytes = 16;  // magic, version, length of the head
inline constexpr std::size_t kPostingsChecksumBytes = 8;
inline constexpr std::uint32_t kPostingsEdgesMax = std::uint32_t{1} << 22;
// Kinds, edges, and words of each tier.
inline constexpr std::size_t kPostingsTables = 2 + kWordTiers;

// A segment before it is bytes.
struct SegmentParts {
  ContentId grammar;
  std::vector<std::uint64_t> keys;    // by document
  std::vector<std::uint8_t> classes;  // likewise
  std::vector<FactEdge> edges;        // ascending
  std::array<unsigned, kWordTiers> word_bits{};
  std::vector<ListTableWriter> tables;  // kPostingsTables, finished
};

Bytes write_segment(const SegmentParts& parts);

// Documents of a tier stand together: how many there are of each.
std::array<std::uint32_t, kWordTiers> tier_sizes(std::span<const std::uint8_t> classes);

// The tables of a segment whose documents are of these classes, to be filled in order.
std::vector<ListTableWriter> make_tables(std::span<const std::uint8_t> classes,
                                         std::size_t edge_count,
                                         std::span<const unsigned> word_bits);

inline std::uint32_t word_key(std::uint32_t hash, unsigned bits) {
  return bits == 0 ? 0 : hash >> (32 - bits);
}

// Enough for documents of that many words each.
unsigned word_bits_for(std::uint64_t words, std::uint64_t documents);

// In which order documents are numbered: by tier, by size (in steps of four), then as they are
// given. Answers the places of the given ones.
std::vector<std::uint32_t> numbering_order(std::span<const std::uint8_t> classes);

}  // namespace copse
