// Any bytes as a frame payload: nothing larger than allowed comes out, and what compresses comes
// back.
#include <cstdlib>

#include "codec/frame_codec.h"

// The first byte is the codec, the second the stated length in units of 64 bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  constexpr std::uint64_t kRawBytesMax = std::uint64_t{1} << 20;
  const copse::ByteView payload(data + 2, size - 2);
  auto bytes = copse::decompress_frame(data[0], payload, data[1] * std::uint64_t{64}, kRawBytesMax);
  if (bytes.ok() && bytes.value().size() != data[1] * std::size_t{64}) std::abort();
  const copse::FramePayload packed = copse::compress_frame(payload, copse::kFastLevel);
  auto back = copse::decompress_frame(static_cast<std::uint8_t>(packed.codec), packed.bytes,
                                      packed.raw_bytes, payload.size());
  if (!back.ok() || back.value() != copse::Bytes(payload.begin(), payload.end())) std::abort();
  return 0;
}
