// Time comes with each report, so nothing here reads a clock.
#include "progress.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <sys/ioctl.h>

#include <unistd.h>

#include "text.h"

namespace copse::cli {
namespace {

constexpr double kBarIntervalSeconds = 0.1;
constexpr double kLineIntervalSeconds = 5;
constexpr std::size_t kWidestBar = 40;
constexpr std::size_t kNarrowestBar = 10;
constexpr std::size_t kUsualWidth = 80;
constexpr std::string_view kClearLine = "\r\x1b[K";

void write_error(std::string_view text) {
  // A lost progress line is nothing to stop for.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

bool is_capable_terminal() {
  if (::isatty(STDERR_FILENO) != 1) return false;
  const char* term = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return term == nullptr || std::string_view(term) != "dumb";
}

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsualWidth;
  return size.ws_col;
}

// Bytes say more about the work than files do, where there are any.
double share_done(const IndexProgress& progress) {
  const bool by_bytes = progress.bytes_total > 0;
  const auto done = static_cast<double>(by_bytes ? progress.bytes_done : progress.files_done);
  const auto total = static_cast<double>(by_bytes ? progress.bytes_total : progress.files_total);
  return total > 0 ? std::clamp(done / total, 0.0, 1.0) : 0;
}

std::string rate_text(const IndexProgress& progress) {
  if (progress.elapsed_s <= 0) return "-";
  const double rate = static_cast<double>(progress.bytes_done) / progress.elapsed_s;
  return size_text(static_cast<std::uint64_t>(rate)) + "/s";
}

std::string time_left_text(const IndexProgress& progress) {
  const double share = share_done(progress);
  const double left = share > 0 ? progress.elapsed_s * (1 - share) / share
                                : std::numeric_limits<double>::quiet_NaN();
  return duration_text(left) + " left";
}

std::string percent_text(const IndexProgress& progress) {
  return std::to_string(static_cast<int>(share_done(progress) * 100)) + " %";
}

std::string plain_line(std::string_view activity, const IndexProgress& progress) {
  return std::string(activity) + ": " + count_text(progress.files_done) + " of " +
         counted(progress.files_total, "file") + ", " + percent_text(progress) + ", " +
         rate_text(progress) + ", " + time_left_text(progress) + "\n";
}

}  // namespace

ProgressReporter::ProgressReporter(std::string_view activity)
    : activity_(activity),
      is_terminal_(is_capable_terminal()),
      next_s_(is_terminal_ ? 0 : kLineIntervalSeconds) {}

ProgressReporter::~ProgressReporter() {
  clear();
}

void ProgressReporter::update(const IndexProgress& progress) {
  if (progress.elapsed_s < next_s_) return;
  next_s_ = progress.elapsed_s + (is_terminal_ ? kBarIntervalSeconds : kLineIntervalSeconds);
  if (is_terminal_) {
    write_error(std::string(kClearLine) + bar_line(progress));
    shown_ = true;
  } else {
    write_error(plain_line(activity_, progress));
  }
}

void ProgressReporter::clear() {
  if (shown_) write_error(kClearLine);
  shown_ = false;
}

std::string ProgressReporter::bar_line(const IndexProgress& progress) const {
  const std::string head = activity_ + " " + percent_text(progress) + " ";
  const std::string tail = " " + count_text(progress.files_done) + "/" +
                           count_text(progress.files_total) + " files, " + rate_text(progress) +
                           ", " + time_left_text(progress);
  // One column stays free: some terminals wrap as soon as the last one is written.
  const std::size_t width = terminal_width() - 1;
  const std::size_t words = head.size() + tail.size() + 2;
  std::string bar;
  if (words + kNarrowestBar <= width) {
    const std::size_t cells = std::min(kWidestBar, width - words);
    const auto full = static_cast<std::size_t>(share_done(progress) * static_cast<double>(cells));
    bar = "[" + std::string(full, '#') + std::string(cells - full, '.') + "]";
  }
  return (head + bar + tail).substr(0, width);
}

}  // namespace copse::cli
