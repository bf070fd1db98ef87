// Polynomials over GF(2) of degree 53, a byte at a time.
#include "codec/rabin.h"

#include <algorithm>

namespace copse::bench {
namespace {

constexpr std::size_t kWindowBytes = 48;
constexpr unsigned kDegree = 53;
// Irreducible; the one that restic's documentation gives as its example.
constexpr std::uint64_t kPolynomial = 0x3DA3358B4DC173;
constexpr std::uint64_t kMask = (std::uint64_t{1} << kDegree) - 1;

// value * x^8 modulo the polynomial, bit by bit.
std::uint64_t times_byte(std::uint64_t value) {
  for (int bit = 0; bit < 8; ++bit) {
    value <<= 1;
    if ((value >> kDegree & 1) != 0) value ^= kPolynomial;
  }
  return value;
}

}  // namespace

RabinChunker::RabinChunker(std::size_t min_bytes, std::size_t max_bytes, std::uint64_t rest_of)
    : min_bytes_(min_bytes), max_bytes_(max_bytes), rest_of_(rest_of), reduced_(), leaving_() {
  for (std::uint64_t byte = 0; byte < reduced_.size(); ++byte) {
    // The byte's bits at x^45 to x^52, moved up by eight.
    reduced_[byte] = times_byte(byte << (kDegree - 8));
    std::uint64_t value = byte;
    for (std::size_t i = 1; i < kWindowBytes; ++i) {
      value = times_byte(value);
    }
    leaving_[byte] = value;
  }
}

std::size_t RabinChunker::next(ByteView data) const {
  const std::size_t last = std::min(data.size(), max_bytes_);
  if (last <= min_bytes_) return last;
  std::uint64_t print = 0;
  const auto add = [&](std::uint8_t byte) {
    const std::uint64_t top = print >> (kDegree - 8);
    print = ((print << 8 & kMask) | byte) ^ reduced_[top];
  };
  for (std::size_t i = min_bytes_ - kWindowBytes; i < min_bytes_; ++i) {
    add(data[i]);
  }
  for (std::size_t end = min_bytes_; end < last; ++end) {
    if (print % rest_of_ == rest_of_ - 1) return end;
    print ^= leaving_[data[end - kWindowBytes]];
    add(data[end]);
  }
  return last;
}

}  // namespace copse::bench
