// Samples come in at one end and go out at the other; every fourth judges the rest.
#include "codec/dictionary_trainer.h"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/hash.h"

namespace copse {
namespace {

// A sample is held out by its content, so that it stays so for as long as it is kept.
constexpr std::uint64_t kHeldOutOneIn = 4;
constexpr std::size_t kTrainingSamplesMin = 8;
constexpr std::size_t kHeldOutMin = 4;
constexpr std::uint64_t kHeldOutBytesMax = std::uint64_t{1} << 20;
// Smaller dictionaries that are tried besides, each a quarter of the one before; the smaller one is
// taken unless the larger saves this much more.
constexpr std::size_t kSizesTried = 2;
constexpr std::size_t kSizeRatio = 4;
constexpr double kLargerGainMin = 0.005;
// What training wants to see a byte of dictionary made of.
constexpr std::size_t kSampleBytesPerByte = 4;
// Drift is looked for after so many new samples, and suspected when the dictionary saves less than
// this part of what it saved when it was new.
constexpr std::uint64_t kSamplesBetweenLooks = 100;
constexpr double kDriftSuspicion = 0.75;
constexpr double kGainUnit = 10'000;

struct Sample {
  Hash128 hash;
  std::uint64_t number = 0;  // counts all that came
  Bytes bytes;

  bool is_held_out() const { return hash.low % kHeldOutOneIn == 0; }
};

struct TypeState {
  std::deque<Sample> samples;
  std::set<Hash128> hashes;  // of these
  std::uint64_t bytes = 0;
  std::uint64_t taken = 0;       // samples that ever came in
  std::uint64_t looked_at = 0;   // `taken` when drift was looked for last
  std::uint64_t tried_at = 0;    // `taken` at the last training
  std::int64_t tried_at_ns = 0;  // 0: never
  // What the current dictionary saved when a fresh one was no better: less is no drift any more.
  std::optional<double> known_gain;
};

// What a training works on, away from the lock.
struct TrainingData {
  DictionarySamples training;
  std::vector<Bytes> held_out;
};

struct Candidate {
  std::shared_ptr<const Dictionary> dictionary;
  std::uint64_t frame_bytes = 0;  // of the held-out samples
};

struct Judgement {
  TrainingOutcome outcome = TrainingOutcome::Failed;
  double current_gain = 0;
};

std::uint64_t measure(const std::vector<Bytes>& samples, const Dictionary* dictionary, int level) {
  std::uint64_t bytes = 0;
  for (const Bytes& sample : samples) {
    bytes += compress_small(sample, level, dictionary).bytes.size();
  }
  return bytes;
}

// What part of `before` is saved.
double gain(std::uint64_t before, std::uint64_t after) {
  if (before == 0) return 0;
  return 1 - static_cast<double>(after) / static_cast<double>(before);
}

}  // namespace

struct DictionaryTrainer::State {
  State(DictionarySet& set, const DictionaryTrainerOptions& given)
      : dictionaries(set), options(given) {}

  DictionarySet& dictionaries;
  const DictionaryTrainerOptions options;
  mutable std::mutex mutex;  // guards what follows
  std::map<std::string, TypeState, std::less<>> types;
  DictionaryTrainerCounters counters;
  bool training = false;

  // Null for a type that never had a sample.
  TypeState* find(std::string_view content_type) {
    const auto found = types.find(content_type);
    return found == types.end() ? nullptr : &found->second;
  }

