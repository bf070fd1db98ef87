// Writes and reads HEAD and its copy.
#include "store/head.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/hash.h"

namespace copse {
namespace {

constexpr std::size_t kPrefixBytes = kMagicBytes + 4 + 4;  // magic, version, length of the body
constexpr std::size_t kChecksumBytes = 8;
constexpr std::size_t kMinSegmentBytes = 1 + 1 + 8 + 1;
constexpr std::size_t kMinPackBytes = 3;
constexpr std::size_t kMinRootBytes = 1 + ContentId::kSizeBytes;
constexpr std::size_t kMinNamedFrameBytes = 1 + 4 + 8;
constexpr std::uint32_t kNamedFramesSince = 3;
static_assert(kMaxNamedFrames * (kMaxFrameNameBytes + 64) < kMaxHeadBytes / 2);

Error corrupt(const std::string& file, std::size_t offset, const std::string& what) {
  return {ErrorCode::Corrupt, file + " at offset " + std::to_string(offset) + ": " + what};
}

void encode_body(const Head& head, Bytes& out) {
  ByteWriter writer(out);
  writer.u64(head.store_id);
  writer.varint(head.generation);
  writer.varint(head.next_id);
  writer.varint(head.segments.size());
  for (const SegmentEntry& segment : head.segments) {
    writer.varint(segment.id.value);
    writer.varint(segment.file_bytes);
    writer.u64(segment.checksum);
    writer.varint(segment.record_count);
  }
  writer.varint(head.packs.size());
  for (const PackEntry& pack : head.packs) {
    writer.varint(pack.id.value);
    writer.varint(pack.committed_bytes);
    writer.varint(pack.references);
  }
  writer.varint(head.roots.size());
  for (const RootEntry& root : head.roots) {
    writer.text(root.name);
    writer.raw(root.id.content.digest);
  }
  writer.varint(head.frames.size());
  for (const NamedFrameEntry& named : head.frames) {
    writer.text(named.name);
    writer.varint(named.frame.pack.value);
    writer.varint(named.frame.offset);
    writer.varint(named.frame.stored_bytes);
    writer.varint(named.frame.raw_bytes);
    writer.u64(named.frame.checksum);
  }
}

// False when a frame claims to be longer than any can be.
bool decode_named_frames(ByteReader& reader, std::vector<NamedFrameEntry>& frames) {
  frames.resize(reader.count(kMinNamedFrameBytes));
  bool possible = true;
  for (NamedFrameEntry& named : frames) {
    named.name = reader.text();
    named.frame.pack.value = reader.varint();
    named.frame.offset = reader.varint();
    const std::uint64_t stored_bytes = reader.varint();
    possible = possible && stored_bytes <= kMaxFramePayloadBytes;
    named.frame.stored_bytes = static_cast<std::uint32_t>(stored_bytes);
    named.frame.raw_bytes = reader.varint();
    named.frame.checksum = reader.u64();
  }
  return possible;
}

// No value when it says what no writer says; what the reader met is in the reader.
std::optional<Head> decode_body(ByteReader& reader, std::uint32_t version) {
  Head head;
  head.store_id = reader.u64();
  head.generation = reader.varint();
  head.next_id = reader.varint();
  head.segments.resize(reader.count(kMinSegmentBytes));
  for (SegmentEntry& segment : head.segments) {
    segment.id.value = reader.varint();
    segment.file_bytes = reader.varint();
    segment.checksum = reader.u64();
    segment.record_count = reader.varint();
  }
  head.packs.resize(reader.count(kMinPackBytes));
  for (PackEntry& pack : head.packs) {
    pack.id.value = reader.varint();
    pack.committed_bytes = reader.varint();
    pack.references = reader.varint();
  }
  head.roots.resize(reader.count(kMinRootBytes));
  for (RootEntry& root : head.roots) {
    root.name = reader.text();
    const ByteView digest = reader.raw(ContentId::kSizeBytes);
    std::copy(digest.begin(), digest.end(), root.id.content.digest.begin());
  }
  if (version >= kNamedFramesSince && !decode_named_frames(reader, head.frames)) return {};
  return head;
}

// What the writer always keeps to.
bool is_plausible(const Head& head) {
  const auto pack_less = [](const PackEntry& a, const PackEntry& b) { return a.id >= b.id; };
  const auto root_less = [](const RootEntry& a, const RootEntry& b) { return a.name >= b.name; };
  const auto frame_less = [](const auto& a, const auto& b) { return a.name >= b.name; };
  const auto good_name = [](const NamedFrameEntry& named) {
    return !named.name.empty() && named.name.size() <= kMaxFrameNameBytes;
  };
  return head.segments.size() <= kMaxSegments && head.packs.size() <= kMaxPacks &&
         head.roots.size() <= kMaxRoots && head.frames.size() <= kMaxNamedFrames &&
         std::all_of(head.frames.begin(), head.frames.end(), good_name) &&
         std::adjacent_find(head.frames.begin(), head.frames.end(), frame_less) ==
             head.frames.end() &&
         std::adjacent_find(head.packs.begin(), head.packs.end(), pack_less) == head.packs.end() &&
         std::adjacent_find(head.roots.begin(), head.roots.end(), root_less) == head.roots.end();
}

// One of the two files, with its bytes for comparison.
struct HeadFile {
  Bytes bytes;
  Head head;
};

Result<HeadFile> read_one(FileSystem& file_system, const std::string& directory, Mirror mirror) {
  const std::string path = join_path(directory, head_name(mirror));
  COPSE_TRY(Bytes bytes, file_system.read_file(path, kMaxHeadBytes));
  COPSE_TRY(Head head, decode_head(bytes, path));
  return HeadFile{std::move(bytes), std::move(head)};
}

}  // namespace

Bytes encode_head(const Head& head) {
  Bytes body;
  encode_body(head, body);
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.raw(as_bytes(kHeadMagic));
  writer.u32(kStoreVersion);
  writer.u32(static_cast<std::uint32_t>(body.size()));
  writer.raw(body);
  writer.u64(checksum64(bytes));
  return bytes;
}

Result<Head> decode_head(ByteView bytes, const std::string& file) {
  if (bytes.size() < kPrefixBytes + kChecksumBytes) {
    return corrupt(file, bytes.size(), "the file ends early");
  }
  // Magic, version and the checksum at the end are where they are in every version, so that damage
  // is never taken for a newer version.
  const std::size_t checked_bytes = bytes.size() - kChecksumBytes;
  const std::uint64_t stored = ByteReader(bytes.subspan(checked_bytes)).u64();
  const std::uint64_t computed = checksum64(bytes.first(checked_bytes));
  if (stored != computed) {
    return corrupt(file, checked_bytes,
                   "checksum expected " + hex64(stored) + ", found " + hex64(computed));
  }
  ByteReader reader(bytes.first(checked_bytes));
  if (as_text(reader.raw(kMagicBytes)) != kHeadMagic) return corrupt(file, 0, "not a store's head");
  const std::uint32_t version = reader.u32();
  if (version == 0 || version > kStoreVersion) {
    return Error(ErrorCode::Unsupported,
                 file + " is of store version " + std::to_string(version) +
                     ", this copse reads version " + std::to_string(kStoreVersion) +
                     ": use a newer copse, or index the sources again into another directory");
  }
  const std::uint32_t body_bytes = reader.u32();
  if (body_bytes != reader.remaining()) {
    return corrupt(file, kMagicBytes + 4,
                   "body expected of " + std::to_string(body_bytes) + " bytes, found " +
                       std::to_string(reader.remaining()));
  }
  std::optional<Head> head = decode_body(reader, version);
  if (reader.failed() || !reader.at_end() || !head || !is_plausible(*head)) {
    return corrupt(file, kPrefixBytes, "the body makes no sense");
  }
  return *std::move(head);
}

Result<HeadState> read_head(FileSystem& file_system, const std::string& directory) {
  auto first = read_one(file_system, directory, Mirror::First);
  if (!first.ok() && first.error().code() == ErrorCode::Unsupported) {
    return std::move(first).take_error();
  }
  auto copy = read_one(file_system, directory, Mirror::Copy);
  if (!first.ok() && !copy.ok()) {
    // Of the two reasons the one that says more: that there is a damaged file.
    const bool first_missing = first.error().code() == ErrorCode::NotFound;
    const bool copy_missing = copy.error().code() == ErrorCode::NotFound;
    if (first_missing && copy_missing) {
      return Error(ErrorCode::NotFound, "no copse store in " + directory);
    }
    if (copy.error().code() == ErrorCode::Unsupported || first_missing) {
      return std::move(copy).take_error();
    }
    return std::move(first).take_error();
  }
  HeadState state;
  state.from_first = first.ok();
  state.head = first.ok() ? first.value().head : copy.value().head;
  state.copy_agrees = first.ok() && copy.ok() && first.value().bytes == copy.value().bytes;
  for (const auto* result : {&first, &copy}) {
    if (result->ok()) continue;
    const Mirror mirror = result == &first ? Mirror::First : Mirror::Copy;
    const bool missing = result->error().code() == ErrorCode::NotFound;
    if (mirror == Mirror::Copy && missing && copy_may_be_missing(state.head)) continue;
    state.damages.push_back({head_name(mirror), 0, result->error().message()});
  }
  return state;
}

Status write_head(FileSystem& file_system, const std::string& directory, const Head& head,
                  Mirror mirror) {
  const std::string path = join_path(directory, head_name(mirror));
  const std::string temporary = path + std::string(kTemporarySuffix);
  COPSE_TRY(const auto file, file_system.create(temporary));
  COPSE_TRY_STATUS(file->append(encode_head(head)));
  COPSE_TRY_STATUS(file->sync());
  COPSE_TRY_STATUS(file->close());
  COPSE_TRY_STATUS(file_system.rename(temporary, path));
  return file_system.sync_directory(directory);
}

}  // namespace copse
