// The reference that chunks are compared with: Rabin's fingerprint over 48 bytes, a boundary where
// it leaves a given rest, as LBFS has it (Muthitacharoen et al., SOSP 2001, section 3.1).
#pragma once

#include <array>
#include <cstdint>

#include "core/bytes.h"

namespace copse::bench {

class RabinChunker {
 public:
  // Chunks of `min_bytes` and, in random data, `rest_of` more on average.
  RabinChunker(std::size_t min_bytes, std::size_t max_bytes, std::uint64_t rest_of);

  // Bytes of the first chunk of `data`.
  std::size_t next(ByteView data) const;

 private:
  using Table = std::array<std::uint64_t, 256>;

  std::size_t min_bytes_;
  std::size_t max_bytes_;
  std::uint64_t rest_of_;
  Table reduced_;  // what the top byte is, modulo the polynomial
  Table leaving_;  // what a byte is that leaves the window
};

}  // namespace copse::bench
