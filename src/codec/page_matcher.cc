#include "codec/page_matcher.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "codec/page_bytes.h"

namespace copse {
namespace {

constexpr std::size_t kAhead = 4;

}  // namespace

bool PageMatcher::within_base(std::uint64_t begin, std::uint64_t end,
                              std::int64_t displacement) const {
  return static_cast<std::int64_t>(begin) + displacement >= 0 &&
         static_cast<std::uint64_t>(static_cast<std::int64_t>(end) + displacement) <= base_.size();
}

const std::uint8_t* PageMatcher::base_at(std::uint64_t position, std::int64_t displacement) const {
  return base_.data() + (static_cast<std::int64_t>(position) + displacement);
}

void PageMatcher::match(std::size_t first, std::size_t behind, PageStreams& streams) {
  CopyWriter out(base_, target_, first * kPageBytes, streams);
  const std::uint64_t end = std::min<std::uint64_t>(behind * kPageBytes, target_.size());
  for (std::size_t page = first; page < behind;) {
    const std::uint64_t begin = page * kPageBytes;
    const std::uint32_t source = map_.pages[page];
    if (source == kPageRest) {
      while (page < behind && map_.pages[page] == kPageRest)
        ++page;
      match_rest(begin, std::min<std::uint64_t>(page * kPageBytes, end), out);
      continue;
    }
    const std::uint64_t size = std::min<std::uint64_t>(kPageBytes, end - begin);
    // Zeros that stayed go on with those that are new: one copy for all.
    if (source == kPageZero ||
        (source == kPageSame && out.in_zeros() && page < map_.base_fingerprints.size() &&
         map_.base_fingerprints[page] == 0)) {
      out.zeros(begin, size);
    } else if (source == kPageSame) {
      out.copy(begin, size, 0);
    } else {
      out.copy(begin, size,
               (static_cast<std::int64_t>(source) - static_cast<std::int64_t>(page)) *
                   static_cast<std::int64_t>(kPageBytes));
    }
    ++page;
  }
  out.finish(end);
}

void PageMatcher::match_rest(std::uint64_t begin, std::uint64_t end, CopyWriter& out) {
  for (std::uint64_t piece = begin; piece < end; piece += AnchorScan::kPieceBytes) {
    const auto found =
        scan_.find(target_, piece, std::min<std::uint64_t>(end, piece + AnchorScan::kPieceBytes),
                   anchors_.rarity_bits);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const std::uint64_t anchor = piece + found[i];
      if (anchor < out.position()) continue;
      // What the index is asked for it is asked for often in a row.
      if (i + kAhead < found.size()) {
        anchors_.index.prefetch(anchor_key(target_.data() + piece + found[i + kAhead]));
      }
      match_anchor(anchor, end, out);
    }
  }
  fill_gap(std::max(begin, out.position()), end, 0, out);
}

// Where the copy before came from is the likeliest place, then the target's own address.
void PageMatcher::match_anchor(std::uint64_t anchor, std::uint64_t end, CopyWriter& out) {
  const std::int64_t known = out.displacement();
  if (try_anchor(anchor, known, end, out)) return;
  if (known != 0 && try_anchor(anchor, 0, end, out)) return;
  const auto place = anchors_.index.find(anchor_key(target_.data() + anchor));
  if (!place) return;
  try_anchor(anchor, static_cast<std::int64_t>(*place) - static_cast<std::int64_t>(anchor), end,
             out);
}

bool PageMatcher::try_anchor(std::uint64_t anchor, std::int64_t displacement, std::uint64_t end,
                             CopyWriter& out) {
  if (!within_base(anchor, anchor + kAnchorBytes, displacement)) return false;
  const std::uint8_t* ours = target_.data() + anchor;
  const std::uint8_t* theirs = base_at(anchor, displacement);
  if (std::memcmp(ours, theirs, kAnchorBytes) != 0) return false;
  const auto place = static_cast<std::uint64_t>(theirs - base_.data());
  const std::uint64_t gap = out.position();
  const std::size_t forward = equal_forward(
      ours, theirs, static_cast<std::size_t>(std::min(end - anchor, base_.size() - place)));
  const std::size_t backward =
      equal_backward(ours, theirs, static_cast<std::size_t>(std::min(anchor - gap, place)));
  if (forward + backward < kMovedBytesMin) return false;
  fill_gap(gap, anchor - backward, displacement, out);
  out.copy(anchor - backward, forward + backward, displacement);
  return true;
}

