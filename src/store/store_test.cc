// The store against a map, and its refusals, over every kind of storage.
#include "store/store.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "store/head.h"
#include "store/pack.h"
#include "store/segment.h"
#include "store/store_test_support.h"

namespace copse {
namespace {

using testing_model::expect_model;
using testing_model::fixed_options;
using testing_model::kDirectory;
using testing_model::Model;

std::uint64_t test_seed() {
  const char* given = std::getenv("COPSE_SEED");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return given == nullptr ? 20240611 : std::strtoull(given, nullptr, 10);
}

StoreWriter open_writer(FileSystem& file_system, const WriterOptions& options = fixed_options()) {
  auto writer = StoreWriter::open_or_create(file_system, kDirectory, options);
  EXPECT_TRUE(writer.ok()) << (writer.ok() ? "" : writer.error().message());
  return std::move(writer).value();
}

enum class Kind : std::uint8_t { Memory, Mapped, Plain };

// What holds for a store wherever its bytes lie.
class StoreOn : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "copse_store_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    ASSERT_TRUE(memory_.make_directories(root_).ok());
  }

  void TearDown() override { std::filesystem::remove_all(root_); }

  FileSystem& disk() {
    if (GetParam() == Kind::Memory) return memory_;
    return GetParam() == Kind::Mapped ? real_file_system() : plain_file_system();
  }

  const std::string& root() const { return root_; }
  std::string directory() const { return root_ + "/store"; }

  StoreWriter open_writer(const WriterOptions& options = fixed_options()) {
    auto writer = StoreWriter::open_or_create(disk(), directory(), options);
    EXPECT_TRUE(writer.ok()) << (writer.ok() ? "" : writer.error().message());
    return std::move(writer).value();
  }

  void expect_model(const Model& expected) {
    testing_model::expect_model(disk(), expected, directory());
  }

 private:
  std::string root_;
  MemoryFileSystem memory_;
};

INSTANTIATE_TEST_SUITE_P(Storages, StoreOn,
                         testing::Values(Kind::Memory, Kind::Mapped, Kind::Plain),
                         [](const auto& parameter) -> std::string {
                           if (parameter.param == Kind::Memory) return "memory";
                           return parameter.param == Kind::Mapped ? "mapped" : "plain";
                         });

TEST_P(StoreOn, AgreesWithMapUnderRandomOperations) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Model model;
  for (int session = 0; session < 30; ++session) {
    StoreWriter writer = open_writer(fixed_options(400));
    const int commits = static_cast<int>(random() % 5);
    for (int i = 0; i < commits; ++i) {
      const int operations = static_cast<int>(random() % 10);
      ASSERT_TRUE(testing_model::change(writer, model, random, operations).ok());
      if (random() % 3 == 0) {
        ASSERT_TRUE(testing_model::set_root(writer, model, "r" + std::to_string(random() % 3),
                                            "object " + std::to_string(random() % 9))
                        .ok());
      }
      if (random() % 6 == 0) {
        const auto copied = writer.gather(static_cast<double>(random() % 5) / 4);
        ASSERT_TRUE(copied.ok()) << copied.error().message();
      }
      EXPECT_EQ(writer.named_frames().size(), model.named.size());
      for (const auto& [name, text] : model.named) {
        const auto ref = writer.named_frame(name);
        ASSERT_TRUE(ref);
        EXPECT_EQ(as_text(writer.read_frame(*ref).value().payload()), text);
      }
      for (const auto& [path, file] : model.files) {
        const auto found = writer.find(path);
        ASSERT_TRUE(found.ok() && found.value().has_value());
        EXPECT_EQ(found.value()->nodes, file.nodes);
        const auto frame = writer.read_frame(found.value()->source);
        ASSERT_TRUE(frame.ok());
        EXPECT_EQ(as_text(frame.value().payload()), file.source);
      }
      const auto paths = writer.paths();
      ASSERT_TRUE(paths.ok());
      EXPECT_EQ(paths.value().size(), model.files.size());
      EXPECT_TRUE(std::is_sorted(paths.value().begin(), paths.value().end()));
      ASSERT_TRUE(writer.commit().ok());
      ASSERT_NO_FATAL_FAILURE(expect_model(model));
    }
    Model dropped = model;
    ASSERT_TRUE(testing_model::change(writer, dropped, random, 3).ok());  // never committed
  }
  ASSERT_NO_FATAL_FAILURE(expect_model(model));
}

