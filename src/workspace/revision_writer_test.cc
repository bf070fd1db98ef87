// Revisions put into a store and taken out of it, against a plain map; on a disk that fails at any
// operation a revision is there as a whole or not at all.
#include "workspace/revision_writer.h"

#include <cerrno>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "copse/gc.h"

#include "core/io/fault_file_system.h"
#include "core/io/memory_file_system.h"
#include "workspace/revision_verify.h"

namespace copse {
namespace {

constexpr char kStore[] = "/data/store";

ObjectId id_of(std::uint64_t value) {
  ObjectId id;
  for (std::size_t i = 0; i < 8; ++i) {
    id.digest[i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
  id.digest[19] = 1;
  return id;
}

// The content of a number, as text.
RevisionContent content_of(std::uint64_t value) {
  return {id_of(1000 + value), value % 2 == 0 ? "" : "c"};
}

struct Session {
  explicit Session(FileSystem& disk) {
    auto opened = StoreWriter::open_or_create(disk, kStore);
    if (!opened.ok()) return;
    writer = std::make_unique<StoreWriter>(std::move(opened).value());
    auto store = Store::open(disk, kStore);
    if (!store.ok()) return;
    workspace = std::make_unique<Workspace::Impl>(std::move(store).value());
    auto made = RevisionWriter::open(*workspace, *writer, StorePhases());
    if (made.ok()) revisions = std::make_unique<RevisionWriter>(std::move(made).value());
  }

  // With the contents that it lists.
  Status put(const RevisionHeader& header, const RevisionFiles& files) const {
    for (const RevisionFile& file : files) {
      FileRecord record;
      record.path = content_record_path(file.content);
      record.source_bytes = record.path.size();
      COPSE_TRY(record.source,
                writer->append_frame(kSourceFrame, 0, record.path.size(), as_bytes(record.path)));
      COPSE_TRY_STATUS(writer->put(record));
    }
    auto changed = revisions->put(header, files);
    if (!changed.ok()) return std::move(changed).take_error();
    return success();
  }

  std::unique_ptr<StoreWriter> writer;
  std::unique_ptr<Workspace::Impl> workspace;
  std::unique_ptr<RevisionWriter> revisions;  // null when something failed
};

RevisionHeader header_of(std::uint64_t number, std::optional<std::uint64_t> previous) {
  RevisionHeader header;
  header.id = id_of(number);
  header.time_s = static_cast<std::int64_t>(number) * 100;
  header.subject = "revision " + std::to_string(number);
  if (previous) header.previous = id_of(*previous);
  return header;
}

// Files much like those before.
RevisionFiles next_files(std::mt19937_64& random, const RevisionFiles& before) {
  std::map<std::string, RevisionContent> files;
  for (const RevisionFile& file : before) {
    if (random() % 10 != 0) files[file.path] = file.content;
  }
  for (int i = 0; i < 4; ++i) {
    files["src/" + std::to_string(random() % 40)] = content_of(random() % 60);
  }
  RevisionFiles list;
  for (const auto& [path, content] : files) {
    list.push_back({path, content});
  }
  return list;
}

using Model = std::map<ObjectId, RevisionFiles>;

void expect_model(FileSystem& disk, const Model& model) {
  auto store = Store::open(disk, kStore);
  ASSERT_TRUE(store.ok()) << store.error().message();
  const auto workspace = std::make_unique<Workspace::Impl>(std::move(store).value());
  const RevisionReader reader(*workspace);
  ASSERT_EQ(reader.ids().value().size(), model.size());
  for (const auto& [id, files] : model) {
    const auto found = reader.files(id);
    ASSERT_TRUE(found.ok()) << found.error().message();
    EXPECT_EQ(found.value(), files);
  }
  VerifyReport report;
  verify_revisions(
      *workspace, [](const std::string& text) { ADD_FAILURE() << text; }, report);
}

TEST(RevisionWriter, KeepsWhatAMapKeeps) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  MemoryFileSystem disk;
  Model model;
  RevisionFiles files;
  std::uint64_t next = 1;
  for (int round = 0; round < 12; ++round) {
    const Session session(disk);
    ASSERT_NE(session.revisions, nullptr);
    for (int i = 0; i < 8; ++i) {
      const bool again = !model.empty() && random() % 6 == 0;
      const std::uint64_t number = again ? 1 + random() % (next - 1) : next++;
      files = next_files(random, files);
      ASSERT_TRUE(session.put(header_of(number, std::nullopt), files).ok());
      model[id_of(number)] = files;
      if (random() % 4 != 0) continue;
      const ObjectId gone =
          std::next(model.begin(), static_cast<std::ptrdiff_t>(random() % model.size()))->first;
      ASSERT_TRUE(session.revisions->remove(gone).ok());
      model.erase(gone);
    }
    ASSERT_TRUE(session.writer->commit().ok());
    ASSERT_NO_FATAL_FAILURE(expect_model(disk, model));
  }
  // Nothing but what they list is left.
  {
    const Session session(disk);
    ASSERT_TRUE(session.revisions->remove_unused_contents().ok());
    ASSERT_TRUE(session.writer->commit().ok());
  }
  ASSERT_NO_FATAL_FAILURE(expect_model(disk, model));
  std::set<std::string> listed;
  for (const auto& [id, list] : model) {
    for (const RevisionFile& file : list) {
      listed.insert(content_record_path(file.content));
    }
  }
  const Store store = std::move(Store::open(disk, kStore)).value();
  EXPECT_EQ(store.record_paths(content_record_prefix()).size(), listed.size());
}

// As indexing leaves it that was interrupted between its contents and the revision.
TEST(RevisionWriter, GarbageAreContentsThatNoRevisionHas) {
  const auto disk = std::make_shared<MemoryFileSystem>();
  Model model;
  {
    const Session session(*disk);
    std::mt19937_64 random(1);
    model[id_of(1)] = next_files(random, {});
    ASSERT_TRUE(session.put(header_of(1, std::nullopt), model[id_of(1)]).ok());
    FileRecord record;
    record.path = content_record_path(content_of(900));
    record.source = session.writer->append_frame(kSourceFrame, 0, 3, as_bytes("abc")).value();
    ASSERT_TRUE(session.writer->put(record).ok());
    ASSERT_TRUE(session.writer->commit().ok());
  }
  const auto contents = [&] {
    return Store::open(*disk, kStore).value().record_paths(content_record_prefix()).size();
  };
  const std::size_t before = contents();
  ASSERT_TRUE(collect_garbage(kStore, {.storage = Storage::over("memory", disk)}).ok());
  EXPECT_EQ(contents(), before - 1);
  ASSERT_NO_FATAL_FAILURE(expect_model(*disk, model));
}

TEST(RevisionWriter, ForgettingMovesThePreviousOn) {
  MemoryFileSystem disk;
  const Session session(disk);
  const RevisionFiles files = {{"a", content_of(1)}};
  ASSERT_TRUE(session.put(header_of(1, std::nullopt), files).ok());
  ASSERT_TRUE(session.put(header_of(2, 1), files).ok());
  ASSERT_TRUE(session.put(header_of(3, 2), files).ok());
  ASSERT_TRUE(session.revisions->remove(id_of(2)).ok());
  EXPECT_EQ(session.revisions->headers().at(id_of(3)).previous, id_of(1));
  ASSERT_TRUE(session.revisions->remove(id_of(1)).ok());
  EXPECT_FALSE(session.revisions->headers().at(id_of(3)).previous);
  EXPECT_EQ(session.revisions->files(id_of(3)).value(), files);
}

// Two revisions are there; a third comes and the first goes.
TEST(RevisionWriter, AnyOperationMayFail) {
  std::mt19937_64 random(7);
  Model before;
  MemoryFileSystem whole;
  RevisionFiles files;
  {
    const Session session(whole);
    for (const std::uint64_t number : {1U, 2U}) {
      files = next_files(random, files);
      ASSERT_TRUE(session.put(header_of(number, std::nullopt), files).ok());
      before[id_of(number)] = files;
    }
    ASSERT_TRUE(session.writer->commit().ok());
  }
  files = next_files(random, files);
  Model after = before;
  after.erase(id_of(1));
  after[id_of(3)] = files;
  const auto change = [&](FileSystem& disk) -> Status {
    const Session session(disk);
    if (session.revisions == nullptr) return Error(ErrorCode::Io, "not opened");
    COPSE_TRY_STATUS(session.put(header_of(3, 1), files));
    COPSE_TRY_STATUS(session.revisions->remove(id_of(1)));
    COPSE_TRY_STATUS(session.revisions->remove_unused_contents());
    return session.writer->commit();
  };
  const auto copy = whole.clone();
  FaultFileSystem counted(*copy);
  counted.arm(std::nullopt);
  ASSERT_TRUE(change(counted).ok());
  const std::uint64_t operations = counted.operations();
  ASSERT_GT(operations, 20U);
  ASSERT_NO_FATAL_FAILURE(expect_model(*copy, after));
  for (std::uint64_t n = 0; n < operations; ++n) {
    SCOPED_TRACE("operation " + std::to_string(n));
    const auto disk = whole.clone();
    FaultFileSystem faults(*disk);
    faults.arm(Fault{n, EIO, true, n % 2 == 0});
    const bool done = change(faults).ok();
    auto store = Store::open(*disk, kStore);
    ASSERT_TRUE(store.ok()) << store.error().message();
    const bool is_new =
        store.value().find_record(revision_record_path(id_of(3))).value().has_value();
    EXPECT_TRUE(is_new || !done);
    ASSERT_NO_FATAL_FAILURE(expect_model(*disk, is_new ? after : before));
  }
}

}  // namespace
}  // namespace copse
