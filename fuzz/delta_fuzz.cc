// Any bytes as a delta and as a payload of every algorithm: reading is safe and ends, and what
// comes out has the stated length. Any two pieces as base and target: what is encoded comes back.
//
// The first byte says what the rest is: below 128 the payload of an algorithm, else base and
// target.
#include <algorithm>
#include <cstdint>

#include "codec/delta.h"
#include "core/check.h"
#include "delta_base.h"

namespace {

using namespace copse;

constexpr std::size_t kTargetBytesMax = 1 << 16;
void try_payload(DeltaAlgorithm algorithm, std::size_t target_bytes, ByteView payload) {
  const ByteView base = as_bytes(fuzz::kDeltaBase);
  DeltaFrameHeader header;
  header.algorithm = algorithm;
  header.base_bytes = base.size();
  header.base_hash = hash128(base);
  header.target_bytes = target_bytes;
  Bytes delta;
  write_delta_frame(header, payload, 0, delta);
  const auto target = decode_delta(base, delta, kTargetBytesMax);
  COPSE_CHECK(!target.ok() || target.value().size() == target_bytes);
}

void round_trip(ByteView base, ByteView target, const DeltaOptions& options) {
  const auto delta = encode_delta(base, target, options);
  COPSE_CHECK(delta.ok());
  const auto back = decode_delta(base, delta.value().bytes, target.size());
  COPSE_CHECK(back.ok() &&
              std::equal(back.value().begin(), back.value().end(), target.begin(), target.end()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const ByteView rest(data + 3, size - 3);
  const std::size_t number = data[1] | std::size_t{data[2]} << 8;
  if (data[0] < 128) {
    try_payload(static_cast<DeltaAlgorithm>(data[0] % kDeltaAlgorithmCount), number, rest);
    static_cast<void>(decode_delta(as_bytes(fuzz::kDeltaBase), rest, kTargetBytesMax));
    return 0;
  }
  const std::size_t cut = number % (rest.size() + 1);
  const ByteView base = rest.first(cut);
  const ByteView target = rest.subspan(cut);
  DeltaOptions options;
  options.setting = static_cast<DeltaSetting>(data[0] % 3);
  const unsigned algorithm = (data[0] & 127U) / 3 % kDeltaAlgorithmCount;
  if (algorithm < static_cast<unsigned>(DeltaAlgorithm::Pages)) {
    options.algorithm = static_cast<DeltaAlgorithm>(algorithm);
  }
  round_trip(base, target, options);
  return 0;
}
