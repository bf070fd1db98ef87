// zstd with the base in front: for what is small, and for a base that shares words rather than
// blocks.
//
//   varint  where in the base the prefix begins
//   varint  its bytes
//   bytes   a zstd frame without magic number, length and checksum
//
// Pure; thread-safe; any bytes may be decoded.
#pragma once

#include <span>

#include "copse/result.h"

#include "codec/cover_coder.h"
#include "core/bytes.h"

namespace copse {

// Of a longer base, the stretch around the part's own place is taken.
inline constexpr std::size_t kPrefixBytesMax = std::size_t{128} << 20;

Bytes encode_prefix(ByteView base, const TargetPart& part, int level);
Status decode_prefix(ByteView base, ByteView payload, std::span<std::uint8_t> out);

}  // namespace copse
