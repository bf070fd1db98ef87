// The disk of this machine through POSIX calls.
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/io/file_system.h"
#include "core/io/system_error.h"

namespace copse {
namespace {

constexpr std::size_t kMaxTransferBytes = std::size_t{1} << 30;  // one read or write call

// Owns a descriptor.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;

  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }

  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

// Calls until a signal no longer gets in the way.
template <typename Call>
auto retried(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) {
    result = call();
  }
  return result;
}

Descriptor open_descriptor(const std::string& path, int flags) {
  return Descriptor(retried([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); }));
}

FileType file_type(mode_t mode) {
  if (S_ISREG(mode)) return FileType::Regular;
  if (S_ISDIR(mode)) return FileType::Directory;
  if (S_ISLNK(mode)) return FileType::SymbolicLink;
  return FileType::Other;
}

FileInfo file_info(const struct stat& status) {
  FileInfo info;
  info.type = file_type(status.st_mode);
  info.size_bytes = static_cast<std::uint64_t>(status.st_size);
  info.changed_ns =
      std::int64_t{status.st_ctim.tv_sec} * 1'000'000'000 + std::int64_t{status.st_ctim.tv_nsec};
  info.inode = status.st_ino;
  info.device = status.st_dev;
  return info;
}

class RealMappedFile final : public MappedFile {
 public:
  // Takes the mapping over; null when there are no bytes.
  RealMappedFile(void* address, std::size_t size) : address_(address), size_(size) {}

  ~RealMappedFile() override {
    if (address_ != nullptr) ::munmap(address_, size_);
  }

  ByteView bytes() const override { return {static_cast<const std::uint8_t*>(address_), size_}; }

 private:
  void* address_;
  std::size_t size_;
};

class RealReadableFile final : public ReadableFile {
 public:
  RealReadableFile(Descriptor descriptor, std::string path, bool maps)
      : descriptor_(std::move(descriptor)), path_(std::move(path)), maps_(maps) {}

