// Child processes through posix_spawn, and socket pairs to talk with them.
#include "core/io/process.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <unistd.h>

#include "core/check.h"
#include "core/io/clock.h"
#include "core/io/system_error.h"

namespace copse {
namespace {

// Sanitizers reserve terabytes of address space in every process: a limit would end it at once.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kAddressSpaceIsTaken = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kAddressSpaceIsTaken = true;
#else
constexpr bool kAddressSpaceIsTaken = false;
#endif
#else
constexpr bool kAddressSpaceIsTaken = false;
#endif

constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;
constexpr std::int64_t kWaitSliceMs = 10;  // between looks at a child where pidfd is missing

// The end of a wait, or never.
class Deadline {
 public:
  explicit Deadline(std::int64_t timeout_ms) : endless_(timeout_ms < 0) {
    const std::int64_t limit = INT64_MAX / kNanosecondsPerMillisecond / 2;
    if (!endless_) {
      at_ns_ =
          real_clock().monotonic_ns() + std::min(timeout_ms, limit) * kNanosecondsPerMillisecond;
    }
  }

  // As poll wants it: -1 for ever, rounded up otherwise.
  int remaining_ms() const {
    if (endless_) return -1;
    const std::int64_t left = at_ns_ - real_clock().monotonic_ns();
    if (left <= 0) return 0;
    return static_cast<int>(std::min<std::int64_t>(left / kNanosecondsPerMillisecond + 1, INT_MAX));
  }

