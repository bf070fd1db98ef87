// Puts revisions into a store, and takes them out again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "copse/result.h"

#include "store/revision.h"
#include "store/store_writer.h"
#include "workspace/revision_reader.h"
#include "workspace/store_phases.h"

namespace copse {

// All of a store's revisions, those of the writer's session included. For one thread. Borrows both.
// What it writes is published by the writer's next commit. Memory: the headers, and one list.
class RevisionWriter {
 public:
  // `workspace` is of the generation that the writer opened. A revision that cannot be read is an
  // error: what it needs would not be known.
  static Result<RevisionWriter> open(const Workspace::Impl& workspace, StoreWriter& writer,
                                     StorePhases phases);

  const std::map<ObjectId, RevisionHeader>& headers() const { return headers_; }
  bool has(const ObjectId& id) const { return headers_.contains(id); }
  Result<RevisionFiles> files(const ObjectId& id);
  // The revision whose files are most likely much the same; none when there is no other.
  std::optional<ObjectId> nearest(const RevisionHeader& header) const;

  // Puts it, or replaces it where it is there; answers whether anything changed. Its list is kept
  // as changes of another one where that is shorter. LimitExceeded, and nothing is put, above the
  // limits of revision.h.
  Result<bool> put(const RevisionHeader& header, const RevisionFiles& files);
  // Replaces what is known of a revision and leaves its files. REQUIRES: has(header.id).
  Status put_header(const RevisionHeader& header);
  // Success also when there is none.
  Status remove(const ObjectId& id);
  // Removes the contents that no revision lists, of those that the store had when this was opened;
  // answers how many.
  Result<std::uint64_t> remove_unused_contents();

 private:
  RevisionWriter(const Workspace::Impl& workspace, StoreWriter& writer, StorePhases phases)
      : workspace_(workspace), reader_(workspace), writer_(writer), phases_(phases) {}

  Result<Revision> read(const ObjectId& id) const;
  Status write(const Revision& revision);
  // Bases what is based on the revision on its base instead.
  Status release(const ObjectId& id);

  const Workspace::Impl& workspace_;
  RevisionReader reader_;
  StoreWriter& writer_;
  StorePhases phases_;
  std::map<ObjectId, RevisionHeader> headers_;
  std::map<ObjectId, std::optional<ObjectId>> bases_;
  std::map<ObjectId, FileRecord> written_;  // in this session
  std::optional<ObjectId> last_;            // whose files are at hand
  RevisionFiles last_files_;
};

}  // namespace copse
