// XOR against the same place of the base: for what is changed in place and never moves.
//
//   varint  runs
//   varint  bytes of the runs' lengths
//   u8      how the rest is stored: 0 raw, 1 a zstd frame
//   bytes   lengths, range coded: equal bytes, then differing ones, for each run
//   bytes   target XOR base of the differing ones; beyond the end of the base, the target itself
//
// What follows the last run is equal. Pure; thread-safe; any bytes may be decoded.
#pragma once

#include <span>

#include "copse/result.h"

#include "codec/cover_coder.h"
#include "core/bytes.h"

namespace copse {

// Base and target may have any lengths.
Bytes encode_xor(ByteView base, const TargetPart& part, int level);
Status decode_xor(ByteView base, ByteView payload, std::uint64_t target_begin,
                  std::span<std::uint8_t> out);

// out[i] = a[i] ^ b[i]. REQUIRES: sizes are equal; `out` may be `a`.
void xor_bytes(std::span<std::uint8_t> out, ByteView a, ByteView b);

// The first place from `at` on where they differ, or their size. REQUIRES: sizes are equal.
std::size_t find_difference(ByteView a, ByteView b, std::size_t at);

}  // namespace copse
