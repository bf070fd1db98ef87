// A signal handler can reach nothing but globals: the four below are the only ones of the program.
#include "signals.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <unistd.h>

#include "output.h"

namespace copse::cli {
namespace {

constexpr std::array<int, 3> kStopSignals = {SIGINT, SIGTERM, SIGHUP};

std::atomic<bool> stop_requested = false;       // NOLINT(readability-identifier-naming)
std::atomic<int> stop_signal = 0;               // NOLINT(readability-identifier-naming)
std::atomic<void (*)()> ending = nullptr;       // NOLINT(readability-identifier-naming)
std::atomic<const char*> last_words = nullptr;  // NOLINT(readability-identifier-naming)
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free &&
              std::atomic<const char*>::is_always_lock_free);

// Replaces a handler unless the signal is ignored.
void replace_handler(int signal_number, void (*handler)(int), int flags = SA_RESTART) {
  struct sigaction current {};
  if (sigaction(signal_number, nullptr, &current) != 0 || current.sa_handler == SIG_IGN) return;
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  (void)sigaction(signal_number, &action, nullptr);
}

// Only what is safe in a handler: lock-free atomics and sigaction.
void request_stop(int signal_number) {
  stop_signal.store(signal_number);
  stop_requested.store(true);
  for (const int each : kStopSignals) {
    replace_handler(each, SIG_DFL);
  }
}

void end_process(int signal_number) {
  ending.load()();
  const char* words = last_words.load();
  static_cast<void>(::write(STDERR_FILENO, words, std::strlen(words)));
  ::_exit(kExitSignalBase + signal_number);
}

}  // namespace

StopSignals::StopSignals() {
  for (const int each : kStopSignals) {
    replace_handler(each, request_stop);
  }
}

StopSignals::~StopSignals() {
  for (const int each : kStopSignals) {
    replace_handler(each, SIG_DFL);
  }
}

void StopSignals::end_at_once(void (*clean_up)(), const char* words) {
  ending = clean_up;
  last_words = words;
  for (const int each : kStopSignals) {
    replace_handler(each, end_process);
  }
}

const std::atomic<bool>* StopSignals::flag() const {
  return &stop_requested;
}

int StopSignals::exit_code() const {
  return kExitSignalBase + stop_signal.load();
}

void ignore_write_signals() {
  for (const int each : {SIGPIPE, SIGXFSZ}) {
    std::signal(each, SIG_IGN);
  }
}

void occupy_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::lseek(stream, 0, SEEK_CUR) != -1 || errno != EBADF) continue;
    // The lowest free number is this one, and it stays so. What is only read cannot be written, and
    // the reverse.
    static_cast<void>(std::fopen("/dev/null", stream == STDIN_FILENO ? "w" : "r"));
  }
}

void leave_stopping_to_parent() {
  for (const int each : kStopSignals) {
    std::signal(each, SIG_IGN);
  }
}

}  // namespace copse::cli
