// Shared objects: small things that many files need, such as grammar snapshots, kept in two copies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"
#include "core/io/file_system.h"
#include "store/layout.h"
#include "store/records.h"

namespace copse {

SharedId shared_id(std::uint8_t kind, ByteView bytes);

// Layout: docs/formats/store.md, "Shared objects".
Bytes encode_shared(const SharedId& id, std::uint8_t kind, ByteView bytes);

// What a file of a shared object holds besides the object.
inline constexpr std::uint64_t kSharedOverheadBytes =
    kMagicBytes + 4 + 4 + ContentId::kSizeBytes + 8 + 8;

struct SharedObject {
  std::uint8_t kind = 0;
  Bytes bytes;
};

// Corrupt when it is damaged, another object, or of another kind; without a kind any will do.
Result<SharedObject> decode_shared(ByteView file_bytes, const SharedId& id,
                                   std::optional<std::uint8_t> kind, const std::string& file);

// One of the two files, checked.
Result<Bytes> read_shared_mirror(FileSystem& file_system, const std::string& directory,
                                 const SharedId& id, std::uint8_t kind, Mirror mirror);

// From either file; what was wrong with the first is added to `damages`. `held` is the first one,
// where it is open: it may have been removed since.
Result<Bytes> read_shared_object(FileSystem& file_system, const std::string& directory,
                                 const SharedId& id, std::uint8_t kind, const ReadableFile* held,
                                 std::vector<Damage>& damages);

// Both files, synced; those that are there and whole stay as they are. The names are durable only
// after the directory was synced. True when something was written.
Result<bool> write_shared_object(FileSystem& file_system, const std::string& directory,
                                 const SharedId& id, std::uint8_t kind, ByteView bytes);

}  // namespace copse
