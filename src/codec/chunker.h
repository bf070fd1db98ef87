// Content-defined chunks: boundaries that depend on the bytes around them alone, so that what stays
// the same when a file changes stays in the same chunks.
//
// As FastCDC does (Xia et al., "FastCDC: A Fast and Efficient Content-Defined Chunking Approach for
// Data Deduplication", USENIX ATC 2016, sections 3.3 to 3.5): a chunk's first bytes are skipped,
// and boundaries are rarer before the wanted size than behind it (normalized chunking). What we
// changed: a boundary is sought in two steps. A hash of eight bits over eight bytes is computed for
// all positions of a vector at once; it lets one position in 256 pass, and there a 64-bit hash of
// the last 32 bytes decides. Both are of the content alone, so the vector's width shows nowhere.
//
// Pages of memory and raw disks are better cut at fixed places: what moves there moves by pages.
//
// Deterministic on every machine. Chunks that are kept for years depend on it: a golden list in
// chunker_test.cc guards the boundaries. Thread-safe unless said otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "copse/result.h"

#include "core/bytes.h"

namespace copse {

inline constexpr std::uint32_t kChunkAverageBytes = 4096;
inline constexpr std::uint32_t kChunkAverageBytesMin = 1024;
inline constexpr std::uint32_t kChunkAverageBytesMax = std::uint32_t{4} << 20;
// What the second step looks back at: no chunk may be shorter, save the last of all.
inline constexpr std::uint32_t kChunkBytesMin = 64;
inline constexpr std::uint32_t kChunkBytesMax = std::uint32_t{64} << 20;

struct ChunkerOptions {
  std::uint32_t average_bytes = kChunkAverageBytes;
  std::uint32_t min_bytes = 0;  // 0: a quarter of the average
  std::uint32_t max_bytes = 0;  // 0: eight times the average
};

class Chunker {
 public:
  // The defaults.
  Chunker();

  // InvalidArgument unless 64 <= min < average < max, and each is in the range above. Chunks of
  // random bytes have the wanted average when `min_bytes` is a quarter of it; a larger minimum
  // makes them larger.
  static Result<Chunker> create(const ChunkerOptions& options);

  // Bytes of the first chunk of `data`, whose end is taken for the end of everything: no more than
  // max_bytes(), and 0 only where there is nothing. Cost: 0.1 to 0.2 ns a byte with AVX2.
  std::size_t next(ByteView data) const;

  // For data that goes on behind `data`: where the first chunk ends, if that is known by now, else
  // 0. `searched` are the bytes that an earlier call for the same chunk had and found no end in.
  std::size_t next_known(ByteView data, std::size_t searched) const;

  // As next(), a byte at a time: what the clever one is compared with.
  std::size_t next_plain(ByteView data) const;

  std::size_t min_bytes() const { return min_bytes_; }
  std::size_t max_bytes() const { return max_bytes_; }

 private:
  struct Unset {};
  explicit Chunker(Unset /*unset*/) {}

  template <bool kPlain>
  std::size_t find_end(ByteView data, std::size_t from) const;

  std::size_t min_bytes_ = 0;
  std::size_t normal_bytes_ = 0;  // up to here boundaries are rare
  std::size_t max_bytes_ = 0;
  // A position that passes the first step is a boundary when its hash is below these.
  std::uint64_t rare_below_ = 0;
  std::uint64_t often_below_ = 0;
};

// Chunks of data that comes in pieces, the same as if it came at once. Not thread-safe. Memory: at
// most one chunk; what lies in one piece is handed on without a copy.
class ChunkStream {
 public:
  // Each chunk in turn; the view is valid during the call.
  using Sink = std::function<void(ByteView chunk)>;

  explicit ChunkStream(const Chunker& chunker) : chunker_(chunker) {}

  void feed(ByteView piece, const Sink& sink);
  // What is left is the last chunk. The stream can be used for other data then.
  void finish(const Sink& sink);

 private:
  // Completes the chunk that earlier pieces began; returns what is left of the piece.
  ByteView complete_pending(ByteView piece, const Sink& sink);

  Chunker chunker_;
  Bytes pending_;  // the beginning of a chunk whose end was not seen yet
};

}  // namespace copse
