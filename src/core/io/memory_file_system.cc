// Files and directories in memory, each with what is durable and what is not yet.
#include "core/io/memory_file_system.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <mutex>
#include <random>
#include <utility>

#include <unistd.h>

#include "core/io/system_error.h"

namespace copse {
namespace {

// A file or a directory. Invariants:
// 1. durable_size <= bytes->size(): what is durable of a file is a prefix.
// 2. `names` is what a program sees, `durable_names` what a power loss leaves.
// 3. Whoever maps a file shares `bytes` and sees a prefix of it, which never changes nor moves:
//    bytes are appended in place only while there is room, everything else takes a new buffer.
struct Node {
  bool directory = false;
  bool locked = false;
  std::uint64_t inode = 0;
  std::shared_ptr<Bytes> bytes = std::make_shared<Bytes>();
  std::size_t durable_size = 0;
  std::map<std::string, std::shared_ptr<Node>> names;
  std::map<std::string, std::shared_ptr<Node>> durable_names;

  void append(ByteView added) {
    const std::size_t needed = bytes->size() + added.size();
    if (needed > bytes->capacity()) {
      auto grown = std::make_shared<Bytes>();
      grown->reserve(std::max(needed, bytes->size() + bytes->size() / 2));
      *grown = *bytes;
      bytes = std::move(grown);
    }
    bytes->insert(bytes->end(), added.begin(), added.end());
  }

  void replace(ByteView by) { bytes = std::make_shared<Bytes>(by.begin(), by.end()); }
};

using NodePtr = std::shared_ptr<Node>;
using Names = std::map<std::string, NodePtr>;

struct Location {
  NodePtr parent;
  std::string name;
};

}  // namespace

struct MemoryFileSystem::State {
  NodePtr new_node(bool directory) {
    auto node = std::make_shared<Node>();
    node->directory = directory;
    node->inode = next_inode++;
    return node;
  }

  // Null when there is no such thing.
  NodePtr find(std::string_view path) const {
    NodePtr node = root;
    while (node != nullptr && !path.empty()) {
      if (path.front() == '/') {
        path.remove_prefix(1);
        continue;
      }
      const std::string name(path.substr(0, path.find('/')));
      path.remove_prefix(name.size());
      const auto found = node->names.find(name);
      node = found == node->names.end() ? nullptr : found->second;
    }
    return node;
  }

  // The directory a path lies in; its `parent` is null when that is missing.
  Location locate(std::string_view path) const {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return {root, std::string(path)};
    NodePtr parent = find(path.substr(0, slash));
    if (parent != nullptr && !parent->directory) parent = nullptr;
    return {std::move(parent), std::string(path.substr(slash + 1))};
  }

  // The file at a path, or why not.
  Result<NodePtr> file(const char* action, const std::string& path) const {
    NodePtr node = find(path);
    if (node == nullptr) return system_error(action, path, ENOENT);
    if (node->directory) return system_error(action, path, EISDIR);
    return node;
  }

  // The file has lost its name: a disk has its space again.
  void give_back(const Node& node) {
    if (free_bytes != UINT64_MAX) free_bytes += node.bytes->size();
  }

  mutable std::mutex mutex;
  NodePtr root;
  std::uint64_t next_inode = 1;
  bool read_only = false;
  std::uint64_t free_bytes = UINT64_MAX;
};

namespace {

using State = MemoryFileSystem::State;

class MemoryMappedFile final : public MappedFile {
 public:
  MemoryMappedFile(std::shared_ptr<const Bytes> owner, std::size_t size)
      : owner_(std::move(owner)), view_(ByteView(*owner_).first(size)) {}

  ByteView bytes() const override { return view_; }

 private:
  std::shared_ptr<const Bytes> owner_;
  ByteView view_;
};

class MemoryReadableFile final : public ReadableFile {
 public:
  MemoryReadableFile(std::shared_ptr<State> state, NodePtr node, std::string path)
      : state_(std::move(state)), node_(std::move(node)), path_(std::move(path)) {}

