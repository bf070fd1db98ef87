// Finds where the bytes of a segment of the target come from.
#pragma once

#include <array>
#include <cstdint>

#include "codec/anchor_index.h"
#include "codec/copy_writer.h"
#include "codec/page_map.h"
#include "core/bytes.h"

namespace copse {

// Shorter finds elsewhere cost more than literals.
inline constexpr std::size_t kMovedBytesMin = 32;
// Runs of equal bytes at a displacement that is known already.
inline constexpr std::size_t kRunBytesMin = 6;

// Not thread-safe; one for each thread.
class PageMatcher {
 public:
  PageMatcher(ByteView base, ByteView target, const PageMap& map, const AnchorsOfRest& anchors)
      : base_(base), target_(target), map_(map), anchors_(anchors) {}

  // Writes the pages [first, behind) of the target.
  void match(std::size_t first, std::size_t behind, PageStreams& streams);

 private:
  // Which bytes of a stretch of at most a page are equal.
  struct PageBits {
    std::array<std::uint64_t, kPageBytes / 64> words{};
    std::size_t equal = 0;
  };

  void match_rest(std::uint64_t begin, std::uint64_t end, CopyWriter& out);
  void match_anchor(std::uint64_t anchor, std::uint64_t end, CopyWriter& out);
  bool try_anchor(std::uint64_t anchor, std::int64_t displacement, std::uint64_t end,
                  CopyWriter& out);
  void fill_gap(std::uint64_t begin, std::uint64_t end, std::int64_t next_displacement,
                CopyWriter& out);
  void compare(std::uint64_t begin, std::uint64_t end, std::int64_t displacement,
               PageBits& bits) const;
  static void copy_runs(std::uint64_t begin, std::uint64_t end, std::int64_t displacement,
                        const PageBits& bits, CopyWriter& out);
  // Whether the base has bytes for all of [begin, end).
  bool within_base(std::uint64_t begin, std::uint64_t end, std::int64_t displacement) const;
  const std::uint8_t* base_at(std::uint64_t position, std::int64_t displacement) const;

  ByteView base_;
  ByteView target_;
  const PageMap& map_;
  const AnchorsOfRest& anchors_;
  AnchorScan scan_;
  std::array<PageBits, 2> bits_;
};

}  // namespace copse
