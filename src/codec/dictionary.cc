// Dictionaries through libzstd: training, and making them ready.
#include "codec/dictionary.h"

#include <string>
#include <utility>

#define ZDICT_STATIC_LINKING_ONLY
#include <zdict.h>

#include "codec/dictionary_prepared.h"

namespace copse {
namespace {

// Chosen on Linux's C sources, judged on files that were not trained on; see the page of formats.
// Segments of `k` bytes are picked by how often their pieces of `d` bytes occur in the samples.
constexpr unsigned kSegmentBytes = 400;
constexpr unsigned kPieceBytes = 8;
constexpr unsigned kFrequencyLog = 22;  // counters of pieces, as a power of two
constexpr unsigned kAcceleration = 4;
// What the entropy tables in a dictionary are made for.
constexpr int kTrainedForLevel = 19;
// Fewer say nothing about what is to come.
constexpr std::size_t kSamplesMin = 8;
// A dictionary that holds more than a part of its samples has learnt them by heart.
constexpr std::size_t kSampleBytesPerByteMin = 4;

}  // namespace

Dictionary::Dictionary(std::unique_ptr<Prepared> prepared) : prepared_(std::move(prepared)) {}
Dictionary::~Dictionary() = default;

const Bytes& Dictionary::bytes() const {
  return prepared_->bytes;
}

Result<std::shared_ptr<const Dictionary>> Dictionary::from_bytes(Bytes bytes) {
  if (bytes.empty()) return Error(ErrorCode::InvalidArgument, "a dictionary of no bytes");
  if (bytes.size() > kDictionaryBytesMax) {
    return Error(ErrorCode::LimitExceeded, "a dictionary of " + std::to_string(bytes.size()) +
                                               " bytes, the limit is " +
                                               std::to_string(kDictionaryBytesMax));
  }
  auto prepared = std::make_unique<Prepared>();
  prepared->bytes = std::move(bytes);
  prepared->reader.reset(ZSTD_createDDict_advanced(prepared->bytes.data(), prepared->bytes.size(),
                                                   ZSTD_dlm_byRef, ZSTD_dct_auto,
                                                   ZSTD_defaultCMem));
  if (prepared->reader == nullptr) {
    return Error(ErrorCode::Corrupt, "dictionary makes no sense");
  }
  return std::shared_ptr<const Dictionary>(std::make_shared<Dictionary>(std::move(prepared)));
}

const ZSTD_CDict* Dictionary::Prepared::writer(int level) const {
  const std::lock_guard lock(mutex_);
  auto& writer = writers_[level];
  if (writer == nullptr) {
    const auto parameters = bare_frame_parameters(level);
    writer.reset(ZSTD_createCDict_advanced2(bytes.data(), bytes.size(), ZSTD_dlm_byRef,
                                            ZSTD_dct_auto, parameters.get(), ZSTD_defaultCMem));
    // The reader was made from the same bytes, so what can fail is memory alone.
    COPSE_CHECK(writer != nullptr);
  }
  return writer.get();
}

std::optional<Bytes> train_dictionary(const DictionarySamples& samples,
                                      std::size_t dictionary_bytes) {
  COPSE_CHECK(dictionary_bytes >= kDictionaryBytesMin && dictionary_bytes <= kDictionaryBytesMax);
  if (samples.sizes.size() < kSamplesMin ||
      samples.bytes.size() < dictionary_bytes * kSampleBytesPerByteMin) {
    return std::nullopt;
  }
  ZDICT_fastCover_params_t parameters{};
  parameters.k = kSegmentBytes;
  parameters.d = kPieceBytes;
  parameters.f = kFrequencyLog;
  parameters.accel = kAcceleration;
  parameters.splitPoint = 1.0;  // every sample counts: others judge the outcome
  parameters.zParams.compressionLevel = kTrainedForLevel;
  Bytes dictionary(dictionary_bytes);
  const std::size_t size = ZDICT_trainFromBuffer_fastCover(
      dictionary.data(), dictionary.size(), samples.bytes.data(), samples.sizes.data(),
      static_cast<unsigned>(samples.sizes.size()), parameters);
  if (ZDICT_isError(size) != 0) return std::nullopt;
  dictionary.resize(size);
  return dictionary;
}

}  // namespace copse