  Status read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    const std::lock_guard guard(state_->mutex);
    const Bytes& bytes = *node_->bytes;
    if (offset > bytes.size() || out.size() > bytes.size() - offset) {
      return Error(ErrorCode::Corrupt, path_ + " ends before offset " + std::to_string(offset) +
                                           " plus " + std::to_string(out.size()) + " bytes");
    }
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    return success();
  }

  Result<std::uint64_t> size() const override {
    const std::lock_guard guard(state_->mutex);
    return std::uint64_t{node_->bytes->size()};
  }

  Result<std::unique_ptr<MappedFile>> map(std::uint64_t size_bytes) const override {
    const std::lock_guard guard(state_->mutex);
    if (node_->bytes->size() < size_bytes) {
      return Error(ErrorCode::Corrupt, path_ + " is shorter than " + std::to_string(size_bytes));
    }
    return std::unique_ptr<MappedFile>(
        std::make_unique<MemoryMappedFile>(node_->bytes, static_cast<std::size_t>(size_bytes)));
  }

 private:
  std::shared_ptr<State> state_;
  NodePtr node_;
  std::string path_;
};

class MemoryWritableFile final : public WritableFile {
 public:
  MemoryWritableFile(std::shared_ptr<State> state, NodePtr node, std::string path)
      : state_(std::move(state)), node_(std::move(node)), path_(std::move(path)) {}

  Status append(ByteView bytes) override {
    const std::lock_guard guard(state_->mutex);
    const auto fits =
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), state_->free_bytes));
    const ByteView taken = bytes.first(fits);
    node_->append(taken);
    if (state_->free_bytes != UINT64_MAX) state_->free_bytes -= fits;
    if (fits < bytes.size()) return system_error("write", path_, ENOSPC);
    return success();
  }

  Status sync() override {
    const std::lock_guard guard(state_->mutex);
    node_->durable_size = node_->bytes->size();
    return success();
  }

  Status close() override { return success(); }

 private:
  std::shared_ptr<State> state_;
  NodePtr node_;
  std::string path_;
};

class MemoryFileLock final : public FileLock {
 public:
  MemoryFileLock(std::shared_ptr<State> state, NodePtr node)
      : state_(std::move(state)), node_(std::move(node)) {}

  ~MemoryFileLock() override {
    const std::lock_guard guard(state_->mutex);
    node_->locked = false;
  }

 private:
  std::shared_ptr<State> state_;
  NodePtr node_;
};

// What the disk keeps of a file: the synced bytes, and with a seed some of the rest, half of the
// times with a damaged tail.
void tear(Node& node, std::uint64_t seed, std::mt19937_64& random) {
  std::size_t kept = node.durable_size;
  Bytes bytes = *node.bytes;
  if (seed != 0 && bytes.size() > kept) {
    const std::size_t extra = bytes.size() - kept;
    kept += static_cast<std::size_t>(random() % (extra + 1));
    if (kept > node.durable_size && random() % 2 == 0) {
      const std::size_t garbage =
          1 + static_cast<std::size_t>(random() % (kept - node.durable_size));
      for (std::size_t i = kept - garbage; i < kept; ++i) {
        bytes[i] = static_cast<std::uint8_t>(random());
      }
    }
  }
  bytes.resize(kept);
  node.replace(bytes);
  node.durable_size = kept;
}

// For each name that changed, the old or the new meaning.
Names surviving_names(const Node& node, std::uint64_t seed, std::mt19937_64& random) {
  Names result = node.durable_names;
  if (seed == 0) return result;
  Names all = node.durable_names;
  all.insert(node.names.begin(), node.names.end());
  for (const auto& [name, unused] : all) {
    const auto before = node.durable_names.find(name);
    const auto now = node.names.find(name);
    const NodePtr before_node = before == node.durable_names.end() ? nullptr : before->second;
    const NodePtr now_node = now == node.names.end() ? nullptr : now->second;
    if (before_node == now_node || random() % 2 == 0) continue;
    if (now_node == nullptr) {
      result.erase(name);
    } else {
      result[name] = now_node;
    }
  }
  return result;
}

}  // namespace

MemoryFileSystem::MemoryFileSystem() : state_(std::make_shared<State>()) {
  state_->root = state_->new_node(true);
}

