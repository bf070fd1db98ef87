// The store on the real disk: other processes, kill -9, full disks, threads.
#include <atomic>
#include <csignal>
#include <filesystem>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/io/process.h"
#include "store/store_test_support.h"

namespace copse {
namespace {

using testing_model::fixed_options;
using testing_model::Model;

class StoreProcess : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "copse_store_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root = pattern;
    directory = root + "/store";
  }

  void TearDown() override { std::filesystem::remove_all(root); }

  FileSystem& disk() { return real_file_system(); }

  StoreWriter open_writer() {
    auto writer = StoreWriter::open_or_create(disk(), directory, fixed_options(2000));
    EXPECT_TRUE(writer.ok()) << (writer.ok() ? "" : writer.error().message());
    return std::move(writer).value();
  }

  std::string root;
  std::string directory;
};

// Runs `body` in a forked child, which ends with its answer.
template <typename Body>
pid_t fork_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

TEST_F(StoreProcess, AgreesWithMapOnTheRealDisk) {
  Model model;
  std::mt19937_64 random(21);
  for (int session = 0; session < 3; ++session) {
    StoreWriter writer = open_writer();
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(testing_model::change(writer, model, random, 10).ok());
      ASSERT_TRUE(writer.gather(0.5).ok());
      ASSERT_TRUE(writer.commit().ok());
    }
  }
  ASSERT_NO_FATAL_FAILURE(testing_model::expect_model(disk(), model, directory));
}

