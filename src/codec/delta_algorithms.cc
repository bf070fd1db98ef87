// The algorithms behind one form: what each setting asks of them, and the choice among them.
#include <algorithm>
#include <array>
#include <string>

#include "codec/delta.h"
#include "codec/prefix_delta.h"
#include "codec/rolling_delta.h"
#include "codec/suffix_delta.h"
#include "codec/xor_delta.h"

#if __has_include("codec/page_delta.h")
#include "codec/page_delta.h"
#define COPSE_HAS_PAGES 1
#endif

namespace copse {
namespace {

// ---- settings ----------------------------------------------------------------------------------

struct Tuning {
  int level;
  BlockShape shape;
  CoverSearch search;
  // What a saved byte may cost.
  double ns_per_saved_byte;
};

constexpr std::size_t kSmallBaseBytes = std::size_t{256} << 10;

const Tuning& tuning(DeltaSetting setting) {
  static constexpr std::array<Tuning, 3> kTunings = {{
      {1, {48, 32}, {48, 64, 4096, 16, 12}, 20},
      {3, {32, 16}, {32, 64, 4096, 16, 12}, 100},
      {19, {32, 16}, {32, 64, 4096, 16, 12}, 3000},
  }};
  return kTunings[static_cast<std::size_t>(setting)];
}

BlockShape shape_for(ByteView base, DeltaSetting setting) {
  BlockShape shape = tuning(setting).shape;
  if (base.size() <= kSmallBaseBytes) shape.step_bytes = 4;
  return shape;
}

// ---- the algorithms ----------------------------------------------------------------------------

CodedPart coded(CodedCovers covers) {
  return {std::move(covers.payload), covers.decoder_bytes};
}

DeltaCovers equal_covers(const DeltaBase& base, const TargetPart& part, DeltaSetting setting) {
  return find_covers(base.index(), part.bytes, part.begin, tuning(setting).search);
}

Result<CodedPart> xor_part(const DeltaBase& base, const TargetPart& part,
                           const PartOptions& options) {
  return CodedPart{encode_xor(base.bytes(), part, tuning(options.setting).level), 0};
}

Result<CodedPart> rolling_part(const DeltaBase& base, const TargetPart& part,
                               const PartOptions& options) {
  return coded(encode_covers(base.bytes(), part, equal_covers(base, part, options.setting),
                             {.level = tuning(options.setting).level}));
}

Result<CodedPart> suffix_part(const DeltaBase& base, const TargetPart& part,
                              const PartOptions& options) {
  const auto covers =
      find_suffix_covers(base.bytes(), part.bytes, equal_covers(base, part, options.setting));
  if (!covers) return Error(ErrorCode::LimitExceeded, "the suffixes could not be sorted");
  return coded(
      encode_covers(base.bytes(), part, *covers, {.level = tuning(options.setting).level}));
}

Result<CodedPart> prefix_part(const DeltaBase& base, const TargetPart& part,
                              const PartOptions& options) {
  return CodedPart{encode_prefix(base.bytes(), part, tuning(options.setting).level), 0};
}

#ifdef COPSE_HAS_PAGES
Result<CodedPart> pages_part(const DeltaBase& base, const TargetPart& part,
                             const PartOptions& options) {
  if (part.begin != 0) return Error(ErrorCode::Unsupported, "pages are for whole images");
  COPSE_TRY(Bytes payload, encode_page_delta(base.bytes(), part.bytes,
                                             {.level = tuning(options.setting).level,
                                              .threads = options.threads}));
  return CodedPart{std::move(payload), 0};
}
#endif

// ---- the choice --------------------------------------------------------------------------------

// Up to here every algorithm is tried on all of the part.
constexpr std::size_t kTriedWholeBytes = std::size_t{128} << 10;
constexpr std::size_t kSlices = 8;
constexpr std::size_t kSliceBytes = std::size_t{64} << 10;
// A sample that saves less than one byte in this many is not worth a trial of the rest.
constexpr std::size_t kIncompressibleShare = 50;
// zstd with the base as prefix is tried where the base is no more than this.
constexpr std::size_t kPrefixTrialBytesMax = std::size_t{1} << 20;

// What the algorithms cost a byte of the target, in nanoseconds, measured over the pairs of
// bench/codec: fixed figures and no clock, so that a choice can be made again.
double cost_ns(DeltaAlgorithm algorithm, DeltaSetting setting, std::size_t target_bytes,
               std::size_t payload_bytes) {
  static constexpr std::array<double, 3> kCompressNs = {10, 25, 1200};  // a byte that comes out
  const double compress = kCompressNs[static_cast<std::size_t>(setting)];
  const auto target = static_cast<double>(target_bytes);
  const double rest = compress * static_cast<double>(payload_bytes);
  switch (algorithm) {
    case DeltaAlgorithm::Xor:
      return 0.2 * target + rest;
    case DeltaAlgorithm::Rolling:
      return 0.5 * target + rest;
    case DeltaAlgorithm::Suffix:
      return 20 * target + rest;
    case DeltaAlgorithm::ZstdPrefix:
      return 10 * target + rest;
    default:
      return 0;
  }
}

// The parts of a part that speak for it.
std::vector<TargetPart> sample_of(const TargetPart& part) {
  if (part.bytes.size() <= kSlices * kSliceBytes) return {part};
  std::vector<TargetPart> slices;
  const std::size_t stride = (part.bytes.size() - kSliceBytes) / (kSlices - 1);
  for (std::size_t i = 0; i < kSlices; ++i) {
    slices.push_back({part.bytes.subspan(i * stride, kSliceBytes), part.begin + i * stride});
  }
  return slices;
}

class Trial {
 public:
  Trial(const PartEncoders& encoders, const DeltaBase& base, DeltaSetting setting,
        std::vector<TargetPart> sample)
      : encoders_(encoders), base_(base), setting_(setting), sample_(std::move(sample)) {
    for (const TargetPart& slice : sample_) {
      sample_bytes_ += slice.bytes.size();
    }
    best_score_ = static_cast<double>(sample_bytes_);
    best_bytes_ = sample_bytes_;
  }

