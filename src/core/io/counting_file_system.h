// Wraps a file system and counts what goes through it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "copse/result.h"

#include "core/counters.h"
#include "core/io/file_system.h"

namespace copse {

// Reads, writes, maps, syncs, renames and removals with their bytes, and whatever failed. A missing
// file is an answer and no failure. Shares both with what was opened through it. Thread-safe. Cost:
// some nanoseconds an operation.
class CountingFileSystem final : public FileSystem {
 public:
  CountingFileSystem(std::shared_ptr<FileSystem> inner, std::shared_ptr<Counters> counters)
      : inner_(std::move(inner)), counters_(std::move(counters)) {}

  Result<std::unique_ptr<ReadableFile>> open(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override;
  Result<Bytes> read_file(const std::string& path, std::uint64_t limit_bytes) override;
  Status rename(const std::string& source, const std::string& target) override;
  Status remove(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override;
  Status make_directories(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Result<FileInfo> stat(const std::string& path) override;
  Result<FileInfo> lstat(const std::string& path) override;
  Result<std::string> real_path(const std::string& path) override;
  Result<std::string> read_link(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

 private:
  std::shared_ptr<FileSystem> inner_;
  std::shared_ptr<Counters> counters_;
};

}  // namespace copse
