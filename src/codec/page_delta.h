// A delta between two images of a machine's memory: what changed since the base, where most of it
// is pages that stayed, were emptied, or lie elsewhere, and the rest is small changes.
//
// Encoding classifies the pages of the target by memory compares, finds whole pages at any page of
// the base by a fingerprint, and finds what is left at any byte of the base by anchors: positions
// that the content itself chooses, so that only what is unknown of the target has to be remembered
// while the base goes by (ADR 0017). Every find is confirmed by bytes. What was not found is
// literals, compressed with zstd. The payload is described in docs/formats/page_delta.md.
//
// Pure and deterministic: the same images give the same bytes, with any number of threads. Inputs
// may be mapped files of any size up to kPageDeltaBytesMax: they are read where they lie.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "copse/result.h"

#include "core/bytes.h"

namespace copse {

inline constexpr std::uint64_t kPageDeltaBytesMax = std::uint64_t{1} << 39;
inline constexpr int kPageDeltaLevel = 3;

// Told what was read of both images, as far as they reach: stretches that follow one another.
using OnPagesRead = std::function<void(ByteView base, ByteView target)>;

// A stretch of an image, valid for as long as the owner lives.
struct PageWindow {
  ByteView bytes;
  std::shared_ptr<const void> owner;
};

// Gives [begin, end) of an image by another way than touching its view. Thread-safe.
using ReadPages = std::function<PageWindow(std::uint64_t begin, std::uint64_t end)>;

struct PageDeltaOptions {
  int level = kPageDeltaLevel;  // zstd's, for what is not in the base
  unsigned threads = 1;
  // Called on the calling thread from the beginning to the end of the longer image, each time with
  // what is still in the cache: the moment to hash it.
  OnPagesRead on_read = {};
  // For the passes over whole images, where given; what is looked at here and there is in the views
  // in any case. For images that are mapped: see core/io/window_reader.h.
  ReadPages read_base = {};
  ReadPages read_target = {};
};

// Takes about 1/256 of the images, the table of anchors (kAnchorTableBytesMax) and some
// kSegmentRestBytes for each thread, beside the payload. LimitExceeded for images that are too
// large.
Result<Bytes> encode_page_delta(ByteView base, ByteView target, const PageDeltaOptions& options);

// Fills `target`, whose size is the target's. Corrupt when the payload is damaged, was made for
// another size or refers to bytes that the base does not have. Any bytes may be decoded; a base of
// other content gives other bytes. Takes at most some kSegmentRestBytes for each thread.
Status decode_page_delta(ByteView base, ByteView payload, std::span<std::uint8_t> target,
                         unsigned threads = 1);

// Whether these look like two images of one kind of machine: large, in whole pages, and a sample of
// the target's pages is zero or found in the base. Reads some hundred pages.
bool suits_pages(ByteView base, ByteView target);

}  // namespace copse
