// Opens a store for writing: makes a new one, and removes what an interrupted writer left behind.
#include <algorithm>
#include <array>
#include <utility>

#include "core/io/random.h"
#include "store/store_state.h"
#include "store/writer_state.h"

namespace copse {
namespace {

using State = StoreWriter::State;

constexpr std::array kDirectories = {kPackDirectory, kSegmentDirectory, kSharedDirectory};

std::string temporary_name(Mirror mirror) {
  return head_name(mirror) + std::string(kTemporarySuffix);
}

// NotFound is as good as removed.
Status remove_if_there(FileSystem& file_system, const std::string& path) {
  Status status = file_system.remove(path);
  if (!status.ok() && status.error().code() == ErrorCode::NotFound) return success();
  return status;
}

Result<bool> exists(FileSystem& file_system, const std::string& path) {
  auto info = file_system.lstat(path);
  if (info.ok()) return true;
  if (info.error().code() == ErrorCode::NotFound) return false;
  return std::move(info).take_error();
}

// Whether an entry could be from a creation that was interrupted before the first HEAD.
Result<bool> is_unfinished(State& state, const DirectoryEntry& entry) {
  if (entry.type == FileType::Directory) {
    if (std::find(kDirectories.begin(), kDirectories.end(), entry.name) == kDirectories.end()) {
      return false;
    }
    COPSE_TRY(const auto inside, state.file_system.list(state.full_path(entry.name)));
    return inside.empty();
  }
  return entry.type == FileType::Regular &&
         (entry.name == kLockName || entry.name == temporary_name(Mirror::First));
}

// True when the directory holds a store, false when a store may be made in it.
Result<bool> holds_store(State& state) {
  COPSE_TRY(const bool there, exists(state.file_system, state.directory));
  if (!there) return false;
  for (const Mirror mirror : kMirrors) {
    COPSE_TRY(const bool found, exists(state.file_system, state.full_path(head_name(mirror))));
    if (found) return true;
  }
  COPSE_TRY(const auto entries, state.file_system.list(state.directory));
  for (const DirectoryEntry& entry : entries) {
    COPSE_TRY(const bool unfinished, is_unfinished(state, entry));
    if (!unfinished) {
      return Error(ErrorCode::InvalidArgument,
                   state.directory + " is not a copse store and holds other things (" + entry.name +
                       "): name an empty directory");
    }
  }
  return false;
}

// Makes the way to the directory durable: the parent for sure, what is above it where we may.
Status sync_parents(State& state) {
  std::string path = state.directory;
  bool is_parent = true;
  while (true) {
    while (path.size() > 1 && path.back() == '/') {
      path.pop_back();
    }
    const std::size_t slash = path.rfind('/');
    if (path == "/") return success();
    path = slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
    Status status = state.file_system.sync_directory(path);
    if (is_parent && !status.ok()) return status;
    is_parent = false;
    if (path == ".") return success();
  }
}

Status create_store(State& state) {
  for (const std::string_view name : kDirectories) {
    COPSE_TRY_STATUS(state.file_system.make_directories(state.full_path(std::string(name))));
  }
  COPSE_TRY_STATUS(state.file_system.sync_directory(state.directory));
  COPSE_TRY_STATUS(sync_parents(state));
  Head head;
  head.store_id = state.options.new_store_id ? *state.options.new_store_id : random_bits();
  COPSE_TRY_STATUS(write_head(state.file_system, state.directory, head, Mirror::First));
  return write_head(state.file_system, state.directory, head, Mirror::Copy);
}

// The number in "<16 hex><suffix>" or "<16 hex><suffix>.copy".
std::optional<std::uint64_t> number_of(std::string_view name, std::string_view suffix) {
  if (name.ends_with(kCopySuffix)) name.remove_suffix(kCopySuffix.size());
  if (!name.ends_with(suffix)) return std::nullopt;
  name.remove_suffix(suffix.size());
  return parse_hex64(name);
}

// Removes a file that HEAD does not name. Failing is no harm: its number is not used again.
void remove_numbered(State& state, std::string_view directory, std::string_view suffix, bool keep,
                     const std::function<bool(std::uint64_t)>& named) {
  auto entries = state.file_system.list(state.full_path(std::string(directory)));
  if (!entries.ok()) return;
  for (const DirectoryEntry& entry : entries.value()) {
    const auto number = number_of(entry.name, suffix);
    if (!number) continue;
    if (*number != UINT64_MAX) state.next_id = std::max(state.next_id, *number + 1);
    if (keep || named(*number)) continue;
    const std::string path = join_path(state.full_path(std::string(directory)), entry.name);
    static_cast<void>(remove_if_there(state.file_system, path));
  }
}

void remove_shared(State& state, bool keep) {
  const std::string directory = state.full_path(std::string(kSharedDirectory));
  auto entries = state.file_system.list(directory);
  if (!entries.ok()) return;
  std::set<std::string> named;
  for (const SharedId& id : state.known_shared) {
    for (const Mirror mirror : kMirrors) {
      named.insert(shared_name(id, mirror));
    }
  }
  for (const DirectoryEntry& entry : entries.value()) {
    const std::string name = std::string(kSharedDirectory) + "/" + entry.name;
    const bool temporary = entry.name.ends_with(kTemporarySuffix);
    if (!temporary && (keep || named.contains(name))) continue;
    static_cast<void>(remove_if_there(state.file_system, state.full_path(name)));
  }
}

// Removes what HEAD does not name, unless that could be all there is left of something.
void clean_up(State& state) {
  const Generation& committed = state.committed;
  const bool keep = !committed.from_first;
  remove_numbered(state, kPackDirectory, kPackSuffix, keep, [&](std::uint64_t number) {
    const auto& packs = committed.head.packs;
    return std::any_of(packs.begin(), packs.end(),
                       [&](const PackEntry& pack) { return pack.id.value == number; });
  });
  remove_numbered(state, kSegmentDirectory, kSegmentSuffix, keep, [&](std::uint64_t number) {
    const auto& segments = committed.head.segments;
    return std::any_of(segments.begin(), segments.end(),
                       [&](const SegmentEntry& segment) { return segment.id.value == number; });
  });
  remove_shared(state, keep || !committed.catalogue.check_complete().ok());
}

}  // namespace

Status open_writer(State& state) {
  FileSystem& file_system = state.file_system;
  COPSE_TRY(bool is_store, holds_store(state));
  if (!is_store) COPSE_TRY_STATUS(file_system.make_directories(state.directory));
  COPSE_TRY(state.lock, file_system.lock(state.full_path(std::string(kLockName))));
  // Somebody may have made it while we waited for nothing: look again under the lock.
  COPSE_TRY(is_store, holds_store(state));
  for (const Mirror mirror : kMirrors) {
    COPSE_TRY_STATUS(remove_if_there(file_system, state.full_path(temporary_name(mirror))));
  }
  if (!is_store) COPSE_TRY_STATUS(create_store(state));
  COPSE_TRY(state.committed, load_generation(file_system, state.directory, {}));
  Generation& committed = state.committed;
  // The rename of HEAD may not be durable yet when its writer was killed; nothing that an earlier
  // HEAD names may go before it is.
  COPSE_TRY_STATUS(file_system.sync_directory(state.directory));
  if (committed.from_first && !committed.copy_agrees) {
    COPSE_TRY_STATUS(write_head(file_system, state.directory, committed.head, Mirror::Copy));
  }
  state.next_id = committed.head.next_id;
  for (const RootEntry& root : committed.head.roots) {
    state.roots[root.name] = root.id;
  }
  for (const NamedFrameEntry& named : committed.head.frames) {
    state.named_frames[named.name] = named.frame;
  }
  for (const SharedId& id : named_shared_objects(committed)) {
    state.known_shared.insert(id);
  }
  clean_up(state);
  return success();
}

}  // namespace copse
