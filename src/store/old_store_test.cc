// Stores that earlier versions wrote are read, and written on, by this one.
#include <gtest/gtest.h>

#include "store/layout.h"
#include "store/store_test_support.h"

namespace copse {
namespace {

// tests/data/stores/first: made by the first version. Four files, of which one is plain; two
// sessions, the second of which removed gone.json and added late.json.
constexpr const char* kFirst = COPSE_TEST_DATA_DIR "/stores/first";

// tests/data/stores/second: the same, made by the last build that wrote version 2.
constexpr const char* kSecond = COPSE_TEST_DATA_DIR "/stores/second";

// A copy in memory, so that it may be written on.
std::unique_ptr<MemoryFileSystem> copy_of(const std::string& directory) {
  auto disk = std::make_unique<MemoryFileSystem>();
  FileSystem& real = real_file_system();
  std::vector<std::string> folders{""};
  while (!folders.empty()) {
    const std::string folder = folders.back();
    folders.pop_back();
    const std::string target = std::string(testing_model::kDirectory) + folder;
    EXPECT_TRUE(disk->make_directories(target).ok());
    const auto entries = real.list(directory + folder);
    EXPECT_TRUE(entries.ok()) << directory << folder;
    for (const DirectoryEntry& entry : entries.value()) {
      const std::string name = folder + "/" + entry.name;
      if (entry.type == FileType::Directory) {
        folders.push_back(name);
        continue;
      }
      const auto bytes = real.read_file(directory + name, std::uint64_t{1} << 20);
      EXPECT_TRUE(
          bytes.ok() &&
          disk->create(testing_model::kDirectory + name).value()->append(bytes.value()).ok())
          << name;
    }
  }
  return disk;
}

void expect_files(const Store& store) {
  ASSERT_EQ(store.file_count(), 4U);
  EXPECT_EQ(store.path(0), "a.json");
  EXPECT_EQ(store.path(3), "sub/b.json");
  const auto plain = store.find("notes.txt");
  ASSERT_TRUE(plain.ok() && plain.value());
  EXPECT_EQ(plain.value()->note, "no known language");
  EXPECT_TRUE(plain.value()->language.empty());
  for (std::size_t i = 0; i < store.file_count(); ++i) {
    const FileRecord record = store.file(i);
    EXPECT_TRUE(record.dictionary.none());
    EXPECT_EQ(record.path == "notes.txt", !record.tree) << record.path;
    const auto source = store.read_frame(record.source);
    ASSERT_TRUE(source.ok()) << source.error().message();
    // They were too small for any codec.
    EXPECT_EQ(content_id(source.value().payload()), record.content) << record.path;
    if (!record.tree) continue;
    EXPECT_TRUE(store.read_frame(*record.tree).ok());
    EXPECT_TRUE(store.read_shared(record.grammar, 1).ok());
    EXPECT_TRUE(store.read_shared(record.model, 2).ok());
    EXPECT_EQ(record.language, "json");
  }
  const auto late = store.find("late.json");
  ASSERT_TRUE(late.ok() && late.value());
  EXPECT_EQ(late.value()->nodes, 16U);
  EXPECT_EQ(late.value()->lines, 1U);
}

class OldStore : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Versions, OldStore, testing::Values(kFirst, kSecond));

TEST_P(OldStore, IsRead) {
  const auto store = Store::open(real_file_system(), GetParam());
  ASSERT_TRUE(store.ok()) << store.error().message();
  ASSERT_NO_FATAL_FAILURE(expect_files(store.value()));
  EXPECT_TRUE(store.value().damages().empty());
  EXPECT_TRUE(store.value().named_frames().empty());
  const auto summary = store.value().verify(
      [](const Damage& damage) { ADD_FAILURE() << damage.file << ": " << damage.message; });
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary.value().frames, 7U);
}

TEST_P(OldStore, IsWrittenOn) {
  const auto disk = copy_of(GetParam());
  {
    auto writer = StoreWriter::open_or_create(*disk, testing_model::kDirectory);
    ASSERT_TRUE(writer.ok()) << writer.error().message();
    auto record = writer.value().find("a.json");
    ASSERT_TRUE(record.ok() && record.value());
    FileRecord other = *record.value();
    other.path = "b.json";
    const auto dictionary = writer.value().put_shared(4, as_bytes("dictionary"));
    ASSERT_TRUE(dictionary.ok());
    other.dictionary = dictionary.value();
    ASSERT_TRUE(writer.value().set_named_frame("a frame", other.source).ok());
    ASSERT_TRUE(writer.value().put(std::move(other)).ok());
    ASSERT_TRUE(writer.value().commit().ok());
    ASSERT_TRUE(writer.value().remove("b.json").ok());
    ASSERT_TRUE(writer.value().commit().ok());
    ASSERT_TRUE(writer.value().gather(1).ok());
    ASSERT_TRUE(writer.value().commit().ok());
  }
  const auto store = Store::open(*disk, testing_model::kDirectory);
  ASSERT_TRUE(store.ok()) << store.error().message();
  ASSERT_NO_FATAL_FAILURE(expect_files(store.value()));
  ASSERT_TRUE(store.value().named_frame("a frame"));
  EXPECT_EQ(*store.value().named_frame("a frame"), store.value().find("a.json").value()->source);
  EXPECT_TRUE(store.value().read_frame(*store.value().named_frame("a frame")).ok());
}

TEST(Store, DictionaryLivesAsLongAsARecordNeedsIt) {
  MemoryFileSystem disk;
  std::unique_ptr<Store> before;
  SharedId id;
  const auto open = [&] {
    return std::move(StoreWriter::open_or_create(disk, testing_model::kDirectory,
                                                 testing_model::fixed_options()))
        .value();
  };
  {
    StoreWriter writer = open();
    id = writer.put_shared(4, as_bytes("dictionary")).value();
    FileRecord record;
    record.path = "a";
    record.source = writer.append_frame(1, 2, 3, as_bytes("abc")).value();
    record.dictionary = id;
    ASSERT_TRUE(writer.put(record).ok());
    record.path = "b";
    record.dictionary.content.digest[0] = 1;
    EXPECT_EQ(writer.put(record).error().code(), ErrorCode::InvalidArgument);
    ASSERT_TRUE(writer.commit().ok());
  }
  {
    StoreWriter writer = open();
    before = std::make_unique<Store>(Store::open(disk, testing_model::kDirectory).value());
    EXPECT_EQ(writer.find("a").value()->dictionary, id);
    ASSERT_TRUE(writer.read_shared(id, 4).ok());
    ASSERT_TRUE(writer.remove("a").ok());
    ASSERT_TRUE(writer.commit().ok());
  }
  const auto after = Store::open(disk, testing_model::kDirectory);
  {
    const StoreWriter writer = open();
    EXPECT_EQ(writer.read_shared(id, 4).error().code(), ErrorCode::NotFound);
  }
  EXPECT_EQ(after.value().read_shared(id, 4).error().code(), ErrorCode::NotFound);
  // A reader from when it was needed keeps it.
  EXPECT_TRUE(before->read_shared(id, 4).ok());
  EXPECT_TRUE(before->damages().empty());
}

}  // namespace
}  // namespace copse
