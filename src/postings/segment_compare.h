// Two segments against each other: what one says of its documents, and what is true.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "copse/result.h"

#include "postings/postings_segment.h"
#include "syntax/grammar.h"

namespace copse {

// One posting that is in one of the segments only.
struct PostingsDifference {
  std::uint32_t document = 0;  // of the stored segment
  std::string what;            // "lack the kind identifier"
};

// Compares what both say of the documents that `fresh` has, by their keys; other documents of
// `stored` are left alone. Where words have fewer bits in `stored`, these are compared. Calls
// `visit` for each difference until it says false. Corrupt when a page is damaged. REQUIRES: both
// are of that grammar, and `fresh` knows words by at least as many bits.
Status compare_segments(const PostingsSegment& stored, const PostingsSegment& fresh,
                        const Grammar& grammar,
                        const std::function<bool(const PostingsDifference&)>& visit);

}  // namespace copse
