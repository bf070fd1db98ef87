// Frame payloads: round trips, damage, limits.
#include "codec/frame_codec.h"

#include <random>

#include <gtest/gtest.h>

namespace copse {
namespace {

constexpr std::uint64_t kLimit = std::uint64_t{1} << 30;

Bytes sample(std::size_t size, bool random) {
  constexpr std::string_view kText = "int main() { return 0; }\n";
  std::mt19937 engine(7);
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(random ? engine() : as_bytes(kText)[i % kText.size()]);
  }
  return bytes;
}

TEST(FrameCodec, RoundTripsAndIsDeterministic) {
  for (const std::size_t size : {0U, 1U, 100U, 100000U}) {
    for (const bool random : {false, true}) {
      const Bytes bytes = sample(size, random);
      const FramePayload payload = compress_frame(bytes, kFastLevel);
      EXPECT_EQ(payload.raw_bytes, size);
      EXPECT_LE(payload.bytes.size(), size);
      EXPECT_EQ(compress_frame(bytes, kFastLevel).bytes, payload.bytes);
      auto back =
          decompress_frame(static_cast<std::uint8_t>(payload.codec), payload.bytes, size, kLimit);
      ASSERT_TRUE(back.ok()) << back.error().message();
      EXPECT_EQ(back.value(), bytes);
    }
  }
}

TEST(FrameCodec, IncompressibleIsStoredRaw) {
  EXPECT_EQ(compress_frame(sample(5000, true), kFastLevel).codec, FrameCodec::Raw);
  EXPECT_EQ(compress_frame(sample(5000, false), kFastLevel).codec, FrameCodec::Zstd);
}

TEST(FrameCodec, RefusesWhatIsNotThere) {
  const FramePayload payload = compress_frame(sample(5000, false), kFastLevel);
  const auto zstd = static_cast<std::uint8_t>(FrameCodec::Zstd);
  EXPECT_EQ(decompress_frame(zstd, payload.bytes, 4999, kLimit).error().code(), ErrorCode::Corrupt);
  EXPECT_EQ(decompress_frame(zstd, payload.bytes, 5000, 4999).error().code(),
            ErrorCode::LimitExceeded);
  EXPECT_EQ(decompress_frame(9, payload.bytes, 5000, kLimit).error().code(),
            ErrorCode::Unsupported);
  EXPECT_EQ(decompress_frame(0, payload.bytes, 5000, kLimit).error().code(), ErrorCode::Corrupt);
  for (std::size_t size = 0; size < payload.bytes.size(); ++size) {
    const ByteView cut(payload.bytes.data(), size);
    EXPECT_FALSE(decompress_frame(zstd, cut, 5000, kLimit).ok());
  }
}

}  // namespace
}  // namespace copse
