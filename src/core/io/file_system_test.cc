// One suite over the real disk, mapped or not, and the one in memory, and what only one of them can
// do.
#include "core/io/file_system.h"

#include <cerrno>
#include <filesystem>
#include <sys/stat.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/io/fault_file_system.h"
#include "core/io/memory_file_system.h"

namespace copse {
namespace {

enum class Kind : std::uint8_t { Real, Plain, Memory, Fault };

class FileSystemTest : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "copse_io_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    real_root = pattern;
    const bool real = GetParam() == Kind::Real || GetParam() == Kind::Plain;
    root = real ? real_root : "/data";
    ASSERT_TRUE(disk().make_directories(root).ok());
  }

  void TearDown() override { std::filesystem::remove_all(real_root); }

  FileSystem& disk() {
    if (GetParam() == Kind::Real) return real_file_system();
    if (GetParam() == Kind::Plain) return plain_file_system();
    return GetParam() == Kind::Memory ? static_cast<FileSystem&>(memory) : fault;
  }

  std::string path(const std::string& name) const { return join_path(root, name); }

  void write(const std::string& name, std::string_view text) {
    auto file = disk().create(path(name));
    ASSERT_TRUE(file.ok()) << file.error().message();
    ASSERT_TRUE(file.value()->append(as_bytes(text)).ok());
    ASSERT_TRUE(file.value()->sync().ok());
    ASSERT_TRUE(file.value()->close().ok());
  }

  std::string read(const std::string& name) {
    auto bytes = disk().read_file(path(name), 1 << 20);
    return bytes.ok() ? std::string(as_text(bytes.value())) : "error: " + bytes.error().message();
  }

  std::string real_root;
  std::string root;
  MemoryFileSystem memory;
  FaultFileSystem fault{memory};
};

INSTANTIATE_TEST_SUITE_P(Disks, FileSystemTest,
                         testing::Values(Kind::Real, Kind::Plain, Kind::Memory, Kind::Fault),
                         [](const auto& parameter) -> std::string {
                           if (parameter.param == Kind::Real) return "real";
                           if (parameter.param == Kind::Plain) return "plain";
                           return parameter.param == Kind::Memory ? "memory" : "fault";
                         });

TEST_P(FileSystemTest, WritesAndReadsBack) {
  write("f", "hello");
  EXPECT_EQ(read("f"), "hello");
  auto file = disk().open(path("f"));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file.value()->size().value(), 5U);
  std::uint8_t out[3] = {};
  ASSERT_TRUE(file.value()->read_at(2, out).ok());
  EXPECT_EQ(as_text(out), "llo");
  const Status beyond = file.value()->read_at(3, out);
  EXPECT_EQ(beyond.error().code(), ErrorCode::Corrupt);
  EXPECT_NE(beyond.error().message().find(path("f")), std::string::npos);
  EXPECT_FALSE(file.value()->read_at(UINT64_MAX - 1, out).ok());
}

TEST_P(FileSystemTest, CreateRefusesWhatIsThere) {
  write("f", "one");
  const auto again = disk().create(path("f"));
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code(), ErrorCode::Io);
  EXPECT_EQ(again.error().message(), "cannot create " + path("f") + ": file exists");
  EXPECT_EQ(read("f"), "one");
}

TEST_P(FileSystemTest, MissingIsNotFoundAndNamed) {
  const std::string missing = path("no/such");
  EXPECT_EQ(disk().open(missing).error().code(), ErrorCode::NotFound);
  EXPECT_EQ(disk().stat(missing).error().code(), ErrorCode::NotFound);
  EXPECT_EQ(disk().list(missing).error().code(), ErrorCode::NotFound);
  EXPECT_EQ(disk().remove(missing).error().code(), ErrorCode::NotFound);
  EXPECT_EQ(disk().rename(missing, path("x")).error().code(), ErrorCode::NotFound);
  EXPECT_EQ(disk().open(missing).error().message(),
            "cannot open " + missing + ": no such file or directory");
}

TEST_P(FileSystemTest, ReadFileKeepsToItsLimit) {
  write("f", "12345");
  EXPECT_TRUE(disk().read_file(path("f"), 5).ok());
  EXPECT_EQ(disk().read_file(path("f"), 4).error().code(), ErrorCode::LimitExceeded);
}

TEST_P(FileSystemTest, RenameReplacesAndOpenFilesStayReadable) {
  write("old", "old");
  write("new", "new");
  auto file = disk().open(path("old"));
  ASSERT_TRUE(disk().rename(path("new"), path("old")).ok());
  EXPECT_EQ(read("old"), "new");
  EXPECT_EQ(disk().stat(path("new")).error().code(), ErrorCode::NotFound);
  ASSERT_TRUE(disk().remove(path("old")).ok());
  std::uint8_t out[3] = {};
  ASSERT_TRUE(file.value()->read_at(0, out).ok());
  EXPECT_EQ(as_text(out), "old");
}

