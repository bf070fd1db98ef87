// The seam to the disk: files, directories and locks as an interface, so that a test can put
// faults, full disks and power loss in the place of the real thing.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"

namespace copse {

enum class FileType : std::uint8_t { Regular, Directory, SymbolicLink, Other };

struct FileInfo {
  FileType type = FileType::Other;
  std::uint64_t size_bytes = 0;
  // When content or status changed last (ctime, since the epoch): what a program that sets back the
  // time of modification, as cp -p and tar do, cannot set back.
  std::int64_t changed_ns = 0;
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
};

// A name is raw bytes, not necessarily UTF-8.
struct DirectoryEntry {
  std::string name;
  FileType type = FileType::Other;  // of the entry itself: links are not followed
};

// The beginning of a file as memory. Stays readable after a rename or remove, and after the file it
// came from was closed. Any number of threads may read.
class MappedFile {
 public:
  MappedFile() = default;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  virtual ~MappedFile() = default;

  // Valid as long as this object lives.
  virtual ByteView bytes() const = 0;
};

// An open file for positional reads. Keeps its contents readable after a rename or remove. Any
// number of threads may call at once.
class ReadableFile {
 public:
  ReadableFile() = default;
  ReadableFile(const ReadableFile&) = delete;
  ReadableFile& operator=(const ReadableFile&) = delete;
  virtual ~ReadableFile() = default;

  // Fills the whole of `out`, or fails: Corrupt when the file ends before, Io otherwise.
  virtual Status read_at(std::uint64_t offset, std::span<std::uint8_t> out) const = 0;
  virtual Result<std::uint64_t> size() const = 0;
  // Its first `size_bytes` without a copy; bytes that are appended later are not seen. Corrupt when
  // the file is shorter, Io when the system does not map it: read_at still does then.
  //
  // A page of a file that was cut short meanwhile, or that the disk cannot give, ends the process
  // when it is touched (SIGBUS). So map only what nobody is to shorten, and ask size() before
  // touching; what remains is a file that is cut within that instant, and a failing disk.
  virtual Result<std::unique_ptr<MappedFile>> map(std::uint64_t size_bytes) const = 0;
};

// An open file that only grows. Nothing is durable before sync() has returned success. The
// destructor closes without a sync. Not thread-safe.
class WritableFile {
 public:
  WritableFile() = default;
  WritableFile(const WritableFile&) = delete;
  WritableFile& operator=(const WritableFile&) = delete;
  virtual ~WritableFile() = default;

  // On failure any part of `bytes` may have been written.
  virtual Status append(ByteView bytes) = 0;
  // After a failed sync nothing may be assumed of unsynced bytes, not even by a later sync.
  virtual Status sync() = 0;
  virtual Status close() = 0;
};

// An advisory exclusive lock on a file; the destructor frees it, and so does the end of the
// process.
class FileLock {
 public:
  FileLock() = default;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  virtual ~FileLock() = default;
};

// Passed by reference; outlives everything that was opened through it. Paths are raw bytes. Every
// error names the path and what the system said; a missing path is NotFound, a lock somebody else
// holds is Busy, a read past a limit is LimitExceeded, the rest is Io. Thread-safe.
class FileSystem {
 public:
  FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
  virtual ~FileSystem() = default;

  // Follows links. Refuses what is not a regular file, and never waits for a pipe's other end.
  virtual Result<std::unique_ptr<ReadableFile>> open(const std::string& path) = 0;
  // A new file for appending; Io when the path exists.
  virtual Result<std::unique_ptr<WritableFile>> create(const std::string& path) = 0;
  // The whole file; LimitExceeded when it is longer than `limit_bytes`.
  virtual Result<Bytes> read_file(const std::string& path, std::uint64_t limit_bytes) = 0;

  // Replaces `target` in one step.
  virtual Status rename(const std::string& source, const std::string& target) = 0;
  // A file or link, not a directory.
  virtual Status remove(const std::string& path) = 0;
  // Without "." and "..", ordered by the bytes of the names.
  virtual Result<std::vector<DirectoryEntry>> list(const std::string& path) = 0;
  // With all missing parents; success when it is there already.
  virtual Status make_directories(const std::string& path) = 0;
  // Makes the names in a directory durable.
  virtual Status sync_directory(const std::string& path) = 0;

  // Follows links.
  virtual Result<FileInfo> stat(const std::string& path) = 0;
  // The link itself.
  virtual Result<FileInfo> lstat(const std::string& path) = 0;
  // Absolute, without links, "." or "..".
  virtual Result<std::string> real_path(const std::string& path) = 0;
  virtual Result<std::string> read_link(const std::string& path) = 0;

  // Creates the file when missing, takes the lock without waiting and writes this process's id into
  // it. Busy, with the id of the holder, when it is taken.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

// The disk of this machine. Stateless; lives as long as the process.
FileSystem& real_file_system();

// The same without maps: what is read is in memory of the reader's own, so that a disk that fails
// or a file that shrinks is an error and never ends the process.
FileSystem& plain_file_system();

// "directory/name"; an empty directory gives the name alone.
std::string join_path(std::string_view directory, std::string_view name);

}  // namespace copse
