// Packs: files of checksummed frames, one after another, written once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"
#include "core/io/file_system.h"
#include "store/head.h"
#include "store/records.h"

namespace copse {

inline constexpr std::size_t kPackHeaderBytes = 40;

// Layouts: docs/formats/store.md, "Packs".
Bytes encode_pack_header(PackId id, std::uint64_t store_id);
Status check_pack_header(ByteView bytes, PackId id, std::uint64_t store_id,
                         const std::string& file);

// Header and payload as they are written. REQUIRES: payload.size() <= kMaxFramePayloadBytes.
Bytes encode_frame(std::uint8_t type, std::uint8_t codec, std::uint64_t raw_bytes,
                   ByteView payload);

// The checksum in a frame's header. REQUIRES: at least a header.
std::uint64_t frame_checksum(ByteView stored);

// The bytes of a frame, checked against what is in them and against the ref that led there.
Result<Frame> decode_frame(Bytes stored, const FrameRef& ref, const std::string& file);

// Bytes a frame takes in its pack.
inline std::uint64_t frame_bytes(const FrameRef& ref) {
  return Frame::kHeaderBytes + std::uint64_t{ref.stored_bytes};
}

// The packs of a generation, all open. Reading may be done by many threads at once.
class PackSet {
 public:
  // Damage of one pack is kept and met by those who read from it.
  void open(FileSystem& file_system, const std::string& directory, const Head& head,
            std::vector<Damage>& damages);
  // For a pack that is being written: `readable_bytes` of it may be read.
  void add(const PackEntry& entry, std::unique_ptr<ReadableFile> file, std::string name);
  void set_readable_bytes(PackId id, std::uint64_t readable_bytes);
  void drop(PackId id);

  // Whether the ref lies within a pack of the set.
  bool contains(const FrameRef& ref) const;
  Result<Frame> read(const FrameRef& ref) const;

 private:
  struct Pack {
    PackId id;
    std::uint64_t readable_bytes = 0;
    std::string name;
    std::unique_ptr<ReadableFile> file;  // null: `problem` says why
    std::string problem;
  };

  const Pack* find(PackId id) const;

  // Invariant: ordered by id.
  std::vector<Pack> packs_;
};

}  // namespace copse
