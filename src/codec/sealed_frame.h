// A frame that stands alone: it says what it is, what it needs, how long its content is, and
// whether it is whole. docs/formats/sealed_frame.md has the layout.
//
// Pure functions; thread-safe.
#pragma once

#include <compare>
#include <cstdint>

#include "copse/result.h"

#include "codec/frame_codec.h"
#include "core/bytes.h"

namespace copse {

// Names a dictionary by its bytes and what they are for; 0 names none.
struct DictionaryId {
  std::uint32_t value = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a null in the default
  auto operator<=>(const DictionaryId&) const = default;
};

// Parts of a sealed frame. The payload is a view into it.
struct SealedFrame {
  std::uint8_t codec = 0;
  DictionaryId dictionary;
  std::uint64_t raw_bytes = 0;
  ByteView payload;
};

// 8 to 17 bytes around the payload, 4 more with a dictionary.
Bytes seal_frame(const FramePayload& frame, DictionaryId dictionary);

// Corrupt when it is damaged or something else, Unsupported when a newer copse wrote it. Allocates
// nothing.
Result<SealedFrame> read_sealed_frame(ByteView sealed);

}  // namespace copse
