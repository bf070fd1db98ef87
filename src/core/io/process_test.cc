// Children, channels, libraries, clocks and what memory costs.
#include "core/io/process.h"

#include <csignal>
#include <set>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/io/clock.h"
#include "core/io/dynamic_library.h"
#include "core/io/memory.h"
#include "core/io/random.h"

namespace copse {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;

Result<Process> shell(const std::string& script, std::uint64_t address_space_limit_bytes = 0) {
  SpawnOptions options;
  options.arguments = {"/bin/sh", "-c", script};
  options.address_space_limit_bytes = address_space_limit_bytes;
  return Process::spawn(options);
}

std::string read_text(Channel& channel, std::size_t size) {
  Bytes bytes(size);
  const Status status = channel.read(bytes, kPatienceMs);
  return status.ok() ? std::string(as_text(bytes)) : status.error().message();
}

TEST(Process, TalksBothWaysAndEnds) {
  auto child = shell("read line <&3; echo \"$line back\" >&3; exit 3");
  ASSERT_TRUE(child.ok()) << child.error().message();
  ASSERT_TRUE(child.value().channel().write(as_bytes("there\n"), kPatienceMs).ok());
  EXPECT_EQ(read_text(child.value().channel(), 11), "there back\n");
  const auto status = child.value().wait(kPatienceMs);
  ASSERT_TRUE(status.ok());
  EXPECT_EQ(status.value().text(), "exit status 3");
  EXPECT_FALSE(status.value().success());
  EXPECT_EQ(child.value().wait(0).value().code, 3);
}

TEST(Process, MissingProgramIsNotFound) {
  SpawnOptions options;
  options.arguments = {"/no/such/program"};
  const auto child = Process::spawn(options);
  ASSERT_FALSE(child.ok());
  EXPECT_EQ(child.error().code(), ErrorCode::NotFound);
  EXPECT_EQ(child.error().message(), "cannot start /no/such/program: no such file or directory");
}

TEST(Process, KilledIsASignal) {
  auto child = shell("read line <&3");
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(child.value().wait(1).error().code(), ErrorCode::Interrupted);
  child.value().kill();
  const auto status = child.value().wait(kPatienceMs);
  ASSERT_TRUE(status.ok());
  EXPECT_TRUE(status.value().signalled);
  EXPECT_EQ(status.value().text(), "signal 9 (Killed)");
}

TEST(Process, ReadsKeepToTheirDeadline) {
  auto child = shell("read line <&3");
  ASSERT_TRUE(child.ok());
  Bytes byte(1);
  EXPECT_EQ(child.value().channel().read(byte, 5).error().code(), ErrorCode::Interrupted);
  const Bytes much(std::size_t{16} << 20);
  EXPECT_EQ(child.value().channel().write(much, 5).error().code(), ErrorCode::Interrupted);
}

TEST(Process, PeerThatWentAwayIsAnErrorAndNoSignal) {
  auto child = shell("printf ab >&3");
  ASSERT_TRUE(child.ok());
  ASSERT_TRUE(child.value().wait(kPatienceMs).value().success());
  Bytes bytes(4);
  const Status cut = child.value().channel().read(bytes, kPatienceMs);
  EXPECT_EQ(cut.error().message(), "the peer closed the channel after 2 of 4 bytes");
  EXPECT_EQ(child.value().channel().read(bytes, kPatienceMs).error().code(), ErrorCode::NotFound);
  EXPECT_EQ(child.value().channel().write(bytes, kPatienceMs).error().message(),
            "cannot write channel: broken pipe");
}

TEST(Process, ChildSeesOnlyItsDescriptorsAndDefaultSignals) {
  const int stray = ::open("/dev/null", O_RDONLY);  // NOLINT: left open across exec on purpose
  ASSERT_GE(stray, 0);
  ::signal(SIGPIPE, SIG_IGN);
  auto child = shell("ls /proc/self/fd | tr '\\n' ' ' >&3; kill -PIPE $$");
  ASSERT_TRUE(child.ok());
  // ls adds the directory it reads.
  EXPECT_EQ(read_text(child.value().channel(), 8), "0 1 2 3 ");
  EXPECT_EQ(child.value().wait(kPatienceMs).value().code, SIGPIPE);
  ::signal(SIGPIPE, SIG_DFL);
  ::close(stray);
}

TEST(Process, MemoryLimitHolds) {
  if (!memory_limits_hold()) GTEST_SKIP() << "a sanitizer has taken the address space";
  auto child = shell("read line <&3; ulimit -v >&3", std::uint64_t{1} << 30);
  ASSERT_TRUE(child.ok());
  ASSERT_TRUE(child.value().channel().write(as_bytes("go\n"), kPatienceMs).ok());
  EXPECT_EQ(read_text(child.value().channel(), 8), "1048576\n");
}

TEST(DynamicLibrary, FindsSymbolsAndSaysWhatIsMissing) {
  auto library = DynamicLibrary::open("/lib/x86_64-linux-gnu/libz.so.1");
  if (!library.ok()) library = DynamicLibrary::open("/lib/x86_64-linux-gnu/libm.so.6");
  ASSERT_TRUE(library.ok()) << library.error().message();
  const std::string path = library.value().path();
  EXPECT_EQ(library.value().symbol("no_such").error().message(),
            "library " + path + " has no symbol no_such");
  EXPECT_TRUE(library.value().symbol(path.ends_with("libz.so.1") ? "crc32" : "cos").ok());
  EXPECT_EQ(DynamicLibrary::open("libm.so.6").error().code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(DynamicLibrary::open("/no/such.so").error().code(), ErrorCode::NotFound);
  const auto script = DynamicLibrary::open("/proc/self/status");
  ASSERT_FALSE(script.ok());
  EXPECT_EQ(script.error().code(), ErrorCode::Unsupported);
}

TEST(DynamicLibrary, OfTheSystemByName) {
  const auto library = DynamicLibrary::open_system("libm.so.6");
  ASSERT_TRUE(library.ok()) << library.error().message();
  EXPECT_TRUE(library.value().symbol("cos").ok());
  EXPECT_EQ(DynamicLibrary::open_system("/lib/libm.so.6").error().code(),
            ErrorCode::InvalidArgument);
  const auto none = DynamicLibrary::open_system("libnone.so.7");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), ErrorCode::Unsupported);
  EXPECT_NE(none.error().message().find("libnone.so.7"), std::string::npos);
}

