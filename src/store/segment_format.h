// Constants of a segment's bytes that its writer and its reader share; see docs/formats/store.md.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/hash.h"
#include "store/layout.h"
#include "store/records.h"
#include "store/segment.h"

namespace copse {

// Magic, version, zeros, id, records, length of the index, length of the file.
inline constexpr std::size_t kSegmentHeaderBytes = kMagicBytes + 4 + 4 + 8 + 8 + 8 + 8;
inline constexpr std::size_t kSegmentChecksumBytes = 8;

inline constexpr int kRowRemoved = 1;
inline constexpr int kRowHasTree = 2;
inline constexpr int kRowHasNote = 4;
inline constexpr int kRowHasBases = 8;  // since kBasesVersion
inline constexpr int kRowFlags = kRowRemoved | kRowHasTree | kRowHasNote | kRowHasBases;

// Content id and checksum of the source frame; a tree frame adds its checksum.
// The first version has the whole of the content id.
inline constexpr std::size_t kSourceDigestBytes = ContentKey::kSizeBytes + 8;
inline constexpr std::size_t kTreeDigestBytes = 8;

// Since this version a row names a dictionary, its source by the place of the row before, and half
// of the content id.
inline constexpr std::uint32_t kDictionaryVersion = 2;
// Since this version a row may name what its source is a delta to.
inline constexpr std::uint32_t kBasesVersion = 3;

// The header that a frame is expected to have in rows of that version. It only makes numbers small.
inline std::uint64_t expected_header_bytes(std::uint32_t version) {
  return version >= kDictionaryVersion ? 2 : 24;
}

// Where the frame behind this one is expected.
inline std::uint64_t expected_end(const FrameRef& ref, std::uint32_t version) {
  return ref.offset + expected_header_bytes(version) + ref.stored_bytes;
}

// Where a record's frames end when the tree follows the source.
inline PackPlace end_of_frames(const FileRecord& record) {
  const FrameRef& last = record.tree ? *record.tree : record.source;
  return {last.pack, expected_end(last, kSegmentVersion)};
}

}  // namespace copse
