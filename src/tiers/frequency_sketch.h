// How often a key was seen lately, about: four bits a counter, four counters a key, halved now and
// then (the count-min sketch with aging of TinyLFU; Einziger et al. 2017, section 3).
//
// Changed: no filter in front that keeps keys seen once out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace copse {

// Never says less than was seen since the last halving, up to kCountMax. Not thread-safe. Memory:
// half a byte a counter.
class FrequencySketch {
 public:
  static constexpr std::uint32_t kCountMax = 15;

  // For about so many keys that matter.
  explicit FrequencySketch(std::size_t keys);

  void add(std::uint64_t key);
  std::uint32_t count(std::uint64_t key) const;

 private:
  static constexpr unsigned kRows = 4;
  static constexpr unsigned kBits = 4;
  static constexpr unsigned kCountersPerWord = 64 / kBits;
  // Seen so many times as many keys as it is for, it halves.
  static constexpr std::size_t kSampleFactor = 10;

  // The counter of a row: a word and a place in it.
  struct Counter {
    std::size_t word;
    unsigned shift;
  };
  Counter counter(std::uint64_t key, unsigned row) const;
  void halve();

  std::vector<std::uint64_t> words_;
  std::size_t mask_ = 0;
  std::size_t sample_ = 0;
  std::size_t seen_ = 0;
};

}  // namespace copse
