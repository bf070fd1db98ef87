// A frame of a delta: what it says about itself, and its payload. A delta is a chain of frames,
// each for the next part of the target. docs/formats/delta.md has the layout.
//
// Pure; thread-safe. Any bytes may be read.
#pragma once

#include <cstdint>

#include "copse/delta.h"
#include "copse/result.h"

#include "core/bytes.h"
#include "core/hash.h"

namespace copse {

inline constexpr std::uint8_t kDeltaVersion = 1;
// No header is longer, so a reader of a stream knows how much to ask for.
inline constexpr std::size_t kDeltaHeaderBytesMax = 128;
// What a decoder may be asked to allocate for one frame, beside the part of the target itself.
inline constexpr unsigned kDeltaMemoryLogMax = 18;  // KiB: 256 MiB
// A frame that is neither of pages nor raw stands for no more, so that a part may be decoded in
// memory: a few bytes can state a part of any length.
inline constexpr std::uint64_t kDeltaPartBytesMax = std::uint64_t{64} << 20;

struct DeltaFrameHeader {
  DeltaAlgorithm algorithm = DeltaAlgorithm::Raw;
  bool last = true;              // whether the target ends with this part
  std::uint8_t memory_log = 0;   // decoding takes at most 2^this KiB beside base and target
  std::uint64_t base_bytes = 0;  // of the whole base
  Hash128 base_hash;             // of the whole base
  std::uint64_t target_begin = 0;
  std::uint64_t target_bytes = 0;  // of this part
  Hash128 target_hash;             // of this part
  std::uint32_t dictionary_id = 0;
  std::uint64_t payload_bytes = 0;
  std::uint32_t payload_checksum = 0;

  // Set by write and read: what the next frame of the chain must know.
  std::uint32_t header_checksum = 0;
  std::size_t header_bytes = 0;
};

// `previous` is the header_checksum of the frame in front, 0 for the first: so no frame can be left
// out, repeated, or come from another delta.
//
// Appends header and payload to `out`; fills in what depends on them.
void write_delta_frame(DeltaFrameHeader& header, ByteView payload, std::uint32_t previous,
                       Bytes& out);

// Reads the header at the beginning of `bytes`. Corrupt when it is damaged or cut short,
// Unsupported when a newer version wrote it.
Result<DeltaFrameHeader> read_delta_header(ByteView bytes, std::uint32_t previous);

// Whether these are the bytes that the header speaks of.
Status check_delta_payload(const DeltaFrameHeader& header, ByteView payload);

// The smallest memory_log for that many bytes.
std::uint8_t delta_memory_log(std::uint64_t bytes);

}  // namespace copse
