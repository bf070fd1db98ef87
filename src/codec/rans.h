// Range asymmetric numeral systems with static tables: a symbol of probability p costs -log2(p)
// bits, and decoding one takes a multiplication and a search among its alternatives.
//
// The method is Duda's (arXiv 1311.2540); 32-bit state and 16-bit words as in Giesen's "Interleaved
// entropy coders" (arXiv 1402.3392). Symbols come out in the order in which they went in, so the
// encoder holds them until the end. A stream is the final state (4 bytes) and the words that the
// decoder takes from then on, little endian. Not thread-safe; any bytes may be decoded.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/bytes.h"

namespace copse {

// Frequencies of one table add up to this.
inline constexpr unsigned kRansScaleBits = 14;
inline constexpr std::uint32_t kRansScale = 1U << kRansScaleBits;
inline constexpr std::uint32_t kRansLow = 1U << 16;

// A symbol's share of the scale: [start, start + frequency), not empty.
struct RansShare {
  std::uint16_t start = 0;
  std::uint16_t frequency = 0;
};

// Whole numbers in proportion to `counts` that add up to kRansScale, none that was positive below
// 1; all zero when `counts` are. REQUIRES: at most kRansScale counts are positive. Deterministic.
std::vector<std::uint16_t> scale_counts(std::span<const std::uint64_t> counts);

class RansEncoder {
 public:
  void put(RansShare share) {
    if (share.frequency != kRansScale) shares_.push_back(share);
  }

  // What a decoder needs. Empties the encoder.
  Bytes finish();

 private:
  std::vector<RansShare> shares_;
};

class RansDecoder {
 public:
  explicit RansDecoder(ByteView bytes) : next_(bytes.data()), end_(bytes.data() + bytes.size()) {
    if (bytes.size() < 4 || bytes.size() % 2 != 0) {
      damaged_ = true;
      next_ = end_;
      return;
    }
    state_ = take_word();
    state_ |= take_word() << 16;
    damaged_ = state_ < kRansLow;
  }

  // Which part of the scale comes next; its symbol must then be taken.
  std::uint32_t slot() const { return state_ & (kRansScale - 1); }

  // REQUIRES: the share holds slot().
  void take(std::uint32_t start, std::uint32_t frequency) {
    state_ = frequency * (state_ >> kRansScaleBits) + (state_ & (kRansScale - 1)) - start;
    if (state_ < kRansLow) refill();
  }

  // Whether everything was taken that had been put in: damage shows here with near certainty.
  bool at_clean_end() const { return !damaged_ && next_ == end_ && state_ == kRansLow; }
  bool damaged() const { return damaged_; }

 private:
  std::uint32_t take_word() {
    const std::uint32_t word = next_[0] | static_cast<std::uint32_t>(next_[1]) << 8;
    next_ += 2;
    return word;
  }

  void refill() {
    if (next_ == end_) {
      // Goes on with made-up bits: at_clean_end() will not hold, and callers bound what they take.
      damaged_ = true;
      state_ |= kRansLow;
      return;
    }
    state_ = state_ << 16 | take_word();
  }

  const std::uint8_t* next_;
  const std::uint8_t* end_;
  std::uint32_t state_ = kRansLow;
  bool damaged_ = false;
};

}  // namespace copse
