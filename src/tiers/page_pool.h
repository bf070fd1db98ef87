// Memory for decoded trees: whole pages of one stretch, of which never more than a limit are in
// memory. What is freed is used again, or goes back to the system at once when it is too much.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "core/io/pages.h"

namespace copse {

// Thread-safe. Must be held by a shared_ptr: its blocks keep it.
class PagePool : public std::enable_shared_from_this<PagePool> {
 public:
  // A stretch of at least `bytes` of addresses; nothing of it is in memory yet. Null when the
  // system refuses.
  static std::shared_ptr<PagePool> reserve(std::size_t bytes);

  // Memory of some tree; what it holds at first is anything. Copies share it, the last gives it
  // back.
  using Block = std::shared_ptr<std::uint8_t>;

  // Null when no free stretch is long enough, or when more than resident_limit() would be in use.
  // Cost: some microseconds, ten where pages have to be brought into memory.
  Block allocate(std::size_t bytes);

  // Free pages are given back until no more than this is in memory; those in use stay.
  void set_resident_limit(std::size_t bytes);
  std::size_t resident_limit() const;
  // In memory, whether in use or not.
  std::size_t resident_bytes() const;
  std::size_t used_bytes() const;
  // What allocate(bytes) takes.
  static std::size_t rounded(std::size_t bytes);

 private:
  PagePool() = default;

  struct Extent {
    std::size_t first = 0;  // page
    std::size_t pages = 0;
  };

  void free_extent(const Extent& extent);
  std::size_t make_resident(const Extent& extent);
  void add_free(Extent extent);
  void trim();

  Pages memory_;
  mutable std::mutex mutex_;
  std::map<std::size_t, std::size_t> free_;  // first page, pages; no two of them touch
  std::vector<bool> resident_;               // by page
  std::size_t resident_pages_ = 0;
  std::size_t resident_end_ = 0;  // from here on none is in memory
  std::size_t used_pages_ = 0;
  std::size_t limit_pages_ = 0;
};

}  // namespace copse