TEST_P(StoreOn, RecordKeepsEveryField) {
  FileRecord record;
  {
    StoreWriter writer = open_writer();
    record.path = std::string("a\0b\xff", 4);
    record.content = content_id(as_bytes("x"));
    record.source_bytes = UINT64_MAX;
    record.lines = UINT64_MAX - 1;
    record.source = writer.append_frame(9, 8, 0, as_bytes("late")).value();
    record.tree = writer.append_frame(255, 254, UINT64_MAX, {}).value();
    std::swap(record.source, *record.tree);  // the tree before the source
    record.language = "c++";
    record.grammar = writer.put_shared(1, as_bytes("grammar")).value();
    record.model = writer.put_shared(2, as_bytes("grammar")).value();
    record.nodes = 5;
    record.visible_nodes = UINT64_MAX;
    record.parser_build = 77;
    record.changed_ns = INT64_MIN;
    record.file_size = 3;
    record.inode = UINT64_MAX;
    record.note = std::string(kMaxNoteBytes, 'n');
    ASSERT_TRUE(writer.put(record).ok());
    ASSERT_TRUE(writer.commit().ok());
    EXPECT_NE(record.grammar, record.model);
    EXPECT_TRUE(writer.find(record.path).value() == record);
  }
  auto store = Store::open(disk(), directory());
  ASSERT_TRUE(store.ok());
  EXPECT_TRUE(store.value().find(record.path).value() == record);
  const auto frame = store.value().read_frame(record.source);
  ASSERT_TRUE(frame.ok());
  EXPECT_EQ(frame.value().type, 255);
  EXPECT_EQ(frame.value().codec, 254);
  EXPECT_EQ(frame.value().raw_bytes, UINT64_MAX);
  EXPECT_TRUE(frame.value().payload().empty());
  EXPECT_EQ(store.value().read_shared(record.model, 1).error().code(), ErrorCode::Corrupt);
}

TEST(Store, SameOperationsGiveSameBytes) {
  const auto make = [] {
    auto disk = std::make_unique<MemoryFileSystem>();
    std::mt19937_64 random(5);
    Model model;
    StoreWriter writer = open_writer(*disk);
    EXPECT_TRUE(testing_model::change(writer, model, random, 20).ok());
    EXPECT_TRUE(writer.commit().ok());
    return disk;
  };
  const auto one = make();
  const auto two = make();
  ASSERT_EQ(one->all_files(), two->all_files());
  for (const std::string& path : one->all_files()) {
    EXPECT_EQ(one->read_file(path, UINT64_MAX).value(), two->read_file(path, UINT64_MAX).value())
        << path;
  }
}

TEST_P(StoreOn, ReaderHoldsItsGenerationUntilRefreshed) {
  std::mt19937_64 random(6);
  Model model;
  StoreWriter writer = open_writer();
  ASSERT_TRUE(testing_model::change(writer, model, random, 30).ok());
  ASSERT_TRUE(writer.commit().ok());
  auto store = Store::open(disk(), directory());
  ASSERT_TRUE(store.ok());
  const Model before = model;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(testing_model::change(writer, model, random, 10).ok());
    ASSERT_TRUE(writer.gather(1).ok());
    ASSERT_TRUE(writer.commit().ok());
    auto again = testing_model::read_all(store.value());
    ASSERT_TRUE(again.ok()) << again.error().message();
    EXPECT_TRUE(again.value() == before);
  }
  ASSERT_TRUE(store.value().refresh().value());
  EXPECT_TRUE(testing_model::read_all(store.value()).value() == model);
  EXPECT_FALSE(store.value().refresh().value());
  EXPECT_EQ(store.value().generation(), writer.generation());
}

