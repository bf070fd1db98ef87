// Which language a file is in, by its name first and by the beginning of its content where the name
// leaves it open; and whether it is text at all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "workspace/languages.h"

namespace copse {

// As much of a file as detection looks at. Shebangs and modelines stand in the first (and last) few
// lines; a header shows C++ within its first declarations, behind at most a long licence.
inline constexpr std::size_t kDetectionHeadBytes = std::size_t{64} << 10;

// What a name alone can tell.
enum class NameVerdict : std::uint8_t {
  Known,         // detect_language() needs no head
  NeedsContent,  // the head decides: no extension, one that nobody owns, or a header
  Unknown,       // an extension that never is source text (an image, an archive): not worth reading
};

NameVerdict name_may_be_known(const LanguageRegistry& registry, std::string_view path);

// The id of the language; absent when it is none that the registry knows. `head` holds the first
// kDetectionHeadBytes of the file, or all of a shorter one; it may be empty where the verdict on
// the name is Known. In this order:
//   1. the whole file name, then the longest extension, first as spelled, then in any case;
//   2. for what no name tells: a modeline of vim or emacs, then the shebang line;
//   3. for a header that may be C or C++: a modeline, then C unless the code shows C++.
// Cost: linear in the head; without a head a few lookups.
std::optional<std::string> detect_language(const LanguageRegistry& registry, std::string_view path,
                                           std::string_view head);

enum class ContentKind : std::uint8_t {
  Text,    // in UTF-8 or any other encoding that keeps ASCII
  Binary,  // not worth parsing
  Utf16,   // begins with a byte order mark of UTF-16
};

// Where git looks for a NUL.
inline constexpr std::size_t kContentWindowBytes = 8000;
// Binary takes a NUL and this many control characters, NUL included, ...
inline constexpr std::size_t kBinaryControlsMin = 8;
// ... which are more than one byte in so many. Compressed data has one in ten; a source with a
// stray NUL or some terminal codes is far below.
inline constexpr std::size_t kBinaryControlsShare = 32;

// Looks at the first kContentWindowBytes. Tabs, line ends, form feeds, backspace and escape are no
// control characters here.
ContentKind classify_content(std::string_view source);

}  // namespace copse
