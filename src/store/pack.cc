// Frames as bytes, and the open packs of a generation.
#include "store/pack.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "core/hash.h"

namespace copse {
namespace {

constexpr std::size_t kChecksumBytes = 8;

Error corrupt(const std::string& file, std::uint64_t offset, const std::string& what) {
  return {ErrorCode::Corrupt, file + " at offset " + std::to_string(offset) + ": " + what};
}

Error mismatch(const std::string& file, std::uint64_t offset, const std::string& what,
               std::uint64_t expected, std::uint64_t found) {
  return corrupt(
      file, offset,
      what + " expected " + std::to_string(expected) + ", found " + std::to_string(found));
}

}  // namespace

Bytes encode_pack_header(PackId id, std::uint64_t store_id, std::uint32_t version) {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.raw(as_bytes(kPackMagic));
  writer.u32(version);
  writer.u32(0);
  writer.u64(id.value);
  writer.u64(store_id);
  writer.u64(checksum64(bytes));
  COPSE_CHECK(bytes.size() == kPackHeaderBytes);
  return bytes;
}

Result<std::uint32_t> check_pack_header(ByteView bytes, PackId id, std::uint64_t store_id,
                                        const std::string& file) {
  if (bytes.size() != kPackHeaderBytes) {
    return mismatch(file, 0, "header bytes", kPackHeaderBytes, bytes.size());
  }
  const std::uint32_t found = ByteReader(bytes.subspan(kMagicBytes)).u32();
  const std::uint32_t version = found == 1 ? 1 : kPackVersion;
  const Bytes expected = encode_pack_header(id, store_id, version);
  const auto [found_at, expected_at] =
      std::mismatch(bytes.begin(), bytes.end(), expected.begin(), expected.end());
  if (expected_at == expected.end()) return version;
  return mismatch(file, static_cast<std::uint64_t>(expected_at - expected.begin()), "header byte",
                  *expected_at, *found_at);
}

EncodedFrame encode_frame(std::uint8_t type, std::uint8_t codec, std::uint64_t raw_bytes,
                          ByteView payload) {
  COPSE_CHECK(payload.size() <= kMaxFramePayloadBytes);
  EncodedFrame frame;
  frame.bytes.reserve(frame_header_bytes(kPackVersion) + payload.size());
  ByteWriter writer(frame.bytes);
  writer.u8(type);
  writer.u8(codec);
  COPSE_CHECK(frame.bytes.size() == frame_header_bytes(kPackVersion));
  writer.raw(payload);
  frame.checksum = checksum64(frame.bytes, raw_bytes);
  return frame;
}

namespace {

Error wrong_checksum(const FrameRef& ref, std::uint64_t found, const std::string& file) {
  return corrupt(file, ref.offset,
                 "frame checksum expected " + hex64(ref.checksum) + ", found " + hex64(found));
}

// In packs of version 1 a frame says itself what the ref says.
Result<FrameView> check_first_version(ByteView stored, const FrameRef& ref,
                                      const std::string& file) {
  ByteReader reader(stored);
  const std::uint64_t checksum = reader.u64();
  FrameView frame;
  frame.type = reader.u8();
  frame.codec = reader.u8();
  const std::uint16_t flags = reader.u16();
  const std::uint32_t stored_bytes = reader.u32();
  frame.raw_bytes = reader.u64();
  if (stored_bytes != ref.stored_bytes) {
    return mismatch(file, ref.offset + 12, "stored bytes", ref.stored_bytes, stored_bytes);
  }
  if (frame.raw_bytes != ref.raw_bytes) {
    return mismatch(file, ref.offset + 16, "raw bytes", ref.raw_bytes, frame.raw_bytes);
  }
  const std::uint64_t computed = checksum64(stored.subspan(kChecksumBytes));
  if (checksum != ref.checksum || computed != ref.checksum) {
    return wrong_checksum(ref, computed != ref.checksum ? computed : checksum, file);
  }
  if (flags != 0) return mismatch(file, ref.offset + 10, "frame flags", 0, flags);
  frame.payload = stored.subspan(reader.position());
  return frame;
}

}  // namespace

Result<FrameView> check_frame(ByteView stored, const FrameRef& ref, std::uint32_t version,
                              const std::string& file, FrameCheck check) {
  const std::uint64_t expected = frame_header_bytes(version) + std::uint64_t{ref.stored_bytes};
  if (stored.size() != expected) {
    return mismatch(file, ref.offset, "frame bytes", expected, stored.size());
  }
  if (version == 1) return check_first_version(stored, ref, file);
  if (check == FrameCheck::Whole) {
    const std::uint64_t computed = checksum64(stored, ref.raw_bytes);
    if (computed != ref.checksum) return wrong_checksum(ref, computed, file);
  }
  ByteReader reader(stored);
  FrameView frame;
  frame.type = reader.u8();
  frame.codec = reader.u8();
  frame.raw_bytes = ref.raw_bytes;
  frame.payload = stored.subspan(reader.position());
  return frame;
}

void PackSet::open(FileSystem& file_system, const std::string& directory, const Head& head,
                   PackAccess access, std::vector<Damage>& damages) {
  packs_.clear();
  packs_.reserve(head.packs.size());
  for (const PackEntry& entry : head.packs) {
    Pack pack;
    pack.id = entry.id;
    pack.readable_bytes = entry.committed_bytes;
    pack.name = pack_name(entry.id);
    auto file = file_system.open(join_path(directory, pack.name));
    if (file.ok()) {
      pack.file = std::move(file).value();
      std::uint8_t header[kPackHeaderBytes] = {};
      Status status = pack.file->read_at(0, header);
      auto version = status.ok() ? check_pack_header(header, entry.id, head.store_id, pack.name)
                                 : Result<std::uint32_t>(std::move(status).take_error());
      pack.version = version.ok() ? version.value() : 0;
      // The frames stand for themselves: a damaged header is noted and no more.
      if (!version.ok()) damages.push_back({pack.name, 0, version.error().message()});
      // A pack that cannot be mapped is read.
      auto mapping = access == PackAccess::Mapped
                         ? pack.file->map(pack.readable_bytes)
                         : Result<std::unique_ptr<MappedFile>>(std::unique_ptr<MappedFile>());
      if (mapping.ok()) pack.mapping = std::move(mapping).value();
    } else {
      pack.problem = file.error().message();
      damages.push_back({pack.name, 0, pack.problem});
    }
    packs_.push_back(std::move(pack));
  }
}

void PackSet::add(const PackEntry& entry, std::unique_ptr<ReadableFile> file, std::string name) {
  COPSE_CHECK(packs_.empty() || packs_.back().id < entry.id);
  Pack pack;
  pack.id = entry.id;
  pack.readable_bytes = entry.committed_bytes;
  pack.name = std::move(name);
  pack.file = std::move(file);
  packs_.push_back(std::move(pack));
}

void PackSet::set_readable_bytes(PackId id, std::uint64_t readable_bytes) {
  for (Pack& pack : packs_) {
    if (pack.id == id) pack.readable_bytes = readable_bytes;
  }
}

void PackSet::drop(PackId id) {
  std::erase_if(packs_, [&](const Pack& pack) { return pack.id == id; });
}

const PackSet::Pack* PackSet::find(PackId id) const {
  const auto found = std::lower_bound(packs_.begin(), packs_.end(), id,
                                      [](const Pack& pack, PackId key) { return pack.id < key; });
  return found == packs_.end() || found->id != id ? nullptr : &*found;
}

bool PackSet::fits(const Pack& pack, const FrameRef& ref, std::uint32_t version) {
  const std::uint64_t bytes = frame_header_bytes(version) + std::uint64_t{ref.stored_bytes};
  return ref.offset >= kPackHeaderBytes && ref.offset <= pack.readable_bytes &&
         bytes <= pack.readable_bytes - ref.offset;
}

bool PackSet::contains(const FrameRef& ref) const {
  const Pack* pack = find(ref.pack);
  return pack != nullptr && fits(*pack, ref, pack->version);
}

std::uint64_t PackSet::frame_bytes(const FrameRef& ref) const {
  const Pack* pack = find(ref.pack);
  const std::uint32_t version = pack == nullptr ? kPackVersion : pack->version;
  return frame_header_bytes(version) + std::uint64_t{ref.stored_bytes};
}

Result<const PackSet::Pack*> PackSet::locate(const FrameRef& ref) const {
  const Pack* pack = find(ref.pack);
  if (pack == nullptr) {
    return corrupt(pack_name(ref.pack), ref.offset, "the pack is not part of this generation");
  }
  if (!fits(*pack, ref, pack->version)) {
    return corrupt(pack->name, ref.offset,
                   "a frame of " + std::to_string(frame_bytes(ref)) + " bytes does not fit into " +
                       std::to_string(pack->readable_bytes) + " committed bytes");
  }
  if (pack->file == nullptr) return corrupt(pack->name, ref.offset, pack->problem);
  return pack;
}

template <typename Fetch>
Result<FrameView> PackSet::checked(const Pack& pack, const FrameRef& ref, const Fetch& fetch,
                                   FrameCheck check) {
  const auto checked_as = [&](std::uint32_t version) -> Result<FrameView> {
    COPSE_TRY(const ByteView stored, fetch(frame_header_bytes(version) + ref.stored_bytes));
    return check_frame(stored, ref, version, pack.name, check);
  };
  // Behind a damaged header the frame itself says what it is.
  if (pack.version == 0 && fits(pack, ref, 1)) {
    if (auto first = checked_as(1); first.ok()) return first;
  }
  return checked_as(pack.version == 0 ? kPackVersion : pack.version);
}

Result<Frame> PackSet::read(const FrameRef& ref) const {
  COPSE_TRY(const Pack* pack, locate(ref));
  Frame frame;
  COPSE_TRY(const FrameView view, checked(*pack, ref, [&](std::uint64_t bytes) -> Result<ByteView> {
              frame.stored.resize(static_cast<std::size_t>(bytes));
              COPSE_TRY_STATUS(pack->file->read_at(ref.offset, frame.stored));
              return ByteView(frame.stored);
            }));
  frame.type = view.type;
  frame.codec = view.codec;
  frame.raw_bytes = view.raw_bytes;
  frame.header_bytes = frame.stored.size() - view.payload.size();
  return frame;
}

Result<FrameView> PackSet::view(const FrameRef& ref, FrameCheck check) const {
  COPSE_TRY(const Pack* pack, locate(ref));
  if (pack->mapping == nullptr) {
    COPSE_TRY(Frame read_frame, read(ref));
    const auto frame = std::make_shared<const Frame>(std::move(read_frame));
    return FrameView{frame->type, frame->codec, frame->raw_bytes, frame->payload(), frame};
  }
  // A pack that somebody cut short must not be touched.
  COPSE_TRY(const std::uint64_t size, pack->file->size());
  const ByteView bytes = pack->mapping->bytes();
  if (size < bytes.size()) {
    return corrupt(pack->name, size,
                   "the pack was cut short, it had " + std::to_string(bytes.size()) + " bytes");
  }
  COPSE_TRY(FrameView frame, checked(
                                 *pack, ref,
                                 [&](std::uint64_t length) -> Result<ByteView> {
                                   return bytes.subspan(static_cast<std::size_t>(ref.offset),
                                                        static_cast<std::size_t>(length));
                                 },
                                 check));
  frame.owner = pack->mapping;
  return frame;
}

}  // namespace copse
