#include "core/io/mapped_output.h"

#include <cerrno>
#include <sys/mman.h>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "core/io/system_error.h"

namespace copse {

MappedOutput::MappedOutput(MappedOutput&& other) noexcept
    : path_(std::exchange(other.path_, std::string())),
      address_(std::exchange(other.address_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedOutput::~MappedOutput() {
  unmap();
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<MappedOutput> MappedOutput::create(const std::string& path, std::uint64_t size_bytes) {
  if (size_bytes > static_cast<std::uint64_t>(INT64_MAX)) {
    return system_error("create", path, EFBIG);
  }
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) return system_error("create", path, errno);
  MappedOutput output;
  output.path_ = path;
  int failed = 0;
  if (size_bytes > 0) {
    do {
      failed = ::posix_fallocate(descriptor, 0, static_cast<off_t>(size_bytes));
    } while (failed == EINTR);
    if (failed == 0) {
      const auto size = static_cast<std::size_t>(size_bytes);
      // All pages at once: one by one, on being written to, takes longer than what is written.
      void* address =
          ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, descriptor, 0);
      if (address == MAP_FAILED) {
        failed = errno;
      } else {
        output.address_ = address;
        output.size_ = size;
      }
    }
  }
  ::close(descriptor);
  if (failed != 0) return system_error("make room for", path, failed);
  return output;
}

void MappedOutput::keep() {
  unmap();
  path_.clear();
}

void MappedOutput::unmap() {
  if (address_ != nullptr) ::munmap(address_, size_);
  address_ = nullptr;
  size_ = 0;
}

}  // namespace copse
