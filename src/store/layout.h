// Where things lie in a store's directory, and the marks its files begin with.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/records.h"

namespace copse {

// Of HEAD: a store with a higher one is refused, those of earlier ones are read.
inline constexpr std::uint32_t kStoreVersion = 5;
// Of the files that HEAD names. A segment says which one it is of; HEAD's changes with it.
inline constexpr std::uint32_t kPackVersion = 2;
inline constexpr std::uint32_t kSegmentVersion = 3;
inline constexpr std::uint32_t kSharedVersion = 1;

inline constexpr std::string_view kHeadMagic = "copsehed";
inline constexpr std::string_view kPackMagic = "copsepak";
inline constexpr std::string_view kSegmentMagic = "copsecat";
inline constexpr std::string_view kSharedMagic = "copseobj";
inline constexpr std::size_t kMagicBytes = 8;
static_assert(kHeadMagic.size() == kMagicBytes && kPackMagic.size() == kMagicBytes &&
              kSegmentMagic.size() == kMagicBytes && kSharedMagic.size() == kMagicBytes);

inline constexpr std::string_view kHeadName = "HEAD";
inline constexpr std::string_view kHeadCopyName = "HEAD.copy";
inline constexpr std::string_view kLockName = "lock";
inline constexpr std::string_view kPackDirectory = "packs";
inline constexpr std::string_view kSegmentDirectory = "catalogue";
inline constexpr std::string_view kSharedDirectory = "shared";
inline constexpr std::string_view kPackSuffix = ".pack";
inline constexpr std::string_view kSegmentSuffix = ".cat";
inline constexpr std::string_view kSharedSuffix = ".obj";
inline constexpr std::string_view kCopySuffix = ".copy";
inline constexpr std::string_view kTemporarySuffix = ".tmp";

// Names a segment of the catalogue; drawn from the same numbers as packs, never used twice.
struct SegmentId {
  std::uint64_t value = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a null in the default
  auto operator<=>(const SegmentId&) const = default;
};

// Everything but packs is written twice.
enum class Mirror : std::uint8_t { First, Copy };

inline constexpr Mirror kMirrors[] = {Mirror::First, Mirror::Copy};

// Names relative to the store's directory.
std::string pack_name(PackId id);
std::string segment_name(SegmentId id, Mirror mirror);
std::string shared_name(const SharedId& id, Mirror mirror);
std::string head_name(Mirror mirror);

// 16 lower-case digits, and back: no value for anything else.
std::string hex64(std::uint64_t value);
std::optional<std::uint64_t> parse_hex64(std::string_view text);

}  // namespace copse
