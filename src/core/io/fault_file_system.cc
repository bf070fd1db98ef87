// Counts operations and fails the one that a test names.
#include "core/io/fault_file_system.h"

#include <mutex>
#include <utility>

#include "core/io/system_error.h"

namespace copse {

struct FaultFileSystem::Counter {
  enum class Verdict : std::uint8_t { Pass, Fail, Tear };

  Verdict next() {
    const std::lock_guard guard(mutex);
    const std::uint64_t number = operations++;
    if (!fault || number < fault->operation) return Verdict::Pass;
    if (number > fault->operation) return fault->from_then_on ? Verdict::Fail : Verdict::Pass;
    fired = true;
    return fault->tear ? Verdict::Tear : Verdict::Fail;
  }

  // Success, or the error to answer with.
  Status pass(std::string_view action, const std::string& path) {
    if (next() == Verdict::Pass) return success();
    return error(action, path);
  }

  Error error(std::string_view action, const std::string& path) {
    const std::lock_guard guard(mutex);
    return system_error(action, path, fault ? fault->error_number : 0);
  }

  mutable std::mutex mutex;
  std::optional<Fault> fault;
  std::uint64_t operations = 0;
  bool fired = false;
};

namespace {

using Counter = FaultFileSystem::Counter;

class FaultReadableFile final : public ReadableFile {
 public:
  FaultReadableFile(std::unique_ptr<ReadableFile> inner, std::shared_ptr<Counter> counter,
                    std::string path)
      : inner_(std::move(inner)), counter_(std::move(counter)), path_(std::move(path)) {}

  Status read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    COPSE_TRY_STATUS(counter_->pass("read", path_));
    return inner_->read_at(offset, out);
  }

  Result<std::uint64_t> size() const override {
    COPSE_TRY_STATUS(counter_->pass("stat", path_));
    return inner_->size();
  }

  Result<std::unique_ptr<MappedFile>> map(std::uint64_t size_bytes) const override {
    COPSE_TRY_STATUS(counter_->pass("map", path_));
    return inner_->map(size_bytes);
  }

 private:
  std::unique_ptr<ReadableFile> inner_;
  std::shared_ptr<Counter> counter_;
  std::string path_;
};

class FaultWritableFile final : public WritableFile {
 public:
  FaultWritableFile(std::unique_ptr<WritableFile> inner, std::shared_ptr<Counter> counter,
                    std::string path)
      : inner_(std::move(inner)), counter_(std::move(counter)), path_(std::move(path)) {}

  Status append(ByteView bytes) override {
    const Counter::Verdict verdict = counter_->next();
    if (verdict == Counter::Verdict::Pass) return inner_->append(bytes);
    if (verdict == Counter::Verdict::Tear) {
      COPSE_TRY_STATUS(inner_->append(bytes.first(bytes.size() / 2)));
    }
    return counter_->error("write", path_);
  }

  Status sync() override {
    COPSE_TRY_STATUS(counter_->pass("sync", path_));
    return inner_->sync();
  }

  Status close() override { return inner_->close(); }

 private:
  std::unique_ptr<WritableFile> inner_;
  std::shared_ptr<Counter> counter_;
  std::string path_;
};

}  // namespace

FaultFileSystem::FaultFileSystem(FileSystem& inner)
    : inner_(inner), counter_(std::make_shared<Counter>()) {}

FaultFileSystem::~FaultFileSystem() = default;

void FaultFileSystem::arm(std::optional<Fault> fault) {
  const std::lock_guard guard(counter_->mutex);
  counter_->fault = fault;
  counter_->operations = 0;
  counter_->fired = false;
}

std::uint64_t FaultFileSystem::operations() const {
  const std::lock_guard guard(counter_->mutex);
  return counter_->operations;
}

bool FaultFileSystem::fired() const {
  const std::lock_guard guard(counter_->mutex);
  return counter_->fired;
}

Result<std::unique_ptr<ReadableFile>> FaultFileSystem::open(const std::string& path) {
  COPSE_TRY_STATUS(counter_->pass("open", path));
  COPSE_TRY(std::unique_ptr<ReadableFile> file, inner_.open(path));
  return std::unique_ptr<ReadableFile>(
      std::make_unique<FaultReadableFile>(std::move(file), counter_, path));
}

Result<std::unique_ptr<WritableFile>> FaultFileSystem::create(const std::string& path) {
  COPSE_TRY_STATUS(counter_->pass("create", path));
  COPSE_TRY(std::unique_ptr<WritableFile> file, inner_.create(path));
  return std::unique_ptr<WritableFile>(
      std::make_unique<FaultWritableFile>(std::move(file), counter_, path));
}

Result<Bytes> FaultFileSystem::read_file(const std::string& path, std::uint64_t limit_bytes) {
  COPSE_TRY_STATUS(counter_->pass("read", path));
  return inner_.read_file(path, limit_bytes);
}

Status FaultFileSystem::rename(const std::string& source, const std::string& target) {
  COPSE_TRY_STATUS(counter_->pass("rename " + source + " to", target));
  return inner_.rename(source, target);
}

Status FaultFileSystem::remove(const std::string& path) {
  COPSE_TRY_STATUS(counter_->pass("remove", path));
  return inner_.remove(path);
}

Result<std::vector<DirectoryEntry>> FaultFileSystem::list(const std::string& path) {
  COPSE_TRY_STATUS(counter_->pass("list", path));
  return inner_.list(path);
}

Status FaultFileSystem::make_directories(const std::string& path) {
  COPSE_TRY_STATUS(counter_->pass("make directory", path));
  return inner_.make_directories(path);
}

Status FaultFileSystem::sync_directory(const std::string& path) {
  COPSE_TRY_STATUS(counter_->pass("sync directory", path));
  return inner_.sync_directory(path);
}

Result<FileInfo> FaultFileSystem::stat(const std::string& path) {
  COPSE_TRY_STATUS(counter_->pass("stat", path));
  return inner_.stat(path);
}

Result<FileInfo> FaultFileSystem::lstat(const std::string& path) {
  COPSE_TRY_STATUS(counter_->pass("stat", path));
  return inner_.lstat(path);
}

Result<std::string> FaultFileSystem::real_path(const std::string& path) {
  COPSE_TRY_STATUS(counter_->pass("resolve", path));
  return inner_.real_path(path);
}

Result<std::string> FaultFileSystem::read_link(const std::string& path) {
  COPSE_TRY_STATUS(counter_->pass("read link", path));
  return inner_.read_link(path);
}

Result<std::unique_ptr<FileLock>> FaultFileSystem::lock(const std::string& path) {
  COPSE_TRY_STATUS(counter_->pass("lock", path));
  return inner_.lock(path);
}

}  // namespace copse