 private:
  bool endless_;
  std::int64_t at_ns_ = 0;
};

Status wait_for(int descriptor, std::int16_t events, const Deadline& deadline, const char* action) {
  while (true) {
    const int remaining_ms = deadline.remaining_ms();
    pollfd entry{descriptor, events, 0};
    const int count = ::poll(&entry, 1, remaining_ms);
    if (count > 0) return success();
    if (count < 0 && errno != EINTR) return system_error(action, "channel", errno);
    if (count == 0 && remaining_ms >= 0 && deadline.remaining_ms() == 0) {
      return Error(ErrorCode::Interrupted,
                   std::string("cannot ") + action + " channel: the time is up");
    }
  }
}

bool would_block(int error_number) {
  return error_number == EAGAIN || error_number == EWOULDBLOCK || error_number == EINTR;
}

ExitStatus exit_status(int status) {
  if (WIFSIGNALED(status)) return {true, WTERMSIG(status)};
  return {false, WEXITSTATUS(status)};
}

// Attributes and file actions of a spawn, freed together.
struct SpawnSetup {
  SpawnSetup() {
    COPSE_CHECK(::posix_spawn_file_actions_init(&actions) == 0);
    COPSE_CHECK(::posix_spawnattr_init(&attributes) == 0);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;

  ~SpawnSetup() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

// The child starts with default signals and nothing blocked, whatever this process set.
int reset_signals(SpawnSetup& setup) {
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::sigdelset(&all, SIGKILL);
  ::sigdelset(&all, SIGSTOP);
  if (const int failed = ::posix_spawnattr_setsigmask(&setup.attributes, &none)) return failed;
  if (const int failed = ::posix_spawnattr_setsigdefault(&setup.attributes, &all)) return failed;
  const auto flags = static_cast<std::int16_t>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  return ::posix_spawnattr_setflags(&setup.attributes, flags);
}

int set_descriptors(SpawnSetup& setup, int far, int channel_descriptor) {
  int failed = 0;
  if (channel_descriptor != STDIN_FILENO) {
    failed =
        ::posix_spawn_file_actions_addopen(&setup.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  if (failed == 0) {
    failed = ::posix_spawn_file_actions_adddup2(&setup.actions, far, channel_descriptor);
  }
  // What others opened without close-on-exec stays here too.
  if (failed == 0) {
    failed = ::posix_spawn_file_actions_addclosefrom_np(&setup.actions,
                                                        std::max(channel_descriptor, 2) + 1);
  }
  return failed;
}

// Blocks until the child may have ended or the deadline passed.
void wait_for_exit(pid_t id, const Deadline& deadline) {
  // By number: the header of glibc 2.36 declares pidfd_open without C linkage.
  const auto descriptor = static_cast<int>(::syscall(SYS_pidfd_open, id, 0));
  const int remaining_ms = deadline.remaining_ms();
  if (descriptor >= 0) {
    pollfd entry{descriptor, POLLIN, 0};
    static_cast<void>(::poll(&entry, 1, remaining_ms));
    ::close(descriptor);
    return;
  }
  const std::int64_t slice =
      remaining_ms < 0 ? kWaitSliceMs : std::min<std::int64_t>(kWaitSliceMs, remaining_ms);
  static_cast<void>(::poll(nullptr, 0, static_cast<int>(slice)));
}

}  // namespace

std::string ExitStatus::text() const {
  if (!signalled) return "exit status " + std::to_string(code);
  const char* name = ::sigdescr_np(code);
  return "signal " + std::to_string(code) + (name == nullptr ? "" : " (" + std::string(name) + ")");
}

Channel::Channel(Channel&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Channel& Channel::operator=(Channel&& other) noexcept {
  if (this != &other) {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

Channel::~Channel() {
  close();
}

void Channel::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

// NOLINTNEXTLINE(readability-make-member-function-const): it changes what the peer has
Status Channel::write(ByteView bytes, std::int64_t timeout_ms) {
  const Deadline deadline(timeout_ms);
  while (!bytes.empty()) {
    const ssize_t count =
        ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      continue;
    }
    if (!would_block(errno)) return system_error("write", "channel", errno);
    COPSE_TRY_STATUS(wait_for(descriptor_, POLLOUT, deadline, "write"));
  }
  return success();
}

// NOLINTNEXTLINE(readability-make-member-function-const): it takes bytes out
Status Channel::read(std::span<std::uint8_t> out, std::int64_t timeout_ms) {
  const Deadline deadline(timeout_ms);
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t count = ::recv(descriptor_, out.data() + done, out.size() - done, MSG_DONTWAIT);
    if (count > 0) {
      done += static_cast<std::size_t>(count);
      continue;
    }
    // A peer that died with unread bytes in its queue resets the connection.
    if (count == 0 || errno == ECONNRESET) {
      if (done == 0) return Error(ErrorCode::NotFound, "the peer closed the channel");
      return Error(ErrorCode::Io, "the peer closed the channel after " + std::to_string(done) +
                                      " of " + std::to_string(out.size()) + " bytes");
    }
    if (!would_block(errno)) return system_error("read", "channel", errno);
    COPSE_TRY_STATUS(wait_for(descriptor_, POLLIN, deadline, "read"));
  }
  return success();
}

bool memory_limits_hold() {
  return !kAddressSpaceIsTaken;
}

void end_process_with_peer(const Channel& channel) {
  std::thread([descriptor = channel.descriptor()] {
    constexpr int kForEver = -1;
    pollfd watched{descriptor, POLLRDHUP, 0};
    for (;;) {
      const int ready = ::poll(&watched, 1, kForEver);
      if (ready < 0 && errno == EINTR) continue;
      ::_exit(0);
    }
  }).detach();
}

Result<ChannelPair> make_channel_pair() {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return system_error("make", "channel", errno);
  }
  return ChannelPair{Channel(ends[0]), Channel(ends[1])};
}

Result<Process> Process::spawn(const SpawnOptions& options) {
  if (options.arguments.empty() || options.channel_descriptor < 0) {
    return Error(ErrorCode::InvalidArgument, "a child needs a program and a channel");
  }
  const std::string& program = options.arguments.front();
  COPSE_TRY(ChannelPair channel, make_channel_pair());
  SpawnSetup setup;
  int failed = reset_signals(setup);
  if (failed == 0) {
    failed = set_descriptors(setup, channel.far.descriptor(), options.channel_descriptor);
  }
  if (failed != 0) return system_error("prepare", program, failed);
  std::vector<std::string> copies = options.arguments;  // argv is not const
  std::vector<char*> arguments;
  arguments.reserve(copies.size() + 1);
  for (std::string& argument : copies) {
    arguments.push_back(argument.data());
  }
  arguments.push_back(nullptr);
  pid_t id = -1;
  failed = ::posix_spawn(&id, program.c_str(), &setup.actions, &setup.attributes, arguments.data(),
                         environ);
  if (failed != 0) return system_error("start", program, failed);
  Process process(id, std::move(channel.near));
  if (options.address_space_limit_bytes != 0 && !kAddressSpaceIsTaken) {
    // From outside, as posix_spawn has no attribute for it: it holds before the first message.
    const rlimit limit{options.address_space_limit_bytes, options.address_space_limit_bytes};
    if (::prlimit(id, RLIMIT_AS, &limit, nullptr) != 0 && errno != ESRCH) {
      return system_error("limit the memory of", program, errno);
    }
  }
  return process;
}

Process::Process(Process&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      reaped_(other.reaped_),
      status_(other.status_),
      channel_(std::move(other.channel_)) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(reaped_, other.reaped_);
  std::swap(status_, other.status_);
  std::swap(channel_, other.channel_);
  return *this;
}

Process::~Process() {
  if (id_ < 0 || reaped_) return;
  kill();
  static_cast<void>(wait(-1));
}

// NOLINTNEXTLINE(readability-make-member-function-const): it ends the child
void Process::kill() {
  // Until it is reaped its id belongs to nobody else.
  if (id_ > 0 && !reaped_) ::kill(id_, SIGKILL);
}

Result<ExitStatus> Process::wait(std::int64_t timeout_ms) {
  if (id_ < 0) return Error(ErrorCode::InvalidArgument, "no process to wait for");
  const Deadline deadline(timeout_ms);
  while (!reaped_) {
    int status = 0;
    const pid_t ended = ::waitpid(id_, &status, WNOHANG);
    if (ended == id_) {
      status_ = exit_status(status);
      reaped_ = true;
      break;
    }
    if (ended < 0 && errno != EINTR) {
      return system_error("wait for", "process " + std::to_string(id_), errno);
    }
    if (deadline.remaining_ms() == 0) {
      return Error(ErrorCode::Interrupted,
                   "process " + std::to_string(id_) + " still runs after the time given");
    }
    wait_for_exit(id_, deadline);
  }
  return status_;
}

}  // namespace copse
