// Chooses what a revision's list is kept as, and keeps chains whole when one of them goes.
#include "workspace/revision_writer.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "codec/frame_codec.h"

namespace copse {

Result<RevisionWriter> RevisionWriter::open(const Workspace::Impl& workspace, StoreWriter& writer,
                                            StorePhases phases) {
  RevisionWriter revisions(workspace, writer, phases);
  COPSE_TRY(const std::vector<ObjectId> ids, revisions.reader_.ids());
  for (const ObjectId& id : ids) {
    COPSE_TRY(Revision revision, revisions.reader_.read(id));
    revisions.headers_.emplace(id, std::move(revision.header));
    revisions.bases_.emplace(id, revision.base);
  }
  return revisions;
}

Result<Revision> RevisionWriter::read(const ObjectId& id) const {
  const auto own = written_.find(id);
  if (own == written_.end()) return reader_.read(id);
  const FileRecord& record = own->second;
  COPSE_TRY(const Frame frame, writer_.read_frame(record.source));
  // Written without a dictionary, as all that a session of indexing writes.
  std::string bytes(static_cast<std::size_t>(record.source_bytes), '\0');
  COPSE_TRY_STATUS(decompress_into(frame.codec, frame.payload(), nullptr,
                                   {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}));
  return decode_revision(as_bytes(bytes), shown_path(record.path));
}

Result<RevisionFiles> RevisionWriter::files(const ObjectId& id) {
  if (last_ == id) return last_files_;
  COPSE_TRY(last_files_, rebuild_files(id, [this](const ObjectId& each) { return read(each); }));
  last_ = id;
  return last_files_;
}

std::optional<ObjectId> RevisionWriter::nearest(const RevisionHeader& header) const {
  if (header.previous && has(*header.previous)) return header.previous;
  const RevisionHeader* best = nullptr;
  const auto distance = [&](const RevisionHeader& other) {
    const auto a = static_cast<std::uint64_t>(other.time_s);
    const auto b = static_cast<std::uint64_t>(header.time_s);
    return other.time_s < header.time_s ? b - a : a - b;
  };
  for (const auto& [id, other] : headers_) {
    if (id == header.id) continue;
    if (best == nullptr || distance(other) < distance(*best)) best = &other;
  }
  return best == nullptr ? std::nullopt : std::optional(best->id);
}

Status RevisionWriter::write(const Revision& revision) {
  const Bytes bytes = encode_revision(revision);
  const FramePayload frame = phases_.compress_source(bytes);
  FileRecord record;
  record.path = revision_record_path(revision.header.id);
  record.content = content_id(bytes);
  record.source_bytes = bytes.size();
  record.file_size = bytes.size();
  record.lines = count_lines(as_text(bytes));
  COPSE_TRY(record.source,
            writer_.append_frame(kSourceFrame, static_cast<std::uint8_t>(frame.codec),
                                 frame.raw_bytes, frame.bytes));
  COPSE_TRY_STATUS(writer_.put(record));
  written_.insert_or_assign(revision.header.id, std::move(record));
  headers_.insert_or_assign(revision.header.id, revision.header);
  bases_.insert_or_assign(revision.header.id, revision.base);
  return success();
}

Result<bool> RevisionWriter::put(const RevisionHeader& header, const RevisionFiles& files) {
  if (files.size() > kRevisionFilesMax || header.names.size() > kRevisionNamesMax) {
    return Error(ErrorCode::LimitExceeded,
                 "revision " + header.id.hex() + " has too many files or names");
  }
  if (has(header.id)) {
    COPSE_TRY(const RevisionFiles before, this->files(header.id));
    if (before == files) {
      const bool same = headers_.at(header.id) == header;
      COPSE_TRY_STATUS(put_header(header));
      return !same;
    }
    COPSE_TRY_STATUS(release(header.id));
  }
  Revision revision;
  revision.header = header;
  const auto base = nearest(header);
  if (base) {
    COPSE_TRY(const Revision other, read(*base));
    COPSE_TRY(const RevisionFiles other_files, this->files(*base));
    revision.changes = changes_between(other_files, files);
    revision.base = base;
    revision.depth = other.depth + 1;
  }
  if (!base || revision.depth > kRevisionDepthMax || revision.changes.size() >= files.size()) {
    revision.changes = changes_between({}, files);
    revision.base.reset();
    revision.depth = 0;
  }
  COPSE_TRY_STATUS(write(revision));
  last_ = header.id;
  last_files_ = files;
  return true;
}

Status RevisionWriter::put_header(const RevisionHeader& header) {
  if (headers_.at(header.id) == header) return success();
  COPSE_TRY(Revision revision, read(header.id));
  revision.header = header;
  return write(revision);
}

Status RevisionWriter::release(const ObjectId& id) {
  COPSE_TRY(const Revision gone, read(id));
  for (const auto& [other, base] : std::map(bases_)) {
    if (base != id) continue;
    COPSE_TRY(Revision revision, read(other));
    COPSE_TRY(const RevisionFiles files, this->files(other));
    RevisionFiles base_files;
    revision.base = gone.base;
    if (gone.base) {
      COPSE_TRY(base_files, this->files(*gone.base));
    } else {
      revision.depth = 0;  // else it stays higher than the new base's
    }
    revision.changes = changes_between(base_files, files);
    COPSE_TRY_STATUS(write(revision));
  }
  return success();
}

Status RevisionWriter::remove(const ObjectId& id) {
  const auto found = headers_.find(id);
  if (found == headers_.end()) return success();
  COPSE_TRY_STATUS(release(id));
  const std::optional<ObjectId> previous = found->second.previous;
  for (const auto& [other, header] : std::map(headers_)) {
    if (header.previous != id) continue;
    RevisionHeader changed = header;
    changed.previous = previous;
    COPSE_TRY_STATUS(put_header(changed));
  }
  headers_.erase(id);
  bases_.erase(id);
  written_.erase(id);
  last_.reset();
  return writer_.remove(revision_record_path(id));
}

Result<std::uint64_t> RevisionWriter::remove_unused_contents() {
  // What a list inherits its base names itself.
  std::unordered_set<std::string> used;
  for (const auto& [id, header] : headers_) {
    COPSE_TRY(const Revision revision, read(id));
    for (const RevisionChange& change : revision.changes) {
      if (change.content) used.insert(content_record_path(*change.content));
    }
  }
  std::uint64_t removed = 0;
  for (const std::string& path : workspace_.store.record_paths(content_record_prefix())) {
    if (used.contains(path)) continue;
    COPSE_TRY_STATUS(writer_.remove(path));
    ++removed;
  }
  return removed;
}

}  // namespace copse
