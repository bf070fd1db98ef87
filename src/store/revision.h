// Revisions: which contents a directory had at some time, kept as what changed since another one.
//
// A revision is a hidden record (records.h) whose source is the bytes of encode_revision; the
// contents that it lists are hidden records, too, one for each object of the repository and
// language. So packs, checks and compaction treat them as they treat files.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"
#include "store/records.h"

namespace copse {

// git's name of an object: SHA-1.
struct ObjectId {
  static constexpr std::size_t kSizeBytes = 20;
  std::array<std::uint8_t, kSizeBytes> digest{};

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a null in the default
  auto operator<=>(const ObjectId&) const = default;

  // 40 lower-case hexadecimal digits, and back: no value for anything else.
  std::string hex() const;
  static std::optional<ObjectId> parse(std::string_view hex);
};

// A content and what it is parsed as.
struct RevisionContent {
  ObjectId object;
  std::string language;  // empty: nothing

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a null in the default
  auto operator<=>(const RevisionContent&) const = default;
};

struct RevisionFile {
  std::string path;
  RevisionContent content;

  bool operator==(const RevisionFile&) const = default;
};

// Strictly ascending by the bytes of the paths.
using RevisionFiles = std::vector<RevisionFile>;

struct RevisionChange {
  std::string path;
  std::optional<RevisionContent> content;  // absent: removed

  bool operator==(const RevisionChange&) const = default;
};

// What is known of a revision beside its files.
struct RevisionHeader {
  ObjectId id;                       // the commit
  ObjectId tree;                     // of it, or of the directory in it that is kept
  std::optional<ObjectId> previous;  // the nearest ancestor that the store has
  std::int64_t time_s = 0;           // since 1970, UTC
  std::int32_t offset_minutes = 0;   // of the committer's clock
  std::string subject;               // any bytes, one line
  std::vector<std::string> names;    // tags and branches that it was asked for by, ascending

  bool operator==(const RevisionHeader&) const = default;
};

// As it is stored.
struct Revision {
  RevisionHeader header;
  std::optional<ObjectId> base;         // what `changes` are against; absent: no file at all
  std::uint32_t depth = 0;              // higher than the base's; 0 without one
  std::vector<RevisionChange> changes;  // strictly ascending by path

  bool operator==(const Revision&) const = default;
};

// Named limits.
inline constexpr std::uint32_t kRevisionDepthMax = 32;  // so many are read at most for one list
inline constexpr std::size_t kRevisionFilesMax = std::size_t{1} << 22;
inline constexpr std::size_t kRevisionNamesMax = 64;
inline constexpr std::size_t kRevisionNameBytesMax = 255;
inline constexpr std::size_t kRevisionSubjectBytesMax = 1024;
inline constexpr std::int32_t kRevisionOffsetMinutesMax = 24 * 60;

// The hidden paths.
std::string content_record_path(const RevisionContent& content);
std::optional<RevisionContent> parse_content_record_path(std::string_view path);
std::string revision_record_path(const ObjectId& id);
// All of these begin so.
std::string_view content_record_prefix();
std::string_view revision_record_prefix();
// For people: "content 89e6c98d...", "revision ...", and other paths as they are.
std::string shown_path(std::string_view path);

// Layout: docs/formats/revision.md. REQUIRES: the limits and orders above are kept to.
Bytes encode_revision(const Revision& revision);
// Corrupt, naming `where`, for bytes that encode_revision does not make; Unsupported for those of a
// newer version.
Result<Revision> decode_revision(ByteView bytes, std::string_view where);

// What has to be changed in `base` to get `target`.
std::vector<RevisionChange> changes_between(const RevisionFiles& base, const RevisionFiles& target);
// Corrupt when a change removes what is not there; LimitExceeded above kRevisionFilesMax.
Result<RevisionFiles> apply_changes(const RevisionFiles& base,
                                    const std::vector<RevisionChange>& changes);

// The files of a revision, by way of its bases. Corrupt when these lead nowhere. Memory: two lists.
Result<RevisionFiles> rebuild_files(const ObjectId& id,
                                    const std::function<Result<Revision>(const ObjectId&)>& read);

}  // namespace copse
