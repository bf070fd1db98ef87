// Both directions walk the same ranges in the same order, on a stack as deep as a list can be
// halved.
#include "postings/posting_list.h"

#include <array>
#include <bit>

#include "core/check.h"

namespace copse {
namespace {

// Documents [first, first + count) of the list lie in [low, low + width).
struct Range {
  std::uint32_t first;
  std::uint32_t count;
  std::uint32_t low;
  std::uint32_t width;
};

// Each halving leaves one range waiting: log2(kSegmentDocumentsMax) of them, and the current one.
class Ranges {
 public:
  void push(const Range& range) {
    if (range.count == 0) return;
    COPSE_CHECK(size_ < kDepthMax);
    ranges_[size_++] = range;
  }
  bool pop(Range& range) {
    if (size_ == 0) return false;
    range = ranges_[--size_];
    return true;
  }

 private:
  static constexpr std::size_t kDepthMax = 24;

  std::array<Range, kDepthMax> ranges_;
  std::size_t size_ = 0;
};

constexpr std::uint32_t kBitmapWidthMax = 56;
constexpr std::uint32_t kBitmapCountMin = 3;

// Where a bit a document costs no more than halving on would.
bool is_bitmap(const Range& range) {
  return range.width <= kBitmapWidthMax && range.count >= kBitmapCountMin &&
         range.count * 4 >= range.width && range.count * 4 <= range.width * 3;
}

// The middle document, and how many places it can be in, the first of them low + half.
std::uint32_t half_of(const Range& range) {
  return range.count / 2;
}
std::uint32_t places_of(const Range& range) {
  return range.width - range.count + 1;
}

void push_halves(Ranges& ranges, const Range& range, std::uint32_t middle) {
  const std::uint32_t half = half_of(range);
  const std::uint32_t behind = middle + 1;
  ranges.push(
      {range.first + half + 1, range.count - half - 1, behind, range.low + range.width - behind});
  ranges.push({range.first, half, range.low, middle - range.low});
}

}  // namespace

void put_posting_list(BitWriter& out, std::span<const std::uint32_t> documents,
                      std::uint32_t universe) {
  COPSE_CHECK(documents.size() <= universe && universe <= kSegmentDocumentsMax);
  Ranges ranges;
  ranges.push({0, static_cast<std::uint32_t>(documents.size()), 0, universe});
  for (Range range{}; ranges.pop(range);) {
    if (range.count == range.width) continue;
    if (is_bitmap(range)) {
      std::uint64_t bitmap = 0;
      for (std::uint32_t i = 0; i < range.count; ++i)
        bitmap |= std::uint64_t{1} << (documents[range.first + i] - range.low);
      out.put(bitmap, range.width);
      continue;
    }
    const std::uint32_t half = half_of(range);
    const std::uint32_t middle = documents[range.first + half];
    out.put_one_of(middle - range.low - half, places_of(range));
    push_halves(ranges, range, middle);
  }
}

bool get_posting_list(BitReader& in, std::uint32_t count, std::uint32_t universe,
                      std::vector<std::uint32_t>& documents) {
  documents.resize(count);
  Ranges ranges;
  ranges.push({0, count, 0, universe});
  for (Range range{}; ranges.pop(range);) {
    std::uint32_t* const out = documents.data() + range.first;
    if (range.count == range.width) {
      for (std::uint32_t i = 0; i < range.count; ++i)
        out[i] = range.low + i;
      continue;
    }
    if (range.count == 1) {
      *out = range.low + in.get_one_of(range.width);
      continue;
    }
    if (is_bitmap(range)) {
      std::uint64_t bitmap = in.get(range.width);
      if (static_cast<std::uint32_t>(std::popcount(bitmap)) != range.count) return false;
      for (std::uint32_t i = 0; i < range.count; ++i, bitmap &= bitmap - 1)
        out[i] = range.low + static_cast<std::uint32_t>(std::countr_zero(bitmap));
      continue;
    }
    const std::uint32_t half = half_of(range);
    const std::uint32_t middle = range.low + half + in.get_one_of(places_of(range));
    out[half] = middle;
    push_halves(ranges, range, middle);
  }
  return !in.failed();
}

}  // namespace copse
