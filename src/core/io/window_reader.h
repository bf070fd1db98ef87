// Stretches of a file in buffers that are used again: for one pass over a large file, where the
// first touch of each page of a map costs more than copying it into memory that is there.
#pragma once

#include <cstdint>
#include <memory>

#include "core/bytes.h"
#include "core/io/file_system.h"

namespace copse {

// Valid for as long as the owner lives.
struct FileWindow {
  ByteView bytes;
  std::shared_ptr<const void> owner;
};

// Windows of one file. Thread-safe. Memory: the windows that are held at one time, each as large as
// the largest so far; they go with the reader and the last window.
class WindowReader {
 public:
  // Borrows the file. `map` is the same bytes: what cannot be read is left to it.
  WindowReader(const ReadableFile& file, ByteView map);

  // [begin, end). REQUIRES: begin <= end, within the map.
  FileWindow read(std::uint64_t begin, std::uint64_t end) const;

 private:
  struct Buffers;

  const ReadableFile& file_;
  ByteView map_;
  std::shared_ptr<Buffers> buffers_;
};

}  // namespace copse
