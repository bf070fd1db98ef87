// The bytes of the store's files: worked examples of the format's page, damage at each byte.
#include <gtest/gtest.h>

#include "core/hash.h"
#include "store/catalogue.h"
#include "store/head.h"
#include "store/pack.h"
#include "store/segment.h"
#include "store/shared_object.h"

namespace copse {
namespace {

std::string hex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

FrameRef ref_to(const Bytes& frame, std::uint64_t raw_bytes) {
  FrameRef ref;
  ref.stored_bytes = static_cast<std::uint32_t>(frame.size() - Frame::kHeaderBytes);
  ref.raw_bytes = raw_bytes;
  ref.checksum = frame_checksum(frame);
  return ref;
}

Head sample_head() {
  Head head;
  head.store_id = 0x1122334455667788;
  head.generation = 3;
  head.next_id = 6;
  head.segments = {{{2}, 300, 77, 10}, {{5}, 200, 78, 4}};
  head.packs = {{{1}, 4096, 14}, {{4}, 500, 1}};
  head.roots = {{"dictionary", {content_id(as_bytes("d"))}}};
  return head;
}

TEST(Format, WorkedExampleOfAFrame) {
  const Bytes frame = encode_frame(1, 2, 10, as_bytes("abc"));
  EXPECT_EQ(hex(frame), "78353332ebf00f0001020000030000000a00000000000000616263");
}

TEST(Format, WorkedExampleOfAPackHeader) {
  EXPECT_EQ(hex(encode_pack_header({1}, 42)),
            "636f70736570616b010000000000000001000000000000002a00000000000000"
            "f84d7ead75ff5f4b");
}

TEST(Format, WorkedExampleOfAHead) {
  Head head;
  head.store_id = 42;
  head.generation = 1;
  head.next_id = 3;
  head.segments = {{{2}, 200, 0x0102030405060708, 1}};
  head.packs = {{{1}, 67, 1}};
  EXPECT_EQ(hex(encode_head(head)),
            "636f707365686564020000001c0000002a00000000000000"
            "01"
            "03"
            "01"
            "02"
            "c801"
            "0807060504030201"
            "01"
            "01"
            "01"
            "43"
            "01"
            "00"
            "63d77a35e7a52a8c");
}

TEST(Format, WorkedExampleOfASharedObject) {
  const SharedId id = shared_id(7, as_bytes("abc"));
  EXPECT_EQ(hex(encode_shared(id, 7, as_bytes("abc"))),
            "636f7073656f626a0100000007000000"
            "168491a2402e5dd013a4152a112a0a782b1f58dfb1566c071518134c5a5275f9"
            "0300000000000000"
            "616263"
            "5f1aa82c8d667de6");
}

TEST(Format, WorkedExampleOfASegment) {
  SegmentBuilder builder(SegmentId{2});
  builder.add_removed("a.c");
  EXPECT_EQ(hex(builder.finish()),
            "636f7073656361740200000000000000"
            "0200000000000000"
            "0100000000000000"
            "1400000000000000"
            "5a00000000000000"
            "000000"
            "01"
            "0e050001"
            "74d354214b18d178"
            "03612e63"
            "c8f3c433010bbfc3"
            "28b52ffd200529000003612e6301");
}

TEST(Format, FrameDamageAtEachByteIsRefused) {
  const Bytes frame = encode_frame(9, 8, 7, as_bytes("payload"));
  const FrameRef ref = ref_to(frame, 7);
  ASSERT_TRUE(decode_frame(frame, ref, "p").ok());
  for (std::size_t i = 0; i < frame.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes damaged = frame;
      damaged[i] ^= static_cast<std::uint8_t>(1 << bit);
      const auto refused = decode_frame(damaged, ref, "packs/1.pack");
      ASSERT_FALSE(refused.ok());
      EXPECT_EQ(refused.error().code(), ErrorCode::Corrupt);
      EXPECT_EQ(refused.error().message().rfind("packs/1.pack at offset ", 0), 0U);
    }
  }
  FrameRef other = ref;
  other.raw_bytes = 8;
  EXPECT_EQ(decode_frame(frame, other, "p").error().message(),
            "p at offset 16: raw bytes expected 8, found 7");
}

TEST(Format, HeadRoundTripsAndRefusesDamage) {
  const Bytes bytes = encode_head(sample_head());
  const auto head = decode_head(bytes, "HEAD");
  ASSERT_TRUE(head.ok()) << head.error().message();
  EXPECT_EQ(head.value(), sample_head());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes damaged = bytes;
      damaged[i] ^= static_cast<std::uint8_t>(1 << bit);
      const auto refused = decode_head(damaged, "HEAD");
      ASSERT_FALSE(refused.ok());
      EXPECT_EQ(refused.error().code(), ErrorCode::Corrupt);
    }
    EXPECT_FALSE(decode_head(ByteView(bytes).first(i), "HEAD").ok());
  }
}

