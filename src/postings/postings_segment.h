// Postings of up to a million documents of one grammar: which of them have a kind of node, an edge
// between two, a word. One block of bytes, mapped, never changed. Layout: docs/formats/postings.md.
//
// Documents are numbered within the segment, those of many words first. They are known by keys, so
// a segment stays right wherever their trees lie.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"
#include "core/hash.h"
#include "postings/document_facts.h"
#include "postings/document_set.h"
#include "postings/list_table.h"

namespace copse {

// A tree, by what decides it: the source, the grammar, the build of the parser.
std::uint64_t document_key(const ContentKey& content, const ContentId& grammar,
                           std::uint64_t parser_build);

inline constexpr std::uint32_t kPostingsVersion = 1;
// Words are kept by the first bits of their hashes: so many that a document has at most one in 2^9
// of them (but see kWordBitsMax), which is how often it is found for a word that it does not have.
// Documents of many words are kept apart, as they would need more bits than all others, and are
// those that are looked into in vain at most cost.
inline constexpr unsigned kSpareWordBits = 9;
inline constexpr unsigned kWordBitsMax = 24;
inline constexpr std::size_t kWordTiers = 2;
// The size class, log2 of the number of words, from which on a document is of the first tier.
inline constexpr std::uint8_t kManyWordsClass = 12;

// Beside the kinds, in the same table.
inline constexpr std::uint32_t kMissingList = 0x10000;
inline constexpr std::uint32_t kAnyWordList = 0x10001;
inline constexpr std::uint32_t kKindKeyEnd = 0x10002;

inline std::uint8_t size_class_of(std::size_t words) {
  return static_cast<std::uint8_t>(std::bit_width(words));
}
inline std::size_t tier_of(std::uint8_t size_class) {
  return size_class > kManyWordsClass ? 0 : 1;
}

// Which edges are asked for. No value: any.
struct EdgePattern {
  std::optional<std::uint16_t> parent;
  std::optional<std::uint16_t> field;  // 0: none
  std::optional<std::uint16_t> child;

  bool matches(const FactEdge& edge) const {
    return (!parent || *parent == edge.parent) && (!field || *field == edge.field) &&
           (!child || *child == edge.child);
  }
};

// Immutable; for many threads. Memory: the edges' names, some ten kilobytes; all else stays where
// it lies.
class PostingsSegment {
 public:
  // Checks everything but the posting lists, which are checked page by page as they are read:
  // Corrupt when something does not fit, Unsupported when a newer copse wrote it. `owner` keeps the
  // bytes. Cost: about 10 GB/s over keys and indexes, a twentieth of the segment.
  static Result<PostingsSegment> open(ByteView bytes, std::shared_ptr<const void> owner);

  const ContentId& grammar() const { return grammar_; }
  std::uint32_t document_count() const { return documents_; }
  // REQUIRES: document < document_count().
  std::uint64_t key(std::uint32_t document) const;
  std::uint8_t size_class(std::uint32_t document) const { return classes_[document]; }
  ByteView size_classes() const { return classes_; }
  // Fewest bits that the words of a tier are known by.
  unsigned word_bits(std::size_t tier) const { return word_bits_[tier]; }

  // Corrupt when a page that is needed is damaged. Symbols are public ones.
  Result<DocumentSet> documents_with_kind(std::uint16_t symbol) const;
  Result<DocumentSet> documents_with_missing() const;
  Result<DocumentSet> documents_with_edge(const EdgePattern& pattern) const;
  // Documents that have a word of that hash, some that do not, and those of which it is not known.
  Result<DocumentSet> documents_with_word(std::uint32_t hash) const;

  // Reads every page. Corrupt at the first that is damaged.
  Status check_pages() const;

  // All of it, in order: for merging and checking.
  std::span<const FactEdge> edges() const { return edges_; }
  const ListTable& kind_table() const { return kinds_; }
  const ListTable& edge_table() const { return edge_lists_; }  // by place in edges()
  const ListTable& word_table(std::size_t tier) const { return words_[tier]; }

 private:
  PostingsSegment() = default;
  Status read_directory(ByteView bytes);

  std::shared_ptr<const void> owner_;
  ContentId grammar_;
  std::uint32_t documents_ = 0;
  std::array<unsigned, kWordTiers> word_bits_{};
  ByteView keys_;
  ByteView classes_;
  std::vector<FactEdge> edges_;
  ListTable kinds_;
  ListTable edge_lists_;
  std::array<ListTable, kWordTiers> words_;
  std::vector<std::uint32_t> any_word_;  // documents of which no words are known
};

}  // namespace copse