TEST_P(StoreOn, PacksAndObjectsNobodyNeedsGoAway) {
  Model model;
  for (int i = 0; i < 300; ++i) {
    StoreWriter writer = open_writer();
    const std::string number = std::to_string(i);
    ASSERT_TRUE(
        testing_model::put(writer, model, "p" + number, {"s" + number, {}, "g" + number, {}, 1})
            .ok());
    ASSERT_TRUE(testing_model::put(writer, model, "same", {"s" + number, {}, {}, {}, 1}).ok());
    ASSERT_TRUE(writer.commit().ok());
  }
  ASSERT_NO_FATAL_FAILURE(expect_model(model));
  EXPECT_LT(disk().list(directory() + "/packs").value().size(), 140U);
  EXPECT_LT(disk().list(directory() + "/catalogue").value().size(), 30U);
  {
    StoreWriter writer = open_writer();
    for (int i = 0; i < 300; ++i) {
      ASSERT_TRUE(writer.remove("p" + std::to_string(i)).ok());
    }
    model.files.erase(model.files.begin(), model.files.find("same"));
    ASSERT_TRUE(writer.commit().ok());
  }
  { const StoreWriter writer = open_writer(); }
  ASSERT_NO_FATAL_FAILURE(expect_model(model));
  EXPECT_EQ(disk().list(directory() + "/packs").value().size(), 1U);
  EXPECT_EQ(disk().list(directory() + "/shared").value().size(), 0U);
  auto store = Store::open(disk(), directory());
  const auto usage = store.value().disk_bytes();
  ASSERT_TRUE(usage.ok());
  EXPECT_EQ(usage.value().packs_live, frame_header_bytes(kPackVersion) + 4);
  EXPECT_GT(usage.value().packs, usage.value().packs_live);
  EXPECT_EQ(usage.value().shared, 0U);
}

TEST_P(StoreOn, FrameLivesAsLongAsItsName) {
  Model model;
  const std::string packs = directory() + "/packs";
  const auto commit_named = [&](const std::string& name, const std::optional<std::string>& text) {
    StoreWriter writer = open_writer();
    ASSERT_TRUE(testing_model::set_named(writer, model, name, text).ok());
    EXPECT_EQ(writer.named_frame(name).has_value(), text.has_value());
    ASSERT_TRUE(writer.commit().ok());
    ASSERT_TRUE(writer.commit().ok());
    ASSERT_NO_FATAL_FAILURE(expect_model(model));
  };
  ASSERT_NO_FATAL_FAILURE(commit_named("b", "some bytes"));
  ASSERT_NO_FATAL_FAILURE(commit_named("a", "other bytes"));
  EXPECT_EQ(disk().list(packs).value().size(), 2U);
  {
    auto store = Store::open(disk(), directory());
    EXPECT_EQ(store.value().named_frames(), (std::vector<std::string>{"a", "b"}));
    EXPECT_FALSE(store.value().named_frame("aa"));
    const DiskUsage usage = store.value().disk_bytes().value();
    EXPECT_EQ(usage.named, 2 * frame_header_bytes(kPackVersion) + 21);
    EXPECT_EQ(usage.packs_live, usage.named);
  }
  // A pack that only a name needs stays, and goes with it.
  ASSERT_NO_FATAL_FAILURE(commit_named("b", std::nullopt));
  EXPECT_EQ(disk().list(packs).value().size(), 1U);
  ASSERT_NO_FATAL_FAILURE(commit_named("none", std::nullopt));
  {
    // Two names, and a record, of one frame; then the pack is gathered into another.
    StoreWriter writer = open_writer();
    ASSERT_TRUE(writer.set_named_frame("c", *writer.named_frame("a")).ok());
    model.named["c"] = model.named["a"];
    ASSERT_TRUE(writer.commit().ok());
    const FrameRef before = *writer.named_frame("a");
    ASSERT_TRUE(writer.append_frame(1, 1, 5, as_bytes("waste")).ok());
    ASSERT_TRUE(writer.commit().ok());
    EXPECT_EQ(writer.gather(1).value(), 0U);  // it is wholly live
    ASSERT_TRUE(testing_model::put(writer, model, "p", {"p", {}, {}, {}, 1}).ok());
    ASSERT_TRUE(writer.commit().ok());
    EXPECT_EQ(*writer.named_frame("a"), before);
  }
  {
    StoreWriter writer = open_writer();
    const FrameRef before = *writer.named_frame("a");
    EXPECT_GT(writer.gather(1.01).value(), 0U);
    EXPECT_NE(*writer.named_frame("a"), before);
    EXPECT_EQ(*writer.named_frame("a"), *writer.named_frame("c"));
    ASSERT_TRUE(writer.commit().ok());
    ASSERT_NO_FATAL_FAILURE(expect_model(model));
    EXPECT_EQ(disk().list(packs).value().size(), 1U);
  }
}

