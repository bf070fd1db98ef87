#include "codec/anchor_index.h"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "core/check.h"
#include "core/parallel.h"

namespace copse {
namespace {

constexpr std::size_t kSlotsMin = 1024;
constexpr std::size_t kSlotsMax = kAnchorTableBytesMax / sizeof(std::uint64_t);

// What a thread takes of the base or the target at a time.
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

// Keys are looked up some time after their slots were asked for.
constexpr std::size_t kAhead = 16;

// Calls handle(position, key) for the anchors of [begin, end), whose keys are inside `bytes`.
template <typename Prefetch, typename Handle>
void for_anchors(ByteView bytes, std::size_t begin, std::size_t end, unsigned rarity_bits,
                 std::vector<std::uint32_t>& scratch, const Prefetch& prefetch,
                 const Handle& handle) {
  end = std::min(end, bytes.size() - std::min<std::size_t>(bytes.size(), kAnchorBytes));
  if (begin >= end) return;
  scratch.clear();
  find_anchors(bytes.data() + begin, end - begin, rarity_bits, scratch);
  std::array<std::uint64_t, kAhead> keys{};
  for (std::size_t i = 0; i < scratch.size() + kAhead; ++i) {
    if (i >= kAhead && i - kAhead < scratch.size()) {
      handle(begin + scratch[i - kAhead], keys[i % kAhead]);
    }
    if (i < scratch.size()) {
      keys[i % kAhead] = anchor_key(bytes.data() + begin + scratch[i]);
      prefetch(keys[i % kAhead]);
    }
  }
}

// Runs of pages in [begin, end) that `wanted` wants: calls handle(first, behind the last).
template <typename Wanted, typename Handle>
void for_runs(std::size_t begin, std::size_t end, const Wanted& wanted, const Handle& handle) {
  for (std::size_t page = begin; page < end;) {
    if (!wanted(page)) {
      ++page;
      continue;
    }
    const std::size_t first = page;
    while (page < end && wanted(page))
      ++page;
    handle(first, page);
  }
}

void add_target(ByteView target, const PageMap& map, AnchorsOfRest& anchors) {
  std::vector<std::uint32_t> scratch;
  const auto wanted = [&](std::size_t page) { return map.pages[page] == kPageRest; };
  const auto add_run = [&](std::size_t first, std::size_t behind) {
    for_anchors(
        target, first * kPageBytes, std::min(behind * kPageBytes, target.size()),
        anchors.rarity_bits, scratch, [&](std::uint64_t key) { anchors.index.prefetch(key); },
        [&](std::size_t, std::uint64_t key) { anchors.index.add(key); });
  };
  constexpr std::size_t kPages = kPieceBytes / kPageBytes;
  for (std::size_t page = 0; page < map.pages.size(); page += kPages) {
    for_runs(page, std::min(page + kPages, map.pages.size()), wanted, add_run);
  }
}

void offer_base(ByteView base, const PageMap& map, unsigned threads, AnchorsOfRest& anchors) {
  const std::size_t pages = (base.size() + kPageBytes - 1) / kPageBytes;
  constexpr std::size_t kPages = kPieceBytes / kPageBytes;
  std::vector<std::vector<std::uint32_t>> scratches(std::max(threads, 1U));
  const auto wanted = [&](std::size_t page) {
    return page >= map.base_fingerprints.size() || map.base_fingerprints[page] != 0;
  };
  const auto scan = [&](unsigned thread, std::size_t piece) {
    for_runs(
        piece * kPages, std::min((piece + 1) * kPages, pages), wanted,
        [&](std::size_t first, std::size_t behind) {
          for_anchors(
              base, first * kPageBytes, std::min(behind * kPageBytes, base.size()),
              anchors.rarity_bits, scratches[thread],
              [&](std::uint64_t key) { anchors.index.prefetch(key); },
              [&](std::size_t position, std::uint64_t key) { anchors.index.offer(key, position); });
        });
    return Done{};
  };
  const std::size_t pieces = (pages + kPages - 1) / kPages;
  if (threads <= 1) {
    for (std::size_t piece = 0; piece < pieces; ++piece)
      scan(0, piece);
    return;
  }
  ParallelOptions options;
  options.threads = threads;
  options.delivery = Delivery::AsTheyCome;
  const bool whole =
      parallel_map<Done>(pieces, options, scan, [](std::size_t, Done) { return true; });
  COPSE_CHECK(whole);
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
  for (std::size_t slot = key & mask_;; slot = (slot + 1) & mask_) {
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
  for (std::size_t slot = key & mask_;; slot = (slot + 1) & mask_) {
    const std::atomic_ref<std::uint64_t> shared(slots_[slot]);
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
  for (std::size_t slot = key & mask_;; slot = (slot + 1) & mask_) {
    const std::uint64_t known = slots_[slot];
    if (known == 0) return std::nullopt;
    if ((known | kUnknown) != (tag | kUnknown)) continue;
    const std::uint64_t place = known & kUnknown;
    return place == kUnknown ? std::nullopt : std::optional(place);
  }
}

AnchorsOfRest index_rest(ByteView base, ByteView target, const PageMap& map, unsigned threads) {
  const std::uint64_t rest_bytes = map.rest_pages * kPageBytes;
  unsigned rarity_bits = kAnchorRarityBits;
  while (rarity_bits < kAnchorRarityBitsMax && rest_bytes >> rarity_bits > kSlotsMax / 2)
    ++rarity_bits;
  AnchorsOfRest anchors{rarity_bits,
                        AnchorIndex(static_cast<std::size_t>(rest_bytes >> rarity_bits))};
  if (rest_bytes == 0) return anchors;
  add_target(target, map, anchors);
  offer_base(base, map, threads, anchors);
  return anchors;
}

}  // namespace copse
