// A few bytes before the payload, a checksum behind it.
#include "codec/sealed_frame.h"

#include <string>

#include "core/crc32c.h"

namespace copse {
namespace {

constexpr std::uint8_t kMagic = 0xC7;
constexpr std::uint8_t kVersion = 1;
constexpr unsigned kVersionShift = 4;
constexpr std::uint8_t kFlags = 0x0F;
constexpr std::uint8_t kHasDictionary = 0x01;
constexpr std::size_t kChecksumBytes = 4;

Error corrupt(const std::string& what) {
  return Error(ErrorCode::Corrupt, "sealed frame: " + what);
}

}  // namespace

Bytes seal_frame(const FramePayload& frame, DictionaryId dictionary) {
  Bytes sealed;
  sealed.reserve(frame.bytes.size() + 24);
  ByteWriter out(sealed);
  const bool has_dictionary = dictionary != DictionaryId{};
  out.u8(kMagic);
  out.u8(
      static_cast<std::uint8_t>(kVersion << kVersionShift | (has_dictionary ? kHasDictionary : 0)));
  out.u8(static_cast<std::uint8_t>(frame.codec));
  out.varint(frame.raw_bytes);
  if (has_dictionary) out.u32(dictionary.value);
  out.raw(frame.bytes);
  out.u32(crc32c(sealed));
  return sealed;
}

Result<SealedFrame> read_sealed_frame(ByteView sealed) {
  ByteReader in(sealed);
  if (in.u8() != kMagic || in.failed()) return corrupt("it does not begin like one");
  const std::uint8_t form = in.u8();
  if (form >> kVersionShift != kVersion || (form & kFlags & ~kHasDictionary) != 0) {
    if (in.failed()) return corrupt("it ends early");
    return Error(ErrorCode::Unsupported, "sealed frame: it is of form " + std::to_string(form) +
                                             ", which this copse does not know");
  }
  SealedFrame frame;
  frame.codec = in.u8();
  frame.raw_bytes = in.varint();
  if ((form & kHasDictionary) != 0) {
    frame.dictionary.value = in.u32();
    if (frame.dictionary == DictionaryId{}) return corrupt("its dictionary has no number");
  }
  if (in.failed() || in.remaining() < kChecksumBytes) return corrupt("it ends early");
  frame.payload = in.raw(in.remaining() - kChecksumBytes);
  if (in.u32() != crc32c(sealed.first(sealed.size() - kChecksumBytes))) {
    return corrupt("its checksum does not match");
  }
  return frame;
}

}  // namespace copse