TEST(Memory, UsageOfThisProcessAndOfText) {
  const auto usage = memory_usage();
  ASSERT_TRUE(usage.ok()) << usage.error().message();
  EXPECT_GT(usage.value().budget_bytes(), 100'000U);
  EXPECT_GE(usage.value().peak_resident_bytes, usage.value().rss_anonymous_bytes);
  EXPECT_TRUE(memory_usage(static_cast<int>(::getpid())).ok());
  EXPECT_EQ(memory_usage(0x3fffffff).error().code(), ErrorCode::NotFound);
  const auto parsed = parse_memory_usage(
      "Name:\tx\nVmHWM:\t     900 kB\nRssAnon:\t 10 kB\nRssFile:\t20 kB\nRssShmem:\t 30 kB\n");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value().budget_bytes(), 40U * 1024);
  EXPECT_EQ(parsed.value().rss_file_bytes, 20U * 1024);
  EXPECT_FALSE(parse_memory_usage("Name:\tx\nVmHWM:\t1 kB\n").ok());
  EXPECT_FALSE(parse_memory_usage("\nRssAnon:\tmany kB\n").ok());
}

TEST(Clock, MonotonicDoesNotGoBack) {
  const std::int64_t before = real_clock().monotonic_ns();
  EXPECT_GE(real_clock().monotonic_ns(), before);
  EXPECT_GT(real_clock().wall_ns(), std::int64_t{1'600'000'000} * 1'000'000'000);
}

TEST(Random, BitsDiffer) {
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 100; ++i) {
    seen.insert(random_bits());
  }
  EXPECT_EQ(seen.size(), 100U);
}

}  // namespace
}  // namespace copse
