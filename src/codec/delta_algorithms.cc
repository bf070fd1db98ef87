// The algorithms behind one form: what each setting asks of them, and the choice among them.
#include <algorithm>
#include <array>
#include <string>

#include "codec/delta.h"
#include "codec/page_delta.h"
#include "codec/prefix_delta.h"
#include "codec/rolling_delta.h"
#include "codec/suffix_delta.h"
#include "codec/xor_delta.h"
#include "core/check.h"

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

Result<CodedPart> pages_part(const DeltaBase& base, const TargetPart& part,
                             const PartOptions& options) {
  if (part.begin != 0) return Error(ErrorCode::Unsupported, "pages are for whole images");
  // Images are larger than caches: each page is hashed while it is there for being compared.
  Hash128Stream base_hash;
  Hash128Stream target_hash;
  const auto on_read = [&](ByteView of_base, ByteView of_target) {
    base_hash.update(of_base);
    target_hash.update(of_target);
  };
  const ReadPages by_view;
  COPSE_TRY(Bytes payload,
            encode_page_delta(
                base.bytes(), part.bytes,
                {.level = tuning(options.setting).level,
                 .threads = options.threads,
                 .on_read = on_read,
                 .read_base = base.reader(),
                 .read_target = options.read_target != nullptr ? *options.read_target : by_view}));
  base.set_hash(base_hash.digest());
  return CodedPart{std::move(payload), 0, target_hash.digest()};
}

// ---- the choice --------------------------------------------------------------------------------

constexpr std::size_t kSlices = 8;
constexpr std::size_t kSliceBytes = std::size_t{64} << 10;
// A sample of which less than one byte in this many is saved speaks for no algorithm.
constexpr std::size_t kSavedShareMin = 50;
// XOR is tried where at least half of the sample's bytes are what the base has in the same place.
constexpr std::size_t kInPlaceShare = 2;
// zstd with the base as prefix is tried where both together are no more than this.
constexpr std::size_t kPrefixTrialBytesMax = std::size_t{64} << 10;
// Suffix sorting is tried on stretches with so many literals, against no more than so much base
// each.
constexpr std::size_t kSuffixTrialLiterals = std::size_t{32} << 10;
constexpr std::size_t kSuffixTrialBaseBytes = std::size_t{1} << 20;
constexpr std::size_t kSuffixStretches = 3;
constexpr std::size_t kSuffixPercentMax = 97;
// With fewer literals in the whole part there is nothing to save that is worth the trial.
constexpr std::size_t kSuffixLiteralsMin = std::size_t{8} << 10;

// What the algorithms cost, in nanoseconds, as it was measured over the pairs of bench/codec: fixed
// figures and no clock, so that the same input makes the same choice.
double cost_ns(DeltaAlgorithm algorithm, DeltaSetting setting, std::size_t target_bytes,
               std::size_t payload_bytes) {
  static constexpr std::array<double, 3> kByteOfPayload = {10, 25, 1200};
  const double rest =
      kByteOfPayload[static_cast<std::size_t>(setting)] * static_cast<double>(payload_bytes);
  double byte_of_target = 0;
  if (algorithm == DeltaAlgorithm::Xor) byte_of_target = 0.2;
  if (algorithm == DeltaAlgorithm::Rolling) byte_of_target = 1;
  if (algorithm == DeltaAlgorithm::Suffix) byte_of_target = 10;
  if (algorithm == DeltaAlgorithm::ZstdPrefix) byte_of_target = 20;
  return byte_of_target * static_cast<double>(target_bytes) + rest;
}

struct Sample {
  std::vector<TargetPart> slices;
  std::size_t bytes = 0;
};

// Slices over all of the part, or the whole of it.
Sample sample_of(const TargetPart& part) {
  if (part.bytes.size() <= kSlices * kSliceBytes) return {{part}, part.bytes.size()};
  Sample sample;
  const std::size_t stride = (part.bytes.size() - kSliceBytes) / (kSlices - 1);
  for (std::size_t i = 0; i < kSlices; ++i) {
    sample.slices.push_back({part.bytes.subspan(i * stride, kSliceBytes), part.begin + i * stride});
  }
  sample.bytes = kSlices * kSliceBytes;
  return sample;
}

// Whether the base has half of the sample's bytes in their places.
bool stays_in_place(ByteView base, const Sample& sample) {
  std::size_t equal = 0;
  for (const TargetPart& slice : sample.slices) {
    for (std::size_t i = 0; i < slice.bytes.size() && slice.begin + i < base.size(); ++i) {
      if (slice.bytes[i] == base[static_cast<std::size_t>(slice.begin) + i]) ++equal;
    }
  }
  return equal >= sample.bytes / kInPlaceShare;
}

