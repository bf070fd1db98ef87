// Buffered writing with one place for its errors, colours, and messages.
#include "output.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

#include <unistd.h>

#include "text.h"

namespace copse::cli {
namespace {

// 0, or the errno that ended it.
int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// The environment is read at start and never changed by this program.
std::string_view environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::string_view() : std::string_view(value);
}

[[noreturn]] void end_as_broken_pipe() {
  std::signal(SIGPIPE, SIG_DFL);
  ::raise(SIGPIPE);
  ::_exit(kExitSignalBase + SIGPIPE);
}

}  // namespace

// The buffer is written before it is read; filling it first would only cost time.
// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
Output::Output(int descriptor) : descriptor_(descriptor), is_terminal_(::isatty(descriptor) == 1) {}

void Output::write(std::string_view bytes) {
  if (bytes.empty()) return;
  if (bytes.size() > kBufferBytes - used_) flush();
  if (bytes.size() > kBufferBytes) {
    write_through(bytes);
    return;
  }
  std::memcpy(buffer_.data() + used_, bytes.data(), bytes.size());
  used_ += bytes.size();
}

void Output::end_line() {
  put('\n');
  if (is_terminal_) flush();
}

void Output::flush() {
  write_through(std::string_view(buffer_.data(), used_));
  used_ = 0;
}

void Output::write_through(std::string_view bytes) {
  if (error_ == 0) error_ = write_all(descriptor_, bytes);
}

int Output::finish(int exit_code) {
  flush();
  if (error_ == 0) return exit_code;
  if (error_ == EPIPE) end_as_broken_pipe();
  return fail("cannot write the output: " + system_error_text(error_) +
              "; what was printed is incomplete");
}

bool wants_color(ColorChoice choice, bool is_terminal) {
  if (choice == ColorChoice::Always) return true;
  if (choice == ColorChoice::Never || !is_terminal) return false;
  return environment("NO_COLOR").empty() && environment("TERM") != "dumb";
}

Palette Palette::make(bool colored) {
  if (!colored) return {};
  return {.path = "\x1b[35m",
          .number = "\x1b[32m",
          .name = "\x1b[36m",
          .faint = "\x1b[2m",
          .reset = "\x1b[0m"};
}

void say(std::string_view message) {
  const std::string line = "copse: " + escape_controls(message) + "\n";
  // Nobody is left to tell when standard error is gone.
  (void)write_all(STDERR_FILENO, line);
}

int fail(std::string_view message) {
  say(message);
  return kExitError;
}

int fail(const Error& error) {
  return fail(error.message());
}

int fail_with_text(std::string_view text) {
  std::string lines = "copse: " + std::string(text);
  if (!lines.ends_with('\n')) lines += '\n';
  (void)write_all(STDERR_FILENO, lines);
  return kExitError;
}

}  // namespace copse::cli