  void add(DeltaAlgorithm algorithm) {
    const PartEncoder encoder = encoders_[static_cast<std::size_t>(algorithm)];
    if (encoder == nullptr) return;
    std::size_t bytes = 0;
    for (const TargetPart& slice : sample_) {
      const auto made = encoder(base_, slice, {setting_, 1});
      // What fails here would fail there.
      if (!made.ok()) return;
      bytes += made.value().payload.size();
    }
    const double score =
        static_cast<double>(bytes) +
        cost_ns(algorithm, setting_, sample_bytes_, bytes) / tuning(setting_).ns_per_saved_byte;
    if (score >= best_score_ && best_ != DeltaAlgorithm::Raw) return;
    if (best_ == DeltaAlgorithm::Raw &&
        bytes + sample_bytes_ / kIncompressibleShare > sample_bytes_) {
      return;
    }
    best_score_ = score;
    best_ = algorithm;
  }

  DeltaAlgorithm best() const { return best_; }

 private:
  const PartEncoders& encoders_;
  const DeltaBase& base_;
  DeltaSetting setting_;
  std::vector<TargetPart> sample_;
  std::size_t sample_bytes_ = 0;
  double best_score_ = 0;
  std::size_t best_bytes_ = 0;
  DeltaAlgorithm best_ = DeltaAlgorithm::Raw;
};

}  // namespace

DeltaBase::DeltaBase(ByteView bytes, DeltaSetting setting)
    : bytes_(bytes), setting_(setting), hash_(hash128(bytes)) {}

const BlockIndex& DeltaBase::index() const {
  std::call_once(indexed_, [this] { index_.emplace(bytes_, shape_for(bytes_, setting_)); });
  return *index_;
}

const PartEncoders& part_encoders() {
  static constexpr PartEncoders kEncoders = [] {
    PartEncoders encoders{};
    const auto set = [&encoders](DeltaAlgorithm algorithm, PartEncoder encoder) {
      encoders[static_cast<std::size_t>(algorithm)] = encoder;
    };
    set(DeltaAlgorithm::Xor, xor_part);
    set(DeltaAlgorithm::Rolling, rolling_part);
    set(DeltaAlgorithm::Suffix, suffix_part);
    set(DeltaAlgorithm::ZstdPrefix, prefix_part);
#ifdef COPSE_HAS_PAGES
    set(DeltaAlgorithm::Pages, pages_part);
#endif
    return encoders;
  }();
  return kEncoders;
}

bool suits_pages_algorithm([[maybe_unused]] ByteView base, [[maybe_unused]] ByteView target) {
#ifdef COPSE_HAS_PAGES
  return suits_pages(base, target);
#else
  return false;
#endif
}

DeltaAlgorithm choose_algorithm(const PartEncoders& encoders, const DeltaBase& base,
                                const TargetPart& part, DeltaSetting setting) {
  if (part.bytes.empty()) return DeltaAlgorithm::Raw;
  if (part.begin == 0 && suits_pages_algorithm(base.bytes(), part.bytes)) {
    return DeltaAlgorithm::Pages;
  }
  Trial trial(encoders, base, setting, sample_of(part));
  trial.add(DeltaAlgorithm::Rolling);
  trial.add(DeltaAlgorithm::Xor);
  const std::size_t together = base.bytes().size() + part.bytes.size();
  if (together <= kPrefixTrialBytesMax) trial.add(DeltaAlgorithm::ZstdPrefix);
  return trial.best();
}

Status decode_part(ByteView base, const DeltaFrameHeader& header, ByteView payload,
                   std::span<std::uint8_t> out, [[maybe_unused]] unsigned threads) {
  COPSE_TRY_STATUS(check_delta_payload(header, payload));
  if (header.dictionary_id != 0) {
    return Error(ErrorCode::Unsupported,
                 "delta: needs dictionary " + std::to_string(header.dictionary_id));
  }
  Status made =
      Error(ErrorCode::Unsupported, "delta: this copse has no decoder for " +
                                        std::string(delta_algorithm_name(header.algorithm)));
  switch (header.algorithm) {
    case DeltaAlgorithm::Raw:
      if (payload.size() != out.size()) {
        return Error(ErrorCode::Corrupt, "delta: a raw part has another length than is stated");
      }
      std::copy(payload.begin(), payload.end(), out.begin());
      made = success();
      break;
    case DeltaAlgorithm::Xor:
      made = decode_xor(base, payload, header.target_begin, out);
      break;
    case DeltaAlgorithm::Rolling:
    case DeltaAlgorithm::Suffix:
      made = decode_covers(base, payload, header.target_begin, out);
      break;
    case DeltaAlgorithm::ZstdPrefix:
      made = decode_prefix(base, payload, out);
      break;
    case DeltaAlgorithm::Pages:
#ifdef COPSE_HAS_PAGES
      made = decode_page_delta(base, payload, out, threads);
#endif
      break;
  }
  if (!made.ok()) return made;
  if (hash128(out) != header.target_hash) {
    return Error(ErrorCode::Corrupt, "delta: what came out is not what went in");
  }
  return success();
}

}  // namespace copse
