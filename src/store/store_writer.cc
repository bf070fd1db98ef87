// Gathers frames, shared objects and records for the next commit.
#include "store/store_writer.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "store/shared_object.h"
#include "store/writer_state.h"

namespace copse {
namespace {

using State = StoreWriter::State;

Status start_pack(State& state) {
  if (state.committed.head.packs.size() + state.session_packs.size() >= kMaxPacks) {
    return Error(ErrorCode::LimitExceeded, state.directory + " has reached the limit of " +
                                               std::to_string(kMaxPacks) +
                                               " packs: gather and commit first");
  }
  SessionPack pack;
  pack.id = PackId{state.next_id++};
  const std::string path = state.full_path(pack_name(pack.id));
  COPSE_TRY(pack.file, state.file_system.create(path));
  const Bytes header = encode_pack_header(pack.id, state.committed.head.store_id);
  COPSE_TRY_STATUS(pack.file->append(header));
  pack.written_bytes = header.size();
  COPSE_TRY(auto readable, state.file_system.open(path));
  state.committed.packs.add({pack.id, pack.written_bytes, 0}, std::move(readable),
                            pack_name(pack.id));
  state.session_packs.push_back(std::move(pack));
  return success();
}

Result<FrameRef> append(State& state, const EncodedFrame& frame, std::uint64_t raw_bytes) {
  auto& packs = state.session_packs;
  if (packs.empty() || packs.back().written_bytes >= state.options.pack_limit_bytes) {
    COPSE_TRY_STATUS(start_pack(state));
  }
  SessionPack& pack = packs.back();
  FrameRef ref;
  ref.pack = pack.id;
  ref.offset = pack.written_bytes;
  ref.stored_bytes =
      static_cast<std::uint32_t>(frame.bytes.size() - frame_header_bytes(kPackVersion));
  ref.raw_bytes = raw_bytes;
  ref.checksum = frame.checksum;
  COPSE_TRY_STATUS(pack.file->append(frame.bytes));
  pack.written_bytes += frame.bytes.size();
  state.committed.packs.set_readable_bytes(pack.id, pack.written_bytes);
  state.packs_changed = true;
  return ref;
}

Status check_text(const char* what, std::string_view text, std::size_t limit_bytes) {
  if (text.size() <= limit_bytes) return success();
  return Error(ErrorCode::LimitExceeded, std::string(what) + " of " + std::to_string(text.size()) +
                                             " bytes, the limit is " + std::to_string(limit_bytes));
}

Status check_record(const State& state, const FileRecord& record) {
  if (record.path.empty()) return Error(ErrorCode::InvalidArgument, "a file needs a path");
  COPSE_TRY_STATUS(check_text("path", record.path, kMaxPathBytes));
  COPSE_TRY_STATUS(check_text("language", record.language, kMaxLanguageBytes));
  COPSE_TRY_STATUS(check_text("note", record.note, kMaxNoteBytes));
  if (record.bases.size() > kMaxBases) {
    return Error(ErrorCode::LimitExceeded, record.path + " has " +
                                               std::to_string(record.bases.size()) +
                                               " bases, the limit is " + std::to_string(kMaxBases));
  }
  bool known = true;
  visit_frames(record,
               [&](const FrameRef& ref) { known = known && state.committed.packs.contains(ref); });
  if (!known) {
    return Error(ErrorCode::InvalidArgument,
                 record.path + " names a frame that is not in the store");
  }
  for (const SharedId& id : {record.grammar, record.model, record.dictionary}) {
    if (!id.none() && !state.known_shared.contains(id)) {
      return Error(
          ErrorCode::InvalidArgument,
          record.path + " names a shared object that is not in the store: " + id.content.hex());
    }
  }
  return success();
}

}  // namespace

Result<std::optional<FileRecord>> State::find(std::string_view path) const {
  const auto found = pending.find(path);
  if (found != pending.end()) return found->second;
  return committed.catalogue.find(path);
}

StoreWriter::StoreWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
StoreWriter::StoreWriter(StoreWriter&&) noexcept = default;
StoreWriter& StoreWriter::operator=(StoreWriter&&) noexcept = default;
StoreWriter::~StoreWriter() = default;

Result<StoreWriter> StoreWriter::open_or_create(FileSystem& file_system,
                                                const std::string& directory,
                                                const WriterOptions& options) {
  auto state = std::make_unique<State>(file_system, directory, options);
  COPSE_TRY_STATUS(open_writer(*state));
  return StoreWriter(std::move(state));
}

std::uint64_t StoreWriter::generation() const {
  return state_->committed.head.generation;
}

Result<FrameRef> StoreWriter::append_frame(std::uint8_t type, std::uint8_t codec,
                                           std::uint64_t raw_bytes, ByteView payload) {
  COPSE_TRY_STATUS(state_->check_usable());
  if (payload.size() > kMaxFramePayloadBytes) {
    return Error(ErrorCode::LimitExceeded, "a frame of " + std::to_string(payload.size()) +
                                               " bytes, the limit is " +
                                               std::to_string(kMaxFramePayloadBytes));
  }
  auto ref = append(*state_, encode_frame(type, codec, raw_bytes, payload), raw_bytes);
  if (!ref.ok() && ref.error().code() == ErrorCode::LimitExceeded) return ref;
  return state_->spend(std::move(ref));
}

Result<SharedId> StoreWriter::put_shared(std::uint8_t kind, ByteView bytes) {
  COPSE_TRY_STATUS(state_->check_usable());
  if (bytes.size() > kMaxSharedBytes) {
    return Error(ErrorCode::LimitExceeded, "a shared object of " + std::to_string(bytes.size()) +
                                               " bytes, the limit is " +
                                               std::to_string(kMaxSharedBytes));
  }
  const SharedId id = shared_id(kind, bytes);
  auto written = write_shared_object(state_->file_system, state_->directory, id, kind, bytes);
  if (!written.ok()) return state_->spend(Result<SharedId>(std::move(written).take_error()));
  // Also when it was there: the session that wrote it may not have lived to sync its name.
  state_->shared_changed = true;
  state_->known_shared.insert(id);
  return id;
}

Status StoreWriter::set_root(std::string_view name, const SharedId& id) {
  COPSE_TRY_STATUS(state_->check_usable());
  COPSE_TRY_STATUS(check_text("name of a root", name, kMaxLanguageBytes));
  if (id.none()) {
    const auto found = state_->roots.find(name);
    if (found == state_->roots.end()) return success();
    state_->roots.erase(found);
    state_->roots_changed = true;
    return success();
  }
  if (!state_->known_shared.contains(id)) {
    return Error(ErrorCode::InvalidArgument, "the root " + std::string(name) +
                                                 " names a shared object that is not in the store");
  }
  if (state_->roots.size() >= kMaxRoots && !state_->roots.contains(name)) {
    return Error(ErrorCode::LimitExceeded, "the limit of roots is " + std::to_string(kMaxRoots));
  }
  state_->roots[std::string(name)] = id;
  state_->roots_changed = true;
  return success();
}

Status StoreWriter::set_named_frame(std::string_view name, std::optional<FrameRef> frame) {
  COPSE_TRY_STATUS(state_->check_usable());
  auto& frames = state_->named_frames;
  if (name.empty() || name.size() > kMaxFrameNameBytes) {
    return Error(ErrorCode::InvalidArgument, "name of a frame of " + std::to_string(name.size()) +
                                                 " bytes, expected 1 to " +
                                                 std::to_string(kMaxFrameNameBytes));
  }
  const auto found = frames.find(name);
  if (!frame) {
    if (found == frames.end()) return success();
    frames.erase(found);
    state_->named_frames_changed = true;
    return success();
  }
  if (!state_->committed.packs.contains(*frame)) {
    return Error(ErrorCode::InvalidArgument,
                 "the name " + std::string(name) + " is for a frame that is not in the store");
  }
  if (frames.size() >= kMaxNamedFrames && found == frames.end()) {
    return Error(ErrorCode::LimitExceeded,
                 "the limit of named frames is " + std::to_string(kMaxNamedFrames));
  }
  frames.insert_or_assign(std::string(name), *frame);
  state_->named_frames_changed = true;
  return success();
}

Status StoreWriter::put(FileRecord record) {
  COPSE_TRY_STATUS(state_->check_usable());
  COPSE_TRY_STATUS(check_record(*state_, record));
  std::string path = record.path;
  state_->pending.insert_or_assign(std::move(path), std::move(record));
  return success();
}

Status StoreWriter::remove(std::string_view path) {
  COPSE_TRY_STATUS(state_->check_usable());
  const auto found = state_->committed.catalogue.find(path);
  if (found.ok() && !found.value()) {
    // Nothing to remove but what is pending.
    if (const auto put = state_->pending.find(path); put != state_->pending.end()) {
      state_->pending.erase(put);
    }
    return success();
  }
  state_->pending.insert_or_assign(std::string(path), std::nullopt);
  return success();
}

Result<std::optional<FileRecord>> StoreWriter::find(std::string_view path) const {
  return state_->find(path);
}

Result<Frame> StoreWriter::read_frame(const FrameRef& ref) const {
  return state_->committed.packs.read(ref);
}

Result<Bytes> StoreWriter::read_shared(const SharedId& id, std::uint8_t kind) const {
  std::vector<Damage> damages;
  return read_shared_object(state_->file_system, state_->directory, id, kind, nullptr, damages);
}

std::optional<SharedId> StoreWriter::root(std::string_view name) const {
  const auto found = state_->roots.find(name);
  if (found == state_->roots.end()) return std::nullopt;
  return found->second;
}

std::optional<FrameRef> StoreWriter::named_frame(std::string_view name) const {
  const auto found = state_->named_frames.find(name);
  if (found == state_->named_frames.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> StoreWriter::named_frames() const {
  std::vector<std::string> names;
  for (const auto& [name, frame] : state_->named_frames) {
    names.push_back(name);
  }
  return names;
}

std::size_t StoreWriter::pending_count() const {
  return state_->pending.size();
}

Result<std::vector<std::string>> StoreWriter::paths() const {
  const Catalogue& catalogue = state_->committed.catalogue;
  COPSE_TRY_STATUS(catalogue.check_complete());
  std::vector<std::string> paths;
  paths.reserve(catalogue.size() + state_->pending.size());
  auto pending = state_->pending.begin();
  const auto take_pending = [&] {
    if (pending->second) paths.push_back(pending->first);
    ++pending;
  };
  for (std::size_t i = 0; i < catalogue.size(); ++i) {
    const std::string_view path = catalogue.path(i);
    while (pending != state_->pending.end() && pending->first < path) {
      take_pending();
    }
    if (pending != state_->pending.end() && pending->first == path) {
      take_pending();
    } else {
      paths.emplace_back(path);
    }
  }
  while (pending != state_->pending.end()) {
    take_pending();
  }
  return paths;
}

void StoreWriter::merge_catalogue() {
  const std::size_t segments = state_->committed.catalogue.segments().size();
  state_->merge_all = segments > 1 || (segments > 0 && !state_->pending.empty());
}

Status StoreWriter::commit() {
  COPSE_TRY_STATUS(state_->check_usable());
  if (state_->committed.head.packs.size() >= kGatherAbovePacks &&
      state_->committed.catalogue.check_complete().ok()) {
    auto gathered = gather_packs(*state_, *this, smaller_half_of_packs(*state_));
    if (!gathered.ok()) return std::move(gathered).take_error();
  }
  return state_->spend(commit_writer(*state_));
}

}  // namespace copse