class Trial {
 public:
  Trial(const PartEncoders& encoders, const DeltaBase& base, DeltaSetting setting, Sample sample)
      : encoders_(encoders), base_(base), setting_(setting), sample_(std::move(sample)) {}

  // What fails here would fail there.
  void add(DeltaAlgorithm algorithm) {
    const PartEncoder encoder = encoders_[static_cast<std::size_t>(algorithm)];
    if (encoder == nullptr) return;
    std::size_t bytes = 0;
    for (const TargetPart& slice : sample_.slices) {
      const auto made = encoder(base_, slice, {setting_, 1});
      if (!made.ok()) return;
      bytes += made.value().payload.size();
    }
    const double cost = cost_ns(algorithm, setting_, sample_.bytes, bytes);
    const double score = static_cast<double>(bytes) + cost / tuning(setting_).ns_per_saved_byte;
    if (best_ && score >= best_score_) return;
    best_ = algorithm;
    best_score_ = score;
  }

  std::optional<DeltaAlgorithm> best() const { return best_; }

 private:
  const PartEncoders& encoders_;
  const DeltaBase& base_;
  DeltaSetting setting_;
  Sample sample_;
  std::optional<DeltaAlgorithm> best_;
  double best_score_ = 0;
};

// Whether blocks and zstd's fastest level save next to nothing of the sample.
bool is_incompressible(const DeltaBase& base, const Sample& sample) {
  std::size_t bytes = 0;
  for (const TargetPart& slice : sample.slices) {
    const DeltaCovers covers = equal_covers(base, slice, DeltaSetting::Fast);
    bytes += encode_covers(base.bytes(), slice, covers, {.level = 1}).payload.size();
  }
  return bytes + sample.bytes / kSavedShareMin > sample.bytes;
}

// A stretch of the part: what it has of the base, and the literals between.
struct Stretch {
  ByteView base;
  TargetPart part;
  DeltaCovers covers;
};

Stretch stretch_from(ByteView base, const TargetPart& part, const DeltaCovers& covers,
                     std::size_t first) {
  std::size_t literals = 0;
  std::uint64_t base_begin = base.size();
  std::uint64_t base_end = 0;
  std::size_t last = first;
  for (; last < covers.size() && literals < kSuffixTrialLiterals; ++last) {
    const std::uint64_t begin = std::min(base_begin, covers[last].base_begin);
    const std::uint64_t end = std::max(base_end, covers[last].base_end());
    if (last > first && end - begin > kSuffixTrialBaseBytes) break;
    base_begin = begin;
    base_end = end;
    if (last > first) literals += covers[last].target_begin - covers[last - 1].target_end();
  }
  Stretch stretch;
  const auto target_begin = static_cast<std::size_t>(covers[first].target_begin);
  const auto target_end = static_cast<std::size_t>(covers[last - 1].target_end());
  stretch.base = base.subspan(static_cast<std::size_t>(base_begin),
                              static_cast<std::size_t>(base_end - base_begin));
  stretch.part.bytes = part.bytes.subspan(target_begin, target_end - target_begin);
  for (std::size_t i = first; i < last; ++i) {
    DeltaCover cover = covers[i];
    cover.base_begin -= base_begin;
    cover.target_begin -= target_begin;
    stretch.covers.push_back(cover);
  }
  return stretch;
}

// Whether covers with differing bytes make the smaller delta, over stretches of the part. At the
// level of the setting: a lower one is kinder to them than the delta will be (ADR 0016).
bool suffixes_pay(const DeltaBase& base, const TargetPart& part, DeltaSetting setting) {
  const DeltaCovers covers = equal_covers(base, part, setting);
  std::size_t literals = part.bytes.size();
  for (const DeltaCover& cover : covers) {
    literals -= static_cast<std::size_t>(cover.length);
  }
  if (literals < kSuffixLiteralsMin) return false;
  const CoverCoding coding{.level = tuning(setting).level};
  std::size_t equal_bytes = 0;
  std::size_t wider_bytes = 0;
  for (std::size_t i = 0; i < kSuffixStretches && i < covers.size(); ++i) {
    const Stretch stretch =
        stretch_from(base.bytes(), part, covers, covers.size() * i / kSuffixStretches);
    const auto wider = find_suffix_covers(stretch.base, stretch.part.bytes, stretch.covers);
    if (!wider) return false;
    equal_bytes += encode_covers(stretch.base, stretch.part, stretch.covers, coding).payload.size();
    wider_bytes += encode_covers(stretch.base, stretch.part, *wider, coding).payload.size();
  }
  return wider_bytes * 100 < equal_bytes * kSuffixPercentMax;
}

}  // namespace

