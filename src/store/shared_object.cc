// Shared objects as files.
#include "store/shared_object.h"

#include <algorithm>
#include <utility>

#include "core/hash.h"

namespace copse {
namespace {

constexpr std::size_t kChecksumBytes = 8;
constexpr std::size_t kHeaderBytes = kSharedOverheadBytes - kChecksumBytes;

Error corrupt(const std::string& file, std::size_t offset, const std::string& what) {
  return {ErrorCode::Corrupt, file + " at offset " + std::to_string(offset) + ": " + what};
}

}  // namespace

SharedId shared_id(std::uint8_t kind, ByteView bytes) {
  Bytes named;
  named.reserve(bytes.size() + 1);
  ByteWriter writer(named);
  writer.u8(kind);
  writer.raw(bytes);
  return {content_id(named)};
}

Bytes encode_shared(const SharedId& id, std::uint8_t kind, ByteView bytes) {
  Bytes file;
  file.reserve(kHeaderBytes + bytes.size() + kChecksumBytes);
  ByteWriter writer(file);
  writer.raw(as_bytes(kSharedMagic));
  writer.u32(kSharedVersion);
  writer.u32(kind);
  writer.raw(id.content.digest);
  writer.u64(bytes.size());
  writer.raw(bytes);
  writer.u64(checksum64(file));
  return file;
}

Result<SharedObject> decode_shared(ByteView file_bytes, const SharedId& id,
                                   std::optional<std::uint8_t> kind, const std::string& file) {
  if (file_bytes.size() < kHeaderBytes + kChecksumBytes) {
    return corrupt(file, file_bytes.size(), "the file ends early");
  }
  const std::size_t checked_bytes = file_bytes.size() - kChecksumBytes;
  const std::uint64_t stored = ByteReader(file_bytes.subspan(checked_bytes)).u64();
  const std::uint64_t computed = checksum64(file_bytes.first(checked_bytes));
  if (stored != computed) {
    return corrupt(file, checked_bytes,
                   "checksum expected " + hex64(stored) + ", found " + hex64(computed));
  }
  ByteReader reader(file_bytes.first(checked_bytes));
  if (as_text(reader.raw(kMagicBytes)) != kSharedMagic || reader.u32() != kSharedVersion) {
    return corrupt(file, 0, "not a shared object of version " + std::to_string(kSharedVersion));
  }
  const std::uint32_t found = reader.u32();
  if (found > UINT8_MAX || (kind && found != *kind)) {
    return corrupt(file, kMagicBytes + 4,
                   "kind expected " + (kind ? std::to_string(*kind) : "up to 255") + ", found " +
                       std::to_string(found));
  }
  const ByteView digest = reader.raw(ContentId::kSizeBytes);
  if (!std::equal(digest.begin(), digest.end(), id.content.digest.begin())) {
    return corrupt(file, kMagicBytes + 8, "the object is another one than expected");
  }
  const std::uint64_t length = reader.u64();
  if (length != reader.remaining()) {
    return corrupt(file, kHeaderBytes - 8,
                   "length expected " + std::to_string(length) + ", found " +
                       std::to_string(reader.remaining()));
  }
  const ByteView bytes = reader.raw(reader.remaining());
  return SharedObject{static_cast<std::uint8_t>(found), Bytes(bytes.begin(), bytes.end())};
}

namespace {

Result<Bytes> read_held(const ReadableFile& file, const SharedId& id, std::uint8_t kind) {
  const std::string name = shared_name(id, Mirror::First);
  COPSE_TRY(const std::uint64_t size, file.size());
  if (size > kMaxSharedBytes + kSharedOverheadBytes)
    return corrupt(name, 0, "the file is too long");
  Bytes bytes(static_cast<std::size_t>(size));
  COPSE_TRY_STATUS(file.read_at(0, bytes));
  COPSE_TRY(SharedObject object, decode_shared(bytes, id, kind, name));
  return std::move(object.bytes);
}

}  // namespace

Result<Bytes> read_shared_mirror(FileSystem& file_system, const std::string& directory,
                                 const SharedId& id, std::uint8_t kind, Mirror mirror) {
  const std::string name = shared_name(id, mirror);
  const std::uint64_t limit_bytes = kMaxSharedBytes + kSharedOverheadBytes;
  COPSE_TRY(const Bytes bytes, file_system.read_file(join_path(directory, name), limit_bytes));
  COPSE_TRY(SharedObject object, decode_shared(bytes, id, kind, name));
  return std::move(object.bytes);
}

Result<Bytes> read_shared_object(FileSystem& file_system, const std::string& directory,
                                 const SharedId& id, std::uint8_t kind, const ReadableFile* held,
                                 std::vector<Damage>& damages) {
  auto first = held != nullptr
                   ? read_held(*held, id, kind)
                   : read_shared_mirror(file_system, directory, id, kind, Mirror::First);
  if (first.ok()) return first;
  auto copy = read_shared_mirror(file_system, directory, id, kind, Mirror::Copy);
  const bool missing = first.error().code() == ErrorCode::NotFound;
  if (!copy.ok() && missing && copy.error().code() == ErrorCode::NotFound) {
    return Error(ErrorCode::NotFound, "no shared object " + id.content.hex() + " in " + directory);
  }
  damages.push_back({shared_name(id, Mirror::First), 0, first.error().message()});
  if (copy.ok()) return copy;
  damages.push_back({shared_name(id, Mirror::Copy), 0, copy.error().message()});
  return Error(ErrorCode::Corrupt, (missing ? copy : first).error().message());
}

Result<bool> write_shared_object(FileSystem& file_system, const std::string& directory,
                                 const SharedId& id, std::uint8_t kind, ByteView bytes) {
  bool written = false;
  for (const Mirror mirror : kMirrors) {
    if (read_shared_mirror(file_system, directory, id, kind, mirror).ok()) continue;
    const std::string path = join_path(directory, shared_name(id, mirror));
    const std::string temporary = path + std::string(kTemporarySuffix);
    COPSE_TRY(const auto file, file_system.create(temporary));
    COPSE_TRY_STATUS(file->append(encode_shared(id, kind, bytes)));
    COPSE_TRY_STATUS(file->sync());
    COPSE_TRY_STATUS(file->close());
    COPSE_TRY_STATUS(file_system.rename(temporary, path));
    written = true;
  }
  return written;
}

}  // namespace copse
