// Writes and reads revisions, and applies what they say.
#include "store/revision.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/check.h"

namespace copse {
namespace {

constexpr std::uint8_t kRevisionVersion = 1;
constexpr std::uint8_t kHasBase = 1;
constexpr std::uint8_t kHasPrevious = 2;
constexpr std::string_view kContentPrefix{"\0c", 2};
constexpr std::string_view kRevisionPrefix{"\0r", 2};
static_assert(kContentPrefix[0] == kHiddenMark && kRevisionPrefix[0] == kHiddenMark);

std::string_view as_text_of(const ObjectId& id) {
  return as_text(ByteView(id.digest));
}

ObjectId read_id(ByteReader& in) {
  ObjectId id;
  const ByteView bytes = in.raw(ObjectId::kSizeBytes);
  std::copy(bytes.begin(), bytes.end(), id.digest.begin());
  return id;
}

std::size_t shared_prefix(std::string_view a, std::string_view b) {
  const std::size_t limit = std::min(a.size(), b.size());
  std::size_t shared = 0;
  while (shared < limit && a[shared] == b[shared])
    ++shared;
  return shared;
}

void write_header(const Revision& revision, ByteWriter& out) {
  const RevisionHeader& header = revision.header;
  out.u8(kRevisionVersion);
  out.raw(header.id.digest);
  out.raw(header.tree.digest);
  out.u8(static_cast<std::uint8_t>((revision.base ? kHasBase : 0) |
                                   (header.previous ? kHasPrevious : 0)));
  if (revision.base) {
    out.raw(revision.base->digest);
    out.varint(revision.depth);
  }
  if (header.previous) out.raw(header.previous->digest);
  out.zigzag(header.time_s);
  out.zigzag(header.offset_minutes);
  out.text(header.subject);
  out.varint(header.names.size());
  for (const std::string& name : header.names) {
    out.text(name);
  }
}

// False when it says what no writer says.
bool read_header(ByteReader& in, Revision& revision) {
  RevisionHeader& header = revision.header;
  header.id = read_id(in);
  header.tree = read_id(in);
  const std::uint8_t flags = in.u8();
  if ((flags & ~(kHasBase | kHasPrevious)) != 0) return false;
  if ((flags & kHasBase) != 0) {
    revision.base = read_id(in);
    revision.depth = in.varint32();
    if (revision.depth == 0 || revision.depth > kRevisionDepthMax) return false;
  }
  if ((flags & kHasPrevious) != 0) header.previous = read_id(in);
  header.time_s = in.zigzag();
  const std::int64_t offset = in.zigzag();
  if (offset < -kRevisionOffsetMinutesMax || offset > kRevisionOffsetMinutesMax) return false;
  header.offset_minutes = static_cast<std::int32_t>(offset);
  header.subject = in.text();
  if (header.subject.size() > kRevisionSubjectBytesMax) return false;
  const std::size_t names = in.count(1);
  if (names > kRevisionNamesMax) return false;
  for (std::size_t i = 0; i < names; ++i) {
    header.names.emplace_back(in.text());
    const std::string& name = header.names.back();
    if (name.empty() || name.size() > kRevisionNameBytesMax) return false;
    if (i > 0 && header.names[i - 1] >= name) return false;
  }
  return revision.base != header.id && header.previous != header.id;
}

// Columns, so that what is alike lies together: paths, languages, objects.
void write_changes(const std::vector<RevisionChange>& changes, ByteWriter& out) {
  std::vector<std::string_view> languages;
  std::map<std::string_view, std::uint64_t> numbers;
  for (const RevisionChange& change : changes) {
    if (!change.content) continue;
    const auto [at, is_new] = numbers.try_emplace(change.content->language, languages.size() + 1);
    if (is_new) languages.push_back(at->first);
  }
  out.varint(languages.size());
  for (const std::string_view language : languages) {
    out.text(language);
  }
  out.varint(changes.size());
  std::string_view last;
  for (const RevisionChange& change : changes) {
    const std::size_t shared = shared_prefix(last, change.path);
    out.varint(shared);
    out.text(std::string_view(change.path).substr(shared));
    last = change.path;
  }
  for (const RevisionChange& change : changes) {
    out.varint(change.content ? numbers[change.content->language] : 0);
  }
  for (const RevisionChange& change : changes) {
    if (change.content) out.raw(change.content->object.digest);
  }
}

bool is_path(const std::string& path) {
  return !path.empty() && path.size() <= kMaxPathBytes && path.find(kHiddenMark) == path.npos;
}

bool read_changes(ByteReader& in, Revision& revision) {
  std::vector<std::string> languages(in.count(1));
  for (std::string& language : languages) {
    language = in.text();
    if (language.size() > kMaxLanguageBytes) return false;
  }
  const std::size_t count = in.count(2);
  if (count > kRevisionFilesMax) return false;
  std::string path;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t shared = in.varint();
    if (shared > path.size()) return false;
    const std::string before = path;
    path.resize(static_cast<std::size_t>(shared));
    path += in.text();
    if (in.failed() || !is_path(path) || (i > 0 && before >= path)) return false;
    revision.changes.push_back({path, std::nullopt});
  }
  for (RevisionChange& change : revision.changes) {
    const std::uint64_t language = in.varint();
    if (language > languages.size()) return false;
    if (language > 0) {
      change.content = RevisionContent{{}, languages[static_cast<std::size_t>(language) - 1]};
    }
    // Without a base there is nothing to remove.
    if (!change.content && !revision.base) return false;
  }
  for (RevisionChange& change : revision.changes) {
    if (change.content) change.content->object = read_id(in);
  }
  return true;
}

}  // namespace

