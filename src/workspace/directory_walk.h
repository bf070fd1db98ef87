// All files of a directory that an index should know, with what tells whether they changed.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "copse/result.h"
#include "copse/workspace.h"

#include "core/io/file_system.h"

namespace copse {

struct WalkOptions {
  // Deeper directories are a problem of the report. Linux takes no path of so many names.
  static constexpr std::size_t kDepthMax = 4096;

  // Take files that .gitignore leaves out, too.
  bool include_ignored = false;
  // A directory to stay out of: absolute, without links (FileSystem::real_path). Empty: none.
  std::string exclude;
  // Interrupted soon after this becomes true.
  const std::atomic<bool>* stop = nullptr;
  std::size_t depth_max = kDepthMax;
};

struct WalkedFile {
  std::string path;  // relative to the root, raw bytes, '/' between names
  std::uint64_t size_bytes = 0;
  std::int64_t changed_ns = 0;
  std::uint64_t inode = 0;
};

struct WalkReport {
  std::vector<WalkedFile> files;      // ordered by the bytes of their paths
  std::vector<FileProblem> problems;  // what could not be read; likewise relative and ordered
};

// Regular files below `root`. No symbolic link is followed or listed, except that the root itself
// may be one; pipes, sockets and devices are left out, and so are ".git" and directories named
// kStoreDirectoryName. What disappears meanwhile was never there. An error when the root is no
// directory or cannot be read, or Interrupted; a list that is only half of the truth is never
// given. Cost: one list() for each directory, one lstat() for each file, and the reading of ignore
// files.
Result<WalkReport> walk_directory(FileSystem& file_system, const std::string& root,
                                  const WalkOptions& options);

}  // namespace copse
