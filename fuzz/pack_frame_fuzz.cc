// Any bytes as a frame, a head and a shared object: reading never leaves the bytes, and what is
// accepted encodes to the same bytes again.

#include "core/check.h"
#include "store/head.h"
#include "store/pack.h"
#include "store/shared_object.h"

namespace {

// With the ref the frame itself claims, so that only the payload's checksum is in the way; and with
// that mended, so that the fuzzer gets past it.
void try_first_version(copse::ByteView input) {
  constexpr std::size_t kHeaderBytes = copse::frame_header_bytes(1);
  if (input.size() < kHeaderBytes) return;
  copse::ByteReader reader(input);
  copse::FrameRef ref;
  ref.checksum = reader.u64();
  reader.raw(4);
  ref.stored_bytes = reader.u32();
  ref.raw_bytes = reader.u64();
  copse::Bytes bytes(input.begin(), input.end());
  for (const bool mended : {false, true}) {
    if (mended) {
      ref.checksum = copse::checksum64(copse::ByteView(bytes).subspan(8));
      std::memcpy(bytes.data(), &ref.checksum, sizeof(ref.checksum));
    }
    const auto frame = copse::check_frame(bytes, ref, 1, "input");
    COPSE_CHECK(!frame.ok() || frame.value().payload.size() + kHeaderBytes == bytes.size());
  }
}

void try_frame(copse::ByteView input) {
  constexpr std::uint64_t kRawBytes = 7;
  copse::FrameRef ref;
  ref.stored_bytes = static_cast<std::uint32_t>(input.size());
  COPSE_CHECK(!copse::check_frame(input, ref, copse::kPackVersion, "input").ok());
  if (input.size() < copse::frame_header_bytes(copse::kPackVersion)) return;
  ref.stored_bytes -= static_cast<std::uint32_t>(copse::frame_header_bytes(copse::kPackVersion));
  ref.raw_bytes = kRawBytes;
  ref.checksum = copse::checksum64(input, kRawBytes);
  const auto frame = copse::check_frame(input, ref, copse::kPackVersion, "input");
  COPSE_CHECK(frame.ok());
  const copse::FrameView& view = frame.value();
  const auto again = copse::encode_frame(view.type, view.codec, kRawBytes, view.payload);
  COPSE_CHECK(again.bytes == copse::Bytes(input.begin(), input.end()));
  COPSE_CHECK(again.checksum == ref.checksum);
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
  COPSE_CHECK(again.ok() && again.value() == head.value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const copse::ByteView input(data, size);
  try_first_version(input);
  try_frame(input);
  const copse::Bytes summed = with_checksum(input);
  try_head(input);
  try_head(summed);
  static_cast<void>(copse::decode_shared(input, {}, std::nullopt, "input"));
  static_cast<void>(copse::decode_shared(summed, {}, std::nullopt, "input"));
  return 0;
}
