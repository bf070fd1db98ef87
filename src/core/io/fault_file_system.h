// Wraps a file system and fails the operation a test names: the Nth, once or from then on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "copse/result.h"

#include "core/io/file_system.h"

namespace copse {

// Which operation fails, and how.
struct Fault {
  std::uint64_t operation = 0;  // counted from 0
  int error_number = 0;         // an errno value
  bool from_then_on = false;    // every later operation fails too, as after the end of a process
  bool tear = false;  // when it is an append, half of the bytes are written before it fails
};

// Counts every operation on the file system and on the files opened through it (closing and freeing
// are not counted). Borrows the file system it wraps. Thread-safe.
class FaultFileSystem final : public FileSystem {
 public:
  explicit FaultFileSystem(FileSystem& inner);
  ~FaultFileSystem() override;

  // Counting starts again at 0. Without a value nothing fails.
  void arm(std::optional<Fault> fault);
  // Operations since the last arm().
  std::uint64_t operations() const;
  // Whether the fault was reached since the last arm().
  bool fired() const;

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

  struct Counter;

 private:
  FileSystem& inner_;
  std::shared_ptr<Counter> counter_;
};

}  // namespace copse
