// LZ4 frames: round trips, damage, limits, and beside other codecs in chunks.
#include "codec/lz4_codec.h"

#include <random>

#include <gtest/gtest.h>

namespace copse {
namespace {

constexpr std::uint64_t kLimit = std::uint64_t{1} << 30;
constexpr auto kLz4 = static_cast<std::uint8_t>(FrameCodec::Lz4);

Bytes sample(std::size_t size, bool random) {
  constexpr std::string_view kText = "if (node == nullptr) return Error(ErrorCode::NotFound);\n";
  std::mt19937 engine(11);
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = random ? static_cast<std::uint8_t>(engine()) : as_bytes(kText)[i % kText.size()];
  }
  return bytes;
}

TEST(Lz4Codec, RoundTripsAndIsDeterministic) {
  for (const std::size_t size : {0U, 1U, 2U, 12U, 13U, 100U, 70'000U, 1'000'000U}) {
    for (const bool random : {false, true}) {
      for (const Lz4Effort effort : {Lz4Effort::Fast, Lz4Effort::Small}) {
        const Bytes bytes = sample(size, random);
        const FramePayload frame = compress_lz4(bytes, effort);
        EXPECT_EQ(frame.raw_bytes, size);
        EXPECT_LE(frame.bytes.size(), size);
        EXPECT_EQ(frame.codec == FrameCodec::Lz4, !random && size >= 100) << size;
        EXPECT_EQ(compress_lz4(bytes, effort).bytes, frame.bytes);
        const auto back =
            decompress_frame(static_cast<std::uint8_t>(frame.codec), frame.bytes, size, kLimit);
        ASSERT_TRUE(back.ok()) << back.error().message();
        EXPECT_EQ(back.value(), bytes);
      }
    }
  }
}

// LZ4 block format, by hand: a token for one literal and a match of 4, offset 1; then literals.
TEST(Lz4Codec, ReadsTheBlockFormat) {
  Bytes block{0x10, 'a', 1, 0, 0xC0};
  ByteWriter(block).raw(as_bytes("bcdefghijklm"));
  const auto back = decompress_frame(kLz4, block, 17, kLimit);
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(as_text(back.value()), "aaaaabcdefghijklm");
}

TEST(Lz4Codec, RefusesWhatIsNotThere) {
  const Bytes bytes = sample(5000, false);
  const FramePayload frame = compress_lz4(bytes);
  const auto code = [&](ByteView payload, std::uint64_t raw_bytes) {
    const auto back = decompress_frame(kLz4, payload, raw_bytes, kLimit);
    return back.ok() ? std::optional<ErrorCode>() : back.error().code();
  };
  EXPECT_EQ(code(frame.bytes, 4999), ErrorCode::Corrupt);
  EXPECT_EQ(code(frame.bytes, 5001), ErrorCode::Corrupt);
  // Nothing is allocated for what such a payload cannot hold.
  const std::uint64_t most = frame.bytes.size() * kLz4ExpansionMax;
  EXPECT_TRUE(check_stated_length(kLz4, frame.bytes, most, kLimit).ok());
  EXPECT_EQ(check_stated_length(kLz4, frame.bytes, most + 1, kLimit).error().code(),
            ErrorCode::Corrupt);
  EXPECT_EQ(code(frame.bytes, kLimit), ErrorCode::Corrupt);
  EXPECT_EQ(code(frame.bytes, kLimit + 1), ErrorCode::LimitExceeded);
  for (std::size_t size = 0; size < frame.bytes.size(); ++size) {
    EXPECT_EQ(code(ByteView(frame.bytes).first(size), 5000), ErrorCode::Corrupt) << size;
  }
  for (std::size_t i = 0; i < frame.bytes.size(); ++i) {
    Bytes damaged = frame.bytes;
    damaged[i] ^= 0x21;
    const auto back = decompress_frame(kLz4, damaged, 5000, kLimit);
    EXPECT_TRUE(!back.ok() || back.value().size() == 5000);
  }
}

}  // namespace
}  // namespace copse
