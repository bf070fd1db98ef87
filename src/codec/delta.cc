#include "codec/delta.h"

#include <algorithm>
#include <utility>

#include "codec/page_delta.h"
#include "core/check.h"
#include "core/parallel.h"

namespace copse {
namespace {

Error interrupted() {
  return {ErrorCode::Interrupted, "stopped before the delta was complete"};
}

bool is_set(const std::atomic<bool>* flag) {
  return flag != nullptr && flag->load(std::memory_order_relaxed);
}

// What takes the place of an algorithm that failed. Raw is the end of every such list.
std::vector<DeltaAlgorithm> attempts(DeltaAlgorithm first) {
  std::vector<DeltaAlgorithm> all{first};
  for (const DeltaAlgorithm next : {DeltaAlgorithm::Rolling, DeltaAlgorithm::ZstdPrefix}) {
    if (next != first) all.push_back(next);
  }
  return all;
}

struct Frame {
  DeltaFrameHeader header;
  ByteView payload;
};

Result<std::vector<Frame>> read_frames(ByteView base, ByteView delta,
                                       std::uint64_t target_bytes_max) {
  std::vector<Frame> frames;
  DeltaChain chain(base);
  while (!chain.ended()) {
    COPSE_TRY(const DeltaFrameHeader header, chain.next(delta));
    if (chain.target_bytes() > target_bytes_max) {
      return Error(ErrorCode::LimitExceeded, "delta: stands for " +
                                                 std::to_string(chain.target_bytes()) +
                                                 " bytes or more, at most " +
                                                 std::to_string(target_bytes_max) + " are allowed");
    }
    delta = delta.subspan(header.header_bytes);
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(header.payload_bytes, delta.size()));
    frames.push_back({header, delta.first(size)});
    delta = delta.subspan(size);
  }
  if (!delta.empty()) {
    return Error(ErrorCode::Corrupt,
                 "delta: " + std::to_string(delta.size()) + " bytes follow its end");
  }
  return frames;
}

}  // namespace

std::string_view delta_algorithm_name(DeltaAlgorithm algorithm) {
  switch (algorithm) {
    case DeltaAlgorithm::Raw:
      return "raw";
    case DeltaAlgorithm::Xor:
      return "xor";
    case DeltaAlgorithm::Rolling:
      return "rolling";
    case DeltaAlgorithm::Suffix:
      return "suffix";
    case DeltaAlgorithm::ZstdPrefix:
      return "zstd_prefix";
    case DeltaAlgorithm::Pages:
      return "pages";
  }
  return "unknown";
}

std::optional<DeltaAlgorithm> find_delta_algorithm(std::string_view name) {
  for (std::size_t i = 0; i < kDeltaAlgorithmCount; ++i) {
    const auto algorithm = static_cast<DeltaAlgorithm>(i);
    if (delta_algorithm_name(algorithm) == name) return algorithm;
  }
  return std::nullopt;
}

// ---- encoding ----------------------------------------------------------------------------------

DeltaEncoder::DeltaEncoder(const DeltaBase& base, const DeltaOptions& options,
                           const PartEncoders& encoders)
    : base_(base), options_(options), encoders_(encoders) {
  options_.threads = thread_count(options.threads);
  report_.base_bytes = base.bytes().size();
}

DeltaEncoder::Encoded DeltaEncoder::encode(const TargetPart& part, unsigned threads) const {
  Encoded encoded = encode_unhashed(part, threads);
  encoded.target_hash = encoded.part.target_hash ? *encoded.part.target_hash : hash128(part.bytes);
  return encoded;
}

DeltaEncoder::Encoded DeltaEncoder::encode_unhashed(const TargetPart& part,
                                                    unsigned threads) const {
  Encoded encoded;
  const DeltaAlgorithm chosen = options_.algorithm
                                    ? *options_.algorithm
                                    : choose_algorithm(encoders_, base_, part, options_.setting);
  if (chosen == DeltaAlgorithm::Raw || part.bytes.empty()) return encoded;
  for (const DeltaAlgorithm algorithm : attempts(chosen)) {
    if (try_algorithm(algorithm, part, threads, encoded)) break;
  }
  return encoded;
}

