// Any bytes in chunks: the vectors and the plain twin agree, and so do pieces of any size.
//
// Bound: sizes come from the first bytes; the content is repeated to be worth cutting.
#include <algorithm>
#include <vector>

#include "codec/chunker.h"
#include "core/check.h"

namespace {

using namespace copse;

constexpr std::size_t kRepeats = 8;

}  // namespace

// Least size and how far the largest is above the average (u8 each), the size of pieces (u8), the
// content.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const auto chunker = Chunker::create(
      {kChunkAverageBytesMin, kChunkBytesMin + data[0], kChunkAverageBytesMin + 1U + data[1]});
  COPSE_CHECK(chunker.ok());
  const std::size_t piece_bytes = 1 + std::size_t{data[2]} * 8;
  Bytes content;
  for (std::size_t i = 0; i < kRepeats; ++i) {
    content.insert(content.end(), data + 3, data + size);
  }
  std::vector<std::size_t> lengths;
  for (ByteView rest = content; !rest.empty(); rest = rest.subspan(lengths.back())) {
    lengths.push_back(chunker.value().next(rest));
    COPSE_CHECK(lengths.back() > 0 && lengths.back() == chunker.value().next_plain(rest));
  }
  std::size_t number = 0;
  const auto sink = [&](ByteView chunk) {
    COPSE_CHECK(number < lengths.size() && chunk.size() == lengths[number]);
    ++number;
  };
  ChunkStream stream(chunker.value());
  for (ByteView rest = content; !rest.empty();) {
    const ByteView piece = rest.first(std::min(piece_bytes, rest.size()));
    stream.feed(piece, sink);
    rest = rest.subspan(piece.size());
  }
  stream.finish(sink);
  COPSE_CHECK(number == lengths.size());
  return 0;
}