MemoryFileSystem::~MemoryFileSystem() = default;

void MemoryFileSystem::crash(std::uint64_t seed) {
  const std::lock_guard guard(state_->mutex);
  std::mt19937_64 random(seed);
  std::vector<NodePtr> pending{state_->root};
  while (!pending.empty()) {
    const NodePtr node = pending.back();
    pending.pop_back();
    node->locked = false;
    if (!node->directory) {
      tear(*node, seed, random);
      continue;
    }
    node->names = surviving_names(*node, seed, random);
    node->durable_names = node->names;
    for (const auto& [name, child] : node->names) {
      pending.push_back(child);
    }
  }
}

Status MemoryFileSystem::overwrite(const std::string& path, ByteView bytes) {
  const std::lock_guard guard(state_->mutex);
  COPSE_TRY(const NodePtr node, state_->file("overwrite", path));
  node->replace(bytes);
  node->durable_size = bytes.size();
  return success();
}

void MemoryFileSystem::set_read_only(bool read_only) {
  const std::lock_guard guard(state_->mutex);
  state_->read_only = read_only;
}

void MemoryFileSystem::set_free_bytes(std::uint64_t free_bytes) {
  const std::lock_guard guard(state_->mutex);
  state_->free_bytes = free_bytes;
}

std::vector<std::string> MemoryFileSystem::all_files() const {
  const std::lock_guard guard(state_->mutex);
  std::vector<std::string> files;
  std::vector<std::pair<std::string, NodePtr>> pending{{"/", state_->root}};
  while (!pending.empty()) {
    const auto [path, node] = pending.back();
    pending.pop_back();
    if (!node->directory) files.push_back(path);
    for (const auto& [name, child] : node->names) {
      pending.emplace_back(join_path(path, name), child);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::unique_ptr<MemoryFileSystem> MemoryFileSystem::clone() const {
  const std::lock_guard guard(state_->mutex);
  auto result = std::make_unique<MemoryFileSystem>();
  std::vector<std::pair<NodePtr, NodePtr>> pending{{state_->root, result->state_->root}};
  while (!pending.empty()) {
    const auto [source, target] = pending.back();
    pending.pop_back();
    target->replace(*source->bytes);
    target->durable_size = target->bytes->size();
    for (const auto& [name, child] : source->names) {
      const NodePtr copy = result->state_->new_node(child->directory);
      target->names[name] = copy;
      target->durable_names[name] = copy;
      pending.emplace_back(child, copy);
    }
  }
  return result;
}

Result<std::unique_ptr<ReadableFile>> MemoryFileSystem::open(const std::string& path) {
  const std::lock_guard guard(state_->mutex);
  COPSE_TRY(NodePtr node, state_->file("open", path));
  return std::unique_ptr<ReadableFile>(
      std::make_unique<MemoryReadableFile>(state_, std::move(node), path));
}

Result<std::unique_ptr<WritableFile>> MemoryFileSystem::create(const std::string& path) {
  const std::lock_guard guard(state_->mutex);
  const Location location = state_->locate(path);
  if (location.parent == nullptr) return system_error("create", path, ENOENT);
  if (location.parent->names.contains(location.name)) return system_error("create", path, EEXIST);
  if (state_->read_only) return system_error("create", path, EROFS);
  NodePtr node = state_->new_node(false);
  location.parent->names[location.name] = node;
  return std::unique_ptr<WritableFile>(
      std::make_unique<MemoryWritableFile>(state_, std::move(node), path));
}

Result<Bytes> MemoryFileSystem::read_file(const std::string& path, std::uint64_t limit_bytes) {
  const std::lock_guard guard(state_->mutex);
  COPSE_TRY(const NodePtr node, state_->file("read", path));
  if (node->bytes->size() > limit_bytes) {
    return Error(ErrorCode::LimitExceeded,
                 path + " is longer than the limit of " + std::to_string(limit_bytes) + " bytes");
  }
  return *node->bytes;
}

Status MemoryFileSystem::rename(const std::string& source, const std::string& target) {
  const std::lock_guard guard(state_->mutex);
  const NodePtr node = state_->find(source);
  const Location from = state_->locate(source);
  const Location to = state_->locate(target);
  const std::string action = "rename " + source + " to";
  if (node == nullptr || to.parent == nullptr) return system_error(action, target, ENOENT);
  if (state_->read_only) return system_error(action, target, EROFS);
  from.parent->names.erase(from.name);
  NodePtr& named = to.parent->names[to.name];
  if (named != nullptr) state_->give_back(*named);
  named = node;
  return success();
}

Status MemoryFileSystem::remove(const std::string& path) {
  const std::lock_guard guard(state_->mutex);
  COPSE_TRY(const NodePtr node, state_->file("remove", path));
  if (state_->read_only) return system_error("remove", path, EROFS);
  const Location location = state_->locate(path);
  location.parent->names.erase(location.name);
  state_->give_back(*node);
  return success();
}

Result<std::vector<DirectoryEntry>> MemoryFileSystem::list(const std::string& path) {
  const std::lock_guard guard(state_->mutex);
  const NodePtr node = state_->find(path);
  if (node == nullptr) return system_error("list", path, ENOENT);
  if (!node->directory) return system_error("list", path, ENOTDIR);
  std::vector<DirectoryEntry> entries;
  entries.reserve(node->names.size());
  for (const auto& [name, child] : node->names) {
    entries.push_back({name, child->directory ? FileType::Directory : FileType::Regular});
  }
  return entries;
}

Status MemoryFileSystem::make_directories(const std::string& path) {
  const std::lock_guard guard(state_->mutex);
  for (std::size_t end = 1; end <= path.size(); ++end) {
    if (end < path.size() && path[end] != '/') continue;
    const std::string prefix = path.substr(0, end);
    if (const NodePtr node = state_->find(prefix)) {
      if (!node->directory) return system_error("make directory", prefix, ENOTDIR);
      continue;
    }
    if (state_->read_only) return system_error("make directory", prefix, EROFS);
    const Location location = state_->locate(prefix);
    location.parent->names[location.name] = state_->new_node(true);
  }
  return success();
}

Status MemoryFileSystem::sync_directory(const std::string& path) {
  const std::lock_guard guard(state_->mutex);
  const NodePtr node = state_->find(path);
  if (node == nullptr || !node->directory) return system_error("sync directory", path, ENOENT);
  node->durable_names = node->names;
  return success();
}

Result<FileInfo> MemoryFileSystem::stat(const std::string& path) {
  const std::lock_guard guard(state_->mutex);
  const NodePtr node = state_->find(path);
  if (node == nullptr) return system_error("stat", path, ENOENT);
  FileInfo info;
  info.type = node->directory ? FileType::Directory : FileType::Regular;
  info.size_bytes = node->bytes->size();
  info.inode = node->inode;
  return info;
}

Result<FileInfo> MemoryFileSystem::lstat(const std::string& path) {
  return stat(path);
}

Result<std::string> MemoryFileSystem::real_path(const std::string& path) {
  const std::lock_guard guard(state_->mutex);
  if (state_->find(path) == nullptr) return system_error("resolve", path, ENOENT);
  return path;
}

Result<std::string> MemoryFileSystem::read_link(const std::string& path) {
  return system_error("read link", path, EINVAL);
}

Result<std::unique_ptr<FileLock>> MemoryFileSystem::lock(const std::string& path) {
  const std::lock_guard guard(state_->mutex);
  const Location location = state_->locate(path);
  if (location.parent == nullptr) return system_error("open lock", path, ENOENT);
  NodePtr node = state_->find(path);
  if (node == nullptr) {
    if (state_->read_only) return system_error("open lock", path, EROFS);
    node = state_->new_node(false);
    location.parent->names[location.name] = node;
  }
  const std::string holder = std::to_string(::getpid());
  if (node->locked) {
    return Error(ErrorCode::Busy, path + " is locked by process " + holder);
  }
  node->replace(as_bytes(holder));
  node->durable_size = 0;
  node->locked = true;
  return std::unique_ptr<FileLock>(std::make_unique<MemoryFileLock>(state_, std::move(node)));
}

}  // namespace copse