// A bit for each byte of [begin, end) that is as in the base; none where the base has no bytes.
void PageMatcher::compare(std::uint64_t begin, std::uint64_t end, std::int64_t displacement,
                          PageBits& bits) const {
  bits.equal = 0;
  if (!within_base(begin, end, displacement)) return;
  const std::uint8_t* ours = target_.data() + begin;
  const std::uint8_t* theirs = base_at(begin, displacement);
  const auto size = static_cast<std::size_t>(end - begin);
  std::size_t i = 0;
  for (; i + 64 <= size; i += 64) {
    bits.words[i / 64] = equal_mask(ours + i, theirs + i);
    bits.equal += static_cast<std::size_t>(std::popcount(bits.words[i / 64]));
  }
  if (i == size) return;
  std::uint64_t last = 0;
  for (std::size_t k = i; k < size; ++k) {
    last |= std::uint64_t{ours[k] == theirs[k]} << (k - i);
  }
  bits.words[i / 64] = last;
  bits.equal += static_cast<std::size_t>(std::popcount(last));
}

// A page at a time, with the one of the displacements at hand that has most of it.
void PageMatcher::fill_gap(std::uint64_t begin, std::uint64_t end, std::int64_t next_displacement,
                           CopyWriter& out) {
  while (begin < end) {
    const std::uint64_t page_end =
        std::min<std::uint64_t>(end, (begin / kPageBytes + 1) * kPageBytes);
    const std::int64_t before = out.displacement();
    std::int64_t best = before;
    PageBits* best_bits = &bits_[0];
    PageBits* other_bits = &bits_[1];
    compare(begin, page_end, before, *best_bits);
    const auto try_other = [&](std::int64_t displacement) {
      if (best_bits->equal + kRunBytesMin > page_end - begin) return;
      compare(begin, page_end, displacement, *other_bits);
      if (other_bits->equal <= best_bits->equal) return;
      best = displacement;
      std::swap(best_bits, other_bits);
    };
    if (before != 0) try_other(0);
    if (next_displacement != before && next_displacement != 0) try_other(next_displacement);
    // With less in common the page holds something else, and what is equal is so by chance, zeros
    // for the most part: cutting literals up there costs more than it saves.
    if (2 * best_bits->equal >= page_end - begin) copy_runs(begin, page_end, best, *best_bits, out);
    begin = page_end;
  }
}

void PageMatcher::copy_runs(std::uint64_t begin, std::uint64_t end, std::int64_t displacement,
                            const PageBits& bits, CopyWriter& out) {
  const auto size = static_cast<std::size_t>(end - begin);
  std::size_t run_begin = 0;
  std::size_t run = 0;  // bytes of the run that reaches up to where we are
  const auto end_run = [&] {
    if (run >= kRunBytesMin) out.copy(begin + run_begin, run, displacement);
    run = 0;
  };
  for (std::size_t i = 0; i < size; i += 64) {
    const std::uint64_t word = bits.words[i / 64];
    const auto width = static_cast<unsigned>(std::min<std::size_t>(64, size - i));
    for (unsigned bit = 0; bit < width;) {
      const std::uint64_t left = word >> bit;
      const unsigned room = width - bit;
      if ((left & 1) == 0) {
        end_run();
        bit += left == 0 ? room : static_cast<unsigned>(std::countr_zero(left));
        continue;
      }
      const unsigned ones = std::min(room, static_cast<unsigned>(std::countr_one(left)));
      if (run == 0) run_begin = i + bit;
      run += ones;
      bit += ones;
    }
  }
  end_run();
}

}  // namespace copse
