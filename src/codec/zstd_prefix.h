// Bytes compressed with others in front of them that the decoder has, too.
//
// The frames are zstd's without magic number, length and checksum, which stand elsewhere. Pure;
// thread-safe; deterministic for a version of the library.
#pragma once

#include <span>

#include "copse/result.h"

#include "core/bytes.h"

namespace copse {

struct ZstdPrefixOptions {
  int level = 3;
  // Also finds what is far away and long, where the window is larger than a level's own tables.
  bool long_distance = false;
};

// What prefix and bytes may have together.
inline constexpr std::size_t kZstdPrefixedBytesMax = std::size_t{1} << 30;

// REQUIRES: both together are at most kZstdPrefixedBytesMax. Copies neither.
Bytes compress_with_prefix(ByteView bytes, ByteView prefix, const ZstdPrefixOptions& options);

// Fills `out`, whose size is the stated length. Corrupt when the payload does not hold exactly that
// many bytes.
Status restore_with_prefix(ByteView payload, ByteView prefix, std::span<std::uint8_t> out);

}  // namespace copse
