// Every byte of every file damaged in turn, and every file cut at every length: what is answered is
// right, or it is an error that names a file.
#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "store/segment.h"
#include "store/store_test_support.h"

namespace copse {
namespace {

using testing_model::fixed_options;
using testing_model::kDirectory;
using testing_model::Model;

// Two sessions, so that there are two packs and a catalogue of more than one segment.
std::unique_ptr<MemoryFileSystem> small_store(Model& model) {
  auto disk = std::make_unique<MemoryFileSystem>();
  std::mt19937_64 random(11);
  for (const std::string prefix : {"f", "g"}) {
    const int files = prefix == "f" ? 12 : 3;
    auto writer = StoreWriter::open_or_create(*disk, kDirectory, fixed_options());
    EXPECT_TRUE(writer.ok());
    for (int i = 0; i < files; ++i) {
      const std::string path = prefix + std::to_string(i * 5);
      EXPECT_TRUE(
          testing_model::put(writer.value(), model, path, testing_model::random_file(random)).ok());
    }
    EXPECT_TRUE(testing_model::set_root(writer.value(), model, "root", "an object").ok());
    EXPECT_TRUE(testing_model::set_named(writer.value(), model, prefix, "named " + prefix).ok());
    EXPECT_TRUE(writer.value().commit().ok());
  }
  return disk;
}

bool names_a_file(const Error& error) {
  static constexpr std::array kParts = {"HEAD", "packs/", "catalogue/", "shared/"};
  return std::any_of(kParts.begin(), kParts.end(), [&](const char* part) {
    return error.message().find(part) != std::string::npos;
  });
}

// What a damaged store did with the paths and names of the model.
struct Answers {
  std::size_t right = 0;
  std::size_t refused = 0;
  std::size_t named_right = 0;
};

// Fails the test on a wrong answer, or on an error that is not Corrupt or names no file.
Answers ask(FileSystem& disk, const Model& model) {
  Answers answers;
  const auto check_error = [&](const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Corrupt) << error.message();
    EXPECT_TRUE(names_a_file(error)) << error.message();
  };
  const auto refuse = [&](const Error& error) {
    ++answers.refused;
    check_error(error);
  };
  auto store = Store::open(disk, kDirectory);
  if (!store.ok()) {
    refuse(store.error());
    return answers;
  }
  for (const auto& [path, expected] : model.files) {
    const auto record = store.value().find(path);
    if (!record.ok()) {
      refuse(record.error());
      continue;
    }
    if (!record.value()) {
      ADD_FAILURE() << path << " is said not to be there";
      continue;
    }
    const auto file = testing_model::load(store.value(), *record.value());
    if (!file.ok()) {
      refuse(file.error());
      continue;
    }
    EXPECT_TRUE(file.value() == expected) << path;
    EXPECT_TRUE(testing_model::fields_agree(*record.value(), expected)) << path;
    ++answers.right;
  }
  EXPECT_EQ(store.value().named_frames().size(), model.named.size());
  for (const auto& [name, expected] : model.named) {
    const auto ref = store.value().named_frame(name);
    const auto frame = ref ? testing_model::read_both(store.value(), *ref) : Frame{};
    if (!frame.ok()) {
      refuse(frame.error());
      continue;
    }
    EXPECT_EQ(as_text(frame.value().payload()), expected) << name;
    ++answers.named_right;
  }
  const auto absent = store.value().find("f1");
  if (absent.ok()) {
    EXPECT_FALSE(absent.value().has_value());
  } else {
    check_error(absent.error());
  }
  return answers;
}

// Verification has to see the damage too.
void expect_verify_sees(FileSystem& disk, const std::string& path) {
  auto store = Store::open(disk, kDirectory);
  ASSERT_TRUE(store.ok());
  bool named = false;
  const auto summary = store.value().verify(
      [&](const Damage& damage) { named = named || path.ends_with(damage.file); });
  ASSERT_TRUE(summary.ok());
  EXPECT_TRUE(named) << path << " is damaged and verify did not say so";
}

bool is_mirrored(const std::string& path) {
  return path.find("/packs/") == std::string::npos;
}

TEST(StoreDamage, EveryByteFlipped) {
  Model model;
  const auto disk = small_store(model);
  std::size_t flips = 0;
  for (const std::string& path : disk->all_files()) {
    if (path.ends_with("/lock")) continue;
    const Bytes whole = disk->read_file(path, UINT64_MAX).value();
    for (std::size_t i = 0; i < whole.size(); ++i) {
      SCOPED_TRACE(path + " byte " + std::to_string(i));
      Bytes damaged = whole;
      damaged[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
      ASSERT_TRUE(disk->overwrite(path, damaged).ok());
      const Answers answers = ask(*disk, model);
      // A frame belongs to one file or name here; everything else has its copy.
      EXPECT_LE(answers.refused, is_mirrored(path) ? 0U : 1U);
      EXPECT_EQ(answers.right + answers.named_right + answers.refused,
                model.files.size() + model.named.size());
      ASSERT_NO_FATAL_FAILURE(expect_verify_sees(*disk, path));
      ++flips;
    }
    ASSERT_TRUE(disk->overwrite(path, whole).ok());
  }
  EXPECT_GT(flips, 2000U);
  EXPECT_EQ(ask(*disk, model).right, model.files.size());
}

TEST(StoreDamage, EveryFileCutAtEveryLength) {
  Model model;
  const auto disk = small_store(model);
  for (const std::string& path : disk->all_files()) {
    if (path.ends_with("/lock")) continue;
    const Bytes whole = disk->read_file(path, UINT64_MAX).value();
    std::size_t last_right = 0;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      SCOPED_TRACE(path + " cut at " + std::to_string(size));
      ASSERT_TRUE(disk->overwrite(path, ByteView(whole).first(size)).ok());
      const Answers answers = ask(*disk, model);
      if (is_mirrored(path)) {
        EXPECT_EQ(answers.right, model.files.size());
      }
      // The longer the pack, the more of its frames are there.
      EXPECT_GE(answers.right, last_right);
      last_right = answers.right;
      ASSERT_NO_FATAL_FAILURE(expect_verify_sees(*disk, path));
    }
    ASSERT_TRUE(disk->overwrite(path, whole).ok());
  }
}

TEST(StoreDamage, EveryFileMissing) {
  Model model;
  const auto disk = small_store(model);
  for (const std::string& path : disk->all_files()) {
    if (path.ends_with("/lock")) continue;
    SCOPED_TRACE(path);
    const auto copy = disk->clone();
    ASSERT_TRUE(copy->remove(path).ok());
    const Answers answers = ask(*copy, model);
    const std::size_t all = model.files.size() + model.named.size();
    EXPECT_EQ(answers.refused, is_mirrored(path) ? 0U : all - answers.right - answers.named_right);
    ASSERT_NO_FATAL_FAILURE(expect_verify_sees(*copy, path));
  }
}

TEST(StoreDamage, BothMirrorsFlippedAtTheSameByte) {
  Model model;
  const auto disk = small_store(model);
  for (const std::string& path : disk->all_files()) {
    if (!path.ends_with(".copy")) continue;
    const std::string first = path.substr(0, path.size() - 5);
    const Bytes whole = disk->read_file(path, UINT64_MAX).value();
    ASSERT_EQ(whole, disk->read_file(first, UINT64_MAX).value());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      SCOPED_TRACE(path + " byte " + std::to_string(i));
      Bytes damaged = whole;
      damaged[i] ^= 0x10;
      ASSERT_TRUE(disk->overwrite(path, damaged).ok());
      ASSERT_TRUE(disk->overwrite(first, damaged).ok());
      const Answers answers = ask(*disk, model);
      if (path.find("/catalogue/") != std::string::npos) {
        EXPECT_GT(answers.refused, 0U);
      }
    }
    ASSERT_TRUE(disk->overwrite(path, whole).ok());
    ASSERT_TRUE(disk->overwrite(first, whole).ok());
  }
}

