// Deltas of memory images: any payload decodes to an error or to bytes that its own encoding gives
// back, damaged streams behind right checksums included; and what is encoded comes back.
#include <algorithm>
#include <cstring>

#include "codec/page_delta.h"
#include "codec/page_delta_format.h"
#include "core/check.h"
#include "core/hash.h"

namespace {

using namespace copse;

constexpr std::size_t kImageBytesMax = std::size_t{64} << 10;

void check_round_trip(ByteView base, ByteView target) {
  const auto payload = encode_page_delta(base, target, {});
  COPSE_CHECK(payload.ok());
  Bytes out(target.size());
  COPSE_CHECK(decode_page_delta(base, payload.value(), out).ok());
  COPSE_CHECK(std::equal(out.begin(), out.end(), target.begin(), target.end()));
  COPSE_CHECK(encode_page_delta(base, target, {.threads = 2}).value() == payload.value());
}

// Puts right the checksums of a segment and of the header, which chance would hardly ever get past.
Bytes with_checksums(ByteView streams, std::size_t target_bytes) {
  PageSegment segment;
  segment.target_bytes = target_bytes;
  segment.stored.assign(streams.begin(), streams.end());
  Bytes payload;
  write_page_header({&segment, 1}, payload);
  payload.insert(payload.end(), streams.begin(), streams.end());
  return payload;
}

}  // namespace

// How to use the rest (u8), bytes of the base (u16), bytes of the target (u16), the base, and: 0
// the target, 1 a payload, 2 a segment, 3 the raw streams of a segment, each a u16 length and as
// much.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader in({data, size});
  const unsigned use = in.u8() % 4;
  const std::size_t base_bytes = in.u16();
  const std::size_t target_bytes = in.u16();
  const ByteView base = in.raw(std::min(base_bytes, in.remaining()));
  if (in.failed()) return 0;
  Bytes out(std::min(target_bytes, kImageBytesMax), 0xAA);
  const ByteView rest = in.raw(in.remaining());
  if (use == 0) {
    check_round_trip(base, rest.first(std::min(rest.size(), out.size())));
    return 0;
  }
  Bytes payload(rest.begin(), rest.end());
  if (use == 2 && !out.empty()) payload = with_checksums(rest, out.size());
  if (use == 3 && !out.empty()) {
    PageStreams streams;
    ByteReader parts(rest);
    for (Bytes& stream : streams) {
      const std::size_t wanted = parts.u16();
      const ByteView part = parts.raw(std::min(wanted, parts.remaining()));
      stream.assign(part.begin(), part.end());
    }
    payload = with_checksums(store_streams(streams, 1), out.size());
  }
  Bytes in_order;
  const bool made =
      decode_page_delta_in_order(base, {}, payload, out.size(), [&](ByteView stretch) {
        in_order.insert(in_order.end(), stretch.begin(), stretch.end());
        return success();
      }).ok();
  COPSE_CHECK(decode_page_delta(base, payload, out).ok() == made);
  if (!made) return 0;
  COPSE_CHECK(std::equal(out.begin(), out.end(), in_order.begin(), in_order.end()));
  check_round_trip(base, out);
  return 0;
}