TEST_P(StoreOn, MissingStoreIsNotFound) {
  EXPECT_EQ(Store::open(disk(), root() + "/nowhere").error().code(), ErrorCode::NotFound);
  ASSERT_TRUE(disk().make_directories(root() + "/empty").ok());
  EXPECT_EQ(Store::open(disk(), root() + "/empty").error().code(), ErrorCode::NotFound);
}

TEST_P(StoreOn, OtherDirectoryIsRefusedForWriting) {
  const std::string letters = root() + "/letters";
  ASSERT_TRUE(disk().make_directories(letters + "/packs").ok());
  ASSERT_TRUE(disk().create(letters + "/packs/letter.txt").ok());
  const auto refused = StoreWriter::open_or_create(disk(), letters);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(disk().list(letters).value().size(), 1U);
  EXPECT_EQ(disk().list(letters + "/packs").value().size(), 1U);
}

TEST(Store, NewerVersionIsRefusedWithAdvice) {
  MemoryFileSystem disk;
  { const StoreWriter writer = open_writer(disk); }
  const std::string path = std::string(kDirectory) + "/HEAD";
  Bytes head = disk.read_file(path, UINT64_MAX).value();
  head[8] = kStoreVersion + 1;
  head.resize(head.size() - 8);
  ByteWriter(head).u64(checksum64(head));
  ASSERT_TRUE(disk.overwrite(path, head).ok());
  for (const Error& error : {Store::open(disk, kDirectory).error(),
                             StoreWriter::open_or_create(disk, kDirectory).error()}) {
    EXPECT_EQ(error.code(), ErrorCode::Unsupported);
    EXPECT_EQ(error.message(),
              "/data/store/HEAD is of store version 6, this copse reads version 5: use a newer "
              "copse, or index the sources again into another directory");
  }
}

TEST_P(StoreOn, SecondWriterIsBusy) {
  {
    const StoreWriter writer = open_writer();
    EXPECT_EQ(StoreWriter::open_or_create(disk(), directory()).error().code(), ErrorCode::Busy);
  }
  EXPECT_TRUE(StoreWriter::open_or_create(disk(), directory()).ok());
}

TEST(Store, ReadOnlyDiskReads) {
  MemoryFileSystem disk;
  Model model;
  std::mt19937_64 random(8);
  {
    StoreWriter writer = open_writer(disk);
    ASSERT_TRUE(testing_model::change(writer, model, random, 9).ok());
    ASSERT_TRUE(writer.commit().ok());
  }
  disk.set_read_only(true);
  ASSERT_NO_FATAL_FAILURE(expect_model(disk, model));
}

