// Sources on their way into packs.
#include "workspace/tier_writer.h"

#include <utility>
#include <vector>

#include "core/hash.h"
#include "store/store.h"
#include "workspace/language_detection.h"

namespace copse {
namespace {

// Packs of which less than this is live are rewritten when the quota is reached.
constexpr double kLiveShareMin = 0.9;
constexpr double kBytesPerGb = 1e9;
constexpr double kBytesPerMb = 1e6;

Status check_path(std::string_view path) {
  if (path.empty() || path.size() > kMaxPathBytes || path.find('\0') != std::string_view::npos) {
    return Error(ErrorCode::InvalidArgument,
                 "a path of " + std::to_string(path.size()) + " bytes is none that a store takes");
  }
  return success();
}

PackedBytes view(const FramePayload& frame) {
  return {static_cast<std::uint8_t>(frame.codec), frame.raw_bytes, frame.bytes};
}

}  // namespace

PackedTree view_pending(const std::shared_ptr<const PendingFile>& file) {
  PackedTree packed;
  packed.content = file->record.content;
  packed.grammar = file->grammar;
  packed.model = file->model;
  packed.source = view(file->source);
  packed.tree = view(file->tree->frame);
  packed.nodes = static_cast<std::uint32_t>(file->record.nodes);
  packed.owners[0] = file;
  return packed;
}

TierWriter::TierWriter(const TierSettings& settings, std::function<Status()> committed)
    : settings_(settings),
      committed_(std::move(committed)),
      registry_(LanguageRegistry::builtin()) {}

// ---- looking up --------------------------------------------------------------------------------

std::shared_ptr<const PendingFile> TierWriter::find(std::string_view path) const {
  const std::lock_guard lock(pending_mutex_);
  const auto at = pending_.find(path);
  return at == pending_.end() ? nullptr : at->second;
}

std::size_t TierWriter::pending_files() const {
  const std::lock_guard lock(pending_mutex_);
  return pending_.size();
}

std::uint64_t TierWriter::pending_bytes() const {
  const std::lock_guard lock(pending_mutex_);
  return pending_bytes_;
}

// ---- putting -----------------------------------------------------------------------------------

Status TierWriter::open_writer() {
  if (writer_ != nullptr) return success();
  FileSystem& storage = settings_.storage.file_system();
  auto writer = StoreWriter::open_or_create(storage, settings_.storage_dir);
  if (!writer.ok()) return std::move(writer).take_error();
  auto opened = std::make_unique<StoreWriter>(std::move(writer).value());
  COPSE_TRY(phases_, StorePhases::of(*opened));
  languages_ = std::make_unique<LanguageTable>(real_file_system(), settings_.grammar_path);
  const ParseLimits limits{settings_.parse_timeout_s, 0};
  Lanes lanes = make_lanes(1, settings_.parse_command, real_clock(), limits, phases_.of_trees());
  lane_ = std::move(lanes.front());
  writer_ = std::move(opened);
  return measure_disk();
}

Status TierWriter::measure_disk() {
  COPSE_TRY(const Store store, Store::open(settings_.storage.file_system(), settings_.storage_dir));
  COPSE_TRY(const DiskUsage disk, store.disk_bytes());
  disk_bytes_ = disk.total();
  return success();
}

// What is dead on the disk is given back before anything is refused.
Status TierWriter::check_quota(std::uint64_t more_bytes) {
  const auto quota = static_cast<std::uint64_t>(settings_.max_disk_gb * kBytesPerGb);
  if (disk_bytes_ + pending_bytes() + more_bytes <= quota) return success();
  COPSE_TRY_STATUS(write_pending());
  COPSE_TRY(const std::uint64_t copied, writer_->gather(kLiveShareMin));
  if (copied > 0) {
    COPSE_TRY_STATUS(writer_->commit());
    COPSE_TRY_STATUS(measure_disk());
    COPSE_TRY_STATUS(committed_());
  }
  if (disk_bytes_ + more_bytes <= quota) return success();
  return Error(ErrorCode::LimitExceeded,
               settings_.storage_dir + " holds " + std::to_string(disk_bytes_) +
                   " bytes, and another " + std::to_string(more_bytes) +
                   " would be more than max_disk_gb allows (" + std::to_string(quota) + ")");
}

Result<const LanguageState*> TierWriter::language(const std::string& id) {
  const LanguageState& state = languages_->load(id, lane_->lane());
  if (!state.usable() || state.model != nullptr) return &state;
  languages_->adopt_stored(id, *writer_);
  if (state.model == nullptr) {
    COPSE_TRY_STATUS(languages_->set_model(id, base_model(state.grammar), *writer_));
  }
  COPSE_TRY_STATUS(languages_->put_tags(id, *writer_));
  // Files that wait for a pack must find what they need, should this writer fail.
  COPSE_TRY_STATUS(writer_->commit());
  return &state;
}

std::string TierWriter::parse(const std::string& id, PendingFile& file, std::string_view source) {
  const LanguageState& state = languages_->at(id);
  if (!state.usable()) return state.problem;
  if (classify_content(source) != ContentKind::Text) return "binary content or UTF-16 text";
  const auto prepared = [&]() -> Result<PreparedTree> {
    COPSE_TRY_STATUS(lane_->ready(state, state.model));
    return lane_->lane().prepare(id, source);
  };
  auto tree = prepared();
  if (!tree.ok()) return tree.error().message();
  FileRecord& record = file.record;
  record.language = id;
  record.grammar = state.grammar_id;
  record.model = state.model_id;
  record.parser_build = state.build;
  record.nodes = tree.value().nodes;
  record.visible_nodes = tree.value().visible_nodes;
  file.grammar = state.grammar;
  file.model = state.model;
  file.tree = std::move(tree).value();
  file.tree->facts = {};
  file.tree->symbols = {};
  return {};
}

Status TierWriter::prepare(PendingFile& file, std::string_view source) {
  const auto id =
      detect_language(registry_, file.record.path, source.substr(0, kDetectionHeadBytes));
  std::string& note = file.record.note;
  note = "no known language";
  if (id) {
    COPSE_TRY([[maybe_unused]] const LanguageState* state, language(*id));
    note = parse(*id, file, source);
  }
  if (note.size() > kMaxNoteBytes) note.resize(kMaxNoteBytes);
  file.source = phases_.compress_source(as_bytes(source));
  return success();
}

Result<std::shared_ptr<const PendingFile>> TierWriter::put(std::string_view path,
                                                           const ContentId& content,
                                                           std::string_view source,
                                                           const std::function<void()>& replaced) {
  COPSE_TRY_STATUS(check_path(path));
  if (source.size() > kFileBytesMax) {
    return Error(ErrorCode::LimitExceeded,
                 std::string(path) + " is longer than the largest file that is kept");
  }
  const std::lock_guard lock(write_mutex_);
  COPSE_TRY_STATUS(open_writer());
  auto file = std::make_shared<PendingFile>();
  file->record.path = path;
  file->record.content = content;
  file->record.source_bytes = source.size();
  file->record.lines = count_lines(source);
  COPSE_TRY_STATUS(prepare(*file, source));
  COPSE_TRY_STATUS(check_quota(file->held_bytes()));
  {
    const std::lock_guard pending_lock(pending_mutex_);
    auto& slot = pending_[std::string(path)];
    if (slot != nullptr) pending_bytes_ -= slot->held_bytes();
    slot = file;
    pending_bytes_ += file->held_bytes();
  }
  replaced();
  const auto bytes_max =
      static_cast<std::uint64_t>(settings_.memory_budget_mb * kBytesPerMb) / kPendingDivisor;
  if (pending_bytes() > bytes_max || pending_files() > kPendingFilesMax) {
    COPSE_TRY_STATUS(write_pending());
  }
  return std::shared_ptr<const PendingFile>(std::move(file));
}

// ---- writing -----------------------------------------------------------------------------------

Status TierWriter::flush() {
  const std::lock_guard lock(write_mutex_);
  return writer_ == nullptr ? success() : write_pending();
}

Status TierWriter::write_pending() {
  std::vector<std::shared_ptr<const PendingFile>> files;
  {
    const std::lock_guard lock(pending_mutex_);
    for (const auto& [path, file] : pending_) {
      files.push_back(file);
    }
  }
  if (files.empty()) return success();
  const auto append = [&](std::uint8_t type, const FramePayload& frame) {
    return writer_->append_frame(type, static_cast<std::uint8_t>(frame.codec), frame.raw_bytes,
                                 frame.bytes);
  };
  const auto write = [&]() -> Status {
    for (const auto& file : files) {
      FileRecord record = file->record;
      COPSE_TRY(record.source, append(kSourceFrame, file->source));
      if (file->tree) {
        COPSE_TRY(record.tree, append(kTreeFrame, file->tree->frame));
      }
      COPSE_TRY_STATUS(writer_->put(std::move(record)));
    }
    return writer_->commit();
  };
  Status written = write();
  if (!written.ok()) {
    // A writer that failed is spent. Another is opened next time.
    writer_ = nullptr;
    languages_ = nullptr;
    return written;
  }
  COPSE_TRY_STATUS(measure_disk());
  COPSE_TRY_STATUS(committed_());
  const std::lock_guard lock(pending_mutex_);
  for (const auto& file : files) {
    const auto at = pending_.find(file->record.path);
    if (at == pending_.end() || at->second != file) continue;
    pending_bytes_ -= file->held_bytes();
    pending_.erase(at);
  }
  return success();
}

}  // namespace copse
