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

Bytes encode_pack_header(PackId id, std::uint64_t store_id) {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.raw(as_bytes(kPackMagic));
  writer.u32(kPackVersion);
  writer.u32(0);
  writer.u64(id.value);
  writer.u64(store_id);
  writer.u64(checksum64(bytes));
  COPSE_CHECK(bytes.size() == kPackHeaderBytes);
  return bytes;
}

Status check_pack_header(ByteView bytes, PackId id, std::uint64_t store_id,
                         const std::string& file) {
  const Bytes expected = encode_pack_header(id, store_id);
  const auto [found_at, expected_at] =
      std::mismatch(bytes.begin(), bytes.end(), expected.begin(), expected.end());
  if (expected_at == expected.end() && found_at == bytes.end()) return success();
  if (expected_at == expected.end() || found_at == bytes.end()) {
    return mismatch(file, 0, "header bytes", expected.size(), bytes.size());
  }
  return mismatch(file, static_cast<std::uint64_t>(expected_at - expected.begin()), "header byte",
                  *expected_at, *found_at);
}

Bytes encode_frame(std::uint8_t type, std::uint8_t codec, std::uint64_t raw_bytes,
                   ByteView payload) {
  COPSE_CHECK(payload.size() <= kMaxFramePayloadBytes);
  Bytes bytes;
  bytes.reserve(Frame::kHeaderBytes + payload.size());
  ByteWriter writer(bytes);
  writer.u64(0);
  writer.u8(type);
  writer.u8(codec);
  writer.u16(0);
  writer.u32(static_cast<std::uint32_t>(payload.size()));
  writer.u64(raw_bytes);
  COPSE_CHECK(bytes.size() == Frame::kHeaderBytes);
  writer.raw(payload);
  // The checksum stands first so that what it covers is one run of bytes.
  const std::uint64_t checksum = checksum64(ByteView(bytes).subspan(kChecksumBytes));
  std::memcpy(bytes.data(), &checksum, kChecksumBytes);
  return bytes;
}

std::uint64_t frame_checksum(ByteView stored) {
  COPSE_CHECK(stored.size() >= Frame::kHeaderBytes);
  return ByteReader(stored).u64();
}

Result<Frame> decode_frame(Bytes stored, const FrameRef& ref, const std::string& file) {
  if (stored.size() != frame_bytes(ref)) {
    return mismatch(file, ref.offset, "frame bytes", frame_bytes(ref), stored.size());
  }
  ByteReader reader(stored);
  const std::uint64_t checksum = reader.u64();
  Frame frame;
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
  const std::uint64_t computed = checksum64(ByteView(stored).subspan(kChecksumBytes));
  if (checksum != ref.checksum || computed != ref.checksum) {
    const std::uint64_t found = computed != ref.checksum ? computed : checksum;
    return corrupt(file, ref.offset,
                   "frame checksum expected " + hex64(ref.checksum) + ", found " + hex64(found));
  }
  if (flags != 0) return mismatch(file, ref.offset + 10, "frame flags", 0, flags);
  frame.stored = std::move(stored);
  return frame;
}

void PackSet::open(FileSystem& file_system, const std::string& directory, const Head& head,
                   std::vector<Damage>& damages) {
  packs_.clear();
  packs_.reserve(head.packs.size());
  for (const PackEntry& entry : head.packs) {
    Pack pack{entry.id, entry.committed_bytes, pack_name(entry.id), nullptr, {}};
    auto file = file_system.open(join_path(directory, pack.name));
    if (file.ok()) {
      pack.file = std::move(file).value();
      std::uint8_t header[kPackHeaderBytes] = {};
      Status status = pack.file->read_at(0, header);
      if (status.ok()) status = check_pack_header(header, entry.id, head.store_id, pack.name);
      // The frames stand for themselves: a damaged header is noted and no more.
      if (!status.ok()) damages.push_back({pack.name, 0, status.error().message()});
    } else {
      pack.problem = file.error().message();
      damages.push_back({pack.name, 0, pack.problem});
    }
    packs_.push_back(std::move(pack));
  }
}

void PackSet::add(const PackEntry& entry, std::unique_ptr<ReadableFile> file, std::string name) {
  COPSE_CHECK(packs_.empty() || packs_.back().id < entry.id);
  packs_.push_back({entry.id, entry.committed_bytes, std::move(name), std::move(file), {}});
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

bool PackSet::contains(const FrameRef& ref) const {
  const Pack* pack = find(ref.pack);
  return pack != nullptr && ref.offset >= kPackHeaderBytes && ref.offset <= pack->readable_bytes &&
         frame_bytes(ref) <= pack->readable_bytes - ref.offset;
}

Result<Frame> PackSet::read(const FrameRef& ref) const {
  const Pack* pack = find(ref.pack);
  if (pack == nullptr) {
    return corrupt(pack_name(ref.pack), ref.offset, "the pack is not part of this generation");
  }
  if (!contains(ref)) {
    return corrupt(pack->name, ref.offset,
                   "a frame of " + std::to_string(frame_bytes(ref)) + " bytes does not fit into " +
                       std::to_string(pack->readable_bytes) + " committed bytes");
  }
  if (pack->file == nullptr) return corrupt(pack->name, ref.offset, pack->problem);
  Bytes stored(static_cast<std::size_t>(frame_bytes(ref)));
  if (Status status = pack->file->read_at(ref.offset, stored); !status.ok()) {
    return std::move(status).take_error();
  }
  return decode_frame(std::move(stored), ref, pack->name);
}

}  // namespace copse
