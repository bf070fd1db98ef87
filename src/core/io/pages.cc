#include "core/io/pages.h"

#include <algorithm>
#include <sys/mman.h>

#include <unistd.h>

namespace copse {
namespace {

std::size_t rounded_up(std::size_t bytes) {
  const std::size_t page = Pages::page_bytes();
  return (bytes + page - 1) / page * page;
}

}  // namespace

std::size_t Pages::page_bytes() {
  static const auto bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return bytes;
}

void Pages::keep_small() const {
  // Advice: a kernel without huge pages refuses it, and is right.
  if (memory_ != nullptr) ::madvise(memory_, size_, MADV_NOHUGEPAGE);
}

Pages::~Pages() {
  release();
}

void* Pages::reserve(std::size_t bytes) {
  release();
  const std::size_t size = rounded_up(std::max<std::size_t>(bytes, 1));
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  memory_ = memory;
  size_ = size;
  return memory_;
}

void Pages::release() {
  if (memory_ != nullptr) ::munmap(memory_, size_);
  memory_ = nullptr;
  size_ = 0;
}

void Pages::populate(std::size_t begin, std::size_t end) {
  // Linux 5.14; an older one refuses, and a fault for each page does it.
  const std::size_t first = begin / page_bytes() * page_bytes();
  ::madvise(static_cast<char*>(memory_) + first, end - first, MADV_POPULATE_WRITE);
}

void Pages::drop(std::size_t begin, std::size_t end) {
  const std::size_t first = rounded_up(begin);
  const std::size_t last = end / page_bytes() * page_bytes();
  if (first < last) ::madvise(static_cast<char*>(memory_) + first, last - first, MADV_DONTNEED);
}

}  // namespace copse
