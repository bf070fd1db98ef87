// The seam to child processes: start one with a two-way channel, talk with deadlines, end it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"

namespace copse {

struct SpawnOptions {
  std::vector<std::string> arguments;  // the first is the path of the program; PATH is not searched
  // The child's end of the channel is this descriptor in the child. Standard input of the child is
  // /dev/null unless the channel takes its place; standard output and error are inherited.
  int channel_descriptor = 3;
  std::uint64_t address_space_limit_bytes = 0;  // RLIMIT_AS; 0 for none
};

// How a child ended.
struct ExitStatus {
  bool signalled = false;
  int code = 0;  // exit status, or the number of the signal

  bool success() const { return !signalled && code == 0; }
  // "exit status 3" or "signal 9 (killed)".
  std::string text() const;
};

// One end of a socket pair. Owns the descriptor. A peer that went away is an error, not SIGPIPE.
// Not thread-safe. A time is in milliseconds from now; a negative one waits for ever.
class Channel {
 public:
  Channel() = default;
  explicit Channel(int descriptor) : descriptor_(descriptor) {}
  Channel(Channel&& other) noexcept;
  Channel& operator=(Channel&& other) noexcept;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel();

  // Sends all of it. Interrupted when the time is up (a part may have been sent), Io when the peer
  // has gone.
  Status write(ByteView bytes, std::int64_t timeout_ms);
  // Fills the whole of `out`. Interrupted when the time is up, NotFound when the peer closed before
  // the first byte, Io when it closed in the middle.
  Status read(std::span<std::uint8_t> out, std::int64_t timeout_ms);

  int descriptor() const { return descriptor_; }
  void close();

 private:
  int descriptor_ = -1;
};

// A running child. The destructor kills and reaps it. Not thread-safe.
class Process {
 public:
  // NotFound when the program is missing, Io for what else the system refuses. Descriptors of this
  // process other than 0, 1, 2 and the channel are not passed on.
  static Result<Process> spawn(const SpawnOptions& options);

  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  pid_t id() const { return id_; }
  Channel& channel() { return channel_; }

  // SIGKILL; wait() still has to be called to see how it ended. Harmless when it has ended.
  void kill();
  // Interrupted when it still runs after that time. Called again it answers the same.
  Result<ExitStatus> wait(std::int64_t timeout_ms);

 private:
  Process(pid_t id, Channel channel) : id_(id), channel_(std::move(channel)) {}

  pid_t id_ = -1;
  bool reaped_ = false;
  ExitStatus status_;
  Channel channel_;
};

// Whether SpawnOptions::address_space_limit_bytes is obeyed: not in builds with address or thread
// sanitizer, which reserve terabytes for themselves.
bool memory_limits_hold();

// Ends this process, with status 0, as soon as the other end of the channel is gone, whatever it is
// doing then: for children that run code which may never come back. Starts a thread that lives as
// long as the process. REQUIRES: the descriptor stays open until then.
void end_process_with_peer(const Channel& channel);

// Both ends of a new channel, close-on-exec.
struct ChannelPair {
  Channel near;
  Channel far;
};
Result<ChannelPair> make_channel_pair();

}  // namespace copse
