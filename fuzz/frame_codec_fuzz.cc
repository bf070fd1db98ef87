// Any bytes as a frame payload, with a dictionary or without, and as a dictionary: nothing larger
// than allowed comes out, and what compresses comes back.
#include <cstdlib>
#include <memory>
#include <string_view>

#include "codec/dictionary.h"
#include "codec/frame_codec.h"

namespace {

constexpr std::uint64_t kRawBytesMax = std::uint64_t{1} << 20;

std::shared_ptr<const copse::Dictionary> dictionary_of(copse::ByteView bytes) {
  auto dictionary = copse::Dictionary::from_bytes(copse::Bytes(bytes.begin(), bytes.end()));
  return dictionary.ok() ? std::move(dictionary).value() : nullptr;
}

const copse::Dictionary* known_dictionary() {
  constexpr std::string_view kContent = "int main(void) {\n  return 0;\n}\nstatic unsigned long\n";
  static const auto kDictionary = dictionary_of(copse::as_bytes(kContent));
  return kDictionary.get();
}

void try_payload(const std::uint8_t* data, copse::ByteView payload,
                 const copse::Dictionary* dictionary) {
  const std::uint64_t raw_bytes = data[1] * std::uint64_t{64};
  const auto bytes = copse::decompress_frame(data[0], payload, raw_bytes, kRawBytesMax, dictionary);
  if (bytes.ok() && bytes.value().size() != raw_bytes) std::abort();
}

void round_trip(const copse::FramePayload& packed, copse::ByteView payload,
                const copse::Dictionary* dictionary) {
  const auto back = copse::decompress_frame(static_cast<std::uint8_t>(packed.codec), packed.bytes,
                                            packed.raw_bytes, payload.size(), dictionary);
  if (!back.ok() || back.value() != copse::Bytes(payload.begin(), payload.end())) std::abort();
}

}  // namespace

// The first byte is the codec, the second the stated length in units of 64 bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const copse::ByteView payload(data + 2, size - 2);
  try_payload(data, payload, nullptr);
  try_payload(data, payload, known_dictionary());
  if (const auto own = dictionary_of(payload)) try_payload(data, payload, own.get());
  round_trip(copse::compress_frame(payload, copse::kFastLevel), payload, nullptr);
  for (const copse::Dictionary* each :
       {static_cast<const copse::Dictionary*>(nullptr), known_dictionary()}) {
    round_trip(copse::compress_small(payload, copse::kFastLevel, each), payload, each);
  }
  return 0;
}
