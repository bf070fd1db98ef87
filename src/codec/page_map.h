// Where each page of a memory image comes from, as far as whole pages tell.
#pragma once

#include <cstdint>
#include <vector>

#include "codec/page_delta.h"
#include "codec/page_delta_format.h"
#include "core/bytes.h"

namespace copse {

// What a page of the target is: one of these, or the number of a page of the base that equals it.
inline constexpr std::uint32_t kPageSame = UINT32_MAX;      // as at its own address in the base
inline constexpr std::uint32_t kPageZero = UINT32_MAX - 1;  // zeros
inline constexpr std::uint32_t kPageRest = UINT32_MAX - 2;  // none of it
inline constexpr std::uint32_t kPageNumberMax = UINT32_MAX - 3;

// Pages of the base that are tried for one of the target because their fingerprints are alike.
inline constexpr unsigned kPageTriesMax = 32;

struct PageMap {
  // One for each page of the target; a last one that is not whole is Same, Zero or Rest.
  std::vector<std::uint32_t> pages;
  // A fingerprint of each whole page of the base; 0 is one of zeros and no other.
  std::vector<std::uint32_t> base_fingerprints;
  std::uint64_t rest_pages = 0;
};

// A hash of some words of a page: equal pages have equal ones. Never 0.
std::uint32_t page_fingerprint(const std::uint8_t* page);

// Thread-safe. The same map with any number of threads. Uses the options' on_read and readers.
PageMap map_pages(ByteView base, ByteView target, unsigned threads,
                  const PageDeltaOptions& options = {});

// [begin, end) of an image, as far as it reaches.
PageWindow window_of(ByteView image, const ReadPages& read, std::uint64_t begin, std::uint64_t end);

}  // namespace copse
