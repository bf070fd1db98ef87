// Lists of revisions: as bytes and back, damaged, changed into one another, chained.
#include "store/revision.h"

#include <map>
#include <random>

#include <gtest/gtest.h>

#include "store/shown_files.h"
#include "store/store_test_support.h"

namespace copse {
namespace {

ObjectId id_of(std::uint8_t value) {
  ObjectId id;
  id.digest.fill(value);
  return id;
}

Revision example() {
  Revision revision;
  revision.header.id = id_of(0x11);
  revision.header.tree = id_of(0x22);
  revision.header.previous = id_of(0x33);
  revision.header.time_s = 1'700'000'000;
  revision.header.offset_minutes = -90;
  revision.header.subject = "parse \xff less";
  revision.header.names = {"main", "v1.1"};
  revision.base = id_of(0x33);
  revision.depth = 1;
  revision.changes = {{"a/b.c", RevisionContent{id_of(0x44), "c"}},
                      {"a/c.txt", std::nullopt},
                      {"z\n\xc3", RevisionContent{id_of(0x55), ""}}};
  return revision;
}

// Few paths and contents, so that lists have much in common.
RevisionFiles random_files(std::mt19937_64& random) {
  std::map<std::string, RevisionContent> files;
  const std::size_t count = random() % 20;
  for (std::size_t i = 0; i < count; ++i) {
    files["d" + std::to_string(random() % 3) + "/" + std::to_string(random() % 12)] = {
        id_of(static_cast<std::uint8_t>(random() % 4)), random() % 3 == 0 ? "" : "c"};
  }
  RevisionFiles list;
  for (const auto& [path, content] : files) {
    list.push_back({path, content});
  }
  return list;
}

TEST(Revision, IsTheExampleOfItsPage) {
  // docs/formats/revision.md
  Revision revision;
  revision.header.id = id_of(0x11);
  revision.header.tree = id_of(0x22);
  revision.header.time_s = 3;
  revision.header.subject = "one";
  revision.header.names = {"v1"};
  revision.changes = {{"a.c", RevisionContent{id_of(0x44), "c"}},
                      {"a.txt", RevisionContent{id_of(0x55), ""}}};
  Bytes expected{1};
  expected.insert(expected.end(), 20, 0x11);
  expected.insert(expected.end(), 20, 0x22);
  for (const int byte :
       std::initializer_list<int>{0, 6, 0, 3, 'o', 'n', 'e', 1, 2, 'v', '1', 2,   1, 'c',
                                  0, 2, 0, 3, 'a', '.', 'c', 2, 3, 't', 'x', 't', 1, 2}) {
    expected.push_back(static_cast<std::uint8_t>(byte));
  }
  expected.insert(expected.end(), 20, 0x44);
  expected.insert(expected.end(), 20, 0x55);
  EXPECT_EQ(encode_revision(revision), expected);
}

TEST(Revision, ComesBack) {
  const Revision revision = example();
  const auto back = decode_revision(encode_revision(revision), "r");
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(back.value(), revision);
}

TEST(Revision, CutOrOfANewerVersionIsRefused) {
  Bytes bytes = encode_revision(example());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = decode_revision(ByteView(bytes).first(size), "r");
    EXPECT_EQ(cut.ok() ? ErrorCode::Io : cut.error().code(), ErrorCode::Corrupt) << size;
  }
  bytes[0] = 2;
  EXPECT_EQ(decode_revision(bytes, "r").error().code(), ErrorCode::Unsupported);
}

// The frame's checksum finds damage; here it must do no harm, and what is accepted can be written.
TEST(Revision, DamageIsRefusedOrMakesSense) {
  const Bytes bytes = encode_revision(example());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const int flip : {1, 0x80, 0xff}) {
      Bytes damaged = bytes;
      damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ flip);
      const auto read = decode_revision(damaged, "r");
      if (!read.ok()) continue;
      const auto again = decode_revision(encode_revision(read.value()), "r");
      EXPECT_TRUE(again.ok() && again.value() == read.value()) << at;
    }
  }
}

TEST(Revision, ChangesLeadFromOneListToTheOther) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 300; ++round) {
    const RevisionFiles from = random_files(random);
    const RevisionFiles to = random_files(random);
    const auto changes = changes_between(from, to);
    const auto made = apply_changes(from, changes);
    ASSERT_TRUE(made.ok());
    EXPECT_EQ(made.value(), to);
    EXPECT_EQ(changes.empty(), from == to);
  }
  EXPECT_EQ(apply_changes({}, {{"a", std::nullopt}}).error().code(), ErrorCode::Corrupt);
}