TEST_P(FileSystemTest, MapsTheBeginningOfAFile) {
  write("file", "hello there");
  if (GetParam() == Kind::Plain) {
    EXPECT_EQ(disk().open(path("file")).value()->map(5).error().code(), ErrorCode::Io);
    return;
  }
  std::unique_ptr<MappedFile> beginning;
  {
    auto file = disk().open(path("file"));
    ASSERT_TRUE(file.ok());
    auto mapped = file.value()->map(5);
    ASSERT_TRUE(mapped.ok()) << mapped.error().message();
    beginning = std::move(mapped).value();
    EXPECT_TRUE(file.value()->map(0).value()->bytes().empty());
    EXPECT_EQ(file.value()->map(12).error().code(), ErrorCode::Corrupt);
    EXPECT_EQ(as_text(file.value()->map(11).value()->bytes()), "hello there");
  }
  ASSERT_TRUE(disk().remove(path("file")).ok());
  EXPECT_EQ(as_text(beginning->bytes()), "hello");
}

TEST_P(FileSystemTest, MapKeepsWhatItSawWhileTheFileGrows) {
  auto writing = disk().create(path("file"));
  ASSERT_TRUE(writing.ok());
  ASSERT_TRUE(writing.value()->append(as_bytes("start")).ok());
  auto file = disk().open(path("file"));
  ASSERT_TRUE(file.ok());
  auto mapped = file.value()->map(5);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(writing.value()->append(as_bytes("and more")).ok());
  }
  EXPECT_EQ(file.value()->size().value(), 8005U);
  std::uint8_t last[4] = {};
  ASSERT_TRUE(file.value()->read_at(8001, last).ok());
  EXPECT_EQ(as_text(last), "more");
  EXPECT_EQ(mapped.ok(), GetParam() != Kind::Plain);
  if (!mapped.ok()) return;
  EXPECT_EQ(as_text(mapped.value()->bytes()), "start");
}

TEST_P(FileSystemTest, ListsRawNamesInOrder) {
  write("b\xff\xfe", "");
  write("a\nb", "");
  ASSERT_TRUE(disk().make_directories(path("c/d/e")).ok());
  ASSERT_TRUE(disk().make_directories(path("c/d/e")).ok());
  ASSERT_TRUE(disk().sync_directory(path("c/d")).ok());
  const auto entries = disk().list(root);
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries.value().size(), 3U);
  EXPECT_EQ(entries.value()[0].name, "a\nb");
  EXPECT_EQ(entries.value()[1].name, "b\xff\xfe");
  EXPECT_EQ(entries.value()[1].type, FileType::Regular);
  EXPECT_EQ(entries.value()[2].name, "c");
  EXPECT_EQ(entries.value()[2].type, FileType::Directory);
  EXPECT_FALSE(disk().make_directories(path("a\nb/x")).ok());
  EXPECT_EQ(disk().open(path("c")).error().code(), ErrorCode::Io);
}

TEST_P(FileSystemTest, LockIsExclusiveAndNamesItsHolder) {
  auto lock = disk().lock(path("lock"));
  ASSERT_TRUE(lock.ok());
  const auto second = disk().lock(path("lock"));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::Busy);
  EXPECT_EQ(second.error().message(),
            path("lock") + " is locked by process " + std::to_string(::getpid()));
  lock.value().reset();
  EXPECT_TRUE(disk().lock(path("lock")).ok());
}

TEST(RealFileSystem, PipeIsRefusedWithoutWaiting) {
  const std::string path = testing::TempDir() + "copse_pipe_" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const auto file = real_file_system().open(path);
  EXPECT_EQ(file.error().message(), "cannot open " + path + ": not a regular file");
  EXPECT_FALSE(real_file_system().read_file(path, 10).ok());
  EXPECT_EQ(real_file_system().stat(path).value().type, FileType::Other);
  ::unlink(path.c_str());
}

TEST(RealFileSystem, LinksAreSeenAndFollowedAsAsked) {
  const std::string path = testing::TempDir() + "copse_link_" + std::to_string(::getpid());
  ASSERT_EQ(::symlink("/proc/self/status", path.c_str()), 0);
  FileSystem& disk = real_file_system();
  EXPECT_EQ(disk.lstat(path).value().type, FileType::SymbolicLink);
  EXPECT_EQ(disk.stat(path).value().type, FileType::Regular);
  EXPECT_EQ(disk.read_link(path).value(), "/proc/self/status");
  EXPECT_EQ(disk.real_path(path + "/../..").ok(), false);
  EXPECT_EQ(disk.real_path("/usr/./bin/..").value(), "/usr");
  // Files in /proc say that they are empty.
  EXPECT_GT(disk.read_file(path, 1 << 20).value().size(), 500U);
  EXPECT_EQ(disk.read_file(path, 100).error().code(), ErrorCode::LimitExceeded);
  ::unlink(path.c_str());
}

