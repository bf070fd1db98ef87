// How a delta of memory images is laid out: what the encoder and the decoder of page_delta.h share.
//
//   u8      version, kPageDeltaVersion
//   varint  number of segments
//   each:   varint target bytes, varint stored bytes, u64 checksum of the stored bytes
//   u64     checksum of all of the above
//   bytes   the segments, one after another
//
// A segment is kStreamCount streams: for each varint raw bytes and varint stored bytes, equal when
// it is stored as it is, else it is one bare zstd frame; then the streams' bytes one after another.
// See docs/formats/page_delta.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"

namespace copse {

inline constexpr std::uint8_t kPageDeltaVersion = 1;
inline constexpr std::size_t kPageBytes = 4096;

// A segment ends where one of these is reached: it bounds what a thread has to keep.
inline constexpr std::size_t kSegmentRestBytes = std::size_t{16} << 20;
inline constexpr std::size_t kSegmentBytes = std::size_t{64} << 20;

// Where the bytes of a copy come from. On disk: never renumber.
enum class CopyKind : std::uint8_t {
  Same = 0,    // the base, at the target's own address
  Repeat = 1,  // the base, as far away as the last copy that was not Same or Zero
  Moved = 2,   // the base, elsewhere: a displacement follows
  Zero = 3,    // zeros
};
inline constexpr std::uint8_t kCopyKindCount = 4;

// Literals between two copies of one displacement, at most that many, are patches: bytes that
// changed in a place. They are kept apart from new content, as the difference to what was there.
inline constexpr std::size_t kPatchBytesMax = 64;

enum class PageStream : std::uint8_t {
  Kinds,          // a byte for each copy
  Literals,       // varints: how many literals stand in front of each copy
  Lengths,        // varints: its length
  Displacements,  // zigzags, of each Moved
  Patches,        // literals that are patches
  Fresh,          // all others
};
inline constexpr std::size_t kStreamCount = 6;

using PageStreams = std::array<Bytes, kStreamCount>;

inline Bytes& stream_of(PageStreams& streams, PageStream which) {
  return streams[static_cast<std::size_t>(which)];
}

struct PageSegment {
  std::uint64_t target_bytes = 0;
  Bytes stored;
};

// Compresses streams into a segment's bytes.
Bytes store_streams(const PageStreams& streams, int level);
// The reverse. Corrupt when they are damaged, or larger than streams of such a segment can be.
Status load_streams(ByteView stored, std::uint64_t target_bytes, PageStreams& streams);

struct PageSegmentView {
  std::uint64_t target_begin = 0;
  std::uint64_t target_bytes = 0;
  ByteView stored;
  std::uint64_t checksum = 0;
};

void write_page_header(std::span<const PageSegment> segments, Bytes& out);
// Checks the header and that the segments make a target of that size; their own checksums are for
// whoever reads them.
Result<std::vector<PageSegmentView>> read_page_header(ByteView payload, std::uint64_t target_bytes);

}  // namespace copse
