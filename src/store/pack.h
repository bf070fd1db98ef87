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
Bytes encode_pack_header(PackId id, std::uint64_t store_id, std::uint32_t version = kPackVersion);
// The pack's version.
Result<std::uint32_t> check_pack_header(ByteView bytes, PackId id, std::uint64_t store_id,
                                        const std::string& file);

// What stands before a frame's payload in packs of that version.
constexpr std::size_t frame_header_bytes(std::uint32_t version) {
  return version == 1 ? 24 : 2;
}

// Header and payload as they are written, and the checksum for the ref.
struct EncodedFrame {
  Bytes bytes;
  std::uint64_t checksum = 0;
};
// For packs of kPackVersion. REQUIRES: payload.size() <= kMaxFramePayloadBytes.
EncodedFrame encode_frame(std::uint8_t type, std::uint8_t codec, std::uint64_t raw_bytes,
                          ByteView payload);

// The bytes of a frame in a pack of that version, checked against what is in them and against the
// ref that led there. The view is into `stored` and has no owner.
Result<FrameView> check_frame(ByteView stored, const FrameRef& ref, std::uint32_t version,
                              const std::string& file, FrameCheck check = FrameCheck::Whole);

// Whether a generation's packs are mapped.
enum class PackAccess : std::uint8_t { Mapped, Plain };

// The packs of a generation, all open. Reading may be done by many threads at once.
class PackSet {
 public:
  // Damage of one pack is kept and met by those who read from it.
  void open(FileSystem& file_system, const std::string& directory, const Head& head,
            PackAccess access, std::vector<Damage>& damages);
  // For a pack that is being written: `readable_bytes` of it may be read.
  void add(const PackEntry& entry, std::unique_ptr<ReadableFile> file, std::string name);
  void set_readable_bytes(PackId id, std::uint64_t readable_bytes);
  void drop(PackId id);

  // Whether the ref lies within a pack of the set.
  bool contains(const FrameRef& ref) const;
  // Into memory of its own.
  Result<Frame> read(const FrameRef& ref) const;
  // Where it lies, if the pack is mapped; else as read().
  Result<FrameView> view(const FrameRef& ref, FrameCheck check) const;
  // Bytes a frame takes in its pack, header included.
  std::uint64_t frame_bytes(const FrameRef& ref) const;

 private:
  struct Pack {
    PackId id;
    std::uint64_t readable_bytes = 0;
    std::string name;
    std::unique_ptr<ReadableFile> file;         // null: `problem` says why
    std::shared_ptr<const MappedFile> mapping;  // null: reads do
    std::string problem;
    std::uint32_t version = kPackVersion;  // 0: the header is damaged, either may hold
  };

  const Pack* find(PackId id) const;
  // The pack a ref leads to. Corrupt when it leads nowhere.
  Result<const Pack*> locate(const FrameRef& ref) const;
  static bool fits(const Pack& pack, const FrameRef& ref, std::uint32_t version);
  // Calls fetch(offset, bytes), which answers a Result<ByteView>, and checks what it gives.
  template <typename Fetch>
  static Result<FrameView> checked(const Pack& pack, const FrameRef& ref, const Fetch& fetch,
                                   FrameCheck check = FrameCheck::Whole);

  // Invariant: ordered by id.
  std::vector<Pack> packs_;
};

}  // namespace copse
