#include "codec/anchor_index.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <vector>

#include "codec/page_pieces.h"

namespace copse {
namespace {

constexpr std::size_t kSlotsMin = 1024;
constexpr std::size_t kSlotsMax = kAnchorTableBytesMax / sizeof(std::uint64_t);

// What a thread takes of the base at a time.
constexpr std::size_t kBasePiecePages = 256;
constexpr std::size_t kScanPages = AnchorScan::kPieceBytes / kPageBytes;

// A key is looked up when this many more have asked for their slots.
constexpr std::size_t kAhead = 16;

// Calls handle(position, key) for the anchors of some pages.
template <typename Handle>
void for_anchors(ByteView image, std::size_t first, std::size_t behind, unsigned rarity_bits,
                 const AnchorIndex& index, AnchorScan& scan, const Handle& handle) {
  const std::uint64_t begin = first * kPageBytes;
  const auto found = scan.find(
      image, begin, std::min<std::uint64_t>(behind * kPageBytes, image.size()), rarity_bits);
  std::array<std::uint64_t, kAhead> keys{};
  for (std::size_t i = 0; i < found.size() + kAhead; ++i) {
    if (i >= kAhead && i - kAhead < found.size()) {
      handle(begin + found[i - kAhead], keys[i % kAhead]);
    }
    if (i < found.size()) {
      keys[i % kAhead] = anchor_key(image.data() + begin + found[i]);
      index.prefetch(keys[i % kAhead]);
    }
  }
}

// Runs of pages in [begin, end) that `wanted` wants, no longer than a scan takes: calls
// handle(first, behind the last).
template <typename Wanted, typename Handle>
void for_runs(std::size_t begin, std::size_t end, const Wanted& wanted, const Handle& handle) {
  for (std::size_t page = begin; page < end;) {
    if (!wanted(page)) {
      ++page;
      continue;
    }
    const std::size_t first = page;
    const std::size_t run_end = std::min(end, first + kScanPages);
    while (page < run_end && wanted(page))
      ++page;
    handle(first, page);
  }
}

void add_target(ByteView target, const PageMap& map, AnchorsOfRest& anchors) {
  AnchorScan scan;
  const auto wanted = [&](std::size_t page) { return map.pages[page] == kPageRest; };
  for_runs(0, map.pages.size(), wanted, [&](std::size_t first, std::size_t behind) {
    for_anchors(target, first, behind, anchors.rarity_bits, anchors.index, scan,
                [&](std::uint64_t, std::uint64_t key) { anchors.index.add(key); });
  });
}

void offer_base(ByteView base, const ReadPages& read, const PageMap& map, unsigned threads,
                AnchorsOfRest& anchors) {
  const std::size_t pages = (base.size() + kPageBytes - 1) / kPageBytes;
  std::vector<AnchorScan> scans(threads);
  // A last page that is not whole has no fingerprint.
  const auto wanted = [&](std::size_t page) {
    return page >= map.base_fingerprints.size() || map.base_fingerprints[page] != 0;
  };
  for_each_piece(
      pages, kBasePiecePages, threads, [&](unsigned thread, std::size_t begin, std::size_t end) {
        for_runs(begin, end, wanted, [&](std::size_t first, std::size_t behind) {
          const std::uint64_t at = first * kPageBytes;
          // The last keys reach into the page behind.
          const PageWindow window = window_of(base, read, at, behind * kPageBytes + kAnchorBytes);
          for_anchors(window.bytes, 0, behind - first, anchors.rarity_bits, anchors.index,
                      scans[thread], [&](std::uint64_t position, std::uint64_t key) {
                        anchors.index.offer(key, at + position);
                      });
        });
      });
}

}  // namespace

AnchorIndex::AnchorIndex(std::size_t anchors) {
  const std::size_t slots = std::clamp(std::bit_ceil(2 * anchors), kSlotsMin, kSlotsMax);
  mask_ = slots - 1;
  room_ = slots - slots / 4;
  slots_ = std::make_unique<std::uint64_t[]>(slots);
}

void AnchorIndex::add(std::uint64_t key) {
  const std::uint64_t tag = tag_of(key);
  for (std::size_t probe = 0; probe < kAnchorProbesMax; ++probe) {
    const std::size_t slot = (key + probe) & mask_;
    if (slots_[slot] == 0) {
      if (room_ == 0) return;
      --room_;
      slots_[slot] = tag | kUnknown;
      return;
    }
    if ((slots_[slot] | kUnknown) == (tag | kUnknown)) return;
  }
}

void AnchorIndex::offer(std::uint64_t key, std::uint64_t position) {
  const std::uint64_t offered = tag_of(key) | position;
  for (std::size_t probe = 0; probe < kAnchorProbesMax; ++probe) {
    const std::atomic_ref<std::uint64_t> shared(slots_[(key + probe) & mask_]);
    std::uint64_t known = shared.load(std::memory_order_relaxed);
    if (known == 0) return;
    if ((known | kUnknown) != (offered | kUnknown)) continue;
    while (offered < known &&
           !shared.compare_exchange_weak(known, offered, std::memory_order_relaxed)) {
    }
    return;
  }
}

std::optional<std::uint64_t> AnchorIndex::find(std::uint64_t key) const {
  const std::uint64_t tag = tag_of(key);
  for (std::size_t probe = 0; probe < kAnchorProbesMax; ++probe) {
    const std::uint64_t known = slots_[(key + probe) & mask_];
    if (known == 0) return std::nullopt;
    if ((known | kUnknown) != (tag | kUnknown)) continue;
    const std::uint64_t place = known & kUnknown;
    return place == kUnknown ? std::nullopt : std::optional(place);
  }
  return std::nullopt;
}

AnchorsOfRest index_rest(ByteView base, ByteView target, const PageMap& map, unsigned threads,
                         const ReadPages& read_base) {
  const std::uint64_t rest_bytes = map.rest_pages * kPageBytes;
  unsigned rarity_bits = kAnchorRarityBits;
  while (rarity_bits < kAnchorRarityBitsMax && rest_bytes >> rarity_bits > kSlotsMax / 2)
    ++rarity_bits;
  AnchorsOfRest anchors{rarity_bits,
                        AnchorIndex(static_cast<std::size_t>(rest_bytes >> rarity_bits))};
  if (rest_bytes == 0) return anchors;
  add_target(target, map, anchors);
  offer_base(base, read_base, map, threads, anchors);
  return anchors;
}

}  // namespace copse
