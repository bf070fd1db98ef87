// What an indexing run holds when its files are those of commits.
#pragma once

#include <memory>
#include <utility>

#include "copse/revisions.h"

#include "workspace/git_repository.h"
#include "workspace/revision_plan.h"
#include "workspace/revision_writer.h"
#include "workspace/workspace_impl.h"

namespace copse {

// Stays where it is: its parts borrow one another.
struct CommitRun {
  explicit CommitRun(GitRepository opened) : repository(std::move(opened)), contents(repository) {}
  CommitRun(const CommitRun&) = delete;
  CommitRun& operator=(const CommitRun&) = delete;
  ~CommitRun() = default;

  GitRepository repository;
  GitContents contents;
  // What the store had at the beginning, and what it has now. Null until the store is open.
  std::unique_ptr<Workspace::Impl> workspace;
  std::unique_ptr<RevisionWriter> revisions;
  std::unique_ptr<RevisionPlanner> planner;
  RevisionReport report;
};

}  // namespace copse
