// Bytes to a compressed payload and back, the codec named by one byte beside it.
//
// Pure functions; thread-safe. Damage is for checksums to find: the decoder only promises that any
// bytes are safe and that what it returns has the stated length.
#pragma once

#include <cstdint>
#include <span>

#include "copse/result.h"

#include "codec/dictionary.h"
#include "core/bytes.h"

namespace copse {

// On disk: never renumber.
enum class FrameCodec : std::uint8_t {
  Raw = 0,
  Zstd = 1,            // a whole zstd frame
  ZstdDictionary = 2,  // a bare frame that needs the dictionary it was made with
  ZstdBare = 3,        // a frame without magic number, length and checksum, which stand elsewhere
  Chunked = 4,         // parts that are read alone: chunked_frame.h
  Lz4 = 5,             // a bare LZ4 block: lz4_codec.h
  Delta = 6,           // a bare frame behind another content, its base: zstd_prefix.h
};

struct FramePayload {
  FrameCodec codec = FrameCodec::Raw;
  std::uint64_t raw_bytes = 0;
  Bytes bytes;
};

// Levels as zstd counts them. Indexing wants speed, small shared objects are written once.
inline constexpr int kFastLevel = 3;
inline constexpr int kSmallLevel = 12;
inline constexpr int kSmallestLevel = 19;
inline constexpr int kLevelMax = 22;

// Zstd at `level`, or raw where that is not smaller. Deterministic for a version of the library.
FramePayload compress_frame(ByteView bytes, int level);

// The smallest of raw, a bare frame and, with a dictionary, a frame that needs it. `level` is 1 to
// kLevelMax. Deterministic likewise. Cost at kSmallestLevel: about 4 MB/s.
FramePayload compress_small(ByteView bytes, int level, const Dictionary* dictionary);

// Whether frames of that codec can be read only with their dictionary. Of chunked ones their chunks
// know.
inline bool needs_dictionary(std::uint8_t codec) {
  return codec == static_cast<std::uint8_t>(FrameCodec::ZstdDictionary);
}

// Whether they can be read only behind their base: restore_with_prefix().
inline bool is_delta(std::uint8_t codec) {
  return codec == static_cast<std::uint8_t>(FrameCodec::Delta);
}

// Fills `out`, whose size is the stated length. Corrupt when the payload does not hold exactly that
// many bytes, or needs a base, or a dictionary and `dictionary` is null; Unsupported for a codec
// that this version does not know. A dictionary that the codec does not need is not looked at.
Status decompress_into(std::uint8_t codec, ByteView payload, const Dictionary* dictionary,
                       std::span<std::uint8_t> out);

// The same into memory of its own, which is allocated after a look at what the payload can hold at
// most. LimitExceeded above `raw_bytes_max`.
Result<Bytes> decompress_frame(std::uint8_t codec, ByteView payload, std::uint64_t raw_bytes,
                               std::uint64_t raw_bytes_max, const Dictionary* dictionary = nullptr);

// Whether such a payload may hold `raw_bytes`, before anything is allocated for them: Corrupt or
// LimitExceeded when not.
Status check_stated_length(std::uint8_t codec, ByteView payload, std::uint64_t raw_bytes,
                           std::uint64_t raw_bytes_max);

}  // namespace copse
