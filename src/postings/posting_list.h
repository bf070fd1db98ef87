// One list of documents in few bits: binary interpolative coding (Moffat and Stuiver, Information
// Retrieval 3, 2000, section 3). The middle document is written as one of those that it can be,
// then the halves before and behind it likewise; a range of which all is in the list takes nothing.
// Ours writes short ranges that are neither sparse nor full as a bitmap.
//
// It needs a sixth less than Rice-coded gaps where documents of one kind stand together,
// complements and bitmaps are cases of it, and nothing has to say which case it is.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "postings/bit_stream.h"

namespace copse {

// Documents of one segment.
inline constexpr std::uint32_t kSegmentDocumentsMax = std::uint32_t{1} << 20;

// REQUIRES: ascending, none twice, each less than `universe` <= kSegmentDocumentsMax.
void put_posting_list(BitWriter& out, std::span<const std::uint32_t> documents,
                      std::uint32_t universe);

// Reads a list of `count` documents into `documents`, ascending whatever the bits are. False when
// they are no list. REQUIRES: count <= universe <= kSegmentDocumentsMax.
bool get_posting_list(BitReader& in, std::uint32_t count, std::uint32_t universe,
                      std::vector<std::uint32_t>& documents);

}  // namespace copse
