// What the kernel says about a process's memory: the only figures a memory budget is judged by.
#pragma once

#include <cstdint>
#include <string_view>

#include "copse/result.h"

namespace copse {

struct MemoryUsage {
  std::uint64_t rss_anonymous_bytes = 0;  // RssAnon
  std::uint64_t rss_file_bytes = 0;       // RssFile: mapped pages, printed beside the budget
  std::uint64_t rss_shared_bytes = 0;     // RssShmem
  std::uint64_t peak_resident_bytes = 0;  // VmHWM

  // What counts against the budget.
  std::uint64_t budget_bytes() const { return rss_anonymous_bytes + rss_shared_bytes; }
};

// Of this process.
Result<MemoryUsage> memory_usage();
// Of another; NotFound when it does not run, Corrupt when a line is missing (a zombie has none).
Result<MemoryUsage> memory_usage(int process_id);

// Gives memory that was freed back to the system, whichever thread freed it. Some milliseconds for
// a heap of a hundred megabytes.
void give_back_freed_memory();

// From the text of /proc/<pid>/status.
Result<MemoryUsage> parse_memory_usage(std::string_view status_text);

}  // namespace copse