  Status read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    std::size_t done = 0;
    while (done < out.size()) {
      const std::uint64_t position = offset + done;
      if (position > static_cast<std::uint64_t>(INT64_MAX)) return ends_before(offset, out.size());
      const ssize_t count = retried([&] {
        return ::pread(descriptor_.get(), out.data() + done,
                       std::min(out.size() - done, kMaxTransferBytes),
                       static_cast<off_t>(position));
      });
      if (count < 0) return system_error("read", path_, errno);
      if (count == 0) return ends_before(offset, out.size());
      done += static_cast<std::size_t>(count);
    }
    return success();
  }

  Result<std::uint64_t> size() const override {
    struct stat status {};
    if (::fstat(descriptor_.get(), &status) != 0) return system_error("stat", path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

  Result<std::unique_ptr<MappedFile>> map(std::uint64_t size_bytes) const override {
    if (!maps_) return Error(ErrorCode::Io, "cannot map " + path_ + ": files are read here");
    COPSE_TRY(const std::uint64_t there, size());
    if (size_bytes > there) return ends_before(0, static_cast<std::size_t>(size_bytes));
    const auto length = static_cast<std::size_t>(size_bytes);
    void* address = nullptr;
    if (length > 0) {
      address = ::mmap(nullptr, length, PROT_READ, MAP_SHARED, descriptor_.get(), 0);
      if (address == MAP_FAILED) return system_error("map", path_, errno);
    }
    return std::unique_ptr<MappedFile>(std::make_unique<RealMappedFile>(address, length));
  }

 private:
  Error ends_before(std::uint64_t offset, std::size_t size) const {
    return {ErrorCode::Corrupt, path_ + " ends before offset " + std::to_string(offset) + " plus " +
                                    std::to_string(size) + " bytes"};
  }

  Descriptor descriptor_;
  std::string path_;
  bool maps_;
};

class RealWritableFile final : public WritableFile {
 public:
  RealWritableFile(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  Status append(ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = retried([&] {
        return ::write(descriptor_.get(), bytes.data(), std::min(bytes.size(), kMaxTransferBytes));
      });
      if (count < 0) return system_error("write", path_, errno);
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return success();
  }

  Status sync() override {
    if (retried([&] { return ::fsync(descriptor_.get()); }) != 0) {
      return system_error("sync", path_, errno);
    }
    return success();
  }

  Status close() override {
    const int descriptor = descriptor_.release();
    // On Linux the descriptor is gone whatever close answers, so EINTR is no reason to call again.
    if (descriptor >= 0 && ::close(descriptor) != 0 && errno != EINTR) {
      return system_error("close", path_, errno);
    }
    return success();
  }

 private:
  Descriptor descriptor_;
  std::string path_;
};

class RealFileLock final : public FileLock {
 public:
  explicit RealFileLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  Descriptor descriptor_;  // closing it frees the lock
};

Result<Descriptor> open_regular(const std::string& path) {
  // O_NONBLOCK: opening a pipe without a writer would wait for one.
  Descriptor descriptor = open_descriptor(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (descriptor.get() < 0) return system_error("open", path, errno);
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) return system_error("stat", path, errno);
  if (!S_ISREG(status.st_mode)) {
    return Error(ErrorCode::Io, "cannot open " + path + ": not a regular file");
  }
  return descriptor;
}

Error busy_error(const std::string& path, int descriptor) {
  char text[24] = {};
  const ssize_t count = retried([&] { return ::pread(descriptor, text, sizeof(text) - 1, 0); });
  std::string holder(text, count > 0 ? static_cast<std::size_t>(count) : 0);
  holder.resize(std::min(holder.size(), holder.find('\n')));
  if (holder.empty()) holder = "unknown";
  return {ErrorCode::Busy, path + " is locked by process " + holder};
}

class RealFileSystem final : public FileSystem {
 public:
  explicit RealFileSystem(bool maps) : maps_(maps) {}

  Result<std::unique_ptr<ReadableFile>> open(const std::string& path) override {
    COPSE_TRY(Descriptor descriptor, open_regular(path));
    return std::unique_ptr<ReadableFile>(
        std::make_unique<RealReadableFile>(std::move(descriptor), path, maps_));
  }

  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
    Descriptor descriptor = open_descriptor(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND);
    if (descriptor.get() < 0) return system_error("create", path, errno);
    return std::unique_ptr<WritableFile>(
        std::make_unique<RealWritableFile>(std::move(descriptor), path));
  }

  Result<Bytes> read_file(const std::string& path, std::uint64_t limit_bytes) override {
    COPSE_TRY(const Descriptor descriptor, open_regular(path));
    struct stat status {};
    if (::fstat(descriptor.get(), &status) != 0) return system_error("stat", path, errno);
    // The size is a hint: files in /proc say 0, and a file may grow while it is read.
    const auto hint = static_cast<std::uint64_t>(status.st_size);
    if (hint > limit_bytes) return too_long(path, limit_bytes);
    Bytes bytes(static_cast<std::size_t>(hint) + 1);
    std::size_t done = 0;
    while (true) {
      const ssize_t count = retried([&] {
        return ::read(descriptor.get(), bytes.data() + done,
                      std::min(bytes.size() - done, kMaxTransferBytes));
      });
      if (count < 0) return system_error("read", path, errno);
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
      if (done > limit_bytes) return too_long(path, limit_bytes);
      if (done == bytes.size()) bytes.resize(bytes.size() * 2 + 4096);
    }
    bytes.resize(done);
    return bytes;
  }

  Status rename(const std::string& source, const std::string& target) override {
    if (::rename(source.c_str(), target.c_str()) != 0) {
      return system_error("rename " + source + " to", target, errno);
    }
    return success();
  }

  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return system_error("remove", path, errno);
    return success();
  }

  Result<std::vector<DirectoryEntry>> list(const std::string& path) override;
  Status make_directories(const std::string& path) override;

  Status sync_directory(const std::string& path) override {
    const Descriptor descriptor = open_descriptor(path, O_RDONLY | O_DIRECTORY);
    if (descriptor.get() < 0) return system_error("open directory", path, errno);
    if (retried([&] { return ::fsync(descriptor.get()); }) != 0) {
      return system_error("sync directory", path, errno);
    }
    return success();
  }

  Result<FileInfo> stat(const std::string& path) override {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return system_error("stat", path, errno);
    return file_info(status);
  }

  Result<FileInfo> lstat(const std::string& path) override {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return system_error("stat", path, errno);
    return file_info(status);
  }

  Result<std::string> real_path(const std::string& path) override {
    const std::unique_ptr<char, decltype(&std::free)> resolved(::realpath(path.c_str(), nullptr),
                                                               &std::free);
    if (resolved == nullptr) return system_error("resolve", path, errno);
    return std::string(resolved.get());
  }

  Result<std::string> read_link(const std::string& path) override {
    std::string target(PATH_MAX, '\0');
    const ssize_t count = ::readlink(path.c_str(), target.data(), target.size());
    if (count < 0) return system_error("read link", path, errno);
    target.resize(static_cast<std::size_t>(count));
    return target;
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

 private:
  static Error too_long(const std::string& path, std::uint64_t limit_bytes) {
    return {ErrorCode::LimitExceeded,
            path + " is longer than the limit of " + std::to_string(limit_bytes) + " bytes"};
  }

  bool maps_;
};

Result<std::vector<DirectoryEntry>> RealFileSystem::list(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), &::closedir);
  if (directory == nullptr) return system_error("list", path, errno);
  std::vector<DirectoryEntry> entries;
  while (true) {
    errno = 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): only this thread knows the stream
    const dirent* found = ::readdir(directory.get());
    if (found == nullptr) break;
    const std::string_view name(found->d_name);
    if (name == "." || name == "..") continue;
    DirectoryEntry entry{std::string(name), FileType::Other};
    if (found->d_type == DT_UNKNOWN) {
      auto info = lstat(join_path(path, name));
      if (!info.ok() && info.error().code() == ErrorCode::NotFound) continue;  // gone meanwhile
      if (!info.ok()) return std::move(info).take_error();
      entry.type = info.value().type;
    } else {
      entry.type = file_type(static_cast<mode_t>(DTTOIF(found->d_type)));
    }
    entries.push_back(std::move(entry));
  }
  if (errno != 0) return system_error("list", path, errno);
  std::sort(entries.begin(), entries.end(),
            [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
  return entries;
}

Status RealFileSystem::make_directories(const std::string& path) {
  for (std::size_t end = 1; end <= path.size(); ++end) {
    if (end < path.size() && path[end] != '/') continue;
    const std::string prefix = path.substr(0, end);
    if (::mkdir(prefix.c_str(), 0777) == 0) continue;
    const int error_number = errno;
    // A directory that is there already may also answer EROFS or EACCES.
    auto info = stat(prefix);
    if (!info.ok()) return system_error("make directory", prefix, error_number);
    if (info.value().type != FileType::Directory) {
      return Error(ErrorCode::Io, "cannot make directory " + prefix + ": not a directory");
    }
  }
  return success();
}

Result<std::unique_ptr<FileLock>> RealFileSystem::lock(const std::string& path) {
  Descriptor descriptor = open_descriptor(path, O_RDWR | O_CREAT | O_NONBLOCK | O_NOCTTY);
  if (descriptor.get() < 0) return system_error("open lock", path, errno);
  if (retried([&] { return ::flock(descriptor.get(), LOCK_EX | LOCK_NB); }) != 0) {
    if (errno == EWOULDBLOCK) return busy_error(path, descriptor.get());
    return system_error("lock", path, errno);
  }
  const std::string text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor.get(), 0) != 0) return system_error("truncate", path, errno);
  const ssize_t count =
      retried([&] { return ::pwrite(descriptor.get(), text.data(), text.size(), 0); });
  if (count < 0) return system_error("write", path, errno);
  return std::unique_ptr<FileLock>(std::make_unique<RealFileLock>(std::move(descriptor)));
}

}  // namespace

FileSystem& real_file_system() {
  static RealFileSystem file_system(true);
  return file_system;
}

FileSystem& plain_file_system() {
  static RealFileSystem file_system(false);
  return file_system;
}

std::string join_path(std::string_view directory, std::string_view name) {
  if (directory.empty()) return std::string(name);
  std::string path(directory);
  if (path.back() != '/') path.push_back('/');
  path.append(name);
  return path;
}

}  // namespace copse