TEST(Revision, ListIsRebuiltByWayOfItsBases) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::map<ObjectId, Revision> stored;
  RevisionFiles before;
  for (std::uint8_t i = 0; i <= kRevisionDepthMax; ++i) {
    const RevisionFiles files = random_files(random);
    Revision revision;
    revision.header.id = id_of(i);
    revision.changes = changes_between(before, files);
    if (i > 0) revision.base = id_of(static_cast<std::uint8_t>(i - 1));
    revision.depth = i;
    stored[id_of(i)] = revision;
    before = files;
  }
  const auto read = [&](const ObjectId& id) -> Result<Revision> {
    const auto found = stored.find(id);
    if (found == stored.end()) return Error(ErrorCode::NotFound, "none");
    return found->second;
  };
  const auto rebuilt = rebuild_files(id_of(kRevisionDepthMax), read);
  ASSERT_TRUE(rebuilt.ok()) << rebuilt.error().message();
  EXPECT_EQ(rebuilt.value(), before);
  EXPECT_EQ(rebuild_files(id_of(99), read).error().code(), ErrorCode::NotFound);
  // One that is missing on the way, and a circle.
  const Revision third = stored[id_of(3)];
  stored.erase(id_of(3));
  EXPECT_EQ(rebuild_files(id_of(5), read).error().code(), ErrorCode::Corrupt);
  stored[id_of(3)] = third;
  stored[id_of(0)].base = id_of(5);
  stored[id_of(0)].depth = 1;
  EXPECT_EQ(rebuild_files(id_of(5), read).error().code(), ErrorCode::Corrupt);
}

TEST(Revision, HiddenPathsComeBackAndAreShownByName) {
  const RevisionContent content{id_of(0xab), "c_sharp"};
  const std::string path = content_record_path(content);
  EXPECT_TRUE(is_hidden(path));
  EXPECT_EQ(parse_content_record_path(path), content);
  EXPECT_FALSE(parse_content_record_path(revision_record_path(id_of(1))));
  EXPECT_FALSE(parse_content_record_path("src/main.c"));
  EXPECT_EQ(shown_path("src/main.c"), "src/main.c");
  EXPECT_EQ(shown_path(path), "content " + id_of(0xab).hex() + " (c_sharp)");
  EXPECT_EQ(shown_path(revision_record_path(id_of(2))), "revision " + id_of(2).hex());
  EXPECT_EQ(ObjectId::parse(id_of(0xc4).hex()), id_of(0xc4));
  EXPECT_FALSE(ObjectId::parse("12"));
  EXPECT_FALSE(ObjectId::parse(std::string(40, 'G')));
}

// ---- what a store shows ------------------------------------------------------------------------

class ShownFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    StoreWriter writer = std::move(StoreWriter::open_or_create(disk_, testing_model::kDirectory,
                                                               testing_model::fixed_options()))
                             .value();
    for (const std::string& path : {std::string("a"), std::string("b/c"), hidden_, other_}) {
      FileRecord record;
      record.path = path;
      record.lines = path.size();
      record.source = writer.append_frame(1, 0, path.size(), as_bytes(path)).value();
      ASSERT_TRUE(writer.put(record).ok());
    }
    ASSERT_TRUE(writer.commit().ok());
  }

  Store open() { return std::move(Store::open(disk_, testing_model::kDirectory)).value(); }
  static std::vector<std::string> paths(const Store& store) {
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < store.file_count(); ++i) {
      EXPECT_EQ(store.path(i), store.file(i).path);
      EXPECT_EQ(store.lower_bound(store.path(i)), i);
      EXPECT_EQ(store.find(store.path(i)).value()->path, store.path(i));
      paths.emplace_back(store.path(i));
    }
    return paths;
  }

  MemoryFileSystem disk_;
  std::string hidden_ = content_record_path({id_of(1), "c"});
  std::string other_ = content_record_path({id_of(2), ""});
};

TEST_F(ShownFilesTest, EveryRecordAtFirst) {
  EXPECT_EQ(paths(open()), (std::vector<std::string>{hidden_, other_, "a", "b/c"}));
}

TEST_F(ShownFilesTest, TheDirectoryHasNoHiddenOnes) {
  Store store = open();
  store.show_directory();
  EXPECT_EQ(paths(store), (std::vector<std::string>{"a", "b/c"}));
  EXPECT_FALSE(store.find(hidden_).value());
  EXPECT_TRUE(store.find_record(hidden_).value());
  EXPECT_EQ(store.record_paths(content_record_prefix()),
            (std::vector<std::string>{hidden_, other_}));
  EXPECT_EQ(store.lower_bound(""), 0U);
  EXPECT_EQ(store.lower_bound("z"), 2U);
}

TEST_F(ShownFilesTest, AListHasOtherRecordsUnderItsPaths) {
  Store store = open();
  store.show({{"a", hidden_}, {"new", hidden_}, {"plain", other_}});
  EXPECT_EQ(paths(store), (std::vector<std::string>{"a", "new", "plain"}));
  EXPECT_EQ(store.file(1).lines, hidden_.size());
  EXPECT_EQ(store.file(2).lines, other_.size());
  EXPECT_FALSE(store.find("b/c").value());
  EXPECT_TRUE(store.check_complete().ok());
}

TEST_F(ShownFilesTest, WhatAListLacksIsTold) {
  Store store = open();
  store.show({{"a", hidden_}, {"lost", content_record_path({id_of(9), "c"})}, {"z", other_}});
  EXPECT_EQ(paths(store), (std::vector<std::string>{"a", "z"}));
  EXPECT_EQ(store.check_complete().error().code(), ErrorCode::Corrupt);
  EXPECT_EQ(store.find("lost").error().code(), ErrorCode::Corrupt);
  EXPECT_FALSE(store.find("b").value());
}

}  // namespace
}  // namespace copse
