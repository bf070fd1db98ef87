// What the public headers offer of revisions: opening a store at one, listing them, following a
// path through them, forgetting one.
#include <algorithm>
#include <map>
#include <utility>

#include "copse/revisions.h"

#include "core/io/clock.h"
#include "core/io/file_system.h"
#include "workspace/git_repository.h"
#include "workspace/indexer.h"
#include "workspace/revision_reader.h"
#include "workspace/revision_writer.h"

namespace copse {
namespace {

RevisionInfo describe(const RevisionHeader& header) {
  return {header.id.hex(), header.previous ? header.previous->hex() : std::string(),
          header.time_s,   header.offset_minutes,
          header.subject,  header.names};
}

// All of them: one that cannot be read could be what is asked for.
Result<std::vector<RevisionHeader>> all_headers(const RevisionReader& reader) {
  std::vector<FileProblem> problems;
  COPSE_TRY(std::vector<RevisionHeader> headers, reader.headers(problems));
  if (problems.empty()) return headers;
  return Error(ErrorCode::Corrupt, problems.front().path + ": " + problems.front().reason);
}

// What git takes the words for, in the repository that the store lies in, if there is one.
std::optional<ObjectId> resolve_in_repository(const std::string& store_directory,
                                              const std::string& text) {
  const auto repository = GitRepository::open(store_directory);
  if (!repository.ok()) return std::nullopt;
  const auto commits = repository.value().resolve(text);
  if (!commits.ok() || commits.value().size() != 1) return std::nullopt;
  return commits.value().front();
}

// A whole id needs no list. Else git is asked first: HEAD and branches move on.
Result<ObjectId> resolve(const Workspace::Impl& workspace, std::string_view text) {
  const RevisionReader reader(workspace);
  if (const auto id = ObjectId::parse(text)) {
    COPSE_TRY(const Revision revision, reader.read(*id));
    return revision.header.id;
  }
  std::vector<FileProblem> problems;
  COPSE_TRY(const std::vector<RevisionHeader> headers, reader.headers(problems));
  const std::string words(text);
  const auto in_git = resolve_in_repository(workspace.store.directory(), words);
  if (in_git) {
    const bool stored = std::any_of(headers.begin(), headers.end(),
                                    [&](const auto& header) { return header.id == *in_git; });
    if (stored) return *in_git;
    return Error(ErrorCode::NotFound, "revision '" + words + "' (" + short_id(*in_git) +
                                          ") is not in the store; 'copse index --rev " + words +
                                          "' puts it there");
  }
  auto found = find_revision(headers, text);
  if (found.ok() || found.error().code() != ErrorCode::NotFound) return found;
  std::string message = found.error().message();
  if (!problems.empty()) message += "; " + problems.front().path + ": " + problems.front().reason;
  return Error(ErrorCode::NotFound, message + "; 'copse revisions' lists them");
}

}  // namespace

// ---- opening -----------------------------------------------------------------------------------

Result<Workspace> Workspace::open_revision(const std::string& store_directory,
                                           std::string_view revision, const OpenOptions& options) {
  COPSE_TRY(Workspace workspace, open(store_directory, options));
  Impl& impl = *workspace.impl_;
  COPSE_TRY(const ObjectId id, resolve(impl, revision));
  COPSE_TRY(RevisionFiles files, RevisionReader(impl).files(id));
  std::vector<ShownFile> shown;
  shown.reserve(files.size());
  for (RevisionFile& file : files) {
    shown.push_back({std::move(file.path), content_record_path(file.content)});
  }
  impl.store.show(std::move(shown));
  return workspace;
}

Result<std::vector<RevisionInfo>> Workspace::revisions() const {
  COPSE_TRY(const std::vector<RevisionHeader> headers, all_headers(RevisionReader(*impl_)));
  std::vector<RevisionInfo> revisions;
  revisions.reserve(headers.size());
  for (const RevisionHeader& header : headers) {
    revisions.push_back(describe(header));
  }
  return revisions;
}

// ---- log ---------------------------------------------------------------------------------------

namespace {

// Follows one path through all revisions, each of which is read once, and keeps of each what it has
// there.
class PathLog {
 public:
  PathLog(const Workspace::Impl& workspace, std::string path)
      : workspace_(workspace), reader_(workspace), path_(std::move(path)) {}

  // Newest first.
  Result<std::vector<PathChange>> run(const std::vector<RevisionHeader>& headers);

 private:
  using Content = std::optional<RevisionContent>;

  Result<Content> content_at(const ObjectId& id);
  Result<std::optional<PathChange>> change_at(const RevisionHeader& header);
  Result<std::string> find_origin(const RevisionHeader& header, const RevisionContent& content);
  Result<FileRecord> record_of(const RevisionContent& content) const;

