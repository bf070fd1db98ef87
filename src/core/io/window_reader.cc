#include "core/io/window_reader.h"

#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "core/check.h"

namespace copse {

// Those that nobody holds.
struct WindowReader::Buffers {
  std::mutex mutex;
  std::vector<std::unique_ptr<Bytes>> free;

  std::unique_ptr<Bytes> take() {
    const std::lock_guard guard(mutex);
    if (free.empty()) return std::make_unique<Bytes>();
    std::unique_ptr<Bytes> buffer = std::move(free.back());
    free.pop_back();
    return buffer;
  }

  void give_back(std::unique_ptr<Bytes> buffer) {
    const std::lock_guard guard(mutex);
    free.push_back(std::move(buffer));
  }
};

WindowReader::WindowReader(const ReadableFile& file, ByteView map)
    : file_(file), map_(map), buffers_(std::make_shared<Buffers>()) {}

FileWindow WindowReader::read(std::uint64_t begin, std::uint64_t end) const {
  COPSE_CHECK(begin <= end && end <= map_.size());
  const auto size = static_cast<std::size_t>(end - begin);
  std::unique_ptr<Bytes> buffer = buffers_->take();
  if (buffer->size() < size) buffer->resize(size);
  const std::span<std::uint8_t> out(buffer->data(), size);
  if (!file_.read_at(begin, out).ok()) {
    buffers_->give_back(std::move(buffer));
    return {map_.subspan(static_cast<std::size_t>(begin), size), nullptr};
  }
  const std::shared_ptr<const Bytes> owner(buffer.release(), [buffers = buffers_](Bytes* held) {
    buffers->give_back(std::unique_ptr<Bytes>(held));
  });
  return {out, owner};
}

}  // namespace copse
