// Finds places of the base for stretches of the target, wherever they begin.
//
// The anchors of what is unknown of the target are put in, then the base goes by and offers its
// own: so the table is as large as what is unknown, not as the base.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "codec/page_bytes.h"
#include "codec/page_map.h"
#include "core/bytes.h"

namespace copse {

inline constexpr std::size_t kAnchorTableBytesMax = std::size_t{64} << 20;
// Slots that are looked at for one key; what finds no room in them is not remembered.
inline constexpr std::size_t kAnchorProbesMax = 64;
// One position of 64 is an anchor, or fewer where so many would not fit in the table.
inline constexpr unsigned kAnchorRarityBits = 6;

// The anchors of a stretch of bytes, a piece at a time. Not thread-safe; one for each thread.
class AnchorScan {
 public:
  static constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

  AnchorScan() : found_(new std::uint32_t[kPieceBytes + kAnchorSlack]) {}

  // Those in [begin, end) of `image`, at most kPieceBytes long, counted from `begin`. What lies too
  // near the end of the image to have a key is none.
  std::span<const std::uint32_t> find(ByteView image, std::uint64_t begin, std::uint64_t end,
                                      unsigned rarity_bits) {
    const std::uint64_t last = image.size() - std::min<std::uint64_t>(image.size(), kAnchorBytes);
    end = std::min(end, last);
    if (begin >= end) return {};
    const std::size_t count = find_anchors(
        image.data() + begin, static_cast<std::size_t>(end - begin), rarity_bits, found_.get());
    return {found_.get(), count};
  }

 private:
  std::unique_ptr<std::uint32_t[]> found_;
};

class AnchorIndex {
 public:
  // For about that many anchors, fewer than kAnchorTableBytesMax / 16 of which are kept.
  explicit AnchorIndex(std::size_t anchors);

  // Remembers an anchor of the target. One thread at a time, and none beside that.
  void add(std::uint64_t key);

  // An anchor of the base. Of several with one key the first in the base stays. Thread-safe.
  void offer(std::uint64_t key, std::uint64_t position);

  // A place of the base, to be confirmed by bytes. Thread-safe once nothing is offered any more.
  std::optional<std::uint64_t> find(std::uint64_t key) const;

  void prefetch(std::uint64_t key) const { __builtin_prefetch(&slots_[key & mask_]); }

 private:
  // The upper bits are a part of the key, never 0; the lower ones a place, kUnknown before there is
  // one. A slot that nothing was put into is 0.
  static constexpr unsigned kPlaceBits = 40;
  static constexpr std::uint64_t kUnknown = (std::uint64_t{1} << kPlaceBits) - 1;

  static std::uint64_t tag_of(std::uint64_t key) { return (key >> kPlaceBits | 1) << kPlaceBits; }

  std::size_t mask_ = 0;
  std::size_t room_ = 0;  // how many may still be added
  std::unique_ptr<std::uint64_t[]> slots_;
};

// Makes the index of what map_pages() left over.
struct AnchorsOfRest {
  unsigned rarity_bits = kAnchorRarityBits;
  AnchorIndex index;
};
AnchorsOfRest index_rest(ByteView base, ByteView target, const PageMap& map, unsigned threads,
                         const ReadPages& read_base = {});

}  // namespace copse
