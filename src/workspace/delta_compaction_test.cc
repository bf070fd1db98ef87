// Versions of one file in one store: deltas to the newest, read as what they were, gone when they
// are no longer wanted, and named with their base when that is damaged.
#include "workspace/delta_compaction.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "codec/chunked_frame.h"
#include "core/io/memory_file_system.h"
#include "store/layout.h"
#include "workspace/compactor.h"

namespace copse {
namespace {

constexpr char kStore[] = "/data/store";

// A file of plain text; each version changes a few lines of the one before and adds one.
std::string version_of(const std::string& name, int version) {
  std::string text;
  for (int line = 0; line < 200 + version; ++line) {
    const int changed = line % 20 < version && line % 3 == 0 ? version - line % 20 : 0;
    text += name + " keeps " + std::to_string(line * 7919 % 1009) + " of " +
            std::to_string(line * 104729 % 10007) + ", changed " + std::to_string(changed) + "\n";
  }
  return text;
}

std::string path_of(const std::string& name, int version) {
  return "v" + std::to_string(version) + "/" + name;
}

using Files = std::map<std::string, std::string>;

Files versions(int count) {
  Files files;
  for (int version = 1; version <= count; ++version) {
    for (const char* name : {"one.txt", "two.txt"}) {
      files[path_of(name, version)] = version_of(name, version);
    }
  }
  return files;
}

// As indexing writes it.
void put(FileSystem& disk, const Files& files) {
  auto writer = StoreWriter::open_or_create(disk, kStore);
  ASSERT_TRUE(writer.ok()) << writer.error().message();
  for (const auto& [path, text] : files) {
    const FramePayload frame = compress_source(as_bytes(text), kFastLevel);
    FileRecord record;
    record.path = path;
    record.content = content_id(as_bytes(text));
    record.source_bytes = text.size();
    record.file_size = text.size();
    record.note = "no known language";
    record.source = writer.value()
                        .append_frame(kSourceFrame, static_cast<std::uint8_t>(frame.codec),
                                      frame.raw_bytes, frame.bytes)
                        .value();
    ASSERT_TRUE(writer.value().put(std::move(record)).ok());
  }
  ASSERT_TRUE(writer.value().commit().ok());
}

CompactOptions options() {
  CompactOptions chosen;
  chosen.jobs = 2;
  chosen.level = 5;
  chosen.dictionary_bytes = 0;
  return chosen;
}

CompactReport compact(FileSystem& disk) {
  auto report = Compactor(disk, real_clock(), kStore, options()).run();
  EXPECT_TRUE(report.ok()) << report.error().message();
  EXPECT_TRUE(report.value().damaged.empty());
  return std::move(report).value();
}

void expect_sources(FileSystem& disk, const Files& files) {
  const Workspace::Impl impl(Store::open(disk, kStore).value());
  ASSERT_EQ(impl.store.file_count(), files.size());
  for (std::size_t i = 0; i < impl.store.file_count(); ++i) {
    const FileRecord record = impl.store.file(i);
    const auto source = impl.read_source(record);
    ASSERT_TRUE(source.ok()) << source.error().message();
    EXPECT_TRUE(source.value() == files.at(record.path)) << record.path;
    std::string into(source.value().size(), '\0');
    const std::span out(reinterpret_cast<std::uint8_t*>(into.data()), into.size());
    ASSERT_TRUE(impl.read_source_into(record, out).ok());
    EXPECT_TRUE(into == source.value());
  }
  EXPECT_EQ(impl.store.verify([](const Damage& damage) { ADD_FAILURE() << damage.message; })
                .value()
                .damages,
            0U);
}

std::size_t depth_of(FileSystem& disk, const std::string& path) {
  return Store::open(disk, kStore).value().find(path).value()->bases.size();
}

std::uint64_t pack_bytes(FileSystem& disk) {
  return Store::open(disk, kStore).value().disk_bytes().value().packs;
}

TEST(DeltaCompaction, OldVersionsAreDeltasAndTheNewestStandsAlone) {
  MemoryFileSystem one;
  put(one, {{path_of("one.txt", 9), version_of("one.txt", 9)},
            {path_of("two.txt", 9), version_of("two.txt", 9)}});
  compact(one);
  MemoryFileSystem disk;
  const Files files = versions(9);
  put(disk, files);
  const CompactReport report = compact(disk);
  EXPECT_EQ(report.deltas_written, 16U);
  ASSERT_NO_FATAL_FAILURE(expect_sources(disk, files));
  EXPECT_EQ(depth_of(disk, "v9/one.txt"), 0U);
  EXPECT_EQ(depth_of(disk, "v8/one.txt"), 1U);
  for (const auto& [path, text] : files) {
    EXPECT_LE(depth_of(disk, path), kMaxBases);
  }
  EXPECT_LT(pack_bytes(disk), 3 * pack_bytes(one));

  // A second run finds nothing to do.
  const std::uint64_t generation = Store::open(disk, kStore).value().generation();
  EXPECT_EQ(compact(disk).deltas_written, 0U);
  EXPECT_EQ(Store::open(disk, kStore).value().generation(), generation);
}

TEST(DeltaCompaction, ANewerVersionTakesOver) {
  MemoryFileSystem disk;
  put(disk, versions(5));
  compact(disk);
  const Files files = versions(7);
  put(disk, {{"v6/one.txt", files.at("v6/one.txt")},
             {"v6/two.txt", files.at("v6/two.txt")},
             {"v7/one.txt", files.at("v7/one.txt")},
             {"v7/two.txt", files.at("v7/two.txt")}});
  compact(disk);
  ASSERT_NO_FATAL_FAILURE(expect_sources(disk, files));
  EXPECT_EQ(depth_of(disk, "v7/one.txt"), 0U);
  EXPECT_GE(depth_of(disk, "v5/one.txt"), 1U);
  // As if all had come at once: no frame is kept for a delta alone.
  MemoryFileSystem at_once;
  put(at_once, files);
  compact(at_once);
  EXPECT_EQ(pack_bytes(disk), pack_bytes(at_once));
}

// A base lives for as long as a delta needs it, also when its own file is gone.
TEST(DeltaCompaction, BasesOutliveTheirFiles) {
  MemoryFileSystem disk;
  Files files = versions(4);
  put(disk, files);
  compact(disk);
  {
    auto writer = StoreWriter::open_or_create(disk, kStore).value();
    for (const char* path : {"v4/one.txt", "v4/two.txt"}) {
      ASSERT_TRUE(writer.remove(path).ok());
      files.erase(path);
    }
    ASSERT_TRUE(writer.commit().ok());
    ASSERT_TRUE(writer.gather(1).ok());
    ASSERT_TRUE(writer.commit().ok());
  }
  ASSERT_NO_FATAL_FAILURE(expect_sources(disk, files));
  EXPECT_EQ(depth_of(disk, "v3/one.txt"), 1U);
  compact(disk);
  ASSERT_NO_FATAL_FAILURE(expect_sources(disk, files));
  EXPECT_EQ(depth_of(disk, "v3/one.txt"), 0U);
}

TEST(DeltaCompaction, DamagedBaseIsNamedAndOthersAnswer) {
  MemoryFileSystem disk;
  const Files files = versions(3);
  put(disk, files);
  compact(disk);
  const FileRecord delta = Store::open(disk, kStore).value().find("v2/one.txt").value().value();
  ASSERT_EQ(delta.bases.size(), 1U);
  const auto pack_of = [](const FrameRef& ref) { return join_path(kStore, pack_name(ref.pack)); };
  const std::string base_pack = pack_of(delta.bases[0]);
  const Bytes bytes = disk.read_file(base_pack, UINT64_MAX).value();
  const auto at = static_cast<std::size_t>(delta.bases[0].offset);
  for (std::size_t i = 0; i < delta.bases[0].stored_bytes + 2U; i += 7) {
    Bytes damaged = bytes;
    damaged[at + i] ^= 0x10;
    ASSERT_TRUE(disk.overwrite(base_pack, damaged).ok());
    const Workspace::Impl impl(Store::open(disk, kStore).value());
    const auto source = impl.read_source(delta);
    ASSERT_FALSE(source.ok());
    EXPECT_EQ(source.error().code(), ErrorCode::Corrupt);
    EXPECT_NE(source.error().message().find("v2/one.txt"), std::string::npos);
    EXPECT_NE(source.error().message().find("its base at offset " + std::to_string(at)),
              std::string::npos)
        << source.error().message();
    const auto other = impl.store.find("v2/two.txt").value().value();
    EXPECT_TRUE(impl.read_source(other).value() == files.at("v2/two.txt"));
  }
  ASSERT_TRUE(disk.overwrite(base_pack, bytes).ok());
  // Every byte of the delta itself.
  const std::string own_pack = pack_of(delta.source);
  const Bytes own_bytes = disk.read_file(own_pack, UINT64_MAX).value();
  const auto own = static_cast<std::size_t>(delta.source.offset);
  for (std::size_t i = 0; i < delta.source.stored_bytes + 2U; ++i) {
    Bytes damaged = own_bytes;
    damaged[own + i] ^= 0x01;
    ASSERT_TRUE(disk.overwrite(own_pack, damaged).ok());
    const Workspace::Impl impl(Store::open(disk, kStore).value());
    EXPECT_EQ(impl.read_source(delta).error().code(), ErrorCode::Corrupt);
  }
}

// A record may say anything: bases that are no bases are refused, and none are too.
TEST(DeltaCompaction, RecordsThatMakeNoSenseAreRefused) {
  MemoryFileSystem disk;
  put(disk, versions(3));
  compact(disk);
  const Workspace::Impl impl(Store::open(disk, kStore).value());
  const FileRecord delta = impl.store.find("v2/one.txt").value().value();
  FileRecord none = delta;
  none.bases.clear();
  EXPECT_EQ(impl.read_source(none).error().code(), ErrorCode::Corrupt);
  FileRecord itself = delta;
  itself.bases = {delta.source};
  EXPECT_EQ(impl.read_source(itself).error().code(), ErrorCode::Corrupt);
  FileRecord twice = delta;
  twice.bases.push_back(delta.bases[0]);
  EXPECT_EQ(impl.read_source(twice).error().code(), ErrorCode::Corrupt);
}

}  // namespace
}  // namespace copse
