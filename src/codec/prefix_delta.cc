#include "codec/prefix_delta.h"

#include <algorithm>

#include "codec/zstd_prefix.h"

namespace copse {

Bytes encode_prefix(ByteView base, const TargetPart& part, int level) {
  const std::size_t size = std::min(base.size(), kPrefixBytesMax);
  const std::uint64_t middle =
      std::min<std::uint64_t>(part.begin + part.bytes.size() / 2, base.size());
  const auto begin = static_cast<std::size_t>(
      std::clamp<std::uint64_t>(middle, size / 2, base.size() - (size - size / 2)) - size / 2);
  Bytes payload;
  ByteWriter out(payload);
  out.varint(begin);
  out.varint(size);
  out.raw(compress_with_prefix(part.bytes, base.subspan(begin, size),
                               {.level = level, .long_distance = true}));
  return payload;
}

Status decode_prefix(ByteView base, ByteView payload, std::span<std::uint8_t> out) {
  ByteReader in(payload);
  const std::uint64_t begin = in.varint();
  const std::uint64_t size = in.varint();
  if (in.failed() || size > kPrefixBytesMax || begin > base.size() || size > base.size() - begin) {
    return Error(ErrorCode::Corrupt, "delta: its prefix lies outside of the base");
  }
  return restore_with_prefix(
      in.raw(in.remaining()),
      base.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size)), out);
}

}  // namespace copse
