// Standard output and standard error as good Unix tools use them, and how a command ends.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "copse/result.h"

namespace copse::cli {

inline constexpr int kExitDone = 0;
inline constexpr int kExitNothingFound = 1;
inline constexpr int kExitStoppedEarly = 1;
inline constexpr int kExitError = 2;
inline constexpr int kExitSignalBase = 128;  // plus the number of the signal

// Writes through a fixed buffer. After the first failure everything is dropped, so that a producer
// only has to ask failed() now and then. Belongs to one thread; does not own the descriptor.
class Output {
 public:
  static constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;

  explicit Output(int descriptor);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() = default;  // drops what was not finished

  void write(std::string_view bytes);
  void put(char byte) {
    if (used_ == kBufferBytes) flush();
    buffer_[used_++] = byte;
  }
  // Ends a line; a person at a terminal sees it at once.
  void end_line();

  // Gives what was written so far to whoever reads.
  void pass_on() { flush(); }

  bool failed() const { return error_ != 0; }
  bool is_terminal() const { return is_terminal_; }

  // Writes what is left. The exit status: `exit_code`, or kExitError after a message when the
  // output could not be written. When the reader has gone, ends the process as SIGPIPE would.
  int finish(int exit_code);

 private:
  void flush();
  void write_through(std::string_view bytes);

  int descriptor_;
  bool is_terminal_;
  int error_ = 0;  // errno of the first write that failed
  std::size_t used_ = 0;
  std::array<char, kBufferBytes> buffer_;
};

enum class ColorChoice : std::uint8_t { Auto, Always, Never };

// Whether to colour: Auto asks for a terminal that can, and no NO_COLOR in the environment.
bool wants_color(ColorChoice choice, bool is_terminal);

// The escape sequences of each role; all empty when colours are off.
struct Palette {
  std::string_view path;
  std::string_view number;
  std::string_view name;
  std::string_view faint;
  std::string_view reset;

  static Palette make(bool colored);
};

// One line on standard error: "copse: <message>". Control characters are escaped.
void say(std::string_view message);
// Says why and answers kExitError.
int fail(std::string_view message);
int fail(const Error& error);
// The same with a text of several lines, as it is.
int fail_with_text(std::string_view text);

}  // namespace copse::cli
