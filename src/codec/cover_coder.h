// A target as covers of its base and the literals between them, in bytes and back: the payload of
// rolling and suffix deltas. docs/formats/delta.md has the layout.
//
// Literals are compressed behind what the base has in their places, which is what they were made
// from, more often than not. Pure; thread-safe; any bytes may be decoded.
#pragma once

#include <span>

#include "copse/result.h"

#include "codec/delta_cover.h"
#include "core/bytes.h"

namespace copse {

// Of the base's bytes in front of the literals; what decoding takes beside base and target.
inline constexpr std::size_t kLiteralContextBytesMax = std::size_t{32} << 20;

// A part of a target, and where it begins in the whole.
struct TargetPart {
  ByteView bytes;
  std::uint64_t begin = 0;
};

struct CoverCoding {
  int level = 3;  // of zstd, for the literals
};

struct CodedCovers {
  Bytes payload;
  std::uint64_t decoder_bytes = 0;  // what decoding takes beside base and target
};

// Bytes of a cover that differ are coded, too. REQUIRES: covers are in the order of the part,
// within base and part, at least a byte each and without overlap in it.
CodedCovers encode_covers(ByteView base, const TargetPart& part, const DeltaCovers& covers,
                          const CoverCoding& coding);

// Fills `out`, the part that begins at `target_begin`. Corrupt when the payload does not make
// exactly that many bytes of this base.
Status decode_covers(ByteView base, ByteView payload, std::uint64_t target_begin,
                     std::span<std::uint8_t> out);

}  // namespace copse
