// Reads the memory figures out of /proc/<pid>/status.
#include "core/io/memory.h"

#include <charconv>
#include <string>

#include <malloc.h>

#include "core/bytes.h"
#include "core/io/file_system.h"

namespace copse {
namespace {

constexpr std::uint64_t kMaxStatusBytes = std::uint64_t{1} << 20;

// The figure of a line "<name>:   1234 kB", in bytes.
Result<std::uint64_t> field_bytes(std::string_view text, std::string_view name) {
  const std::string label = "\n" + std::string(name) + ":";
  const std::size_t found = text.find(label);
  if (found == std::string_view::npos) {
    return Error(ErrorCode::Corrupt, "the process status has no line " + std::string(name));
  }
  std::string_view rest = text.substr(found + label.size());
  rest = rest.substr(0, rest.find('\n'));
  const std::size_t start = rest.find_first_not_of(" \t");
  if (start != std::string_view::npos) rest.remove_prefix(start);
  std::uint64_t kilobytes = 0;
  const char* end = rest.data() + rest.size();
  const auto [stop, code] = std::from_chars(rest.data(), end, kilobytes);
  const bool fits = kilobytes <= UINT64_MAX / 1024;
  if (code != std::errc() || !fits ||
      std::string_view(stop, static_cast<std::size_t>(end - stop)) != " kB") {
    return Error(ErrorCode::Corrupt, "the process status line " + std::string(name) +
                                         " is not a number of kB: " + std::string(rest));
  }
  return kilobytes * 1024;
}

Result<MemoryUsage> read_status(const std::string& path) {
  COPSE_TRY(const Bytes text, real_file_system().read_file(path, kMaxStatusBytes));
  auto usage = parse_memory_usage(as_text(text));
  if (!usage.ok()) return std::move(usage).take_error().with_context(path);
  return usage;
}

}  // namespace

Result<MemoryUsage> parse_memory_usage(std::string_view status_text) {
  MemoryUsage usage;
  COPSE_TRY(usage.rss_anonymous_bytes, field_bytes(status_text, "RssAnon"));
  COPSE_TRY(usage.rss_file_bytes, field_bytes(status_text, "RssFile"));
  COPSE_TRY(usage.rss_shared_bytes, field_bytes(status_text, "RssShmem"));
  COPSE_TRY(usage.peak_resident_bytes, field_bytes(status_text, "VmHWM"));
  return usage;
}

void give_back_freed_memory() {
  ::malloc_trim(0);
}

Result<MemoryUsage> memory_usage() {
  return read_status("/proc/self/status");
}

Result<MemoryUsage> memory_usage(int process_id) {
  return read_status("/proc/" + std::to_string(process_id) + "/status");
}

}  // namespace copse
