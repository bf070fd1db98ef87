#include "codec/page_delta.h"

#include <algorithm>
#include <string>

#include "codec/anchor_index.h"
#include "codec/page_delta_format.h"
#include "codec/page_map.h"
#include "codec/page_matcher.h"
#include "codec/page_pieces.h"
#include "core/parallel.h"

namespace copse {
namespace {

struct PageRange {
  std::size_t first = 0;
  std::size_t behind = 0;
};

// Segments depend on the images only, so the payload does not depend on the threads.
std::vector<PageRange> cut_segments(const PageMap& map) {
  std::vector<PageRange> ranges;
  std::size_t first = 0;
  std::size_t rest = 0;
  for (std::size_t page = 0; page < map.pages.size(); ++page) {
    rest += map.pages[page] == kPageRest ? kPageBytes : 0;
    const std::size_t behind = page + 1;
    if (behind == map.pages.size() || rest >= kSegmentRestBytes ||
        (behind - first) * kPageBytes >= kSegmentBytes) {
      ranges.push_back({first, behind});
      first = behind;
      rest = 0;
    }
  }
  return ranges;
}

}  // namespace

Result<Bytes> encode_page_delta(ByteView base, ByteView target, const PageDeltaOptions& options) {
  if (base.size() > kPageDeltaBytesMax || target.size() > kPageDeltaBytesMax) {
    return Error(ErrorCode::LimitExceeded, "page delta: an image has more than " +
                                               std::to_string(kPageDeltaBytesMax) + " bytes");
  }
  const unsigned threads = std::clamp(options.threads, 1U, kThreadsMax);
  const PageMap map = map_pages(base, target, threads, options);
  const AnchorsOfRest anchors = index_rest(base, target, map, threads, options.read_base);
  const std::vector<PageRange> ranges = cut_segments(map);
  std::vector<PageSegment> segments(ranges.size());
  std::vector<PageMatcher> matchers;
  for (unsigned thread = 0; thread < threads; ++thread)
    matchers.emplace_back(base, target, map, anchors);
  for_each_piece(ranges.size(), 1, threads, [&](unsigned thread, std::size_t i, std::size_t) {
    PageStreams streams;
    matchers[thread].match(ranges[i].first, ranges[i].behind, streams);
    PageSegment& segment = segments[i];
    segment.target_bytes = std::min<std::uint64_t>(ranges[i].behind * kPageBytes, target.size()) -
                           ranges[i].first * kPageBytes;
    segment.stored = store_streams(streams, options.level);
  });
  Bytes payload;
  write_page_header(segments, payload);
  // Segments go as the payload grows: both together take little more than one.
  std::size_t bytes = payload.size();
  for (const PageSegment& segment : segments)
    bytes += segment.stored.size();
  payload.reserve(bytes);
  for (PageSegment& segment : segments) {
    payload.insert(payload.end(), segment.stored.begin(), segment.stored.end());
    Bytes().swap(segment.stored);
  }
  return payload;
}

}  // namespace copse
