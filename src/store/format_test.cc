// The bytes of the store's files: worked examples of the format's page, damage at each byte.
#include <gtest/gtest.h>

#include "core/hash.h"
#include "store/catalogue.h"
#include "store/head.h"
#include "store/pack.h"
#include "store/segment.h"
#include "store/segment_format.h"
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

FrameRef ref_to(ByteView stored, std::uint32_t version, std::uint64_t raw_bytes,
                std::uint64_t checksum) {
  FrameRef ref;
  ref.stored_bytes = static_cast<std::uint32_t>(stored.size() - frame_header_bytes(version));
  ref.raw_bytes = raw_bytes;
  ref.checksum = checksum;
  return ref;
}

// As the first version wrote it.
Bytes first_version_frame() {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.u64(0x000FF0EB32333578);
  writer.u8(1);
  writer.u8(2);
  writer.u16(0);
  writer.u32(3);
  writer.u64(10);
  writer.raw(as_bytes("abc"));
  return bytes;
}

Head sample_head() {
  Head head;
  head.store_id = 0x1122334455667788;
  head.generation = 3;
  head.next_id = 6;
  head.segments = {{{2}, 300, 77, 10}, {{5}, 200, 78, 4}};
  head.packs = {{{1}, 4096, 14}, {{4}, 500, 1}};
  head.roots = {{"dictionary", {content_id(as_bytes("d"))}}};
  head.frames = {{"a", {{1}, 40, 17, 30, 79}}, {"b", {{4}, 70, 17, 300, 80}}};
  return head;
}

TEST(Format, WorkedExampleOfAFrame) {
  const EncodedFrame frame = encode_frame(1, 2, 10, as_bytes("abc"));
  EXPECT_EQ(hex(frame.bytes), "0102616263");
  EXPECT_EQ(hex64(frame.checksum), "39e4cdcb31254b7a");
}

TEST(Format, FrameOfTheFirstVersionIsRead) {
  const Bytes stored = first_version_frame();
  EXPECT_EQ(hex(stored), "78353332ebf00f0001020000030000000a00000000000000616263");
  const auto frame = check_frame(stored, ref_to(stored, 1, 10, 0x000FF0EB32333578), 1, "p");
  ASSERT_TRUE(frame.ok()) << frame.error().message();
  EXPECT_EQ(frame.value().type, 1);
  EXPECT_EQ(frame.value().codec, 2);
  EXPECT_EQ(as_text(frame.value().payload), "abc");
}

TEST(Format, WorkedExampleOfAPackHeader) {
  EXPECT_EQ(hex(encode_pack_header({1}, 42)),
            "636f70736570616b020000000000000001000000000000002a00000000000000"
            "66d53b4d06798073");
  EXPECT_EQ(hex(encode_pack_header({1}, 42, 1)),
            "636f70736570616b010000000000000001000000000000002a00000000000000"
            "f84d7ead75ff5f4b");
  for (const std::uint32_t version : {1U, kPackVersion}) {
    const Bytes header = encode_pack_header({1}, 42, version);
    EXPECT_EQ(check_pack_header(header, {1}, 42, "p").value(), version);
    EXPECT_FALSE(check_pack_header(header, {2}, 42, "p").ok());
    EXPECT_FALSE(check_pack_header(header, {1}, 43, "p").ok());
    for (std::size_t i = 0; i < header.size(); ++i) {
      Bytes damaged = header;
      damaged[i] ^= 3;
      EXPECT_FALSE(check_pack_header(damaged, {1}, 42, "p").ok());
    }
  }
}

TEST(Format, WorkedExampleOfAHead) {
  Head head;
  head.store_id = 42;
  head.generation = 1;
  head.next_id = 3;
  head.segments = {{{2}, 200, 0x0102030405060708, 1}};
  head.packs = {{{1}, 67, 2}};
  head.frames = {{"words", {{1}, 60, 5, 300, 0x1112131415161718}}};
  EXPECT_EQ(hex(encode_head(head)),
            "636f7073656865640500"
            "0000300000002a00000000000000"
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
            "02"
            "00"
            "01"
            "05776f726473"
            "01"
            "3c"
            "05"
            "ac02"
            "1817161514131211"
            "c1d6e9eb796cea01");
}

// Before there were named frames the body ended with the roots.
TEST(Format, HeadsOfEarlierVersionsAreRead) {
  for (const std::uint8_t version : {std::uint8_t{1}, std::uint8_t{2}}) {
    Head head = sample_head();
    head.frames.clear();
    Bytes bytes = encode_head(head);
    bytes.resize(bytes.size() - 9);  // the count and the checksum
    bytes[8] = version;
    --bytes[12];
    ByteWriter(bytes).u64(checksum64(bytes));
    const auto read = decode_head(bytes, "HEAD");
    ASSERT_TRUE(read.ok()) << read.error().message();
    EXPECT_EQ(read.value(), head);
    // With the list it is no head of that version, and without it none of the next.
    bytes = encode_head(head);
    bytes[8] = version;
    bytes.resize(bytes.size() - 8);
    ByteWriter(bytes).u64(checksum64(bytes));
    EXPECT_FALSE(decode_head(bytes, "HEAD").ok());
  }
}