TEST(MemoryFileSystem, SpaceOfRemovedFilesComesBack) {
  MemoryFileSystem disk;
  disk.set_free_bytes(10);
  const auto write = [&](const std::string& path, std::string_view text) {
    return disk.create(path).value()->append(as_bytes(text));
  };
  ASSERT_TRUE(write("/a", "12345678").ok());
  EXPECT_NE(write("/b", "1234").error().message().find("no space left"), std::string::npos);
  ASSERT_TRUE(disk.rename("/a", "/b").ok());  // over the two bytes that did fit
  ASSERT_TRUE(write("/c", "12").ok());
  EXPECT_FALSE(write("/d", "1").ok());
  ASSERT_TRUE(disk.remove("/b").ok());
  EXPECT_TRUE(write("/e", "12345678").ok());
  EXPECT_FALSE(write("/f", "1").ok());
}

TEST(MemoryFileSystem, CrashKeepsWhatWasSyncedOnly) {
  MemoryFileSystem disk;
  ASSERT_TRUE(disk.make_directories("/d").ok());
  ASSERT_TRUE(disk.sync_directory("/").ok());
  {
    auto kept = disk.create("/d/kept");
    ASSERT_TRUE(kept.value()->append(as_bytes("durable")).ok());
    ASSERT_TRUE(kept.value()->sync().ok());
    ASSERT_TRUE(disk.sync_directory("/d").ok());
    ASSERT_TRUE(kept.value()->append(as_bytes(" and not")).ok());
    auto lost = disk.create("/d/lost");
    ASSERT_TRUE(lost.value()->sync().ok());  // its name is not durable
  }
  ASSERT_TRUE(disk.rename("/d/kept", "/d/renamed").ok());
  const auto copy = disk.clone();
  disk.crash(0);
  EXPECT_EQ(disk.all_files(), std::vector<std::string>{"/d/kept"});
  EXPECT_EQ(as_text(disk.read_file("/d/kept", 100).value()), "durable");
  EXPECT_EQ(copy->all_files(), (std::vector<std::string>{"/d/lost", "/d/renamed"}));
}

TEST(MemoryFileSystem, CrashWithSeedTearsAndMixes) {
  std::size_t torn = 0;
  std::size_t renamed = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    MemoryFileSystem disk;
    auto file = disk.create("/f");
    ASSERT_TRUE(disk.sync_directory("/").ok());
    ASSERT_TRUE(file.value()->append(Bytes(10, 'x')).ok());
    ASSERT_TRUE(disk.rename("/f", "/g").ok());
    disk.crash(seed);
    const auto at_new = disk.read_file("/g", 100);
    const auto at_old = disk.read_file("/f", 100);
    renamed += at_new.ok() ? 1U : 0U;
    const Bytes bytes = at_new.ok() ? at_new.value() : at_old.ok() ? at_old.value() : Bytes();
    torn += !bytes.empty() && bytes != Bytes(10, 'x') ? 1U : 0U;
  }
  EXPECT_GT(torn, 20U);
  EXPECT_GT(renamed, 50U);
  EXPECT_LT(renamed, 150U);
}

TEST(FaultFileSystem, FailsTheOperationNamed) {
  MemoryFileSystem memory;
  FaultFileSystem disk(memory);
  const auto run = [&] {
    auto file = disk.create("/f");  // 0
    if (!file.ok()) return file.error().message();
    const Status appended = file.value()->append(as_bytes("12345678"));  // 1
    if (!appended.ok()) return appended.error().message();
    const Status synced = file.value()->sync();  // 2
    return synced.ok() ? std::string("done") : synced.error().message();
  };
  EXPECT_EQ(run(), "done");
  EXPECT_EQ(disk.operations(), 3U);
  ASSERT_TRUE(memory.remove("/f").ok());
  disk.arm(Fault{1, ENOSPC, true, true});
  EXPECT_EQ(run(), "cannot write /f: no space left on device");
  EXPECT_TRUE(disk.fired());
  EXPECT_EQ(memory.read_file("/f", 100).value().size(), 4U);
  EXPECT_FALSE(disk.remove("/f").ok());  // from then on
  disk.arm(std::nullopt);
  ASSERT_TRUE(disk.remove("/f").ok());
  disk.arm(Fault{2, EIO, false, false});
  EXPECT_EQ(run(), "cannot sync /f: input/output error");
  EXPECT_TRUE(disk.remove("/f").ok());
}

}  // namespace
}  // namespace copse
