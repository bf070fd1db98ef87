// Counters of four bits, sixteen in a word.
#include "tiers/frequency_sketch.h"

#include <bit>

namespace copse {
namespace {

// A row's hash of a key that is a hash already.
std::uint64_t mixed(std::uint64_t key, unsigned row) {
  constexpr std::uint64_t kFactors[] = {0x9E3779B97F4A7C15U, 0xC2B2AE3D27D4EB4FU,
                                        0x165667B19E3779F9U, 0x27D4EB2F165667C5U};
  key = (key ^ (key >> 32U)) * kFactors[row];
  return key ^ (key >> 29U);
}

}  // namespace

FrequencySketch::FrequencySketch(std::size_t keys)
    : words_(std::bit_ceil(std::max<std::size_t>(keys, kCountersPerWord)) / kCountersPerWord *
             kRows),
      mask_(words_.size() - 1),
      sample_(std::max<std::size_t>(keys, 1) * kSampleFactor) {}

FrequencySketch::Counter FrequencySketch::counter(std::uint64_t key, unsigned row) const {
  const std::uint64_t hash = mixed(key, row);
  return {static_cast<std::size_t>(hash >> 8U) & mask_,
          static_cast<unsigned>(hash % kCountersPerWord) * kBits};
}

void FrequencySketch::add(std::uint64_t key) {
  for (unsigned row = 0; row < kRows; ++row) {
    const Counter at = counter(key, row);
    if (((words_[at.word] >> at.shift) & kCountMax) < kCountMax) {
      words_[at.word] += std::uint64_t{1} << at.shift;
    }
  }
  if (++seen_ >= sample_) halve();
}

std::uint32_t FrequencySketch::count(std::uint64_t key) const {
  std::uint32_t least = kCountMax;
  for (unsigned row = 0; row < kRows; ++row) {
    const Counter at = counter(key, row);
    least = std::min(least, static_cast<std::uint32_t>((words_[at.word] >> at.shift) & kCountMax));
  }
  return least;
}

void FrequencySketch::halve() {
  constexpr std::uint64_t kLowThree = 0x7777777777777777U;
  for (std::uint64_t& word : words_) {
    word = (word >> 1U) & kLowThree;
  }
  seen_ /= 2;
}

}  // namespace copse
