// Reading a segment where it lies.
#include "postings/postings_segment.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "postings/segment_parts.h"

namespace copse {
namespace {

Error damaged(const std::string& what) {
  return {ErrorCode::Corrupt, "a segment of postings: " + what};
}

// The head's body, as it states itself.
struct Head {
  ContentId grammar;
  std::uint64_t documents = 0;
  std::uint64_t edges = 0;
  std::array<std::uint64_t, kWordTiers> tiers{};
  std::array<unsigned, kWordTiers> word_bits{};
  std::array<ListTableShape, kPostingsTables> shapes;
};

Result<Head> read_head(ByteView body) {
  ByteReader in(body);
  Head head;
  const ByteView digest = in.raw(ContentId::kSizeBytes);
  std::copy(digest.begin(), digest.end(), head.grammar.digest.begin());
  head.documents = in.varint();
  head.edges = in.varint();
  std::uint64_t sum = 0;
  for (std::uint64_t& tier : head.tiers) {
    tier = in.varint();
    if (tier > kSegmentDocumentsMax) in.fail();
    sum += tier;
  }
  bool fits = head.documents <= kSegmentDocumentsMax && sum == head.documents &&
              head.edges <= kPostingsEdgesMax;
  for (unsigned& bits : head.word_bits) {
    bits = in.u8();
    fits = fits && bits <= kWordBitsMax;
  }
  for (ListTableShape& shape : head.shapes) {
    shape.lists = in.varint32();
    shape.pages = in.varint32();
    shape.data_bytes = in.varint();
    fits = fits && shape.data_bytes <= kTableBytesMax;
  }
  if (!fits || in.failed() || !in.at_end()) return damaged("its head makes no sense");
  std::uint32_t first = 0;
  head.shapes[0].key_end = kKindKeyEnd;
  head.shapes[1].key_end = static_cast<std::uint32_t>(head.edges);
  for (std::size_t i = 0; i < kPostingsTables; ++i) {
    ListTableShape& shape = head.shapes[i];
    shape.documents = static_cast<std::uint32_t>(head.documents);
    if (i < 2) continue;
    shape.first_document = first;
    shape.documents = static_cast<std::uint32_t>(head.tiers[i - 2]);
    shape.key_end = std::uint32_t{1} << head.word_bits[i - 2];
    first += shape.documents;
  }
  return head;
}

}  // namespace

std::uint64_t document_key(const ContentKey& content, const ContentId& grammar,
                           std::uint64_t parser_build) {
  return checksum64(content.digest, checksum64(grammar.digest, parser_build));
}

Result<PostingsSegment> PostingsSegment::open(ByteView bytes, std::shared_ptr<const void> owner) {
  ByteReader in(bytes);
  const ByteView magic = in.raw(kPostingsMagicBytes);
  const std::uint32_t version = in.u32();
  const std::uint32_t head_bytes = in.u32();
  const ByteView body = in.raw(head_bytes);
  const std::size_t head_end = in.position();
  const std::uint64_t checksum = in.u64();
  if (in.failed() || as_text(magic) != std::string_view(kPostingsMagic, kPostingsMagicBytes)) {
    return damaged("its head is cut short or of something else");
  }
  if (checksum64(bytes.first(head_end)) != checksum) return damaged("its head's checksum is wrong");
  if (version > kPostingsVersion) {
    return Error(ErrorCode::Unsupported, "a segment of postings is of version " +
                                             std::to_string(version) +
                                             ", made by a newer copse than this");
  }
  COPSE_TRY(const Head head, read_head(body));
  PostingsSegment segment;
  segment.owner_ = std::move(owner);
  segment.grammar_ = head.grammar;
  segment.documents_ = static_cast<std::uint32_t>(head.documents);
  segment.word_bits_ = head.word_bits;
  // The directory.
  const std::size_t begin = in.position();
  segment.keys_ = in.raw(std::size_t{segment.documents_} * sizeof(std::uint64_t));
  segment.classes_ = in.raw(segment.documents_);
  ByteReader edges(in.raw(static_cast<std::size_t>(head.edges) * sizeof(FactEdge)));
  std::array<ByteView, kPostingsTables> indexes;
  for (std::size_t i = 0; i < kPostingsTables; ++i)
    indexes[i] = in.raw(std::size_t{head.shapes[i].pages} * kPageEntryBytes);
  const std::size_t end = in.position();
  const std::uint64_t directory_checksum = in.u64();
  if (in.failed()) return damaged("its directory is cut short");
  if (checksum64(bytes.subspan(begin, end - begin)) != directory_checksum) {
    return damaged("its directory's checksum is wrong");
  }
  static_assert(sizeof(FactEdge) == 6);
  while (!edges.at_end()) {
    FactEdge edge;
    edge.parent = edges.u16();
    edge.field = edges.u16();
    edge.child = edges.u16();
    if (!segment.edges_.empty() && edge <= segment.edges_.back()) {
      return damaged("its edges are out of order");
    }
    segment.edges_.push_back(edge);
  }
  const auto sizes = tier_sizes(segment.classes_);
  for (std::size_t tier = 0; tier < kWordTiers; ++tier) {
    if (sizes[tier] != head.tiers[tier]) return damaged("its documents are of other tiers");
  }
  for (std::uint32_t i = 1; i < segment.documents_; ++i) {
    if (tier_of(segment.classes_[i]) < tier_of(segment.classes_[i - 1])) {
      return damaged("its documents are out of order");
    }
  }
  for (std::size_t i = 0; i < kPostingsTables; ++i) {
    const ByteView data = in.raw(static_cast<std::size_t>(head.shapes[i].data_bytes));
    if (in.failed()) return damaged("its lists are cut short");
    COPSE_TRY(ListTable table, ListTable::open(head.shapes[i], indexes[i], data));
    ListTable& place =
        i == 0 ? segment.kinds_ : (i == 1 ? segment.edge_lists_ : segment.words_[i - 2]);
    place = table;
  }
  if (!in.at_end()) return damaged("something stands behind its lists");
  COPSE_TRY(segment.any_word_, segment.kinds_.find(kAnyWordList));
  return segment;
}

Status PostingsSegment::check_pages() const {
  COPSE_TRY_STATUS(kinds_.check_pages());
  COPSE_TRY_STATUS(edge_lists_.check_pages());
  for (const ListTable& table : words_)
    COPSE_TRY_STATUS(table.check_pages());
  return success();
}

std::uint64_t PostingsSegment::key(std::uint32_t document) const {
  std::uint64_t key = 0;
  std::memcpy(&key, keys_.data() + std::size_t{document} * sizeof(key), sizeof(key));
  return key;
}

Result<DocumentSet> PostingsSegment::documents_with_kind(std::uint16_t symbol) const {
  COPSE_TRY(const auto documents, kinds_.find(symbol));
  return DocumentSet::of(documents);
}

Result<DocumentSet> PostingsSegment::documents_with_missing() const {
  COPSE_TRY(const auto documents, kinds_.find(kMissingList));
  return DocumentSet::of(documents);
}

Result<DocumentSet> PostingsSegment::documents_with_edge(const EdgePattern& pattern) const {
  // Edges of one parent stand together.
  const FactEdge lowest{pattern.parent.value_or(0), 0, 0};
  auto edge = std::lower_bound(edges_.begin(), edges_.end(), lowest);
  DocumentSet found;
  for (; edge != edges_.end() && (!pattern.parent || edge->parent == *pattern.parent); ++edge) {
    if (!pattern.matches(*edge)) continue;
    COPSE_TRY(const auto documents,
              edge_lists_.find(static_cast<std::uint32_t>(edge - edges_.begin())));
    found |= DocumentSet::of(documents);
  }
  return found;
}

Result<DocumentSet> PostingsSegment::documents_with_word(std::uint32_t hash) const {
  DocumentSet found = DocumentSet::of(any_word_);
  for (std::size_t tier = 0; tier < kWordTiers; ++tier) {
    COPSE_TRY(const auto documents, words_[tier].find(word_key(hash, word_bits_[tier])));
    found.add_all(documents);
  }
  return found;
}

}  // namespace copse