// A store of enough files for several blocks.
void fill(FileSystem& disk, Model& model, int files) {
  auto writer = StoreWriter::open_or_create(disk, kDirectory, fixed_options());
  ASSERT_TRUE(writer.ok());
  for (int i = 0; i < files; ++i) {
    const std::string path = "directory/file" + std::to_string(100'000 + i) + ".c";
    ASSERT_TRUE(testing_model::put(writer.value(), model, path, {"s", {}, {}, {}, 7}).ok());
  }
  ASSERT_TRUE(writer.value().commit().ok());
}

TEST(StoreDamage, LostBlockLeavesTheOthers) {
  MemoryFileSystem disk;
  Model model;
  ASSERT_NO_FATAL_FAILURE(fill(disk, model, 5000));
  std::vector<std::string> mirrors;
  for (const std::string& path : disk.all_files()) {
    if (path.find("/catalogue/") != std::string::npos) mirrors.push_back(path);
  }
  ASSERT_EQ(mirrors.size(), 2U);
  const Bytes whole = disk.read_file(mirrors[0], UINT64_MAX).value();
  const auto index = parse_segment_index(whole, "segment");
  ASSERT_TRUE(index.ok());
  const auto& blocks = index.value().blocks;
  ASSERT_GT(blocks.size(), 3U);
  Bytes damaged = whole;
  damaged[static_cast<std::size_t>(blocks[1].offset) + 5] ^= 1;
  // One mirror: everything answers, and the damage is told.
  ASSERT_TRUE(disk.overwrite(mirrors[0], damaged).ok());
  {
    auto store = Store::open(disk, kDirectory);
    EXPECT_EQ(store.value().file_count(), model.files.size());
    ASSERT_EQ(store.value().damages().size(), 1U);
    EXPECT_TRUE(mirrors[0].ends_with(store.value().damages()[0].file));
    EXPECT_EQ(store.value().damages()[0].offset, blocks[1].offset);
  }
  // Different blocks in the two mirrors: still everything.
  Bytes other = whole;
  other[static_cast<std::size_t>(blocks[2].offset) + 5] ^= 1;
  ASSERT_TRUE(disk.overwrite(mirrors[1], other).ok());
  EXPECT_EQ(ask(disk, model).right, model.files.size());
  // The same block in both: only its paths, and what is not there but would be in it.
  ASSERT_TRUE(disk.overwrite(mirrors[1], damaged).ok());
  const Answers answers = ask(disk, model);
  EXPECT_EQ(answers.right, model.files.size() - blocks[1].record_count);
  auto store = Store::open(disk, kDirectory);
  EXPECT_EQ(store.value().file_count(), answers.right);
  const Status complete = store.value().check_complete();
  ASSERT_FALSE(complete.ok());
  EXPECT_NE(complete.error().message().find("offset " + std::to_string(blocks[1].offset)),
            std::string::npos)
      << complete.error().message();
  EXPECT_FALSE(store.value().find(blocks[1].first_path + "x").ok());
  EXPECT_TRUE(store.value().find(blocks[0].first_path + "x").ok());
}

TEST(StoreDamage, LostUpdateIsNotAnsweredFromTheOlderSegment) {
  MemoryFileSystem disk;
  Model model;
  ASSERT_NO_FATAL_FAILURE(fill(disk, model, 200));
  const std::vector<std::string> before = disk.all_files();
  {
    auto writer = StoreWriter::open_or_create(disk, kDirectory, fixed_options());
    ASSERT_TRUE(writer.ok());
    for (const char* number : {"050", "100"}) {
      const std::string path = std::string("directory/file100") + number + ".c";
      ASSERT_TRUE(testing_model::put(writer.value(), model, path, {"new", {}, {}, {}, 9}).ok());
    }
    ASSERT_TRUE(writer.value().commit().ok());
  }
  for (const std::string& path : disk.all_files()) {
    const bool is_new = std::find(before.begin(), before.end(), path) == before.end();
    if (!is_new || path.find("/catalogue/") == std::string::npos) continue;
    Bytes bytes = disk.read_file(path, UINT64_MAX).value();
    bytes.back() ^= 1;
    ASSERT_TRUE(disk.overwrite(path, bytes).ok());
  }
  // From the first path of the lost block on nobody knows; before it everything is as it was.
  const Answers answers = ask(disk, model);
  EXPECT_EQ(answers.right, 50U);
  EXPECT_EQ(answers.refused, 150U);
}

TEST(StoreDamage, WriterOnALossyStoreLosesNoMore) {
  MemoryFileSystem disk;
  Model model;
  ASSERT_NO_FATAL_FAILURE(fill(disk, model, 2000));
  for (const std::string& path : disk.all_files()) {
    if (path.find("/catalogue/") == std::string::npos) continue;
    Bytes bytes = disk.read_file(path, UINT64_MAX).value();
    bytes[bytes.size() - 3] ^= 1;  // in the last block
    ASSERT_TRUE(disk.overwrite(path, bytes).ok());
  }
  const std::size_t right = ask(disk, model).right;
  ASSERT_LT(right, model.files.size());
  std::mt19937_64 random(12);
  for (int i = 0; i < 20; ++i) {
    auto writer = StoreWriter::open_or_create(disk, kDirectory, fixed_options());
    ASSERT_TRUE(writer.ok());
    // More than twice the base, so that it would be merged if it were whole.
    for (int n = 0; n < 300; ++n) {
      const std::string path = "a" + std::to_string(random() % 5000);
      ASSERT_TRUE(testing_model::put(writer.value(), model, path, {"t", {}, {}, {}, 8}).ok());
    }
    ASSERT_TRUE(writer.value().commit().ok());
  }
  const Answers answers = ask(disk, model);
  EXPECT_GE(answers.right, right + 1000);
  EXPECT_EQ(answers.right + answers.refused, model.files.size());
  // Putting the lost files again makes them readable.
  auto writer = StoreWriter::open_or_create(disk, kDirectory, fixed_options());
  for (const auto& [path, file] : std::map(model.files)) {
    ASSERT_TRUE(testing_model::put(writer.value(), model, path, file).ok());
  }
  ASSERT_TRUE(writer.value().commit().ok());
  EXPECT_EQ(ask(disk, model).right, model.files.size());
}

TEST(StoreDamage, CommitHealsADamagedMirror) {
  Model model;
  const auto disk = small_store(model);
  for (const std::string& path : disk->all_files()) {
    if (path.find("/packs/") != std::string::npos || path.ends_with(".copy")) continue;
    if (path.ends_with("/lock")) continue;
    Bytes bytes = disk->read_file(path, UINT64_MAX).value();
    bytes[bytes.size() / 2] ^= 1;
    ASSERT_TRUE(disk->overwrite(path, bytes).ok());
  }
  std::mt19937_64 random(13);
  auto writer = StoreWriter::open_or_create(*disk, kDirectory, fixed_options());
  ASSERT_TRUE(writer.ok());
  for (const char* grammar : {"an object", "grammar 0", "grammar 1", "grammar 2"}) {
    ASSERT_TRUE(writer.value().put_shared(testing_model::kGrammarKind, as_bytes(grammar)).ok());
  }
  ASSERT_TRUE(testing_model::change(writer.value(), model, random, 1).ok());
  ASSERT_TRUE(writer.value().commit().ok());
  ASSERT_NO_FATAL_FAILURE(testing_model::expect_model(*disk, model));
}

}  // namespace
}  // namespace copse
