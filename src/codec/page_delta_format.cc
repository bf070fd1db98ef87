#include "codec/page_delta_format.h"

#include <string>

#include "codec/zstd_context.h"
#include "core/hash.h"

namespace copse {
namespace {

// A stream that is shorter costs more as a frame than it gains.
constexpr std::size_t kFrameBytesMin = 16;

Error corrupt(const std::string& what) {
  return Error(ErrorCode::Corrupt, "page delta: " + what);
}

// The bytes of a zstd frame, or nothing where that is not smaller.
Bytes compressed(ByteView raw, int level) {
  Bytes out;
  if (raw.size() < kFrameBytesMin) return out;
  out.resize(ZSTD_compressBound(raw.size()));
  ZSTD_CCtx* context = compression_context();
  const auto parameters = bare_frame_parameters(level);
  std::size_t failed = ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
  COPSE_CHECK(ZSTD_isError(failed) == 0);
  failed = ZSTD_CCtx_setParametersUsingCCtxParams(context, parameters.get());
  COPSE_CHECK(ZSTD_isError(failed) == 0);
  const std::size_t size = ZSTD_compress2(context, out.data(), out.size(), raw.data(), raw.size());
  COPSE_CHECK(ZSTD_isError(size) == 0);
  out.resize(size < raw.size() ? size : 0);
  return out;
}

}  // namespace

Bytes store_streams(const PageStreams& streams, int level) {
  std::array<Bytes, kStreamCount> frames;
  Bytes stored;
  ByteWriter out(stored);
  for (std::size_t i = 0; i < kStreamCount; ++i) {
    frames[i] = compressed(streams[i], level);
    out.varint(streams[i].size());
    out.varint(frames[i].empty() ? streams[i].size() : frames[i].size());
  }
  std::size_t bytes = stored.size();
  for (std::size_t i = 0; i < kStreamCount; ++i)
    bytes += frames[i].empty() ? streams[i].size() : frames[i].size();
  stored.reserve(bytes);
  for (std::size_t i = 0; i < kStreamCount; ++i) {
    out.raw(frames[i].empty() ? streams[i] : frames[i]);
  }
  return stored;
}

Status load_streams(ByteView stored, std::uint64_t target_bytes, PageStreams& streams) {
  ByteReader in(stored);
  struct Sizes {
    std::uint64_t raw = 0;
    std::uint64_t kept = 0;
  };
  std::array<Sizes, kStreamCount> sizes;
  for (Sizes& size : sizes) {
    size.raw = in.varint();
    size.kept = in.varint();
    // A copy's numbers take fewer bytes than it copies.
    if (size.raw > target_bytes + kFrameBytesMin || size.raw > kSegmentRestBytes + kPageBytes) {
      return corrupt("a stream is larger than its segment");
    }
  }
  for (std::size_t i = 0; i < kStreamCount; ++i) {
    if (sizes[i].kept > in.remaining() || sizes[i].kept > sizes[i].raw) {
      return corrupt("a stream ends early");
    }
    const ByteView kept = in.raw(static_cast<std::size_t>(sizes[i].kept));
    Bytes& raw = streams[i];
    raw.resize(static_cast<std::size_t>(sizes[i].raw));
    if (kept.size() == raw.size()) {
      std::copy(kept.begin(), kept.end(), raw.begin());
      continue;
    }
    ZSTD_DCtx* context = decompression_context();
    std::size_t failed = ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters);
    COPSE_CHECK(ZSTD_isError(failed) == 0);
    failed = ZSTD_DCtx_setParameter(context, ZSTD_d_format, ZSTD_f_zstd1_magicless);
    COPSE_CHECK(ZSTD_isError(failed) == 0);
    const std::size_t size =
        ZSTD_decompressDCtx(context, raw.data(), raw.size(), kept.data(), kept.size());
    if (size != raw.size()) return corrupt("a stream cannot be decompressed");
  }
  if (in.failed() || !in.at_end()) return corrupt("a segment goes on behind its streams");
  return success();
}

void write_page_header(std::span<const PageSegment> segments, Bytes& out) {
  const std::size_t begin = out.size();
  ByteWriter writer(out);
  writer.u8(kPageDeltaVersion);
  writer.varint(segments.size());
  for (const PageSegment& segment : segments) {
    writer.varint(segment.target_bytes);
    writer.varint(segment.stored.size());
    writer.u64(checksum64(segment.stored));
  }
  writer.u64(checksum64(ByteView(out).subspan(begin)));
}

Result<std::vector<PageSegmentView>> read_page_header(ByteView payload,
                                                      std::uint64_t target_bytes) {
  ByteReader in(payload);
  const std::uint8_t version = in.u8();
  if (in.failed()) return corrupt("it is empty");
  if (version != kPageDeltaVersion) {
    return Error(ErrorCode::Unsupported,
                 "page delta: version " + std::to_string(version) + " is not known");
  }
  std::vector<PageSegmentView> segments(in.count(10));
  std::vector<std::uint64_t> stored_bytes;
  std::uint64_t begin = 0;
  for (PageSegmentView& segment : segments) {
    segment.target_begin = begin;
    segment.target_bytes = in.varint();
    stored_bytes.push_back(in.varint());
    segment.checksum = in.u64();
    if (segment.target_bytes == 0 || segment.target_bytes > target_bytes - begin) {
      return corrupt("its segments are of another size than the target");
    }
    begin += segment.target_bytes;
  }
  const std::size_t header_bytes = in.position();
  if (in.u64() != checksum64(payload.first(header_bytes)) || in.failed()) {
    return corrupt("its header is damaged");
  }
  if (begin != target_bytes) return corrupt("its segments are of another size than the target");
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (stored_bytes[i] > in.remaining()) return corrupt("its segments end early");
    segments[i].stored = in.raw(static_cast<std::size_t>(stored_bytes[i]));
  }
  if (!in.at_end()) return corrupt("it goes on behind its segments");
  return segments;
}

}  // namespace copse