// False when it failed, which is counted. An algorithm that saves nothing leaves the part raw.
bool DeltaEncoder::try_algorithm(DeltaAlgorithm algorithm, const TargetPart& part, unsigned threads,
                                 Encoded& encoded) const {
  const PartEncoder encoder = encoders_[static_cast<std::size_t>(algorithm)];
  Result<CodedPart> made =
      encoder == nullptr ? Result<CodedPart>(Error(
                               ErrorCode::Unsupported,
                               "no encoder for " + std::string(delta_algorithm_name(algorithm))))
                         : encoder(base_, part, {options_.setting, threads, &read_target_});
  if (!made.ok()) {
    ++encoded.fallbacks;
    encoded.fallback_reason = made.error().message();
    return false;
  }
  if (made.value().payload.size() < part.bytes.size()) {
    encoded.algorithm = algorithm;
    encoded.part = std::move(made).value();
  }
  return true;
}

bool DeltaEncoder::add_image(ByteView target, Bytes& out) {
  COPSE_CHECK(report_.frames == 0);
  const bool wanted = options_.algorithm ? *options_.algorithm == DeltaAlgorithm::Pages
                                         : suits_pages(base_.bytes(), target);
  if (!wanted || target.empty()) return false;
  const TargetPart whole{target, 0};
  Encoded encoded;
  const bool done = try_algorithm(DeltaAlgorithm::Pages, whole, options_.threads, encoded);
  if (!done) {
    report_.fallbacks += encoded.fallbacks;
    report_.fallback_reason = encoded.fallback_reason;
  }
  if (encoded.algorithm != DeltaAlgorithm::Pages) {
    // What is no use to the whole is none to its parts.
    options_.algorithm = done ? DeltaAlgorithm::Raw : DeltaAlgorithm::Rolling;
    return false;
  }
  encoded.target_hash = encoded.part.target_hash ? *encoded.part.target_hash : hash128(target);
  write(whole, encoded, true, out);
  return true;
}

void DeltaEncoder::write(const TargetPart& part, const Encoded& encoded, bool last, Bytes& out) {
  DeltaFrameHeader header;
  header.algorithm = encoded.algorithm;
  header.last = last;
  header.memory_log = delta_memory_log(encoded.part.decoder_bytes);
  header.base_bytes = base_.bytes().size();
  header.base_hash = base_.hash();
  header.target_begin = part.begin;
  header.target_bytes = part.bytes.size();
  header.target_hash = encoded.target_hash;
  const std::size_t before = out.size();
  const bool raw = encoded.algorithm == DeltaAlgorithm::Raw;
  write_delta_frame(header, raw ? part.bytes : ByteView(encoded.part.payload), previous_, out);
  previous_ = header.header_checksum;
  report_.target_bytes += part.bytes.size();
  report_.delta_bytes += out.size() - before;
  report_.frames += 1;
  report_.frames_of[static_cast<std::size_t>(encoded.algorithm)] += 1;
  report_.fallbacks += encoded.fallbacks;
  if (encoded.fallbacks > 0) report_.fallback_reason = encoded.fallback_reason;
}

Status DeltaEncoder::add(std::span<const ByteView> parts, bool last, Bytes& out) {
  std::vector<TargetPart> placed;
  std::uint64_t begin = report_.target_bytes;
  for (const ByteView part : parts) {
    placed.push_back({part, begin});
    begin += part.size();
  }
  ParallelOptions parallel;
  parallel.threads = options_.threads;
  parallel.window = options_.threads + 1;
  parallel.stop = options_.stop;
  const unsigned each = std::max(
      1U, options_.threads /
              static_cast<unsigned>(std::clamp<std::size_t>(parts.size(), 1, kThreadsMax)));
  const bool whole = parallel_map<Encoded>(
      placed.size(), parallel,
      [&](unsigned /*thread*/, std::size_t i) { return encode(placed[i], each); },
      [&](std::size_t i, Encoded&& encoded) {
        write(placed[i], encoded, last && i + 1 == placed.size(), out);
        return true;
      });
  if (!whole || is_set(options_.stop)) return interrupted();
  return success();
}

