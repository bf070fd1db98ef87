// Reads one generation of a store.
#include "store/store.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/check.h"
#include "store/shared_object.h"
#include "store/store_state.h"

namespace copse {
namespace {

// Nothing when there is no such file.
std::uint64_t file_bytes(FileSystem& file_system, const std::string& directory,
                         const std::string& name) {
  auto info = file_system.stat(join_path(directory, name));
  return info.ok() ? info.value().size_bytes : 0;
}

// Each frame once.
std::uint64_t bytes_of(std::vector<FrameRef> frames, const PackSet& packs) {
  std::sort(frames.begin(), frames.end());
  frames.erase(std::unique(frames.begin(), frames.end()), frames.end());
  std::uint64_t bytes = 0;
  for (const FrameRef& ref : frames) {
    bytes += packs.frame_bytes(ref);
  }
  return bytes;
}

}  // namespace

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(FileSystem& file_system, const std::string& directory,
                          const StoreOptions& options) {
  const PackAccess access = options.map_packs ? PackAccess::Mapped : PackAccess::Plain;
  auto state = std::make_unique<State>(file_system, directory, access);
  COPSE_TRY(state->generation, load_generation(file_system, directory, state->load_options()));
  state->damages.add(state->generation.damages);
  return Store(std::move(state));
}

std::uint64_t Store::id() const {
  return state_->generation.head.store_id;
}
std::uint64_t Store::generation() const {
  return state_->generation.head.generation;
}
const std::string& Store::directory() const {
  return state_->directory;
}
namespace {

// Damage that was met is on record.
template <typename T>
Result<T> noted(const Store::State& state, const FrameRef& ref, Result<T> frame) {
  if (!frame.ok() && frame.error().code() == ErrorCode::Corrupt) {
    state.damages.add({{pack_name(ref.pack), ref.offset, frame.error().message()}});
  }
  return frame;
}

}  // namespace

Result<Frame> Store::read_frame(const FrameRef& ref) const {
  return noted(*state_, ref, state_->generation.packs.read(ref));
}

Result<FrameView> Store::read_view(const FrameRef& ref, FrameCheck check) const {
  return noted(*state_, ref, state_->generation.packs.view(ref, check));
}

Result<Bytes> Store::read_shared(const SharedId& id, std::uint8_t kind) const {
  std::vector<Damage> damages;
  const auto& objects = state_->generation.objects;
  const auto held = objects.find(id);
  auto bytes = read_shared_object(state_->file_system, state_->directory, id, kind,
                                  held == objects.end() ? nullptr : held->second.get(), damages);
  state_->damages.add(std::move(damages));
  return bytes;
}

std::optional<SharedId> Store::root(std::string_view name) const {
  for (const RootEntry& root : state_->generation.head.roots) {
    if (root.name == name) return root.id;
  }
  return std::nullopt;
}

std::vector<std::string> Store::root_names() const {
  std::vector<std::string> names;
  for (const RootEntry& root : state_->generation.head.roots) {
    names.push_back(root.name);
  }
  return names;
}

std::optional<FrameRef> Store::named_frame(std::string_view name) const {
  const auto& frames = state_->generation.head.frames;
  const auto found = std::lower_bound(
      frames.begin(), frames.end(), name,
      [](const NamedFrameEntry& entry, std::string_view wanted) { return entry.name < wanted; });
  if (found == frames.end() || found->name != name) return std::nullopt;
  return found->frame;
}

std::vector<std::string> Store::named_frames() const {
  std::vector<std::string> names;
  for (const NamedFrameEntry& entry : state_->generation.head.frames) {
    names.push_back(entry.name);
  }
  return names;
}

std::vector<Damage> Store::damages() const {
  return state_->damages.list();
}

Result<DiskUsage> Store::disk_bytes() const {
  const Generation& generation = state_->generation;
  DiskUsage usage;
  for (const PackEntry& pack : generation.head.packs) {
    usage.packs += pack.committed_bytes;
  }
  std::vector<FrameRef> live;
  visit_frames(generation, [&](const FrameRef& ref) { live.push_back(ref); });
  usage.packs_live = bytes_of(std::move(live), generation.packs);
  std::vector<FrameRef> named;
  for (const NamedFrameEntry& entry : generation.head.frames) {
    named.push_back(entry.frame);
  }
  usage.named = bytes_of(std::move(named), generation.packs);
  for (const Mirror mirror : kMirrors) {
    for (const SegmentEntry& segment : generation.head.segments) {
      usage.catalogue +=
          file_bytes(state_->file_system, state_->directory, segment_name(segment.id, mirror));
    }
    for (const SharedId& id : named_shared_objects(generation)) {
      usage.shared += file_bytes(state_->file_system, state_->directory, shared_name(id, mirror));
    }
    usage.head += file_bytes(state_->file_system, state_->directory, head_name(mirror));
  }
  return usage;
}

Result<bool> Store::refresh() {
  COPSE_TRY(const HeadState newest, read_head(state_->file_system, state_->directory));
  if (newest.head == state_->generation.head) return false;
  COPSE_TRY(state_->generation,
            load_generation(state_->file_system, state_->directory, state_->load_options()));
  state_->shown = {};
  state_->damages.add(state_->generation.damages);
  return true;
}

}  // namespace copse
