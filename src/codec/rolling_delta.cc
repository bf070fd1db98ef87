#include "codec/rolling_delta.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>

namespace copse {
namespace {

// Blocks whose hashes are made ahead, so that the memory they look at is on its way.
constexpr std::size_t kAhead = 32;

std::uint64_t word_at(const std::uint8_t* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

class CoverFinder {
 public:
  CoverFinder(const BlockIndex& index, ByteView target, std::uint64_t target_begin,
              const CoverSearch& search)
      : index_(index), base_(index.base()), target_(target), search_(search) {
    distances_.fill(static_cast<std::int64_t>(target_begin));
    // Where nothing moved, no hash is needed.
    if (target_begin < base_.size()) take(static_cast<std::size_t>(target_begin), 0);
  }

  DeltaCovers run() {
    const std::size_t block = index_.shape().block_bytes;
    RollingHash hash(block);
    std::array<std::uint64_t, kAhead> hashes{};
    std::size_t at = covered_;
    while (at + block <= target_.size()) {
      const std::size_t count = std::min(kAhead, target_.size() - block - at + 1);
      if (at == covered_) hash.reset(target_.data() + at);
      for (std::size_t i = 0; i < count; ++i) {
        hashes[i] = hash.value();
        index_.prefetch(hashes[i]);
        if (at + i + block < target_.size()) hash.roll(target_[at + i], target_[at + i + block]);
      }
      std::size_t i = 0;
      while (i < count && !try_block(at + i, hashes[i])) {
        ++i;
      }
      at = i == count ? at + count : covered_;
    }
    return std::move(covers_);
  }

 private:
  bool try_block(std::size_t at, std::uint64_t hash) {
    for (std::size_t way = 0; way < BlockIndex::kWays; ++way) {
      const auto found = index_.propose(hash, way);
      if (found && std::memcmp(base_.data() + *found, target_.data() + at,
                               index_.shape().block_bytes) == 0) {
        return take(*found, at);
      }
    }
    return false;
  }

  // The cover around these places, if it is worth its price, and those that follow it.
  bool take(std::size_t base_at, std::size_t target_at) {
    const std::size_t back = equal_bytes_before(base_.data() + base_at, target_.data() + target_at,
                                                std::min(base_at, target_at - covered_));
    base_at -= back;
    target_at -= back;
    const std::size_t most = std::min(base_.size() - base_at, target_.size() - target_at);
    const std::size_t length =
        equal_bytes(base_.data() + base_at, target_.data() + target_at, most);
    if (length < length_min(base_at, target_at)) return false;
    add(base_at, target_at, length);
    while (resume()) {
    }
    return true;
  }

  std::size_t length_min(std::size_t base_at, std::size_t target_at) const {
    const std::int64_t distance = distance_of(base_at, target_at);
    const bool near = std::any_of(distances_.begin(), distances_.end(), [&](std::int64_t known) {
      return std::abs(distance - known) <= static_cast<std::int64_t>(search_.near_bytes);
    });
    return near ? search_.length_min : search_.far_length_min;
  }

  static std::int64_t distance_of(std::size_t base_at, std::size_t target_at) {
    return static_cast<std::int64_t>(base_at) - static_cast<std::int64_t>(target_at);
  }

  void add(std::size_t base_at, std::size_t target_at, std::size_t length) {
    covers_.push_back({base_at, target_at, length});
    covered_ = target_at + length;
    const std::int64_t distance = distance_of(base_at, target_at);
    if (distance == distances_[0]) return;
    if (distance != distances_[1]) distances_[2] = distances_[1];
    distances_[1] = distances_[0];
    distances_[0] = distance;
  }

  // Goes on behind a difference that moved nothing.
  bool resume() {
    const auto base_at = static_cast<std::size_t>(covers_.back().base_end());
    const std::size_t most = std::min(base_.size() - base_at, target_.size() - covered_);
    if (most <= search_.resume_bytes) return false;
    const std::uint8_t* base = base_.data() + base_at;
    const std::uint8_t* target = target_.data() + covered_;
    const std::size_t reach = std::min(search_.resume_reach, most - search_.resume_bytes);
    for (std::size_t skip = 1; skip <= reach;) {
      const std::size_t equal = equal_bytes(base + skip, target + skip, most - skip);
      if (equal >= search_.resume_bytes) {
        add(base_at + skip, covered_ + skip, equal);
        return true;
      }
      skip += equal + 1;
    }
    return false;
  }

  const BlockIndex& index_;
  const ByteView base_;
  const ByteView target_;
  const CoverSearch& search_;
  std::array<std::int64_t, 3> distances_{};  // of the last covers that lay elsewhere each
  std::size_t covered_ = 0;
  DeltaCovers covers_;
};

}  // namespace

std::size_t equal_bytes(const std::uint8_t* a, const std::uint8_t* b, std::size_t most) {
  std::size_t i = 0;
  for (; i + 8 <= most; i += 8) {
    const std::uint64_t differs = word_at(a + i) ^ word_at(b + i);
    if (differs != 0) return i + static_cast<std::size_t>(std::countr_zero(differs)) / 8;
  }
  while (i < most && a[i] == b[i]) {
    ++i;
  }
  return i;
}

std::size_t equal_bytes_before(const std::uint8_t* a, const std::uint8_t* b, std::size_t most) {
  std::size_t i = 0;
  for (; i + 8 <= most; i += 8) {
    const std::uint64_t differs = word_at(a - i - 8) ^ word_at(b - i - 8);
    if (differs != 0) return i + static_cast<std::size_t>(std::countl_zero(differs)) / 8;
  }
  while (i < most && *(a - i - 1) == *(b - i - 1)) {
    ++i;
  }
  return i;
}

DeltaCovers find_covers(const BlockIndex& index, ByteView target, std::uint64_t target_begin,
                        const CoverSearch& search) {
  return CoverFinder(index, target, target_begin, search).run();
}

}  // namespace copse
