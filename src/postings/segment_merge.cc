// A cursor for each segment, all moving through the keys together.
#include "postings/segment_merge.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "core/check.h"
#include "postings/segment_parts.h"

namespace copse {
namespace {

constexpr std::uint32_t kDropped = UINT32_MAX;
constexpr std::uint64_t kEnd = UINT64_MAX;

// One segment's lists on their way: keys and documents as they will be.
struct Input {
  ListCursor cursor;
  const std::vector<std::uint32_t>* numbers;            // by the segment's number; kDropped
  std::uint32_t first_document = 0;                     // of the table, in the segment
  const std::vector<std::uint32_t>* key_map = nullptr;  // null: keys lose `shift` bits
  unsigned shift = 0;
  std::uint64_t key = 0;

  Status advance() {
    COPSE_TRY(const bool more, cursor.next());
    if (!more) {
      key = kEnd;
    } else {
      key = key_map != nullptr ? (*key_map)[cursor.key()] : cursor.key() >> shift;
    }
    return success();
  }
};

Status merge_tables(std::vector<Input>& inputs, ListTableWriter& out) {
  const std::uint32_t first = out.shape().first_document;
  for (Input& input : inputs)
    COPSE_TRY_STATUS(input.advance());
  std::vector<std::uint32_t> documents;
  for (;;) {
    std::uint64_t key = kEnd;
    for (const Input& input : inputs)
      key = std::min(key, input.key);
    if (key == kEnd) break;
    documents.clear();
    for (Input& input : inputs) {
      while (input.key == key) {
        for (const std::uint32_t document : input.cursor.documents()) {
          const std::uint32_t number = (*input.numbers)[input.first_document + document];
          if (number != kDropped) documents.push_back(number - first);
        }
        COPSE_TRY_STATUS(input.advance());
      }
    }
    if (documents.empty()) continue;
    std::sort(documents.begin(), documents.end());
    documents.erase(std::unique(documents.begin(), documents.end()), documents.end());
    out.put(static_cast<std::uint32_t>(key), documents);
  }
  out.finish();
  return success();
}

// Edges of all segments, and where each segment's own are among them.
std::vector<FactEdge> merge_edges(std::span<const PostingsSegment> segments,
                                  std::vector<std::vector<std::uint32_t>>& maps) {
  std::vector<FactEdge> all;
  for (const PostingsSegment& segment : segments)
    all.insert(all.end(), segment.edges().begin(), segment.edges().end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  for (const PostingsSegment& segment : segments) {
    std::vector<std::uint32_t>& map = maps.emplace_back();
    for (const FactEdge& edge : segment.edges()) {
      const auto at = std::lower_bound(all.begin(), all.end(), edge);
      map.push_back(static_cast<std::uint32_t>(at - all.begin()));
    }
  }
  return all;
}

// What documents of a tier need.
unsigned wanted_word_bits(std::span<const std::uint8_t> classes, std::size_t tier) {
  std::uint64_t words = 0;
  std::uint64_t documents = 0;
  for (const std::uint8_t size_class : classes) {
    if (tier_of(size_class) != tier) continue;
    ++documents;
    // The middle of the class.
    words += (std::uint64_t{3} << std::min<unsigned>(size_class, kWordBitsMax)) / 4;
  }
  return word_bits_for(words, documents);
}

// As many bits as the documents need, and as every segment has.
unsigned choose_word_bits(std::span<const PostingsSegment> segments, const SegmentParts& parts,
                          std::size_t tier, MergedWords words) {
  unsigned bits = kWordBitsMax;
  for (const PostingsSegment& segment : segments) {
    if (segment.word_table(tier).shape().documents > 0) {
      bits = std::min(bits, segment.word_bits(tier));
    }
  }
  if (words == MergedWords::Whole || parts.keys.size() < kCoarseDocumentsMin) return bits;
  return std::min(bits, wanted_word_bits(parts.classes, tier));
}

}  // namespace

std::vector<DocumentPlace> all_documents(std::span<const PostingsSegment> segments) {
  std::vector<DocumentPlace> places;
  std::unordered_set<std::uint64_t> seen;
  for (std::uint32_t i = 0; i < segments.size(); ++i) {
    for (std::uint32_t document = 0; document < segments[i].document_count(); ++document) {
      if (seen.insert(segments[i].key(document)).second) places.push_back({i, document});
    }
  }
  return places;
}

std::vector<DocumentPlace> documents_of(std::span<const PostingsSegment> segments,
                                        std::span<const std::uint64_t> keys) {
  std::unordered_map<std::uint64_t, DocumentPlace> by_key;
  for (const DocumentPlace& place : all_documents(segments))
    by_key.emplace(segments[place.segment].key(place.document), place);
  std::vector<DocumentPlace> places;
  for (const std::uint64_t key : keys) {
    const auto found = by_key.find(key);
    if (found == by_key.end()) continue;
    places.push_back(found->second);
    by_key.erase(found);
  }
  return places;
}

bool has_coarse_words(const PostingsSegment& segment) {
  // Documents about which one bit is missing are found in vain twice as often, which may pass.
  constexpr unsigned kMissingBitsMin = 2;
  for (std::size_t tier = 0; tier < kWordTiers; ++tier) {
    const bool any = segment.word_table(tier).shape().documents > 0;
    const unsigned wanted = wanted_word_bits(segment.size_classes(), tier);
    if (any && segment.word_bits(tier) + kMissingBitsMin <= wanted) return true;
  }
  return false;
}

Result<Bytes> merge_segments(std::span<const PostingsSegment> segments,
                             std::span<const DocumentPlace> documents, MergedWords words) {
  if (segments.empty() || documents.size() > kSegmentDocumentsMax) {
    return Error(ErrorCode::LimitExceeded,
                 "a segment of postings has room for " + std::to_string(kSegmentDocumentsMax) +
                     " documents, not for " + std::to_string(documents.size()));
  }
  SegmentParts parts;
  parts.grammar = segments.front().grammar();
  std::vector<std::vector<std::uint32_t>> numbers;
  for (const PostingsSegment& segment : segments) {
    COPSE_CHECK(segment.grammar() == parts.grammar);
    numbers.emplace_back(segment.document_count(), kDropped);
  }
  std::vector<std::uint8_t> classes;
  for (const DocumentPlace& place : documents)
    classes.push_back(segments[place.segment].size_class(place.document));
  for (const std::uint32_t chosen : numbering_order(classes)) {
    const DocumentPlace& place = documents[chosen];
    std::uint32_t& number = numbers[place.segment][place.document];
    COPSE_CHECK(number == kDropped);
    number = static_cast<std::uint32_t>(parts.keys.size());
    parts.keys.push_back(segments[place.segment].key(place.document));
    parts.classes.push_back(classes[chosen]);
  }
  std::vector<std::vector<std::uint32_t>> edge_maps;
  parts.edges = merge_edges(segments, edge_maps);
  if (parts.edges.size() > kPostingsEdgesMax) {
    return Error(ErrorCode::LimitExceeded, "a segment of postings has too many kinds of edges");
  }
  for (std::size_t tier = 0; tier < kWordTiers; ++tier)
    parts.word_bits[tier] = choose_word_bits(segments, parts, tier, words);
  parts.tables = make_tables(parts.classes, parts.edges.size(), parts.word_bits);
  for (std::size_t i = 0; i < kPostingsTables; ++i) {
    std::vector<Input> inputs;
    for (std::size_t s = 0; s < segments.size(); ++s) {
      const PostingsSegment& segment = segments[s];
      const ListTable& table = i == 0   ? segment.kind_table()
                               : i == 1 ? segment.edge_table()
                                        : segment.word_table(i - 2);
      Input input{ListCursor(table), &numbers[s], table.shape().first_document};
      if (i == 1) input.key_map = &edge_maps[s];
      // A tier without documents may have fewer bits; it has no lists either.
      if (i >= 2 && segment.word_bits(i - 2) > parts.word_bits[i - 2]) {
        input.shift = segment.word_bits(i - 2) - parts.word_bits[i - 2];
      }
      inputs.push_back(std::move(input));
    }
    COPSE_TRY_STATUS(merge_tables(inputs, parts.tables[i]));
  }
  return write_segment(parts);
}

}  // namespace copse
