// Any bytes as a sealed frame: reading is safe, and a frame that is whole is sealed to the same
// bytes again. Any bytes as content come back through the adaptive compressor and through LZ4.

#include "codec/adaptive_compressor.h"
#include "codec/lz4_codec.h"
#include "core/check.h"
#include "core/crc32c.h"

namespace {

using namespace copse;

constexpr std::uint64_t kRawBytesMax = std::uint64_t{1} << 20;

void try_frame(ByteView bytes) {
  const auto frame = read_sealed_frame(bytes);
  if (!frame.ok()) return;
  const SealedFrame& found = frame.value();
  const FramePayload payload{static_cast<FrameCodec>(found.codec), found.raw_bytes,
                             Bytes(found.payload.begin(), found.payload.end())};
  const Bytes again = seal_frame(payload, found.dictionary);
  // A length may have been written longer than it needs to be.
  COPSE_CHECK(again.size() <= bytes.size());
  const DictionarySet none;
  const auto content = open_sealed_frame(bytes, none, kRawBytesMax);
  COPSE_CHECK(!content.ok() || content.value().size() == found.raw_bytes);
}

void round_trip(ByteView bytes) {
  const Bytes content(bytes.begin(), bytes.end());
  for (const Lz4Effort effort : {Lz4Effort::Fast, Lz4Effort::Small}) {
    const FramePayload frame = compress_lz4(bytes, effort);
    const auto back = decompress_frame(static_cast<std::uint8_t>(frame.codec), frame.bytes,
                                       frame.raw_bytes, bytes.size());
    COPSE_CHECK(back.ok() && back.value() == content);
  }
  AdaptiveOptions options;
  options.enable_adaptive = false;
  AdaptiveCompressor compressor(options, real_cpu_load(), nullptr, nullptr);
  const auto back = compressor.decompress(compressor.compress("any", bytes), bytes.size());
  COPSE_CHECK(back.ok() && back.value() == content);
}

}  // namespace

// As it is; with a right checksum, which damage alone would hardly ever have; and as content.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  try_frame(bytes);
  Bytes mended(bytes.begin(), bytes.end());
  ByteWriter(mended).u32(crc32c(bytes));
  try_frame(mended);
  round_trip(bytes);
  return 0;
}