TEST(Format, HeadThatMakesNoSenseIsRefused) {
  Head unordered = sample_head();
  std::swap(unordered.packs[0], unordered.packs[1]);
  EXPECT_FALSE(decode_head(encode_head(unordered), "HEAD").ok());
  Head many = sample_head();
  many.segments.resize(kMaxSegments + 1);
  EXPECT_FALSE(decode_head(encode_head(many), "HEAD").ok());
}

TEST(Format, SharedObjectRoundTripsAndRefusesDamage) {
  const SharedId id = shared_id(3, as_bytes("object"));
  const Bytes bytes = encode_shared(id, 3, as_bytes("object"));
  ASSERT_TRUE(decode_shared(bytes, id, 3, "o").ok());
  EXPECT_EQ(decode_shared(bytes, id, std::nullopt, "o").value().kind, 3);
  EXPECT_FALSE(decode_shared(bytes, id, 4, "o").ok());
  EXPECT_FALSE(decode_shared(bytes, shared_id(4, as_bytes("object")), 3, "o").ok());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes damaged = bytes;
    damaged[i] ^= 0x40;
    EXPECT_FALSE(decode_shared(damaged, id, 3, "o").ok());
    EXPECT_FALSE(decode_shared(ByteView(bytes).first(i), id, 3, "o").ok());
  }
}

FileRecord record_of(const std::string& path) {
  FileRecord record;
  record.path = path;
  record.content = content_id(as_bytes(path));
  record.source_bytes = path.size();
  record.source = {PackId{1}, 40, 10, path.size(), 99};
  return record;
}

TEST(Format, SegmentOfManyBlocksRoundTrips) {
  SegmentBuilder builder(SegmentId{9});
  static constexpr int kRecords = 5000;
  for (int i = 0; i < kRecords; ++i) {
    const std::string path = "path" + std::to_string(10'000 + i);
    if (i % 7 == 0) {
      builder.add_removed(path);
    } else {
      builder.add(record_of(path));
    }
  }
  const Bytes bytes = builder.finish();
  const SegmentPtr segment = parse_segment(bytes);
  EXPECT_GE(segment->blocks.size(), 2U);
  EXPECT_EQ(segment->entry.record_count, static_cast<std::uint64_t>(kRecords));
  const Catalogue all({segment}, true);
  ASSERT_EQ(all.size(), static_cast<std::size_t>(kRecords));
  const Catalogue visible({segment});
  EXPECT_EQ(visible.size(), static_cast<std::size_t>(kRecords - (kRecords + 6) / 7));
  for (std::size_t i = 0; i < visible.size(); ++i) {
    EXPECT_EQ(visible.record(i), record_of(std::string(visible.path(i))));
  }
  EXPECT_FALSE(visible.find("path10000").value().has_value());
  EXPECT_TRUE(visible.find("path10001").value().has_value());
}

TEST(Format, SegmentDamageAtEachByteIsRefused) {
  SegmentBuilder builder(SegmentId{9});
  for (const char* path : {"a", "b", "c"}) {
    builder.add(record_of(path));
  }
  const Bytes bytes = builder.finish();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes damaged = bytes;
    damaged[i] ^= 0x02;
    const auto index = parse_segment_index(damaged, "s");
    if (index.ok()) {
      EXPECT_FALSE(parse_block(damaged, index.value(), 0, "s").ok()) << i;
    }
    const auto cut = parse_segment_index(ByteView(bytes).first(i), "s");
    if (cut.ok()) {
      EXPECT_FALSE(parse_block(ByteView(bytes).first(i), cut.value(), 0, "s").ok()) << i;
    }
  }
}

TEST(Format, NewerSegmentsLieOverOlderOnes) {
  const auto segment = [](std::uint64_t id, std::uint64_t lines, const std::string& put,
                          const std::string& removed) {
    SegmentBuilder builder(SegmentId{id});
    for (char c = 'a'; c <= 'f'; ++c) {
      FileRecord record = record_of(std::string(1, c));
      record.lines = lines;
      if (removed.find(c) != std::string::npos) {
        builder.add_removed(record.path);
      } else if (put.find(c) != std::string::npos) {
        builder.add(record);
      }
    }
    return parse_segment(builder.finish());
  };
  const Catalogue catalogue(
      {segment(1, 1, "abcde", ""), segment(2, 2, "bf", "cd"), segment(3, 3, "c", "f")});
  std::string seen;
  for (std::size_t i = 0; i < catalogue.size(); ++i) {
    seen += std::string(catalogue.path(i)) + std::to_string(catalogue.record(i).lines);
  }
  EXPECT_EQ(seen, "a1b2c3e1");
}

}  // namespace
}  // namespace copse
