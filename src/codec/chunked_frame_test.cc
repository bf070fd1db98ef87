// Chunks come back alone and together; damage is named, and only where it is.
#include "codec/chunked_frame.h"

#include <gtest/gtest.h>

namespace copse {
namespace {

Bytes text_of(std::size_t bytes) {
  Bytes text;
  std::uint32_t state = 1;
  while (text.size() < bytes) {
    state = state * 1664525 + 1013904223;
    text.push_back(static_cast<std::uint8_t>('a' + (state >> 24) % 12));
  }
  return text;
}

TEST(ChunkedFrame, WholeAndInParts) {
  const Bytes text = text_of(kChunkedBytesMin + 12345);
  for (const FramePayload& frame :
       {compress_source(text, kFastLevel), compress_source_small(text, 3, nullptr)}) {
    ASSERT_EQ(frame.codec, FrameCodec::Chunked);
    const auto whole = decompress_frame(static_cast<std::uint8_t>(frame.codec), frame.bytes,
                                        frame.raw_bytes, text.size());
    ASSERT_TRUE(whole.ok()) << whole.error().message();
    EXPECT_EQ(whole.value(), text);
    const auto chunks = ChunkedFrame::read(frame.bytes, text.size());
    ASSERT_TRUE(chunks.ok());
    ASSERT_EQ(chunks.value().chunk_count(), 5U);
    for (const std::size_t chunk : {4U, 0U, 2U}) {
      Bytes part(chunks.value().bytes_of(chunk));
      ASSERT_TRUE(chunks.value().decode(chunk, nullptr, part).ok());
      EXPECT_TRUE(std::equal(part.begin(), part.end(),
                             text.begin() + static_cast<std::ptrdiff_t>(chunk * kChunkBytes)));
    }
  }
  EXPECT_NE(compress_source(text_of(1000), kFastLevel).codec, FrameCodec::Chunked);
}

TEST(ChunkedFrame, DamageIsNamedWhereItIs) {
  const Bytes text = text_of(kChunkedBytesMin + 1);
  const FramePayload frame = compress_source(text, kFastLevel);
  for (std::size_t at = 0; at < 70; ++at) {
    Bytes damaged = frame.bytes;
    damaged[at] ^= 1;
    const auto chunks = ChunkedFrame::read(damaged, text.size());
    if (!chunks.ok()) continue;
    ADD_FAILURE() << "byte " << at << " of the header is not looked at";
  }
  Bytes damaged = frame.bytes;
  damaged[damaged.size() / 2] ^= 1;
  const auto chunks = ChunkedFrame::read(damaged, text.size());
  ASSERT_TRUE(chunks.ok());
  std::size_t bad = 0;
  for (std::size_t chunk = 0; chunk < chunks.value().chunk_count(); ++chunk) {
    Bytes part(chunks.value().bytes_of(chunk));
    bad += chunks.value().decode(chunk, nullptr, part).ok() ? 0U : 1U;
  }
  EXPECT_EQ(bad, 1U);
  EXPECT_FALSE(decompress_frame(4, damaged, text.size(), text.size()).ok());
  EXPECT_FALSE(decompress_frame(4, frame.bytes, text.size() + kChunkBytes, UINT64_MAX).ok());
  for (std::size_t size = 0; size < 100; ++size) {
    EXPECT_FALSE(
        ChunkedFrame::read(ByteView(frame.bytes).first(std::size_t{size}), text.size()).ok());
  }
}

}  // namespace
}  // namespace copse
