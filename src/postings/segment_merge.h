// One segment out of several.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"
#include "postings/postings_segment.h"

namespace copse {

// A document of one of several segments.
struct DocumentPlace {
  std::uint32_t segment = 0;
  std::uint32_t document = 0;
};

// All documents, each key once, in the order of the segments.
std::vector<DocumentPlace> all_documents(std::span<const PostingsSegment> segments);
// Those with these keys, in the order of the keys. Keys that no segment has are passed over.
std::vector<DocumentPlace> documents_of(std::span<const PostingsSegment> segments,
                                        std::span<const std::uint64_t> keys);

// Merged words are known by no more bits than their documents need (kSpareWordBits), once there are
// this many documents: fewer keep what they have, as more may come.
inline constexpr std::size_t kCoarseDocumentsMin = 4096;

// Whether merges with others have left a segment's words with fewer bits than its own documents
// need: it finds too many files in vain, and only their facts can mend it.
bool has_coarse_words(const PostingsSegment& segment);

// What becomes of the words' bits.
enum class MergedWords : std::uint8_t {
  AsNeeded,  // as kCoarseDocumentsMin says
  Whole,     // no fewer than every segment has
};

// A segment of these documents alone, numbered by size and then as they stand here. A merge of all
// lists at once: memory is what comes out, a page of each segment, and a few bytes a document.
// Cost: about 50 ns a posting. LimitExceeded above kSegmentDocumentsMax documents, Corrupt when a
// segment is damaged. REQUIRES: the segments are of one grammar, no document is named twice.
Result<Bytes> merge_segments(std::span<const PostingsSegment> segments,
                             std::span<const DocumentPlace> documents,
                             MergedWords words = MergedWords::AsNeeded);

}  // namespace copse
