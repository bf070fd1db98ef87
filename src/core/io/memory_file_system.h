// A file system in memory: where a store lives that is not to be on a disk. It also knows what is
// durable: a test pulls the plug with crash() and sees what a disk could have kept.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "copse/result.h"

#include "core/io/file_system.h"

namespace copse {

// Files hold bytes of which a prefix is synced; directories hold names of which some are synced.
// Paths are taken from a root "/", which always exists and is durable; there are no links.
// Mapping a file copies nothing. Thread-safe.
class MemoryFileSystem final : public FileSystem {
 public:
  MemoryFileSystem();
  ~MemoryFileSystem() override;

  // Power loss: unsynced bytes are dropped, or torn at a place chosen by the seed and possibly with
  // garbage in the tail; of each name that changed since its directory was synced either the old or
  // the new meaning stays. Seed 0 keeps only what was synced. Locks are freed; what is open belongs
  // to a dead process and must not be used again.
  void crash(std::uint64_t seed);

  // Appends beyond that many bytes fail with "no space left on device"; a file that loses its name
  // gives its bytes back. UINT64_MAX: nothing is counted.
  void set_free_bytes(std::uint64_t free_bytes);

  // Test tools: replace the contents of a file (durably), make writing fail as on a read-only disk.
  Status overwrite(const std::string& path, ByteView bytes);
  void set_read_only(bool read_only);
  // Paths of all regular files, ordered.
  std::vector<std::string> all_files() const;
  // A copy of the present state, all of it durable.
  std::unique_ptr<MemoryFileSystem> clone() const;

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

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace copse
