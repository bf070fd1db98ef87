// Revisions of a git repository in a store: put in without a checkout, asked like a directory.
//
// Contents are kept once, whatever the number of revisions that have them; a revision costs the
// list of what changed since another one. The directory that a store was made for, and its
// revisions, do not disturb one another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"
#include "copse/storage.h"
#include "copse/workspace.h"

namespace copse {

struct RevisionInfo {
  std::string id;                   // of the commit, 40 hexadecimal digits
  std::string previous;             // the nearest of its ancestors that the store has; empty: none
  std::int64_t time_s = 0;          // since 1970, UTC: when it was committed
  std::int32_t offset_minutes = 0;  // of the committer's clock from UTC
  std::string subject;              // any bytes, no line end
  std::vector<std::string> names;   // tags and branches that it was indexed by
};

struct RevisionRequest {
  // Whose repository is read. Paths are relative to it.
  std::string directory;
  // As git understands them: a tag, a branch, HEAD~3, a hash, A..B.
  std::vector<std::string> revisions;
};

struct RevisionReport {
  // Files are counted once for each revision that has them, contents that were parsed once.
  IndexReport files;
  std::uint64_t revisions_seen = 0;
  std::uint64_t revisions_stored = 0;  // of these: new, or not as they were
  std::uint64_t links = 0;             // left out, as in a directory
  std::uint64_t submodules = 0;        // left out
};

// Brings revisions into the store of `options` (empty: kStoreDirectoryName inside the directory).
// A revision is there once all its contents are, in one commit of the store; one that was
// interrupted is completed by the same call. NotFound when git does not know a revision,
// Unsupported for repositories with SHA-256; an error means that nothing was committed.
Result<RevisionReport> index_revisions(const RevisionRequest& request, const IndexOptions& options);

// Reading them, with Workspace:
//
// open_revision(): the files of a revision in place of the directory's. The revision by a name that
// it was indexed by, by its id or four digits of it or more, and as git says it where the store
// lies in its repository: then git's answer comes first. NotFound, with what to do, when the store
// does not have it. Cost: that of open(), and a microsecond or two a file.
//
// revisions(): by time, oldest first, each after the one it follows. Cost: the frame of each.
//
// log(): the revisions that changed a file, newest first: each is compared with
// RevisionInfo::previous. NotFound when none has it. Cost: as revisions(); where the file comes
// anew, two lists.

struct ForgetReport {
  RevisionInfo revision;
  std::uint64_t contents = 0;  // that no other revision had
};

// Takes a revision out of a store, and the contents that no other one has. Their space comes back
// by compact_store(). The revision as for open_revision().
// NotFound, InvalidArgument (several are meant), Busy, Corrupt.
Result<ForgetReport> forget_revision(const std::string& store_directory, std::string_view revision,
                                     const Storage& storage = {});

// How a file changed from the revision before.
enum class ChangeKind : std::uint8_t { Added, Modified, Removed, Renamed };

struct PathChange {
  RevisionInfo revision;
  ChangeKind kind = ChangeKind::Modified;
  std::string previous_path;  // Renamed: where the same content was before
  // Of the file in this revision; 0 when it was removed.
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  std::uint64_t nodes = 0;
  std::uint64_t bytes_before = 0;  // in the revision before; 0 when it was not there
};

}  // namespace copse
