// Memory straight from the system, for what is large and short-lived: it counts while it is used
// and goes back at once.
#pragma once

#include <cstddef>

namespace copse {

// A stretch of zeroed pages. Those that were never written to take no memory.
class Pages {
 public:
  Pages() = default;
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  ~Pages();

  // At least that many bytes, page-aligned; what was there is gone. Null when there is no memory.
  void* reserve(std::size_t bytes);
  void release();
  std::size_t size() const { return size_; }
  void* data() const { return memory_; }
  // Has the pages of [begin, end) in memory now: one call costs less than a fault for each. What
  // the system cannot do so is done by faults. REQUIRES: end <= size().
  void populate(std::size_t begin, std::size_t end);
  // Gives whole pages within [begin, end) back; they read as zeros then. REQUIRES: end <= size().
  void drop(std::size_t begin, std::size_t end);
  // Asks for pages of the smallest size only, so that touching a byte takes no more than its page.
  void keep_small() const;
  static std::size_t page_bytes();

 private:
  void* memory_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace copse
