// A frame in chunks that can be read alone: what a source too large to be read whole is kept in.
//
//   u32     bytes of a chunk; the last one may be shorter
//   varint  number of chunks
//   each:   u8 codec, varint stored bytes, u64 checksum of the stored bytes
//   u64     checksum of all of the above
//   bytes   the chunks, one after another
//
// Every part is checked where it is read, so a reader may look at a chunk without the rest of the
// frame being touched. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "copse/result.h"

#include "codec/dictionary.h"
#include "codec/frame_codec.h"
#include "core/bytes.h"

namespace copse {

// What is larger is worth chunks.
inline constexpr std::uint64_t kChunkedBytesMin = std::uint64_t{1} << 20;
inline constexpr std::uint32_t kChunkBytes = std::uint32_t{256} << 10;

// As compress_frame() and compress_small() do, in chunks from kChunkedBytesMin on.
FramePayload compress_source(ByteView bytes, int level);
FramePayload compress_source_small(ByteView bytes, int level, const Dictionary* dictionary);

class ChunkedFrame {
 public:
  // Corrupt when the header is damaged or does not promise `raw_bytes`. Looks at nothing behind it.
  static Result<ChunkedFrame> read(ByteView payload, std::uint64_t raw_bytes);

  std::size_t chunk_count() const { return chunks_.size(); }
  std::uint32_t chunk_bytes() const { return chunk_bytes_; }
  std::uint64_t bytes_of(std::size_t chunk) const;
  // Whether some chunk is of that codec.
  bool has_codec(FrameCodec codec) const;

  // Fills `out`, whose size is bytes_of(chunk). Corrupt when the chunk is damaged.
  Status decode(std::size_t chunk, const Dictionary* dictionary, std::span<std::uint8_t> out) const;

 private:
  struct Chunk {
    std::uint8_t codec = 0;
    std::uint64_t checksum = 0;
    ByteView stored;
  };

  std::uint64_t raw_bytes_ = 0;
  std::uint32_t chunk_bytes_ = 0;
  std::vector<Chunk> chunks_;
};

}  // namespace copse
