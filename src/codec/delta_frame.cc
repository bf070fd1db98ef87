// The layout of a frame's header, and its checks.
#include "codec/delta_frame.h"

#include <algorithm>
#include <string>

namespace copse {
namespace {

constexpr std::uint8_t kMagic[] = {'C', 'D', 'L', 'T'};
constexpr std::uint8_t kLastFlag = 1;
// Payloads of any algorithm may be this much longer than what they stand for, and no more.
constexpr std::uint64_t kPayloadSlackBytes = 64;

Error corrupt(const std::string& what) {
  return {ErrorCode::Corrupt, "delta: " + what};
}

std::uint32_t header_checksum(ByteView header, std::uint32_t previous) {
  return static_cast<std::uint32_t>(checksum64(header, previous));
}

void put(ByteWriter& out, const Hash128& hash) {
  out.u64(hash.low);
  out.u64(hash.high);
}

Hash128 take_hash(ByteReader& in) {
  Hash128 hash;
  hash.low = in.u64();
  hash.high = in.u64();
  return hash;
}

}  // namespace

void write_delta_frame(DeltaFrameHeader& header, ByteView payload, std::uint32_t previous,
                       Bytes& out) {
  header.payload_bytes = payload.size();
  header.payload_checksum = static_cast<std::uint32_t>(checksum64(payload));
  const std::size_t begin = out.size();
  ByteWriter writer(out);
  writer.raw(kMagic);
  writer.u8(kDeltaVersion);
  writer.u8(static_cast<std::uint8_t>(header.algorithm));
  writer.u8(header.last ? kLastFlag : 0);
  writer.u8(header.memory_log);
  put(writer, header.base_hash);
  put(writer, header.target_hash);
  writer.varint(header.base_bytes);
  writer.varint(header.target_begin);
  writer.varint(header.target_bytes);
  writer.varint(header.dictionary_id);
  writer.varint(header.payload_bytes);
  writer.u32(header.payload_checksum);
  header.header_checksum = header_checksum(ByteView(out).subspan(begin), previous);
  writer.u32(header.header_checksum);
  header.header_bytes = out.size() - begin;
  writer.raw(payload);
}

Result<DeltaFrameHeader> read_delta_header(ByteView bytes, std::uint32_t previous) {
  ByteReader in(bytes);
  const ByteView magic = in.raw(sizeof(kMagic));
  if (in.failed()) return corrupt("ends within a header");
  if (!std::equal(magic.begin(), magic.end(), kMagic)) {
    return corrupt("does not begin with CDLT; is it the right file?");
  }
  const std::uint8_t version = in.u8();
  if (!in.failed() && version != kDeltaVersion) {
    return Error(ErrorCode::Unsupported,
                 "delta: has version " + std::to_string(version) + ", this copse reads 1");
  }
  DeltaFrameHeader header;
  const std::uint8_t algorithm = in.u8();
  const std::uint8_t flags = in.u8();
  header.memory_log = in.u8();
  header.base_hash = take_hash(in);
  header.target_hash = take_hash(in);
  header.base_bytes = in.varint();
  header.target_begin = in.varint();
  header.target_bytes = in.varint();
  header.dictionary_id = in.varint32();
  header.payload_bytes = in.varint();
  header.payload_checksum = in.u32();
  const std::size_t checked_bytes = in.position();
  header.header_checksum = in.u32();
  if (in.failed()) return corrupt("ends within a header, or has a damaged one");
  header.header_bytes = in.position();
  if (header.header_checksum != header_checksum(bytes.first(checked_bytes), previous)) {
    return corrupt("a header is damaged, or its frame does not follow the one in front");
  }
  if (algorithm >= kDeltaAlgorithmCount || (flags & ~kLastFlag) != 0) {
    return Error(ErrorCode::Unsupported, "delta: has an algorithm or flag that this copse does " +
                                             std::string("not know: ") + std::to_string(algorithm) +
                                             ", " + std::to_string(flags));
  }
  if (header.memory_log > kDeltaMemoryLogMax) {
    return corrupt("asks for 2^" + std::to_string(header.memory_log) + " KiB to decode");
  }
  if (header.target_bytes > kDeltaTargetBytesMax ||
      header.target_begin > kDeltaTargetBytesMax - header.target_bytes) {
    return corrupt("a frame stands for more than a target may have");
  }
  if (header.payload_bytes > header.target_bytes + kPayloadSlackBytes) {
    return corrupt("a payload is longer than what it stands for");
  }
  header.algorithm = static_cast<DeltaAlgorithm>(algorithm);
  const bool any_length =
      header.algorithm == DeltaAlgorithm::Pages || header.algorithm == DeltaAlgorithm::Raw;
  if (!any_length && header.target_bytes > kDeltaPartBytesMax) {
    return corrupt("a frame stands for " + std::to_string(header.target_bytes) +
                   " bytes, one of its algorithm for " + std::to_string(kDeltaPartBytesMax) +
                   " at most");
  }
  header.last = (flags & kLastFlag) != 0;
  return header;
}

Status check_delta_payload(const DeltaFrameHeader& header, ByteView payload) {
  if (payload.size() != header.payload_bytes) return corrupt("ends within a payload");
  if (static_cast<std::uint32_t>(checksum64(payload)) != header.payload_checksum) {
    return corrupt("the checksum of a payload does not match");
  }
  return success();
}

std::uint8_t delta_memory_log(std::uint64_t bytes) {
  std::uint8_t log = 0;
  while (log < kDeltaMemoryLogMax && (std::uint64_t{1} << (log + 10)) < bytes)
    ++log;
  return log;
}

}  // namespace copse