std::string ObjectId::hex() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::optional<ObjectId> ObjectId::parse(std::string_view hex) {
  if (hex.size() != kSizeBytes * 2) return std::nullopt;
  ObjectId id;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    const char digit = hex[i];
    int value = 0;
    if (digit >= '0' && digit <= '9') {
      value = digit - '0';
    } else if (digit >= 'a' && digit <= 'f') {
      value = digit - 'a' + 10;
    } else {
      return std::nullopt;
    }
    id.digest[i / 2] = static_cast<std::uint8_t>((id.digest[i / 2] << 4) | value);
  }
  return id;
}

// ---- hidden paths ------------------------------------------------------------------------------

std::string content_record_path(const RevisionContent& content) {
  std::string path(kContentPrefix);
  path += as_text_of(content.object);
  return path + content.language;
}

std::optional<RevisionContent> parse_content_record_path(std::string_view path) {
  constexpr std::size_t kObjectEnd = kContentPrefix.size() + ObjectId::kSizeBytes;
  if (!path.starts_with(kContentPrefix) || path.size() < kObjectEnd) return std::nullopt;
  RevisionContent content;
  const std::string_view object = path.substr(kContentPrefix.size(), ObjectId::kSizeBytes);
  std::copy(object.begin(), object.end(), content.object.digest.begin());
  content.language = path.substr(kObjectEnd);
  return content;
}

std::string revision_record_path(const ObjectId& id) {
  return std::string(kRevisionPrefix) + std::string(as_text_of(id));
}

std::string_view content_record_prefix() {
  return kContentPrefix;
}
std::string_view revision_record_prefix() {
  return kRevisionPrefix;
}

std::string shown_path(std::string_view path) {
  if (const auto content = parse_content_record_path(path)) {
    return "content " + content->object.hex() +
           (content->language.empty() ? "" : " (" + content->language + ")");
  }
  if (!path.starts_with(kRevisionPrefix)) return std::string(path);
  ObjectId id;
  const std::string_view object = path.substr(kRevisionPrefix.size());
  std::copy_n(object.begin(), std::min(object.size(), id.digest.size()), id.digest.begin());
  return "revision " + id.hex();
}

// ---- bytes -------------------------------------------------------------------------------------

