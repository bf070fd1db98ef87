// The way from bytes to a frame for streams: a level that the processors have room for, the
// dictionary of the content's type, and no work on what does not compress.
//
// Thread-safe: any number of threads may compress through one, and share its view of the load. What
// it knows of time and load, and how it rests, arrives by constructor; beyond that it does no I/O.
#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>

#include "copse/result.h"

#include "codec/dictionary_set.h"
#include "codec/dictionary_trainer.h"
#include "codec/level_controller.h"
#include "core/bytes.h"
#include "core/io/cpu_load.h"

namespace copse {

// What compresses to more than 1 / kRatioMin of its size is stored as it is: it would cost more to
// restore than it saves.
inline constexpr double kRatioMin = 1.1;
// What is judged by a part of it.
inline constexpr std::size_t kSampledBytesMin = std::size_t{32} << 10;

// The ratio that a fast codec reaches on slices of the content, or on all of it when it is short.
// Cost: 10 to 40 us. Sees no repeats over long distances.
double sampled_ratio(ByteView bytes);

struct AdaptiveOptions {
  LevelOptions level;
  bool enable_adaptive = true;    // false: always `level.wish`, without rests
  bool enable_dictionary = true;  // false: frames need none
  bool enable_raw = true;         // false: even what hardly compresses is compressed
};

struct AdaptiveCounters {
  std::uint64_t frames = 0;
  std::uint64_t raw_bytes = 0;
  std::uint64_t frame_bytes = 0;        // sealed
  std::uint64_t frames_raw = 0;         // of these: stored as they were
  std::uint64_t frames_skipped = 0;     // of those: after a look at a sample alone
  std::uint64_t frames_dictionary = 0;  // that need a dictionary
  std::uint64_t rests = 0;
  std::uint64_t rest_ns = 0;
  std::uint64_t readings_lost = 0;  // times that the load could not be read; the level stayed
};

class AdaptiveCompressor {
 public:
  // Borrows the load, which is read several times a second from within compress(), and the trainer
  // with its set; both may be null. Samples go to the trainer; who owns it calls maintain().
  AdaptiveCompressor(const AdaptiveOptions& options, const CpuLoad& load,
                     DictionarySet* dictionaries, DictionaryTrainer* trainer);

  // A sealed frame of the bytes. Every frame that names a dictionary has a reference in the set,
  // which release() gives back when nobody keeps the frame any more. May rest before it returns, so
  // that the process stays at its share.
  Bytes compress(std::string_view content_type, ByteView bytes);
  // What open_sealed_frame() says, with the set given.
  Result<Bytes> decompress(ByteView sealed, std::uint64_t raw_bytes_max) const;
  // Corrupt or NotFound when it is no frame of this set.
  Status release(ByteView sealed);

  LevelState level_state() const;
  AdaptiveCounters counters() const;

 private:
  FramePayload pack(ByteView bytes, LevelName level, const Dictionary* dictionary);
  // Rests as long as the controller says, and gives it a reading when it wants one.
  void keep_pace();

  const AdaptiveOptions options_;
  const CpuLoad& load_;
  DictionarySet* const dictionaries_;
  DictionaryTrainer* const trainer_;
  mutable std::mutex mutex_;  // guards what follows
  LevelController controller_;
  AdaptiveCounters counters_;
  bool is_reading_ = false;  // one thread reads the load at a time, away from the lock
};

}  // namespace copse