std::vector<ByteView> parts_of_target(ByteView target) {
  if (target.empty()) return {target};
  std::vector<ByteView> parts;
  for (std::size_t at = 0; at < target.size(); at += kDeltaPartBytes) {
    parts.push_back(target.subspan(at, std::min(kDeltaPartBytes, target.size() - at)));
  }
  return parts;
}

Result<EncodedDelta> encode_delta(std::span<const std::uint8_t> base,
                                  std::span<const std::uint8_t> target,
                                  const DeltaOptions& options) {
  const DeltaBase prepared(base, options.setting);
  DeltaEncoder encoder(prepared, options);
  EncodedDelta delta;
  if (!encoder.add_image(target, delta.bytes)) {
    COPSE_TRY_STATUS(encoder.add(parts_of_target(target), true, delta.bytes));
  }
  if (is_set(options.stop)) return interrupted();
  delta.report = encoder.report();
  return delta;
}

// ---- decoding ----------------------------------------------------------------------------------

Result<DeltaFrameHeader> DeltaChain::next(ByteView bytes) {
  COPSE_TRY(const DeltaFrameHeader header, read_delta_header(bytes, previous_));
  if (!base_hash_) {
    if (header.base_bytes != base_.size()) {
      return Error(ErrorCode::InvalidArgument,
                   "the delta was made against a base of " + std::to_string(header.base_bytes) +
                       " bytes, this one has " + std::to_string(base_.size()));
    }
    base_hash_ = hash_image(base_, read_base_);
    if (*base_hash_ != header.base_hash) {
      return Error(ErrorCode::InvalidArgument,
                   "the delta was made against another base of the same length");
    }
  }
  if (header.base_bytes != base_.size() || header.base_hash != *base_hash_ ||
      header.target_begin != target_bytes_) {
    return Error(ErrorCode::Corrupt, "delta: a frame does not follow the one in front");
  }
  previous_ = header.header_checksum;
  target_bytes_ += header.target_bytes;
  ended_ = header.last;
  return header;
}

Result<std::vector<std::uint8_t>> decode_delta(std::span<const std::uint8_t> base,
                                               std::span<const std::uint8_t> delta,
                                               std::uint64_t target_bytes_max, unsigned threads) {
  COPSE_TRY(const std::vector<Frame> frames, read_frames(base, delta, target_bytes_max));
  // Before anything is allocated for what a few bytes may state.
  for (const Frame& frame : frames) {
    COPSE_TRY_STATUS(check_delta_payload(frame.header, frame.payload));
  }
  const DeltaFrameHeader& end = frames.back().header;
  Bytes target(static_cast<std::size_t>(end.target_begin + end.target_bytes));
  ParallelOptions parallel;
  parallel.threads = thread_count(threads);
  const unsigned each = std::max(1U, parallel.threads / static_cast<unsigned>(std::min<std::size_t>(
                                                            frames.size(), kThreadsMax)));
  Status result = success();
  parallel_map<Status>(
      frames.size(), parallel,
      [&](unsigned /*thread*/, std::size_t i) {
        const DeltaFrameHeader& header = frames[i].header;
        return decode_part(base, header, frames[i].payload,
                           std::span(target).subspan(static_cast<std::size_t>(header.target_begin),
                                                     static_cast<std::size_t>(header.target_bytes)),
                           each);
      },
      [&](std::size_t /*frame*/, Status&& status) {
        if (!status.ok()) result = std::move(status);
        return result.ok();
      });
  if (!result.ok()) return std::move(result).take_error();
  return target;
}

}  // namespace copse