TEST_F(StoreProcess, SecondProcessIsToldWhoWrites) {
  const StoreWriter writer = open_writer();
  const std::string expected = "locked by process " + std::to_string(::getpid());
  const int status = wait_for(fork_child([&] {
    // The child's own open of the lock file stands against the parent's.
    auto second = StoreWriter::open_or_create(disk(), directory);
    const bool busy = !second.ok() && second.error().code() == ErrorCode::Busy &&
                      second.error().message().find(expected) != std::string::npos;
    return busy ? 0 : 1;
  }));
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

// Commits generations of one file "n" that says which it is, and tells each over the channel.
int commit_for_ever(FileSystem& disk, const std::string& directory, Channel& channel,
                    std::uint64_t number) {
  auto writer = StoreWriter::open_or_create(disk, directory, fixed_options(2000));
  if (!writer.ok()) return 1;
  Model model;
  while (true) {
    ++number;
    const std::string text = "round " + std::to_string(number);
    const std::string other = "other" + std::to_string(number % 7);
    if (!testing_model::put(writer.value(), model, "n", {text, text, "g", {}, number}).ok() ||
        !testing_model::put(writer.value(), model, other, {text, {}, {}, {}, number}).ok() ||
        !testing_model::set_named(writer.value(), model, "name", text).ok() ||
        !writer.value().commit().ok()) {
      return 2;
    }
    Bytes message;
    ByteWriter(message).u64(number);
    if (!channel.write(message, -1).ok()) return 3;
  }
}

TEST_F(StoreProcess, KilledAtAnyInstantKeepsWhatWasCommitted) {
  std::uint64_t committed = 0;
  std::mt19937_64 random(22);
  for (int round = 0; round < 30; ++round) {
    auto pair = make_channel_pair();
    ASSERT_TRUE(pair.ok());
    Channel near = std::move(pair.value().near);
    Channel far = std::move(pair.value().far);
    const pid_t child = fork_child([&] {
      near.close();
      return commit_for_ever(disk(), directory, far, committed);
    });
    far.close();
    const std::uint64_t messages = 1 + random() % 4;
    Bytes message(8);
    for (std::uint64_t i = 0; i < messages; ++i) {
      ASSERT_TRUE(near.read(message, 60'000).ok());
      committed = ByteReader(message).u64();
    }
    // A busy wait of a random length, so that it dies in the middle of something.
    for (std::uint64_t i = random() % 3'000'000; i > 0; --i) {
      std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    EXPECT_TRUE(WIFSIGNALED(wait_for(child)));
    while (near.read(message, 60'000).ok()) {
      committed = ByteReader(message).u64();
    }
    auto store = Store::open(disk(), directory);
    ASSERT_TRUE(store.ok()) << store.error().message();
    const auto model = testing_model::read_all(store.value());
    ASSERT_TRUE(model.ok()) << model.error().message();
    const std::uint64_t found = model.value().files.at("n").nodes;
    EXPECT_TRUE(found == committed || found == committed + 1) << found << " and " << committed;
    EXPECT_EQ(model.value().files.at("n").source, "round " + std::to_string(found));
    EXPECT_EQ(model.value().named.at("name"), "round " + std::to_string(found));
    committed = found;
  }
}

TEST_F(StoreProcess, FullDiskIsSaid) {
  const int status = wait_for(fork_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{20'000, 20'000};
    auto writer = StoreWriter::open_or_create(disk(), directory);
    if (!writer.ok() || ::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    const Bytes payload(8'000, 1);
    Status result = success();
    for (int i = 0; i < 4 && result.ok(); ++i) {
      const auto ref = writer.value().append_frame(1, 1, 1, payload);
      if (!ref.ok()) result = ref.error();
    }
    if (result.ok() || result.error().message().find("file too large") == std::string::npos) {
      return 2;
    }
    return writer.value().commit().ok() ? 3 : 0;
  }));
  EXPECT_EQ(status, 0);
  ASSERT_NO_FATAL_FAILURE(testing_model::expect_model(disk(), Model{}, directory));
}

TEST_F(StoreProcess, ReadOnlyDirectoryReads) {
  Model model;
  std::mt19937_64 random(23);
  {
    StoreWriter writer = open_writer();
    ASSERT_TRUE(testing_model::change(writer, model, random, 10).ok());
    ASSERT_TRUE(writer.commit().ok());
  }
  ASSERT_EQ(::chmod(directory.c_str(), 0555), 0);
  // The superuser may write all the same; another user is told.
  const int status = wait_for(fork_child([&] {
    if (::getuid() == 0 && (::chmod(root.c_str(), 0755) != 0 || ::setuid(65534) != 0)) return 1;
    auto read = testing_model::read_all(disk(), directory);
    if (!read.ok() || read.value() != model) return 2;
    auto writer = StoreWriter::open_or_create(disk(), directory);
    return !writer.ok() && writer.error().code() == ErrorCode::Io ? 0 : 3;
  }));
  EXPECT_EQ(status, 0);
  ASSERT_EQ(::chmod(directory.c_str(), 0755), 0);
}

// A reader that maps its packs, and what happens to them under it.
TEST_F(StoreProcess, MappedPackThatWasCutOrRemoved) {
  Model model;
  {
    StoreWriter writer = open_writer();
    ASSERT_TRUE(
        testing_model::put(writer, model, "a", {std::string(20'000, 'a'), {}, {}, {}, 1}).ok());
    ASSERT_TRUE(writer.commit().ok());
  }
  auto mapped = Store::open(disk(), directory);
  auto plain = Store::open(disk(), directory, {.map_packs = false});
  ASSERT_TRUE(mapped.ok() && plain.ok());
  const FrameRef ref = mapped.value().file(0).source;
  const std::string pack =
      directory + "/packs/" + disk().list(directory + "/packs").value().front().name;
  // A view outlives its store, and its pack's name.
  auto view = mapped.value().read_view(ref);
  ASSERT_TRUE(view.ok());
  {
    const auto other = Store::open(disk(), directory);
    view = other.value().read_view(ref);
  }
  std::filesystem::rename(pack, pack + ".moved");
  EXPECT_EQ(as_text(view.value().payload), model.files.at("a").source);
  EXPECT_TRUE(mapped.value().read_view(ref).ok());
  std::filesystem::rename(pack + ".moved", pack);
  std::filesystem::resize_file(pack, 4096);
  for (const auto* store : {&mapped, &plain}) {
    const auto refused = store->value().read_view(ref);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code(), ErrorCode::Corrupt) << refused.error().message();
    EXPECT_EQ(store->value().damages().size(), 1U);
  }
  // Too short to be mapped from the beginning.
  const auto later = Store::open(disk(), directory);
  ASSERT_TRUE(later.ok());
  EXPECT_EQ(later.value().read_view(ref).error().code(), ErrorCode::Corrupt);
}

TEST_F(StoreProcess, ReadersWorkWhileAWriterCommitsMergesAndGathers) {
  // All files of a generation hold the same number, so a reader that mixes two is seen.
  static constexpr int kFiles = 6;
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> newest = 0;
  StoreWriter writer = open_writer();
  const auto write = [&](std::uint64_t number) {
    Model model;
    for (int i = 0; i < kFiles; ++i) {
      const std::string text = std::to_string(number);
      ASSERT_TRUE(
          testing_model::put(writer, model, "f" + std::to_string(i), {text, text, "g", {}, number})
              .ok());
    }
    ASSERT_TRUE(writer.commit().ok());
    newest = number;
  };
  write(1);
  auto shared = Store::open(disk(), directory);
  ASSERT_TRUE(shared.ok());
  const auto check = [&](const Store& store, std::uint64_t at_least) {
    const auto model = testing_model::read_all(store);
    ASSERT_TRUE(model.ok()) << model.error().message();
    ASSERT_EQ(model.value().files.size(), static_cast<std::size_t>(kFiles));
    const std::uint64_t number = model.value().files.begin()->second.nodes;
    EXPECT_GE(number, at_least);
    for (const auto& [path, file] : model.value().files) {
      EXPECT_EQ(file.nodes, number) << path;
    }
    EXPECT_EQ(store.damages().size(), 0U);
  };
  std::vector<std::thread> readers;
  readers.reserve(3);
  for (int t = 0; t < 3; ++t) {
    readers.emplace_back([&] {
      while (!stop) {
        const std::uint64_t at_least = newest;
        auto store = Store::open(disk(), directory);
        ASSERT_TRUE(store.ok()) << store.error().message();
        check(store.value(), at_least);
        ASSERT_TRUE(store.value().refresh().ok());
        check(store.value(), at_least);
        check(shared.value(), 1);
      }
    });
  }
  for (std::uint64_t number = 2; number < 60; ++number) {
    write(number);
    ASSERT_TRUE(writer.gather(1).ok());
  }
  stop = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
}

}  // namespace
}  // namespace copse
