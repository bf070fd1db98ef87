// Bytes to a compressed payload and back, the codec named by one byte beside it.
//
// Pure functions; thread-safe. Damage is for checksums to find: the decoder only promises that any
// bytes are safe and that what it returns has the stated length.
#pragma once

#include <cstdint>

#include "copse/result.h"

#include "core/bytes.h"

namespace copse {

// On disk: never renumber.
enum class FrameCodec : std::uint8_t {
  Raw = 0,
  Zstd = 1,
};

struct FramePayload {
  FrameCodec codec = FrameCodec::Raw;
  std::uint64_t raw_bytes = 0;
  Bytes bytes;
};

// Levels as zstd counts them. Indexing wants speed, small shared objects are written once.
inline constexpr int kFastLevel = 3;
inline constexpr int kSmallLevel = 12;

// Zstd at `level`, or raw where that is not smaller. Deterministic for a version of the library.
FramePayload compress_frame(ByteView bytes, int level);

// Corrupt when the payload does not hold exactly `raw_bytes` bytes; Unsupported for a codec that
// this version does not know; LimitExceeded above `raw_bytes_max`, before anything is allocated.
Result<Bytes> decompress_frame(std::uint8_t codec, ByteView payload, std::uint64_t raw_bytes,
                               std::uint64_t raw_bytes_max);

}  // namespace copse
