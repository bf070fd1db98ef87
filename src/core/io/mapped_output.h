// A new file of a known length as memory to write to, for output that is made out of order.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "copse/result.h"

namespace copse {

// Owns the mapping and, until keep() is called, the file: the destructor removes it. Several
// threads may write to different bytes.
class MappedOutput {
 public:
  MappedOutput() = default;
  MappedOutput(MappedOutput&& other) noexcept;
  MappedOutput(const MappedOutput&) = delete;
  MappedOutput& operator=(const MappedOutput&) = delete;
  MappedOutput& operator=(MappedOutput&&) = delete;
  ~MappedOutput();

  // Io when the path exists, or when the disk has no room: it is taken at once, so that no write
  // meets a full disk later.
  static Result<MappedOutput> create(const std::string& path, std::uint64_t size_bytes);

  std::span<std::uint8_t> bytes() { return {static_cast<std::uint8_t*>(address_), size_}; }

  // Unmaps, and leaves the file where it is. Not durable: that is up to the system.
  void keep();

 private:
  void unmap();

  std::string path_;  // empty when the file is kept
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace copse