Bytes encode_revision(const Revision& revision) {
  COPSE_CHECK(revision.base.has_value() == (revision.depth > 0));
  COPSE_CHECK(revision.depth <= kRevisionDepthMax);
  COPSE_CHECK(revision.changes.size() <= kRevisionFilesMax);
  Bytes bytes;
  ByteWriter out(bytes);
  write_header(revision, out);
  write_changes(revision.changes, out);
  return bytes;
}

Result<Revision> decode_revision(ByteView bytes, std::string_view where) {
  ByteReader in(bytes);
  const std::uint8_t version = in.u8();
  if (!in.failed() && version > kRevisionVersion) {
    return Error(ErrorCode::Unsupported, std::string(where) + ": a list of files of version " +
                                             std::to_string(version) +
                                             "; this copse knows version 1");
  }
  Revision revision;
  const bool makes_sense =
      version == kRevisionVersion && read_header(in, revision) && read_changes(in, revision);
  if (!makes_sense || in.failed() || !in.at_end()) {
    return Error(ErrorCode::Corrupt, std::string(where) + " at offset " +
                                         std::to_string(in.position()) +
                                         ": its list of files makes no sense");
  }
  return revision;
}

// ---- lists -------------------------------------------------------------------------------------

std::vector<RevisionChange> changes_between(const RevisionFiles& base,
                                            const RevisionFiles& target) {
  std::vector<RevisionChange> changes;
  auto old = base.begin();
  for (const RevisionFile& file : target) {
    for (; old != base.end() && old->path < file.path; ++old) {
      changes.push_back({old->path, std::nullopt});
    }
    const bool same_path = old != base.end() && old->path == file.path;
    if (!same_path || old->content != file.content) changes.push_back({file.path, file.content});
    if (same_path) ++old;
  }
  for (; old != base.end(); ++old) {
    changes.push_back({old->path, std::nullopt});
  }
  return changes;
}

Result<RevisionFiles> apply_changes(const RevisionFiles& base,
                                    const std::vector<RevisionChange>& changes) {
  RevisionFiles files;
  files.reserve(base.size() + changes.size());
  auto old = base.begin();
  for (const RevisionChange& change : changes) {
    for (; old != base.end() && old->path < change.path; ++old) {
      files.push_back(*old);
    }
    const bool same_path = old != base.end() && old->path == change.path;
    if (!same_path && !change.content) {
      return Error(ErrorCode::Corrupt, change.path + " is removed from where it is not");
    }
    if (same_path) ++old;
    if (change.content) files.push_back({change.path, *change.content});
  }
  files.insert(files.end(), old, base.end());
  if (files.size() > kRevisionFilesMax) {
    return Error(ErrorCode::LimitExceeded, "a revision of " + std::to_string(files.size()) +
                                               " files, the limit is " +
                                               std::to_string(kRevisionFilesMax));
  }
  return files;
}

Result<RevisionFiles> rebuild_files(const ObjectId& id,
                                    const std::function<Result<Revision>(const ObjectId&)>& read) {
  std::vector<std::vector<RevisionChange>> steps;
  std::optional<ObjectId> at = id;
  std::uint32_t depth = kRevisionDepthMax + 1;
  while (at) {
    auto found = read(*at);
    if (!found.ok() && *at != id && found.error().code() == ErrorCode::NotFound) {
      return Error(ErrorCode::Corrupt, "revision " + id.hex() + " needs revision " + at->hex() +
                                           ", which the store does not have");
    }
    COPSE_TRY(Revision revision, std::move(found));
    // It falls with each step, so that there is an end.
    if (revision.depth >= depth) {
      return Error(ErrorCode::Corrupt,
                   "revision " + id.hex() + ": its list is based on itself by way of " + at->hex());
    }
    depth = revision.depth;
    at = revision.base;
    steps.push_back(std::move(revision.changes));
  }
  RevisionFiles files;
  for (; !steps.empty(); steps.pop_back()) {
    auto next = apply_changes(files, steps.back());
    if (!next.ok()) return std::move(next).take_error().with_context("revision " + id.hex());
    files = std::move(next).value();
  }
  return files;
}

}  // namespace copse
