// Passes every operation on and counts it.
#include "core/io/counting_file_system.h"

#include <utility>

namespace copse {
namespace {

// Hands the answer through.
template <typename Answer>
Answer watched(Counters& counters, Answer answer) {
  if (!answer.ok() && answer.error().code() != ErrorCode::NotFound) {
    counters.add(Counter::Failures);
  }
  return answer;
}

class CountingReadableFile final : public ReadableFile {
 public:
  CountingReadableFile(std::unique_ptr<ReadableFile> inner, std::shared_ptr<Counters> counters)
      : inner_(std::move(inner)), counters_(std::move(counters)) {}

  Status read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    counters_->add(Counter::Reads);
    Status read = watched(*counters_, inner_->read_at(offset, out));
    if (read.ok()) counters_->add(Counter::ReadBytes, out.size());
    return read;
  }

  Result<std::uint64_t> size() const override { return watched(*counters_, inner_->size()); }

  Result<std::unique_ptr<MappedFile>> map(std::uint64_t size_bytes) const override {
    counters_->add(Counter::Maps);
    return watched(*counters_, inner_->map(size_bytes));
  }

 private:
  std::unique_ptr<ReadableFile> inner_;
  std::shared_ptr<Counters> counters_;
};

class CountingWritableFile final : public WritableFile {
 public:
  CountingWritableFile(std::unique_ptr<WritableFile> inner, std::shared_ptr<Counters> counters)
      : inner_(std::move(inner)), counters_(std::move(counters)) {}

  Status append(ByteView bytes) override {
    counters_->add(Counter::Writes);
    Status written = watched(*counters_, inner_->append(bytes));
    if (written.ok()) counters_->add(Counter::WrittenBytes, bytes.size());
    return written;
  }

  Status sync() override {
    counters_->add(Counter::Syncs);
    return watched(*counters_, inner_->sync());
  }

  Status close() override { return watched(*counters_, inner_->close()); }

 private:
  std::unique_ptr<WritableFile> inner_;
  std::shared_ptr<Counters> counters_;
};

}  // namespace

Result<std::unique_ptr<ReadableFile>> CountingFileSystem::open(const std::string& path) {
  COPSE_TRY(std::unique_ptr<ReadableFile> file, watched(*counters_, inner_->open(path)));
  return std::unique_ptr<ReadableFile>(
      std::make_unique<CountingReadableFile>(std::move(file), counters_));
}

Result<std::unique_ptr<WritableFile>> CountingFileSystem::create(const std::string& path) {
  COPSE_TRY(std::unique_ptr<WritableFile> file, watched(*counters_, inner_->create(path)));
  return std::unique_ptr<WritableFile>(
      std::make_unique<CountingWritableFile>(std::move(file), counters_));
}

Result<Bytes> CountingFileSystem::read_file(const std::string& path, std::uint64_t limit_bytes) {
  counters_->add(Counter::Reads);
  Result<Bytes> bytes = watched(*counters_, inner_->read_file(path, limit_bytes));
  if (bytes.ok()) counters_->add(Counter::ReadBytes, bytes.value().size());
  return bytes;
}

Status CountingFileSystem::rename(const std::string& source, const std::string& target) {
  counters_->add(Counter::Renames);
  return watched(*counters_, inner_->rename(source, target));
}

Status CountingFileSystem::remove(const std::string& path) {
  counters_->add(Counter::Removals);
  return watched(*counters_, inner_->remove(path));
}

Result<std::vector<DirectoryEntry>> CountingFileSystem::list(const std::string& path) {
  return watched(*counters_, inner_->list(path));
}

Status CountingFileSystem::make_directories(const std::string& path) {
  return watched(*counters_, inner_->make_directories(path));
}

Status CountingFileSystem::sync_directory(const std::string& path) {
  counters_->add(Counter::Syncs);
  return watched(*counters_, inner_->sync_directory(path));
}

Result<FileInfo> CountingFileSystem::stat(const std::string& path) {
  return watched(*counters_, inner_->stat(path));
}

Result<FileInfo> CountingFileSystem::lstat(const std::string& path) {
  return watched(*counters_, inner_->lstat(path));
}

Result<std::string> CountingFileSystem::real_path(const std::string& path) {
  return watched(*counters_, inner_->real_path(path));
}

Result<std::string> CountingFileSystem::read_link(const std::string& path) {
  return watched(*counters_, inner_->read_link(path));
}

Result<std::unique_ptr<FileLock>> CountingFileSystem::lock(const std::string& path) {
  return watched(*counters_, inner_->lock(path));
}

}  // namespace copse
