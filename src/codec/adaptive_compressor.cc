// Bytes in, sealed frame out, with an eye on the processors.
#include "codec/adaptive_compressor.h"

#include <utility>

#include "codec/frame_codec.h"

namespace copse {
namespace {

// Slices that stand for the whole: at the front, in the middle, at the back.
constexpr std::size_t kSlices = 3;
constexpr std::size_t kSliceBytes = 4096;

bool is_worth(std::size_t raw_bytes, std::size_t stored_bytes) {
  return static_cast<double>(raw_bytes) >= static_cast<double>(stored_bytes) * kRatioMin;
}

FramePayload raw_payload(ByteView bytes) {
  return {FrameCodec::Raw, bytes.size(), Bytes(bytes.begin(), bytes.end())};
}

}  // namespace

double sampled_ratio(ByteView bytes) {
  if (bytes.empty()) return 1;
  Bytes slices;
  if (bytes.size() > kSlices * kSliceBytes) {
    for (std::size_t i = 0; i < kSlices; ++i) {
      const std::size_t at = (bytes.size() - kSliceBytes) / (kSlices - 1) * i;
      const ByteView slice = bytes.subspan(at, kSliceBytes);
      slices.insert(slices.end(), slice.begin(), slice.end());
    }
    bytes = slices;
  }
  const FramePayload frame = compress_frame(bytes, zstd_level(LevelName::Fastest));
  return static_cast<double>(bytes.size()) / static_cast<double>(frame.bytes.size());
}

AdaptiveCompressor::AdaptiveCompressor(const AdaptiveOptions& options, const CpuLoad& load,
                                       DictionarySet* dictionaries, DictionaryTrainer* trainer)
    : options_(options),
      load_(load),
      dictionaries_(dictionaries),
      trainer_(trainer),
      controller_(options.level) {}

FramePayload AdaptiveCompressor::pack(ByteView bytes, LevelName level,
                                      const Dictionary* dictionary) {
  if (options_.enable_raw && bytes.size() >= kSampledBytesMin && sampled_ratio(bytes) < kRatioMin) {
    const std::lock_guard lock(mutex_);
    ++counters_.frames_skipped;
    return raw_payload(bytes);
  }
  FramePayload frame = compress_small(bytes, zstd_level(level), dictionary);
  if (options_.enable_raw && frame.codec != FrameCodec::Raw &&
      !is_worth(bytes.size(), frame.bytes.size())) {
    return raw_payload(bytes);
  }
  return frame;
}

Bytes AdaptiveCompressor::compress(std::string_view content_type, ByteView bytes) {
  const std::int64_t begin_ns = load_.thread_cpu_ns();
  LevelName level = options_.level.wish;
  if (options_.enable_adaptive) {
    const std::lock_guard lock(mutex_);
    level = controller_.level();
  }
  CurrentDictionary current;
  if (options_.enable_dictionary && dictionaries_ != nullptr) {
    current = dictionaries_->acquire(content_type);
  }
  const FramePayload frame = pack(bytes, level, current.dictionary.get());
  DictionaryId needed;
  if (needs_dictionary(static_cast<std::uint8_t>(frame.codec))) {
    needed = current.facts.id;
  } else if (current.dictionary != nullptr) {
    static_cast<void>(dictionaries_->drop_references(current.facts.id).ok());
  }
  Bytes sealed = seal_frame(frame, needed);
  if (trainer_ != nullptr && options_.enable_dictionary && frame.codec != FrameCodec::Raw) {
    trainer_->add_sample(content_type, bytes);
  }
  const FrameCost cost{level, bytes.size(), sealed.size(), load_.thread_cpu_ns() - begin_ns};
  {
    const std::lock_guard lock(mutex_);
    ++counters_.frames;
    counters_.raw_bytes += bytes.size();
    counters_.frame_bytes += sealed.size();
    if (frame.codec == FrameCodec::Raw) ++counters_.frames_raw;
    if (needed != DictionaryId{}) ++counters_.frames_dictionary;
    // What was stored as it was says nothing about a level.
    if (frame.codec != FrameCodec::Raw) controller_.add_frame(cost);
  }
  if (options_.enable_adaptive) keep_pace();
  return sealed;
}

void AdaptiveCompressor::keep_pace() {
  const ProcessTime now = load_.process_time();
  std::unique_lock lock(mutex_);
  const std::int64_t rest_ns = controller_.rest_ns(now);
  if (rest_ns > 0) {
    ++counters_.rests;
    counters_.rest_ns += static_cast<std::uint64_t>(rest_ns);
    lock.unlock();
    load_.rest(rest_ns);
    lock.lock();
  }
  if (is_reading_ || !controller_.wants_reading(now.at_ns)) return;
  is_reading_ = true;
  lock.unlock();
  const auto reading = load_.read();
  lock.lock();
  is_reading_ = false;
  if (reading.ok()) {
    controller_.add_reading(reading.value());
  } else {
    ++counters_.readings_lost;
  }
}

Result<Bytes> AdaptiveCompressor::decompress(ByteView sealed, std::uint64_t raw_bytes_max) const {
  static const DictionarySet kNone;
  return open_sealed_frame(sealed, dictionaries_ == nullptr ? kNone : *dictionaries_,
                           raw_bytes_max);
}

Status AdaptiveCompressor::release(ByteView sealed) {
  COPSE_TRY(const SealedFrame frame, read_sealed_frame(sealed));
  if (frame.dictionary == DictionaryId{}) return success();
  if (dictionaries_ == nullptr) {
    return Error(ErrorCode::NotFound, "the frame needs a dictionary, and there is no set of them");
  }
  return dictionaries_->drop_references(frame.dictionary);
}

LevelState AdaptiveCompressor::level_state() const {
  const std::lock_guard lock(mutex_);
  return controller_.state();
}

AdaptiveCounters AdaptiveCompressor::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace copse
