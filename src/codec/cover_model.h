// How covers are written as numbers: each against the distances of those before it.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "codec/binary_coder.h"
#include "codec/delta_cover.h"

namespace copse {

// Where a cover lies is its distance, base_begin - target_begin in the whole files; edits change it
// little by little, and a jump is often followed by the way back. So it is told against one of the
// last distances, or as the base going on where it ended:
//
//   kinds 0..2  the distance of that rank, exactly
//   kind  3     base_begin is the base_end of the cover in front: something was inserted
//   kinds 4..6  near the distance of rank kind - 4: a signed number follows
//   kind  7     elsewhere: a signed number follows, against the distance of rank 0
class CoverModel {
 public:
  explicit CoverModel(std::uint64_t target_begin)
      : target_begin_(static_cast<std::int64_t>(target_begin)) {}

  // REQUIRES: the covers of encode_covers().
  void encode(BinaryEncoder& out, const DeltaCover& cover) {
    const std::uint64_t gap = cover.target_begin - target_end_;
    const std::int64_t distance = distance_of(cover);
    gaps_.encode(out, kind_, gap);
    lengths_.encode(out, kind_, cover.length - 1);
    const std::size_t rank = nearest(distance);
    const std::int64_t off = distance - distances_[rank];
    std::size_t kind = kElsewhere;
    if (off == 0) {
      kind = rank;
    } else if (cover.base_begin == base_end_) {
      kind = kInserted;
    } else if (is_near(off)) {
      kind = kNear + rank;
    }
    put_kind(out, kind);
    if (kind >= kNear)
      offs_.encode(out, kind - kNear, zigzag(kind == kElsewhere ? distance - distances_[0] : off));
    remember(kind, distance, cover);
  }

  // A cover that may lie anywhere; absent bytes make one, too. The caller checks it against base
  // and target before it decodes the next.
  DeltaCover decode(BinaryDecoder& in) {
    DeltaCover cover;
    cover.target_begin = target_end_ + gaps_.decode(in, kind_);
    cover.length = lengths_.decode(in, kind_) + 1;
    const std::size_t kind = take_kind(in);
    std::uint64_t distance = 0;
    if (kind == kInserted) {
      distance = base_end_ - cover.target_begin - static_cast<std::uint64_t>(target_begin_);
    } else {
      const std::size_t rank = kind == kElsewhere ? 0 : kind < kInserted ? kind : kind - kNear;
      distance = static_cast<std::uint64_t>(distances_[rank]);
      if (kind >= kNear) distance += unzigzag(offs_.decode(in, kind - kNear));
    }
    cover.base_begin = distance + cover.target_begin + static_cast<std::uint64_t>(target_begin_);
    remember(kind, static_cast<std::int64_t>(distance), cover);
    return cover;
  }

 private:
  static constexpr std::size_t kRanks = 3;
  static constexpr std::size_t kInserted = 3;
  static constexpr std::size_t kNear = 4;
  static constexpr std::size_t kElsewhere = 7;
  static constexpr std::size_t kKinds = 8;
  static constexpr std::int64_t kNearBytes = 65536;

  static bool is_near(std::int64_t off) { return off > -kNearBytes && off < kNearBytes; }
  static std::uint64_t zigzag(std::int64_t value) {
    return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
  }
  static std::uint64_t unzigzag(std::uint64_t value) { return value >> 1 ^ (0 - (value & 1)); }

  std::int64_t distance_of(const DeltaCover& cover) const {
    return static_cast<std::int64_t>(cover.base_begin) -
           static_cast<std::int64_t>(cover.target_begin) - target_begin_;
  }

  std::size_t nearest(std::int64_t distance) const {
    const auto apart = [&](std::size_t rank) {
      const std::int64_t off = distance - distances_[rank];
      return off < 0 ? -off : off;
    };
    std::size_t best = 0;
    for (std::size_t rank = 1; rank < kRanks; ++rank) {
      if (apart(rank) < apart(best)) best = rank;
    }
    return best;
  }

  void put_kind(BinaryEncoder& out, std::size_t kind) {
    std::size_t node = 1;
    for (unsigned bit = 3; bit-- > 0;) {
      const bool set = (kind >> bit & 1) != 0;
      out.put(kinds_[kind_][node], set);
      node = node << 1 | (set ? 1U : 0U);
    }
  }

  std::size_t take_kind(BinaryDecoder& in) {
    std::size_t node = 1;
    for (unsigned bit = 0; bit < 3; ++bit) {
      node = node << 1 | (in.take_bit(kinds_[kind_][node]) ? 1U : 0U);
    }
    return node - kKinds;
  }

  // A distance near a known one takes its place; any is in front from now on.
  void remember(std::size_t kind, std::int64_t distance, const DeltaCover& cover) {
    std::size_t from = kRanks - 1;
    if (kind < kInserted) from = kind;
    if (kind >= kNear && kind < kElsewhere) from = kind - kNear;
    if (kind == kInserted) from = 0;
    for (; from > 0; --from) {
      distances_[from] = distances_[from - 1];
    }
    distances_[0] = distance;
    kind_ = kind;
    base_end_ = cover.base_begin + cover.length;
    target_end_ = cover.target_begin + cover.length;
  }

  std::int64_t target_begin_;
  std::uint64_t base_end_ = 0;
  std::uint64_t target_end_ = 0;
  std::size_t kind_ = 0;
  std::array<std::int64_t, kRanks> distances_{};
  std::array<std::array<BitModel, kKinds>, kKinds> kinds_;
  NumberModel<kKinds> gaps_;
  NumberModel<kKinds> lengths_;
  NumberModel<kKinds - kNear> offs_;
};

}  // namespace copse
