// HEAD: the one small file that says what a generation consists of. Replacing it is the commit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"
#include "core/io/file_system.h"
#include "store/layout.h"
#include "store/records.h"

namespace copse {

inline constexpr std::uint64_t kMaxHeadBytes = std::uint64_t{4} << 20;
inline constexpr std::size_t kMaxSegments = 64;

struct SegmentEntry {
  SegmentId id;
  std::uint64_t file_bytes = 0;
  std::uint64_t checksum = 0;  // of header and index, which hold the checksums of the blocks
  std::uint64_t record_count = 0;

  bool operator==(const SegmentEntry&) const = default;
};

struct PackEntry {
  PackId id;
  std::uint64_t committed_bytes = 0;  // what lies behind is not part of the store
  std::uint64_t references = 0;       // from records and names; a hint for what can go

  bool operator==(const PackEntry&) const = default;
};

struct RootEntry {
  std::string name;
  SharedId id;

  bool operator==(const RootEntry&) const = default;
};

struct NamedFrameEntry {
  std::string name;
  FrameRef frame;

  bool operator==(const NamedFrameEntry&) const = default;
};

struct Head {
  std::uint64_t store_id = 0;
  std::uint64_t generation = 0;
  std::uint64_t next_id = 1;            // higher than every pack and segment so far
  std::vector<SegmentEntry> segments;   // oldest first: a later record replaces an earlier one
  std::vector<PackEntry> packs;         // by id
  std::vector<RootEntry> roots;         // by name
  std::vector<NamedFrameEntry> frames;  // by name

  bool operator==(const Head&) const = default;
};

// Layout: docs/formats/store.md, "HEAD".
Bytes encode_head(const Head& head);

// Corrupt when the bytes are damaged, Unsupported when they are whole but of a newer version.
// `file` is for the message.
Result<Head> decode_head(ByteView bytes, const std::string& file);

// What was found at HEAD and HEAD.copy.
struct HeadState {
  Head head;
  // The first file answered; when not, `head` is from the copy and may be one generation behind.
  bool from_first = true;
  bool copy_agrees = true;
  std::vector<Damage> damages;
};

// A creation that was cut off between HEAD and its copy leaves a store that is whole and empty, and
// so may the first commit to it.
inline bool copy_may_be_missing(const Head& head) {
  return head.generation <= 1;
}

// NotFound when there is neither file.
Result<HeadState> read_head(FileSystem& file_system, const std::string& directory);

// Writes, syncs and renames the one file, and syncs the directory.
Status write_head(FileSystem& file_system, const std::string& directory, const Head& head,
                  Mirror mirror);

}  // namespace copse
