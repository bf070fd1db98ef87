// The encoder's side of rANS, and frequencies for it.
#include "codec/rans.h"

#include <algorithm>

namespace copse {

std::vector<std::uint16_t> scale_counts(std::span<const std::uint64_t> counts) {
  std::vector<std::uint16_t> scaled(counts.size());
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts) {
    total += count;
  }
  if (total == 0) return scaled;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const double share = static_cast<double>(counts[i]) / static_cast<double>(total);
    const auto whole = static_cast<std::uint32_t>(share * kRansScale + 0.5);
    scaled[i] = static_cast<std::uint16_t>(std::max<std::uint32_t>(whole, 1));
    sum += scaled[i];
  }
  // What rounding left over or took too much is settled where it weighs least.
  while (sum != kRansScale) {
    const auto largest = std::max_element(scaled.begin(), scaled.end());
    const std::uint32_t room = *largest - 1U;
    if (sum < kRansScale) {
      *largest = static_cast<std::uint16_t>(*largest + (kRansScale - sum));
      break;
    }
    const std::uint32_t less = std::min(room / 2 + 1, sum - kRansScale);
    *largest = static_cast<std::uint16_t>(*largest - less);
    sum -= less;
  }
  return scaled;
}

Bytes RansEncoder::finish() {
  std::uint32_t state = kRansLow;
  std::vector<std::uint16_t> words;
  words.reserve(shares_.size() / 8 + 2);
  for (auto share = shares_.rbegin(); share != shares_.rend(); ++share) {
    const std::uint64_t limit =
        (std::uint64_t{kRansLow} << 16 >> kRansScaleBits) * share->frequency;
    if (state >= limit) {
      words.push_back(static_cast<std::uint16_t>(state));
      state >>= 16;
    }
    state = (state / share->frequency << kRansScaleBits) + state % share->frequency + share->start;
  }
  Bytes bytes;
  bytes.reserve(4 + words.size() * 2);
  ByteWriter out(bytes);
  out.u32(state);
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    out.u16(*word);
  }
  shares_.clear();
  return bytes;
}

}  // namespace copse
