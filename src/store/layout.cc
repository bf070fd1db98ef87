// Names of files in a store.
#include "store/layout.h"

namespace copse {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::size_t kHexDigits = 16;

std::string file_name(std::string_view directory, const std::string& stem, std::string_view suffix,
                      Mirror mirror) {
  std::string name(directory);
  name.append("/").append(stem).append(suffix);
  if (mirror == Mirror::Copy) name.append(kCopySuffix);
  return name;
}

}  // namespace

std::string pack_name(PackId id) {
  return file_name(kPackDirectory, hex64(id.value), kPackSuffix, Mirror::First);
}

std::string segment_name(SegmentId id, Mirror mirror) {
  return file_name(kSegmentDirectory, hex64(id.value), kSegmentSuffix, mirror);
}

std::string shared_name(const SharedId& id, Mirror mirror) {
  return file_name(kSharedDirectory, id.content.hex(), kSharedSuffix, mirror);
}

std::string head_name(Mirror mirror) {
  return std::string(mirror == Mirror::First ? kHeadName : kHeadCopyName);
}

std::string hex64(std::uint64_t value) {
  std::string text(kHexDigits, '0');
  for (std::size_t i = kHexDigits; i-- > 0; value >>= 4) {
    text[i] = kDigits[value & 15];
  }
  return text;
}

std::optional<std::uint64_t> parse_hex64(std::string_view text) {
  if (text.size() != kHexDigits) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    value = value << 4 | digit;
  }
  return value;
}

}  // namespace copse
