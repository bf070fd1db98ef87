// Ctrl-C and its kin.
#pragma once

#include <atomic>

namespace copse::cli {

// While it lives, the first SIGINT, SIGTERM or SIGHUP sets a flag and the second ends the process
// at once. A signal that was ignored stays so (nohup). One object at a time, on the main thread.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  // For work of which nothing is left when it stops: from now on the first signal ends the process,
  // after `clean_up`, which must be safe in a handler, and `words` on standard error.
  void end_at_once(void (*clean_up)(), const char* words);

  const std::atomic<bool>* flag() const;
  // 130 after Ctrl-C, as a shell counts. REQUIRES: the flag is set.
  int exit_code() const;
};

// A write to a pipe that nobody reads, or beyond a limit on file sizes, becomes an error of that
// write, which knows what to do about it.
void ignore_write_signals();

// Where the shell closed a standard stream (`<&-`), the first file that is opened would take its
// number and be read or written in its place. Something that can be neither takes it instead, so
// that using the stream is an error.
void occupy_closed_streams();

// For a worker whose parent decides: the terminal's Ctrl-C reaches the whole process group.
void leave_stopping_to_parent();

}  // namespace copse::cli
