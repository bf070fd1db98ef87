// Where a store's bytes lie: mapped files, files that are read, or memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace copse {

class Counters;
class FileSystem;

// A place for stores. A value that is cheap to copy; copies share the place. Any number of threads
// may use one. Stores are named in it by directories, as on a disk, whatever it is.
class Storage {
 public:
  // Files of this machine, packs mapped into the address space (RssFile): the fastest, and what is
  // meant where nothing is said. The files must not be cut short by others meanwhile, and a disk
  // that fails while a page is read ends the process: for local disks.
  Storage();
  static Storage mapped_files();

  // Files of this machine, read with pread: each frame costs a copy and memory while it is used;
  // a disk that fails is an error. For network disks.
  static Storage plain_files();

  // In this process's memory, empty at first, gone with the last copy of the value. Beyond
  // `limit_bytes` writing fails as on a full disk (Io): what is committed stays.
  static Storage memory(std::uint64_t limit_bytes = UINT64_MAX);

  // "mapped", "plain" or "memory".
  std::string_view name() const;

  // The same place, with what is done there through this value and its copies counted from now on;
  // storage_metrics() in metrics.h tells. A Workspace counts for itself without it.
  Storage counted() const;

  // For the library's own parts. The name lives as long as the program.
  static Storage over(std::string_view name, std::shared_ptr<FileSystem> file_system);
  FileSystem& file_system() const;
  // Null unless it is counted().
  Counters* counters() const;

 private:
  Storage(std::string_view name, std::shared_ptr<FileSystem> file_system);

  std::string_view name_;
  std::shared_ptr<FileSystem> file_system_;
  std::shared_ptr<Counters> counters_;
};

}  // namespace copse