DeltaBase::DeltaBase(ByteView bytes, DeltaSetting setting) : bytes_(bytes), setting_(setting) {}

const Hash128& DeltaBase::hash() const {
  std::call_once(hashed_, [this] { hash_ = hash_image(bytes_, read_); });
  return hash_;
}

void DeltaBase::set_hash(const Hash128& hash) const {
  std::call_once(hashed_, [&] { hash_ = hash; });
}

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
    set(DeltaAlgorithm::Pages, pages_part);
    return encoders;
  }();
  return kEncoders;
}

DeltaAlgorithm choose_algorithm(const PartEncoders& encoders, const DeltaBase& base,
                                const TargetPart& part, DeltaSetting setting) {
  if (part.bytes.empty()) return DeltaAlgorithm::Raw;
  if (part.begin == 0 && suits_pages(base.bytes(), part.bytes)) {
    return DeltaAlgorithm::Pages;
  }
  const Sample sample = sample_of(part);
  if (is_incompressible(base, sample)) return DeltaAlgorithm::Raw;
  std::vector<DeltaAlgorithm> candidates{DeltaAlgorithm::Rolling};
  if (stays_in_place(base.bytes(), sample)) candidates.push_back(DeltaAlgorithm::Xor);
  if (base.bytes().size() + part.bytes.size() <= kPrefixTrialBytesMax) {
    candidates.push_back(DeltaAlgorithm::ZstdPrefix);
  }
  if (setting == DeltaSetting::Small && suffixes_pay(base, part, setting)) {
    candidates.front() = DeltaAlgorithm::Suffix;
  }
  if (candidates.size() == 1) return candidates.front();
  // The order is the same at any level, and the highest ones take long.
  const bool small = setting == DeltaSetting::Small;
  Trial trial(encoders, base, small ? DeltaSetting::Default : setting, sample);
  for (const DeltaAlgorithm candidate : candidates) {
    trial.add(candidate);
  }
  return trial.best().value_or(DeltaAlgorithm::Rolling);
}

namespace {

Error came_out_wrong() {
  return {ErrorCode::Corrupt, "delta: what came out is not what went in"};
}

// Before anything is decoded.
Status check_part(const DeltaFrameHeader& header, ByteView payload) {
  COPSE_TRY_STATUS(check_delta_payload(header, payload));
  if (header.dictionary_id == 0) return success();
  return Error(ErrorCode::Unsupported,
               "delta: needs dictionary " + std::to_string(header.dictionary_id));
}

Status check_raw(const DeltaFrameHeader& header, ByteView payload) {
  if (payload.size() == header.target_bytes) return success();
  return Error(ErrorCode::Corrupt, "delta: a raw part has another length than is stated");
}

}  // namespace

bool decodes_in_order(const DeltaFrameHeader& header) {
  return header.algorithm == DeltaAlgorithm::Pages || header.algorithm == DeltaAlgorithm::Raw;
}

Status decode_part_in_order(ByteView base, const ReadPages& read_base,
                            const DeltaFrameHeader& header, ByteView payload,
                            const WriteStretch& write) {
  COPSE_CHECK(decodes_in_order(header));
  COPSE_TRY_STATUS(check_part(header, payload));
  Hash128Stream hash;
  const auto hash_and_write = [&](ByteView stretch) {
    hash.update(stretch);
    return write(stretch);
  };
  if (header.algorithm == DeltaAlgorithm::Raw) {
    COPSE_TRY_STATUS(check_raw(header, payload));
    for (std::size_t at = 0; at < payload.size(); at += kPageStretchBytes) {
      COPSE_TRY_STATUS(
          hash_and_write(payload.subspan(at, std::min(kPageStretchBytes, payload.size() - at))));
    }
  } else {
    COPSE_TRY_STATUS(
        decode_page_delta_in_order(base, read_base, payload, header.target_bytes, hash_and_write));
  }
  if (hash.digest() != header.target_hash) return came_out_wrong();
  return success();
}

Status decode_part(ByteView base, const DeltaFrameHeader& header, ByteView payload,
                   std::span<std::uint8_t> out, unsigned threads) {
  COPSE_TRY_STATUS(check_part(header, payload));
  Status made =
      Error(ErrorCode::Unsupported, "delta: this copse has no decoder for " +
                                        std::string(delta_algorithm_name(header.algorithm)));
  switch (header.algorithm) {
    case DeltaAlgorithm::Raw:
      COPSE_TRY_STATUS(check_raw(header, payload));
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
      made = decode_page_delta(base, payload, out, threads);
      break;
  }
  if (!made.ok()) return made;
  if (hash128(out) != header.target_hash) return came_out_wrong();
  return success();
}

}  // namespace copse
