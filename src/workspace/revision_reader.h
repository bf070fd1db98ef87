// The revisions that a store has: read, found by name, rebuilt.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "store/revision.h"
#include "workspace/workspace_impl.h"

namespace copse {

// Of one generation. Borrows the workspace. For many threads.
class RevisionReader {
 public:
  explicit RevisionReader(const Workspace::Impl& workspace) : workspace_(workspace) {}

  // In the order of their bytes. Corrupt when a part of the catalogue is lost.
  Result<std::vector<ObjectId>> ids() const;
  // NotFound when the store does not have it. Cost: a frame, and as much as changed.
  Result<Revision> read(const ObjectId& id) const;
  // Cost: kRevisionDepthMax frames at most.
  Result<RevisionFiles> files(const ObjectId& id) const;
  // Of all that can be read, by time, but each after the one it follows; the others are named in
  // `problems`. Cost: every revision's frame once.
  Result<std::vector<RevisionHeader>> headers(std::vector<FileProblem>& problems) const;

 private:
  const Workspace::Impl& workspace_;
};

// Which of them is meant: by its whole id, by four digits or more of its beginning, or by a name.
// NotFound when there is none, InvalidArgument when there are several; both say what there is.
Result<ObjectId> find_revision(const std::vector<RevisionHeader>& headers, std::string_view text);

// "89e6c98d92"
std::string short_id(const ObjectId& id);

}  // namespace copse
