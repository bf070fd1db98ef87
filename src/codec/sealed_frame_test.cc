// Sealed frames: layout, damage at every byte, versions to come.
#include "codec/sealed_frame.h"

#include <gtest/gtest.h>

#include "core/crc32c.h"

namespace copse {
namespace {

FramePayload raw(std::string_view text) {
  const ByteView bytes = as_bytes(text);
  return {FrameCodec::Raw, bytes.size(), Bytes(bytes.begin(), bytes.end())};
}

void put_checksum(Bytes& bytes) {
  ByteWriter(bytes).u32(crc32c(bytes));
}

// The worked example of docs/formats/sealed_frame.md.
TEST(SealedFrame, IsAsDocumented) {
  Bytes expected{0xC7, 0x10, 0, 3, 'a', 'b', 'c'};
  put_checksum(expected);
  EXPECT_EQ(seal_frame(raw("abc"), {}), expected);
  Bytes with_dictionary{0xC7, 0x11, 0, 3, 4, 3, 2, 1, 'a', 'b', 'c'};
  put_checksum(with_dictionary);
  EXPECT_EQ(seal_frame(raw("abc"), {0x01020304}), with_dictionary);
}

TEST(SealedFrame, ReadsBack) {
  for (const std::string_view text : {"", "x", "some bytes of content"}) {
    for (const DictionaryId id : {DictionaryId{}, DictionaryId{1}, DictionaryId{UINT32_MAX}}) {
      const Bytes sealed = seal_frame(raw(text), id);
      const auto frame = read_sealed_frame(sealed);
      ASSERT_TRUE(frame.ok()) << frame.error().message();
      EXPECT_EQ(as_text(frame.value().payload), text);
      EXPECT_EQ(frame.value().dictionary, id);
      EXPECT_EQ(frame.value().raw_bytes, text.size());
      EXPECT_EQ(frame.value().codec, static_cast<std::uint8_t>(FrameCodec::Raw));
    }
  }
}

TEST(SealedFrame, DamageIsRefused) {
  const Bytes sealed = seal_frame(raw("some bytes of content"), {77});
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    const auto cut = read_sealed_frame(ByteView(sealed).first(size));
    ASSERT_FALSE(cut.ok()) << size;
    EXPECT_EQ(cut.error().code(), ErrorCode::Corrupt);
  }
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes damaged = sealed;
      damaged[i] = static_cast<std::uint8_t>(damaged[i] ^ 1U << bit);
      EXPECT_FALSE(read_sealed_frame(damaged).ok()) << i;
    }
  }
  Bytes longer = sealed;
  longer.push_back(0);
  EXPECT_FALSE(read_sealed_frame(longer).ok());
}

TEST(SealedFrame, OtherVersionsAreUnsupported) {
  Bytes newer{0xC7, 0x20, 0, 0};
  put_checksum(newer);
  EXPECT_EQ(read_sealed_frame(newer).error().code(), ErrorCode::Unsupported);
  Bytes no_number{0xC7, 0x11, 0, 0, 0, 0, 0, 0};
  put_checksum(no_number);
  EXPECT_EQ(read_sealed_frame(no_number).error().code(), ErrorCode::Corrupt);
}

}  // namespace
}  // namespace copse