TEST_P(StoreOn, CallersMistakesChangeNothing) {
  StoreWriter writer = open_writer();
  FileRecord record;
  EXPECT_EQ(writer.put(record).error().code(), ErrorCode::InvalidArgument);
  record.path = "a";
  EXPECT_EQ(writer.put(record).error().code(), ErrorCode::InvalidArgument);  // no frame
  record.source = writer.append_frame(1, 1, 1, as_bytes("x")).value();
  record.source.stored_bytes += 1;
  EXPECT_EQ(writer.put(record).error().code(), ErrorCode::InvalidArgument);
  record.source.stored_bytes -= 1;
  record.grammar.content.digest[0] = 1;
  EXPECT_EQ(writer.put(record).error().code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(writer.set_root("r", record.grammar).error().code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(writer.set_named_frame("", record.source).error().code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(writer.set_named_frame(std::string(kMaxFrameNameBytes + 1, 'n'), {}).error().code(),
            ErrorCode::InvalidArgument);
  FrameRef nowhere = record.source;
  nowhere.offset += 1;
  EXPECT_EQ(writer.set_named_frame("n", nowhere).error().code(), ErrorCode::InvalidArgument);
  for (std::size_t i = 0; i < kMaxNamedFrames; ++i) {
    std::string name = std::to_string(i);
    name.resize(kMaxFrameNameBytes, '.');
    ASSERT_TRUE(writer.set_named_frame(name, record.source).ok());
  }
  EXPECT_EQ(writer.set_named_frame("n", record.source).error().code(), ErrorCode::LimitExceeded);
  EXPECT_EQ(writer.named_frames().size(), kMaxNamedFrames);
  record.grammar = {};
  record.path.assign(kMaxPathBytes + 1, 'p');
  EXPECT_EQ(writer.put(record).error().code(), ErrorCode::LimitExceeded);
  record.path = "a";
  EXPECT_TRUE(writer.put(record).ok());
  EXPECT_TRUE(writer.commit().ok());
  // A full list is one that can be read again.
  EXPECT_EQ(Store::open(disk(), directory()).value().named_frames().size(), kMaxNamedFrames);
}

TEST(Store, FullDiskIsSaidAndLosesNothing) {
  MemoryFileSystem disk;
  Model model;
  std::mt19937_64 random(9);
  {
    StoreWriter writer = open_writer(disk);
    ASSERT_TRUE(testing_model::change(writer, model, random, 20).ok());
    ASSERT_TRUE(writer.commit().ok());
    Model dropped = model;
    disk.set_free_bytes(100);
    Status status = success();
    while (status.ok()) {
      status = testing_model::change(writer, dropped, random, 1);
    }
    EXPECT_NE(status.error().message().find("no space left on device"), std::string::npos);
    disk.set_free_bytes(UINT64_MAX);
    EXPECT_EQ(writer.commit().error().message(), status.error().message());
  }
  ASSERT_NO_FATAL_FAILURE(expect_model(disk, model));
  StoreWriter writer = open_writer(disk);
  ASSERT_TRUE(testing_model::change(writer, model, random, 5).ok());
  ASSERT_TRUE(writer.commit().ok());
  ASSERT_NO_FATAL_FAILURE(expect_model(disk, model));
}

TEST_P(StoreOn, CatalogueOfManyFilesIsSmall) {
  static constexpr int kFiles = 20'000;
  std::mt19937_64 random(10);
  {
    StoreWriter writer = open_writer();
    FileRecord record;
    record.source = writer.append_frame(1, 1, 1, as_bytes("x")).value();
    for (int i = 0; i < kFiles; ++i) {
      record.path = "drivers/net/ethernet/vendor" + std::to_string(i / 50) + "/file" +
                    std::to_string(i % 50) + ".c";
      for (auto& byte : record.content.digest) {
        byte = static_cast<std::uint8_t>(random());
      }
      record.source_bytes = random() % 30000;
      record.file_size = record.source_bytes;
      record.lines = record.source_bytes / 30;
      ASSERT_TRUE(writer.put(record).ok());
    }
    ASSERT_TRUE(writer.commit().ok());
  }
  auto store = Store::open(disk(), directory());
  ASSERT_EQ(store.value().file_count(), static_cast<std::size_t>(kFiles));
  const auto usage = store.value().disk_bytes().value();
  EXPECT_LT(usage.catalogue / kFiles, 2U * 75U);
  const std::string middle = "drivers/net/ethernet/vendor200/file7.c";
  const std::size_t index = store.value().lower_bound(middle);
  EXPECT_EQ(store.value().path(index), middle);
  EXPECT_EQ(store.value().file(index), *store.value().find(middle).value());
}

}  // namespace
}  // namespace copse
