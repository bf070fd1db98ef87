// LZ4 blocks: for what is compressed again and again and must be there at memory speed.
//
// The payload is LZ4's block format alone; codec and length stand beside it, as with every frame
// (frame_codec.h), which also reads it: decompress_into() and decompress_frame(). Pure;
// thread-safe. Memory: 16 KB on the thread for the fast form, 256 KB for the small one.
#pragma once

#include "copse/result.h"

#include "codec/frame_codec.h"
#include "core/bytes.h"

namespace copse {

// What LZ4 can take in one block; more is stored raw.
inline constexpr std::uint64_t kLz4BytesMax = 0x7E000000;
// A byte of a block stands for at most so many of its content.
inline constexpr std::uint64_t kLz4ExpansionMax = 255;

enum class Lz4Effort : std::uint8_t {
  Fast,   // 0.7 GB/s on sources, 3 GB/s back
  Small,  // LZ4 HC at its default level: a fifteenth of the speed, a quarter smaller
};

// An LZ4 block, or raw where that is not smaller. Deterministic for a version of the library.
FramePayload compress_lz4(ByteView bytes, Lz4Effort effort = Lz4Effort::Fast);

}  // namespace copse
