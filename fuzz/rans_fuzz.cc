// Any bytes as an rANS stream over any frequencies: reading is safe and ends, scaled counts add up,
// and a stream that ends well is the one that an encoder writes of the same symbols.
//
// Bound: kSymbolsMax symbols are taken; nothing is kept but them.
#include <algorithm>
#include <numeric>

#include "codec/rans.h"
#include "core/check.h"

namespace {

constexpr std::size_t kSymbolsMax = 5000;

std::vector<copse::RansShare> shares_of(copse::ByteView counts) {
  std::vector<std::uint64_t> weights;
  for (const std::uint8_t count : counts) {
    weights.push_back(std::uint64_t{count} << (count % 40));
  }
  const std::vector<std::uint16_t> scaled = copse::scale_counts(weights);
  const std::uint32_t total = std::accumulate(scaled.begin(), scaled.end(), 0U);
  const bool any = std::any_of(counts.begin(), counts.end(), [](auto count) { return count != 0; });
  COPSE_CHECK(total == (any ? copse::kRansScale : 0));
  std::vector<copse::RansShare> shares;
  std::uint16_t start = 0;
  for (std::size_t i = 0; i < scaled.size(); ++i) {
    COPSE_CHECK((scaled[i] != 0) == (weights[i] != 0));
    if (scaled[i] != 0) shares.push_back({start, scaled[i]});
    start = static_cast<std::uint16_t>(start + scaled[i]);
  }
  return shares;
}

}  // namespace

// Number of counts, the counts, number of symbols (u16), the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3 || size - 3 < data[0]) return 0;
  const auto shares = shares_of({data + 1, data[0]});
  if (shares.empty()) return 0;
  const std::uint8_t* rest = data + 1 + data[0];
  const std::size_t symbols = (rest[0] | std::size_t{rest[1]} << 8) % kSymbolsMax;
  const copse::ByteView stream(rest + 2, size - 3 - data[0]);
  copse::RansDecoder in(stream);
  copse::RansEncoder out;
  for (std::size_t i = 0; i < symbols; ++i) {
    std::size_t k = 0;
    while (shares[k].start + shares[k].frequency <= in.slot())
      ++k;
    in.take(shares[k].start, shares[k].frequency);
    out.put(shares[k]);
  }
  COPSE_CHECK(!in.at_clean_end() || !in.damaged());
  if (in.at_clean_end()) COPSE_CHECK(out.finish() == copse::Bytes(stream.begin(), stream.end()));
  return 0;
}