// Version 3 had the same head, and no hidden records.
TEST(Format, HeadOfVersionThreeIsRead) {
  Bytes bytes = encode_head(sample_head());
  bytes[8] = 3;
  bytes.resize(bytes.size() - 8);
  ByteWriter(bytes).u64(checksum64(bytes));
  const auto read = decode_head(bytes, "HEAD");
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(read.value(), sample_head());
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
            "636f7073656361740300000000000000"
            "0200000000000000"
            "0100000000000000"
            "1400000000000000"
            "5a00000000000000"
            "000000"
            "01"
            "0e050001"
            "74d354214b18d178"
            "03612e63"
            "4f40981d10267e7f"
            "28b52ffd200529000003612e6301");
}

TEST(Format, FrameDamageAtEachByteIsRefused) {
  const EncodedFrame encoded = encode_frame(9, 8, 7, as_bytes("payload"));
  struct Case {
    std::uint32_t version;
    Bytes stored;
    FrameRef ref;
  };
  const Bytes first = first_version_frame();
  for (const Case& each : {Case{2, encoded.bytes, ref_to(encoded.bytes, 2, 7, encoded.checksum)},
                           Case{1, first, ref_to(first, 1, 10, 0x000FF0EB32333578)}}) {
    ASSERT_TRUE(check_frame(each.stored, each.ref, each.version, "p").ok());
    for (std::size_t i = 0; i < each.stored.size(); ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        Bytes damaged = each.stored;
        damaged[i] ^= static_cast<std::uint8_t>(1 << bit);
        const auto refused = check_frame(damaged, each.ref, each.version, "packs/1.pack");
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().code(), ErrorCode::Corrupt);
        EXPECT_EQ(refused.error().message().rfind("packs/1.pack at offset ", 0), 0U);
      }
    }
    FrameRef other = each.ref;
    ++other.raw_bytes;
    EXPECT_FALSE(check_frame(each.stored, other, each.version, "p").ok());
    other = each.ref;
    ++other.stored_bytes;
    EXPECT_FALSE(check_frame(each.stored, other, each.version, "p").ok());
  }
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
  Head twice = sample_head();
  twice.frames[1].name = "a";
  EXPECT_FALSE(decode_head(encode_head(twice), "HEAD").ok());
  Head nameless = sample_head();
  nameless.frames[0].name.clear();
  EXPECT_FALSE(decode_head(encode_head(nameless), "HEAD").ok());
  Head too_many = sample_head();
  too_many.frames.clear();
  for (std::size_t i = 0; i <= kMaxNamedFrames; ++i) {
    too_many.frames.push_back({hex64(i), {{1}, 40, 17, 30, 79}});
  }
  EXPECT_FALSE(decode_head(encode_head(too_many), "HEAD").ok());
  too_many.frames.pop_back();
  EXPECT_TRUE(decode_head(encode_head(too_many), "HEAD").ok());
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

FileRecord record_with_bases(const std::string& path) {
  FileRecord record = record_of(path);
  record.tree = FrameRef{PackId{1}, 60, 4, 9, 98};
  record.note = "a note";
  record.bases = {{PackId{2}, 400, 10, 90, 97}, {PackId{1}, 4000, 100, 9000, 96}};
  return record;
}

TEST(Format, BasesRoundTripAndAreOfTheirVersion) {
  SegmentBuilder builder(SegmentId{9});
  builder.add(record_of("a"));
  builder.add(record_with_bases("b"));
  builder.add(record_of("c"));
  Bytes bytes = builder.finish();
  const Catalogue catalogue({parse_segment(bytes)});
  EXPECT_EQ(catalogue.record(0), record_of("a"));
  EXPECT_EQ(catalogue.record(1), record_with_bases("b"));
  EXPECT_EQ(catalogue.record(2), record_of("c"));
  // A segment of the version before may not have them.
  const auto index = parse_segment_index(bytes, "s");
  ASSERT_TRUE(index.ok());
  SegmentIndex older = index.value();
  older.tables.version = kBasesVersion - 1;
  EXPECT_TRUE(parse_block(bytes, index.value(), 0, "s").ok());
  EXPECT_EQ(parse_block(bytes, older, 0, "s").error().code(), ErrorCode::Corrupt);
}

TEST(Format, SegmentDamageAtEachByteIsRefused) {
  SegmentBuilder builder(SegmentId{9});
  for (const char* path : {"a", "b", "c"}) {
    builder.add(record_with_bases(path));
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
