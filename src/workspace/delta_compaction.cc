#include "workspace/delta_compaction.h"

#include <algorithm>
#include <utility>

#include "codec/chunked_frame.h"
#include "codec/zstd_prefix.h"
#include "core/parallel.h"

namespace copse {
namespace {

// Smaller sources have little to save, larger ones take too much memory beside their base.
constexpr std::uint64_t kSourceBytesMin = 400;
constexpr std::uint64_t kSourceBytesMax = std::uint64_t{64} << 20;
// A delta costs its reader the base, so it must save that much of the frame; more of one that could
// be read in parts.
constexpr double kShareOfFrameMax = 0.7;
constexpr double kShareOfChunkedFrameMax = 0.4;
constexpr std::uint64_t kSavedBytesMin = 200;
// A delta written anew is believed to be worth it as the one before was, unless it has grown so.
constexpr std::uint64_t kGrowthMax = 2;
constexpr std::size_t kPendingMax = 4096;
constexpr std::size_t kOpenSourcesPerThread = 2;

bool saves_enough(std::uint64_t delta_bytes, std::uint64_t whole_bytes, std::uint64_t raw_bytes) {
  const double share = raw_bytes < kChunkedBytesMin ? kShareOfFrameMax : kShareOfChunkedFrameMax;
  return delta_bytes + kSavedBytesMin <= whole_bytes &&
         static_cast<double>(delta_bytes) <= share * static_cast<double>(whole_bytes);
}

}  // namespace

bool DeltaCompaction::is_wanted(const StorePhases& phases) {
  return phases.on(StorePhase::Delta) && phases.on(StorePhase::Frozen) &&
         phases.on(StorePhase::Compression);
}

DeltaCompaction::DeltaCompaction(FileSystem& file_system, std::string store_directory,
                                 StoreWriter& writer, const Options& options)
    : file_system_(file_system),
      store_directory_(std::move(store_directory)),
      writer_(writer),
      options_(options) {}

Result<DeltaCompaction::Summary> DeltaCompaction::run() {
  COPSE_TRY_STATUS(open());
  COPSE_TRY_STATUS(choose_bases());
  COPSE_TRY_STATUS(write_all());
  COPSE_TRY_STATUS(writer_.commit());
  return summary_;
}

bool DeltaCompaction::stopping() const {
  return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
}

Status DeltaCompaction::open() {
  COPSE_TRY(Store store, Store::open(file_system_, store_directory_));
  workspace_ = std::make_unique<Workspace::Impl>(std::move(store));
  std::map<FrameRef, std::size_t> numbers;
  for (std::size_t left = workspace_->store.file_count(); left > 0; --left) {
    FileRecord record = workspace_->store.file(left - 1);
    const auto [known, is_new] = numbers.try_emplace(record.source, sources_.size());
    if (is_new) {
      sources_.emplace_back();
      sources_.back().record = std::move(record);
    }
    sources_[known->second].files.push_back(left - 1);
  }
  return success();
}

// ---- which is like which -----------------------------------------------------------------------

Status DeltaCompaction::choose_bases() {
  ParallelOptions parallel;
  parallel.threads = options_.threads;
  parallel.window = parallel.threads * kOpenSourcesPerThread;
  parallel.stop = options_.stop;
  const bool done = parallel_map<Sketch>(
      sources_.size(), parallel,
      [&](unsigned /*thread*/, std::size_t number) -> Sketch {
        const FileRecord& record = sources_[number].record;
        if (record.source_bytes < kSourceBytesMin || record.source_bytes > kSourceBytesMax) {
          return {};
        }
        const auto source = workspace_->read_source(record);
        return source.ok() ? sketch_of(as_bytes(source.value())) : Sketch{};
      },
      [&](std::size_t number, const Sketch& sketch) {
        choose_base(number, sketch);
        return true;
      });
  if (done && !stopping()) return success();
  return Error(ErrorCode::Interrupted, "compaction was interrupted");
}

// Sources come in the order of their numbers: a base is always before what is a delta to it.
void DeltaCompaction::choose_base(std::size_t number, const Sketch& sketch) {
  Source& source = sources_[number];
  if (!sketch.empty()) {
    SimilarityIndex& index = by_content_[source.record.dictionary];
    source.base = index.find(sketch);
    if (source.base) source.depth = sources_[*source.base].depth + 1;
    if (source.depth < kMaxBases) index.add(number, sketch);
  }
  source.has_kept = is_kept(source);
}

bool DeltaCompaction::is_kept(const Source& source) const {
  if (!source.base) return source.record.bases.empty();
  const Source& base = sources_[*source.base];
  return base.has_kept && source.record.bases == chain(base);
}

std::vector<FrameRef> DeltaCompaction::chain(const Source& base) {
  std::vector<FrameRef> frames{base.record.source};
  frames.insert(frames.end(), base.record.bases.begin(), base.record.bases.end());
  return frames;
}

// ---- deltas ------------------------------------------------------------------------------------

// A dictionary that cannot be read is done without.
FramePayload DeltaCompaction::whole(const FileRecord& record, ByteView text) const {
  std::shared_ptr<const Dictionary> dictionary;
  if (!record.dictionary.none()) {
    auto read = workspace_->objects.dictionary(record.dictionary);
    if (read.ok()) dictionary = std::move(read).value();
  }
  return compress_source_small(text, options_.level, dictionary.get());
}

Result<std::optional<FramePayload>> DeltaCompaction::encode(const Source& source,
                                                            const Source* base_source) const {
  std::optional<FramePayload> frame;
  if (source.has_kept) return frame;
  const FileRecord& record = source.record;
  const bool is_delta_now = !record.bases.empty();
  COPSE_TRY(const std::string text, workspace_->read_source(record));
  std::uint64_t whole_bytes = record.source.stored_bytes;
  if (base_source != nullptr) {
    COPSE_TRY(const std::string base, workspace_->read_source(base_source->record));
    FramePayload delta;
    delta.codec = FrameCodec::Delta;
    delta.raw_bytes = text.size();
    delta.bytes = compress_with_prefix(as_bytes(text), as_bytes(base),
                                       {.level = options_.level, .long_distance = true});
    const bool like_before = is_delta_now && delta.bytes.size() <= whole_bytes * kGrowthMax;
    if (is_delta_now && !like_before) frame = whole(record, as_bytes(text));
    if (frame) whole_bytes = frame->bytes.size();
    if (like_before || saves_enough(delta.bytes.size(), whole_bytes, text.size())) {
      frame = std::move(delta);
    }
    return frame;
  }
  if (is_delta_now) frame = whole(record, as_bytes(text));
  return frame;
}

Status DeltaCompaction::write_all() {
  ParallelOptions parallel;
  parallel.threads = options_.threads;
  parallel.window = parallel.threads * kOpenSourcesPerThread;
  parallel.stop = options_.stop;
  Status status = success();
  // The workers read what was there before, while the one consumer moves the records on.
  const std::vector<Source> before = sources_;
  const bool done = parallel_map<Encoded>(
      sources_.size(), parallel,
      [&](unsigned /*thread*/, std::size_t number) -> Encoded {
        const Source& source = before[number];
        const Source* const base = source.base ? &before[*source.base] : nullptr;
        auto frame = encode(source, base);
        return frame.ok() ? Encoded{std::move(frame).value()} : Encoded{};
      },
      [&](std::size_t number, Encoded encoded) {
        status = consume(sources_[number], std::move(encoded));
        return status.ok();
      });
  if (!status.ok()) return status;
  if (done && !stopping()) return success();
  return Error(ErrorCode::Interrupted, "compaction was interrupted");
}

Status DeltaCompaction::consume(Source& source, Encoded encoded) {
  if (!encoded.frame) return success();
  const FramePayload& frame = *encoded.frame;
  const bool delta = frame.codec == FrameCodec::Delta;
  const std::vector<FrameRef> bases =
      delta ? chain(sources_[*source.base]) : std::vector<FrameRef>();
  if (bases.size() > kMaxBases || (delta && source.record.bases == bases)) return success();
  COPSE_TRY(const FrameRef written,
            writer_.append_frame(kSourceFrame, static_cast<std::uint8_t>(frame.codec),
                                 frame.raw_bytes, frame.bytes));
  source.record.source = written;
  source.record.bases = bases;
  for (const std::size_t file : source.files) {
    FileRecord record = workspace_->store.file(file);
    record.source = written;
    record.bases = bases;
    COPSE_TRY_STATUS(writer_.put(std::move(record)));
  }
  ++summary_.frames;
  if (delta) ++summary_.deltas;
  return writer_.pending_count() < kPendingMax ? success() : writer_.commit();
}

}  // namespace copse
