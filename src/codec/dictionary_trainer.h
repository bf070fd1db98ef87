// Keeps the dictionaries of a set fit: gathers samples of what is written, and trains a dictionary
// for each type of content when there is none yet, when the last is a day old, or when it has
// stopped suiting what comes in.
//
// A dictionary is judged on samples that it was not trained on. It is taken up when it makes their
// frames smaller than no dictionary does by a stated share, and replaces another when it makes them
// smaller than that one does. Whatever goes wrong is counted and leaves things as they were: frames
// without a dictionary are always possible.
//
// Thread-safe; trains in the calling thread, a training at a time, while samples go on coming in.
// Memory: kSampleBytesKept for each type; while it trains as much again and about 20 MB.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "codec/dictionary.h"
#include "codec/dictionary_set.h"
#include "codec/frame_codec.h"
#include "core/bytes.h"

namespace copse {

// Samples of one type: the oldest go first. Longer ones are cut.
inline constexpr std::uint64_t kSampleBytesKept = std::uint64_t{16} << 20;
inline constexpr std::size_t kSampleBytesMax = std::size_t{64} << 10;

struct DictionaryTrainerOptions {
  std::size_t samples_max = 1000;       // kept of each type
  std::size_t sample_bytes_min = 1024;  // shorter ones are passed over
  std::size_t dictionary_bytes_max = std::size_t{128} << 10;
  // A first dictionary is tried with so many samples.
  std::size_t first_samples = 100;
  // A new one is tried after this time.
  std::int64_t interval_ns = std::int64_t{24} * 3600 * 1'000'000'000;
  // What a dictionary must save of held-out frames to be used at all.
  double gain_min = 0.03;
  // What a fresh one must save of those that the current one makes to replace it.
  double replace_gain_min = 0.05;
  // The level that frames are judged at.
  int level = kFastLevel;
  // Trains; no value when it cannot. For tests to replace.
  std::function<std::optional<Bytes>(const DictionarySamples&, std::size_t)> train =
      train_dictionary;
};

enum class TrainingOutcome : std::uint8_t {
  NotDue,         // nothing was tried
  Trained,        // a new version is current
  KeptCurrent,    // a fresh one would save too little over the one in use
  NoGain,         // none is worth having; the type is written without
  TooFewSamples,  // or too few different ones
  Failed,         // training gave nothing, or the set has no room
};
inline constexpr std::size_t kTrainingOutcomeCount = 6;

enum class TrainingReason : std::uint8_t { None, First, Schedule, Drift };

struct DictionaryTrainerCounters {
  std::uint64_t samples_kept = 0;
  std::uint64_t samples_too_short = 0;
  std::uint64_t samples_repeated = 0;  // equal to one that is kept
  std::uint64_t samples_refused = 0;   // of more types than kContentTypesMax
  std::uint64_t drifts_found = 0;
  std::array<std::uint64_t, kTrainingOutcomeCount> outcomes{};  // by TrainingOutcome

  std::uint64_t of(TrainingOutcome outcome) const {
    return outcomes[static_cast<std::size_t>(outcome)];
  }
};

class DictionaryTrainer {
 public:
  // Borrows the set.
  DictionaryTrainer(DictionarySet& dictionaries, const DictionaryTrainerOptions& options);
  DictionaryTrainer(const DictionaryTrainer&) = delete;
  DictionaryTrainer& operator=(const DictionaryTrainer&) = delete;
  ~DictionaryTrainer();

  // Cost: a hash and a copy.
  void add_sample(std::string_view content_type, ByteView sample);

  // Why a training is due, with a clock that counts from the epoch. To notice drift, now and then
  // compresses samples that came in since: some milliseconds.
  TrainingReason due(std::string_view content_type, std::int64_t now_ns);
  // Trains when it is due. For calling every minute or so: half a second when it trains.
  TrainingOutcome maintain(std::string_view content_type, std::int64_t now_ns);
  // Trains in any case, unless another training runs (NotDue).
  TrainingOutcome train(std::string_view content_type, std::int64_t now_ns);

  DictionaryTrainerCounters counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace copse
