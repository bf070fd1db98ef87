// What the store keeps: frames in packs, shared objects, and one record for each file. The store
// knows no syntax: types, codecs, kinds and languages are the caller's words.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/hash.h"

namespace copse {

// Names a pack within its store; never used twice.
struct PackId {
  std::uint64_t value = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a null in the default
  auto operator<=>(const PackId&) const = default;
};

// Where a frame lies and what must be found there.
struct FrameRef {
  PackId pack;
  std::uint64_t offset = 0;  // of the frame's header in the pack
  std::uint32_t stored_bytes = 0;
  std::uint64_t raw_bytes = 0;
  std::uint64_t checksum = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a null in the default
  auto operator<=>(const FrameRef&) const = default;
};

// Names a shared object by its kind and bytes. All zeros means "none".
struct SharedId {
  ContentId content;

  bool none() const { return content == ContentId{}; }
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a null in the default
  auto operator<=>(const SharedId&) const = default;
};

// A record whose path begins with this byte, which no path of a file has, is no file of the
// directory: contents of revisions and their lists are kept under such paths (revision.h).
inline constexpr char kHiddenMark = '\0';

inline bool is_hidden(std::string_view path) {
  return path.starts_with(kHiddenMark);
}

// One file of a source tree. Files with equal contents may share their frames.
struct FileRecord {
  std::string path;  // raw bytes, not empty
  ContentKey content;
  std::uint64_t source_bytes = 0;
  std::uint64_t lines = 0;
  FrameRef source;
  std::optional<FrameRef> tree;
  std::string language;  // empty: kept as plain source
  SharedId grammar;      // none() when there is none
  SharedId model;
  SharedId dictionary;  // that the source's frame was written with; none() when it needs none
  // What the source's frame is a delta to, nearest first: each is a delta to the next, the last is
  // none, and the dictionary is its, too. Empty when the source stands alone.
  std::vector<FrameRef> bases;
  std::uint64_t nodes = 0;
  std::uint64_t visible_nodes = 0;
  std::uint64_t parser_build = 0;  // tells builds of the parser apart that made or refused the tree
  std::int64_t changed_ns = 0;
  std::uint64_t file_size = 0;
  std::uint64_t inode = 0;
  std::string note;

  bool operator==(const FileRecord&) const = default;
};

// A frame as it was read and checked. Owns its bytes.
class Frame {
 public:
  std::uint8_t type = 0;
  std::uint8_t codec = 0;
  std::uint64_t raw_bytes = 0;

  // As the caller encoded it; valid as long as the frame lives where it is.
  ByteView payload() const { return ByteView(stored).subspan(header_bytes); }

  // Header and payload. Invariant: stored.size() >= header_bytes.
  Bytes stored;
  std::size_t header_bytes = 0;
};

// A frame that was checked where it lies: no copy was made of it where its pack is mapped. Copies
// are cheap; `owner` keeps the bytes, also when the store was closed and the pack removed.
// How much of a frame is checked when it is viewed. Parts: nothing but where it lies, for payloads
// that carry checksums of their own, which the caller checks; so nothing else of it is read.
enum class FrameCheck : std::uint8_t { Whole, Parts };

struct FrameView {
  std::uint8_t type = 0;
  std::uint8_t codec = 0;
  std::uint64_t raw_bytes = 0;
  ByteView payload;
  std::shared_ptr<const void> owner;
};

// A place where bytes are not what was written. `message` is a whole sentence that names both.
struct Damage {
  std::string file;
  std::uint64_t offset = 0;
  std::string message;
};

// Named limits of a store.
inline constexpr std::uint64_t kMaxFramePayloadBytes = UINT32_MAX - 24;
inline constexpr std::uint64_t kDefaultPackLimitBytes = std::uint64_t{1} << 30;
inline constexpr std::uint64_t kMaxSharedBytes = std::uint64_t{256} << 20;
inline constexpr std::size_t kMaxPathBytes = 32768;
inline constexpr std::size_t kMaxLanguageBytes = 255;
inline constexpr std::size_t kMaxBases = 4;  // each is read before the source is
inline constexpr std::size_t kMaxNoteBytes = 4096;
inline constexpr std::size_t kMaxRoots = 1024;
inline constexpr std::size_t kMaxNamedFrames = 4096;
inline constexpr std::size_t kMaxFrameNameBytes = 255;
inline constexpr std::size_t kMaxPacks = 512;  // each costs a reader one descriptor

}  // namespace copse