  TrainingReason due(std::string_view content_type, std::int64_t now_ns);
  bool has_drifted(std::string_view content_type);
  TrainingOutcome train(std::string_view content_type, std::int64_t now_ns);
  Candidate best_candidate(const TrainingData& data) const;
  Judgement judge(std::string_view content_type, std::int64_t now_ns,
                  const TrainingData& data) const;
};

DictionaryTrainer::DictionaryTrainer(DictionarySet& dictionaries,
                                     const DictionaryTrainerOptions& options)
    : state_(std::make_unique<State>(dictionaries, options)) {
  COPSE_CHECK(options.dictionary_bytes_max >= kDictionaryBytesMin &&
              options.dictionary_bytes_max <= kDictionaryBytesMax && options.samples_max > 0);
}

DictionaryTrainer::~DictionaryTrainer() = default;

void DictionaryTrainer::add_sample(std::string_view content_type, ByteView sample) {
  State& state = *state_;
  const bool too_short = sample.size() < state.options.sample_bytes_min || sample.empty();
  sample = sample.first(std::min(sample.size(), kSampleBytesMax));
  const Hash128 hash = hash128(sample);
  const std::lock_guard lock(state.mutex);
  if (too_short) {
    ++state.counters.samples_too_short;
    return;
  }
  TypeState* type = state.find(content_type);
  if (type == nullptr && state.types.size() >= kContentTypesMax) {
    ++state.counters.samples_refused;
    return;
  }
  if (type == nullptr) type = &state.types[std::string(content_type)];
  if (!type->hashes.insert(hash).second) {
    ++state.counters.samples_repeated;
    return;
  }
  ++state.counters.samples_kept;
  type->samples.push_back({hash, type->taken++, Bytes(sample.begin(), sample.end())});
  type->bytes += sample.size();
  while (type->samples.size() > state.options.samples_max || type->bytes > kSampleBytesKept) {
    const Sample& oldest = type->samples.front();
    type->bytes -= oldest.bytes.size();
    type->hashes.erase(oldest.hash);
    type->samples.pop_front();
  }
}

// Whether the current dictionary saves much less of the newest samples than of those it was judged
// by. Training a fresh one then says whether that would do better.
bool DictionaryTrainer::State::has_drifted(std::string_view content_type) {
  const CurrentDictionary current = dictionaries.current(content_type);
  if (current.dictionary == nullptr) return false;
  std::vector<Bytes> newest;
  double was = current.facts.gain_per_10000 / kGainUnit;
  {
    const std::lock_guard lock(mutex);
    TypeState& type = *find(content_type);
    if (type.taken - type.looked_at < kSamplesBetweenLooks) return false;
    for (const Sample& sample : type.samples) {
      if (sample.number >= type.looked_at && sample.is_held_out()) newest.push_back(sample.bytes);
    }
    type.looked_at = type.taken;
    was = type.known_gain.value_or(was);
  }
  if (newest.size() < kHeldOutMin) return false;
  const double is = gain(measure(newest, nullptr, options.level),
                         measure(newest, current.dictionary.get(), options.level));
  return is < was * kDriftSuspicion;
}

TrainingReason DictionaryTrainer::State::due(std::string_view content_type, std::int64_t now_ns) {
  const CurrentDictionary current = dictionaries.current(content_type);
  {
    const std::lock_guard lock(mutex);
    TypeState* type = find(content_type);
    if (type == nullptr || training) return TrainingReason::None;
    // A set that was read from disk remembers when.
    if (type->tried_at_ns == 0 && current.dictionary != nullptr) {
      type->tried_at_ns = current.facts.trained_at_ns;
    }
    if (type->samples.size() < std::min(options.first_samples, options.samples_max)) {
      return TrainingReason::None;
    }
    if (type->tried_at_ns == 0) return TrainingReason::First;
    // A clock that was put back begins the interval anew.
    if (now_ns < type->tried_at_ns) type->tried_at_ns = now_ns;
    const bool anything_new = type->taken > type->tried_at;
    if (now_ns - type->tried_at_ns >= options.interval_ns && anything_new) {
      return TrainingReason::Schedule;
    }
  }
  if (!has_drifted(content_type)) return TrainingReason::None;
  const std::lock_guard lock(mutex);
  ++counters.drifts_found;
  return TrainingReason::Drift;
}

Candidate DictionaryTrainer::State::best_candidate(const TrainingData& data) const {
  Candidate best;
  std::size_t size =
      std::min(options.dictionary_bytes_max, data.training.bytes.size() / kSampleBytesPerByte);
  for (std::size_t i = 0; i < kSizesTried && size >= kDictionaryBytesMin; ++i) {
    auto bytes = options.train(data.training, size);
    size /= kSizeRatio;
    if (!bytes) continue;
    auto dictionary = Dictionary::from_bytes(std::move(*bytes));
    if (!dictionary.ok()) continue;
    Candidate candidate{std::move(dictionary).value(), 0};
    candidate.frame_bytes = measure(data.held_out, candidate.dictionary.get(), options.level);
    // Sizes fall: what is a little worse and a quarter of the size is better.
    if (best.dictionary == nullptr ||
        gain(candidate.frame_bytes, best.frame_bytes) < kLargerGainMin) {
      best = std::move(candidate);
    }
  }
  return best;
}

Judgement DictionaryTrainer::State::judge(std::string_view content_type, std::int64_t now_ns,
                                          const TrainingData& data) const {
  if (data.training.sizes.size() < kTrainingSamplesMin || data.held_out.size() < kHeldOutMin) {
    return {TrainingOutcome::TooFewSamples, 0};
  }
  const CurrentDictionary current = dictionaries.current(content_type);
  const std::uint64_t plain = measure(data.held_out, nullptr, options.level);
  const std::uint64_t with_current =
      current.dictionary == nullptr
          ? plain
          : measure(data.held_out, current.dictionary.get(), options.level);
  const double current_gain = gain(plain, with_current);
  Candidate fresh = best_candidate(data);
  // One that has become useless goes, whatever follows it.
  const bool keep_current = current.dictionary != nullptr && current_gain >= options.gain_min;
  if (current.dictionary != nullptr && !keep_current) dictionaries.retire(content_type);
  if (fresh.dictionary == nullptr) return {TrainingOutcome::Failed, current_gain};
  const double saved = gain(plain, fresh.frame_bytes);
  if (saved < options.gain_min) {
    return {keep_current ? TrainingOutcome::KeptCurrent : TrainingOutcome::NoGain, current_gain};
  }
  if (keep_current && gain(with_current, fresh.frame_bytes) < options.replace_gain_min) {
    return {TrainingOutcome::KeptCurrent, current_gain};
  }
  const auto id = dictionaries.add(content_type, std::move(fresh.dictionary), now_ns,
                                   static_cast<std::uint32_t>(saved * kGainUnit));
  return {id.ok() ? TrainingOutcome::Trained : TrainingOutcome::Failed, current_gain};
}

TrainingOutcome DictionaryTrainer::State::train(std::string_view content_type,
                                                std::int64_t now_ns) {
  TrainingData data;
  {
    const std::lock_guard lock(mutex);
    TypeState* type = find(content_type);
    if (training) return TrainingOutcome::NotDue;
    if (type == nullptr) {
      ++counters.outcomes[static_cast<std::size_t>(TrainingOutcome::TooFewSamples)];
      return TrainingOutcome::TooFewSamples;
    }
    training = true;
    type->tried_at_ns = now_ns;
    type->tried_at = type->taken;
    type->looked_at = type->taken;
    std::uint64_t held_out_bytes = 0;
    // The newest first, so that these judge when not all are needed.
    for (auto sample = type->samples.rbegin(); sample != type->samples.rend(); ++sample) {
      if (!sample->is_held_out()) {
        data.training.add(sample->bytes);
      } else if (held_out_bytes < kHeldOutBytesMax) {
        held_out_bytes += sample->bytes.size();
        data.held_out.push_back(sample->bytes);
      }
    }
  }
  const auto [outcome, current_gain] = judge(content_type, now_ns, data);
  const std::lock_guard lock(mutex);
  training = false;
  ++counters.outcomes[static_cast<std::size_t>(outcome)];
  std::optional<double>& known_gain = find(content_type)->known_gain;
  known_gain.reset();
  if (outcome == TrainingOutcome::KeptCurrent) known_gain = current_gain;
  return outcome;
}

TrainingReason DictionaryTrainer::due(std::string_view content_type, std::int64_t now_ns) {
  return state_->due(content_type, now_ns);
}

TrainingOutcome DictionaryTrainer::maintain(std::string_view content_type, std::int64_t now_ns) {
  if (state_->due(content_type, now_ns) == TrainingReason::None) return TrainingOutcome::NotDue;
  return state_->train(content_type, now_ns);
}

TrainingOutcome DictionaryTrainer::train(std::string_view content_type, std::int64_t now_ns) {
  return state_->train(content_type, now_ns);
}

DictionaryTrainerCounters DictionaryTrainer::counters() const {
  const std::lock_guard lock(state_->mutex);
  return state_->counters;
}

}  // namespace copse