  const Workspace::Impl& workspace_;
  RevisionReader reader_;
  std::string path_;
  std::map<ObjectId, Content> contents_;
};

Result<std::optional<RevisionContent>> PathLog::content_at(const ObjectId& id) {
  std::vector<ObjectId> unknown;
  Content content;
  std::optional<ObjectId> at = id;
  // Up the bases to one that says what the path has.
  while (at) {
    if (const auto known = contents_.find(*at); known != contents_.end()) {
      content = known->second;
      break;
    }
    if (unknown.size() > kRevisionDepthMax) {
      return Error(ErrorCode::Corrupt, "revision " + id.hex() + ": its list is based on itself");
    }
    unknown.push_back(*at);
    COPSE_TRY(const Revision revision, reader_.read(*at));
    const auto& changes = revision.changes;
    const auto found = std::lower_bound(
        changes.begin(), changes.end(), path_,
        [](const RevisionChange& change, const std::string& path) { return change.path < path; });
    if (found != changes.end() && found->path == path_) {
      content = found->content;
      break;
    }
    at = revision.base;
  }
  for (const ObjectId& each : unknown) {
    contents_[each] = content;
  }
  return content;
}

Result<FileRecord> PathLog::record_of(const RevisionContent& content) const {
  const std::string path = content_record_path(content);
  COPSE_TRY(auto record, workspace_.store.find_record(path));
  if (record) return std::move(*record);
  return Error(ErrorCode::Corrupt, path_ + ": " + shown_path(path) + " is not in the store");
}

// A path that had the same content in the revision before and is gone now; empty when there is
// none.
Result<std::string> PathLog::find_origin(const RevisionHeader& header,
                                         const RevisionContent& content) {
  if (!header.previous) return std::string();
  COPSE_TRY(const RevisionFiles before, reader_.files(*header.previous));
  COPSE_TRY(const RevisionFiles now, reader_.files(header.id));
  for (const RevisionChange& change : changes_between(before, now)) {
    if (change.content) continue;
    const auto old = std::lower_bound(
        before.begin(), before.end(), change.path,
        [](const RevisionFile& file, const std::string& path) { return file.path < path; });
    if (old->content.object == content.object) return change.path;
  }
  return std::string();
}

Result<std::optional<PathChange>> PathLog::change_at(const RevisionHeader& header) {
  COPSE_TRY(const Content now, content_at(header.id));
  Content before;
  if (header.previous) {
    COPSE_TRY(before, content_at(*header.previous));
  }
  if (now == before) return std::optional<PathChange>();
  PathChange change;
  change.revision = describe(header);
  change.kind = !now ? ChangeKind::Removed : before ? ChangeKind::Modified : ChangeKind::Added;
  if (before) {
    COPSE_TRY(const FileRecord record, record_of(*before));
    change.bytes_before = record.source_bytes;
  }
  if (now) {
    COPSE_TRY(const FileRecord record, record_of(*now));
    change.bytes = record.source_bytes;
    change.lines = record.lines;
    change.nodes = record.nodes;
  }
  if (change.kind == ChangeKind::Added) {
    COPSE_TRY(change.previous_path, find_origin(header, *now));
    if (!change.previous_path.empty()) change.kind = ChangeKind::Renamed;
  }
  return std::optional(std::move(change));
}

Result<std::vector<PathChange>> PathLog::run(const std::vector<RevisionHeader>& headers) {
  std::vector<PathChange> changes;
  for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
    COPSE_TRY(auto change, change_at(*header));
    if (change) changes.push_back(std::move(*change));
  }
  return changes;
}

}  // namespace

Result<std::vector<PathChange>> Workspace::log(std::string_view path) const {
  while (path.starts_with("./")) {
    path.remove_prefix(2);
  }
  COPSE_TRY(const std::vector<RevisionHeader> headers, all_headers(RevisionReader(*impl_)));
  COPSE_TRY(std::vector<PathChange> changes, PathLog(*impl_, std::string(path)).run(headers));
  if (!changes.empty()) return changes;
  return Error(ErrorCode::NotFound,
               headers.empty() ? "the store has no revisions; 'copse index --rev REV' "
                                 "puts one there"
                               : "no revision in the store has a file '" + std::string(path) + "'");
}

// ---- writing -----------------------------------------------------------------------------------

Result<RevisionReport> index_revisions(const RevisionRequest& request,
                                       const IndexOptions& options) {
  FileSystem& file_system = real_file_system();
  COPSE_TRY(const std::string root, file_system.real_path(request.directory));
  std::string store_directory = options.store_directory;
  if (store_directory.empty()) store_directory = join_path(root, kStoreDirectoryName);
  return Indexer(file_system, real_clock(), root, store_directory, options)
      .run_revisions({root, request.revisions});
}

Result<ForgetReport> forget_revision(const std::string& store_directory, std::string_view revision,
                                     const Storage& storage) {
  FileSystem& file_system = storage.file_system();
  // A writer would make a store where there is none.
  COPSE_TRY(const Store before, Store::open(file_system, store_directory));
  COPSE_TRY(StoreWriter writer, StoreWriter::open_or_create(file_system, store_directory));
  COPSE_TRY(Store store, Store::open(file_system, store_directory));
  const auto workspace = std::make_unique<Workspace::Impl>(std::move(store), storage);
  COPSE_TRY(const ObjectId id, resolve(*workspace, revision));
  COPSE_TRY(const StorePhases phases, StorePhases::of(writer));
  COPSE_TRY(RevisionWriter revisions, RevisionWriter::open(*workspace, writer, phases));
  ForgetReport report;
  report.revision = describe(revisions.headers().at(id));
  COPSE_TRY_STATUS(revisions.remove(id));
  COPSE_TRY(report.contents, revisions.remove_unused_contents());
  COPSE_TRY_STATUS(writer.commit());
  return report;
}

}  // namespace copse
