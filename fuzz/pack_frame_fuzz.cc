// Any bytes as a frame, a head and a shared object: reading never leaves the bytes, and what is
// accepted encodes to the same bytes again.
#include <cstdlib>

#include "store/head.h"
#include "store/pack.h"
#include "store/shared_object.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void try_frame(copse::ByteView input) {
  if (input.size() < copse::Frame::kHeaderBytes) return;
  // With the ref the frame itself claims, so that only the payload's checksum is in the way; and
  // with that mended, so that the fuzzer gets past it.
  copse::ByteReader reader(input.subspan(8));
  const std::uint8_t type = reader.u8();
  const std::uint8_t codec = reader.u8();
  reader.u16();
  copse::FrameRef ref;
  ref.stored_bytes = reader.u32();
  ref.raw_bytes = reader.u64();
  copse::Bytes bytes(input.begin(), input.end());
  for (const bool mended : {false, true}) {
    if (mended) {
      const std::uint64_t checksum = copse::checksum64(copse::ByteView(bytes).subspan(8));
      std::memcpy(bytes.data(), &checksum, sizeof(checksum));
    }
    ref.checksum = copse::frame_checksum(bytes);
    const auto frame = copse::decode_frame(bytes, ref, "input");
    if (!frame.ok()) continue;
    const auto again = copse::encode_frame(type, codec, ref.raw_bytes, frame.value().payload());
    require(again == bytes);
  }
}

// Appends the checksum that stands at the end of heads and shared objects.
copse::Bytes with_checksum(copse::ByteView input) {
  copse::Bytes bytes(input.begin(), input.end());
  copse::ByteWriter(bytes).u64(copse::checksum64(input));
  return bytes;
}

void try_head(copse::ByteView bytes) {
  const auto head = copse::decode_head(bytes, "input");
  if (!head.ok()) return;
  const auto again = copse::decode_head(copse::encode_head(head.value()), "again");
  require(again.ok() && again.value() == head.value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const copse::ByteView input(data, size);
  try_frame(input);
  const copse::Bytes summed = with_checksum(input);
  try_head(input);
  try_head(summed);
  static_cast<void>(copse::decode_shared(input, {}, std::nullopt, "input"));
  static_cast<void>(copse::decode_shared(summed, {}, std::nullopt, "input"));
  return 0;
}
