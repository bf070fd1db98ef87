// The indexing run over commits of a repository: what Indexer does for a directory, for each commit
// with the contents that are new in it.
#include <algorithm>
#include <set>
#include <utility>

#include "workspace/indexer.h"

namespace copse {

namespace {

// A commit to index, and the name that it was asked for by; empty when that was none.
struct AskedCommit {
  ObjectId id;
  std::string name;
};

// Each once; what was given as a range is in the order of its history.
Result<std::vector<AskedCommit>> resolve_all(const GitRepository& repository,
                                             const std::vector<std::string>& revisions) {
  std::vector<AskedCommit> asked;
  std::set<std::pair<ObjectId, std::string>> seen;
  for (const std::string& revision : revisions) {
    COPSE_TRY(const std::vector<ObjectId> commits, repository.resolve(revision));
    const std::string name = repository.is_name(revision) ? revision : std::string();
    for (const ObjectId& commit : commits) {
      if (seen.emplace(commit, name).second) asked.push_back({commit, name});
    }
  }
  return asked;
}

}  // namespace

const ContentSource* Indexer::contents() const {
  return commits_ == nullptr ? nullptr : &commits_->contents;
}

Result<RevisionReport> Indexer::run_revisions(const RevisionRequest& request) {
  // Before there is a store.
  COPSE_TRY(GitRepository repository, GitRepository::open(request.directory));
  COPSE_TRY(const std::vector<AskedCommit> asked, resolve_all(repository, request.revisions));
  commits_ = std::make_unique<CommitRun>(std::move(repository));
  auto files = run_with([&](const LanguageRegistry& registry) -> Status {
    COPSE_TRY_STATUS(open_revisions(registry));
    for (const AskedCommit& commit : asked) {
      if (stopping()) return Error(ErrorCode::Interrupted, "indexing was interrupted");
      COPSE_TRY_STATUS(index_commit(commit.id, commit.name));
    }
    return success();
  });
  if (!files.ok()) return std::move(files).take_error();
  commits_->report.files = std::move(files).value();
  return std::move(commits_->report);
}

Status Indexer::open_revisions(const LanguageRegistry& registry) {
  CommitRun& run = *commits_;
  // Under the lock, so that nobody commits behind it.
  COPSE_TRY(Store store, Store::open(storage_, store_directory_));
  run.workspace = std::make_unique<Workspace::Impl>(std::move(store), options_.storage);
  COPSE_TRY(RevisionWriter revisions, RevisionWriter::open(*run.workspace, *writer_, phases_));
  run.revisions = std::make_unique<RevisionWriter>(std::move(revisions));
  run.planner = std::make_unique<RevisionPlanner>(run.repository, *run.revisions, registry,
                                                  *writer_, options_.include_unknown);
  return success();
}

Status Indexer::index_commit(const ObjectId& id, const std::string& name) {
  CommitRun& run = *commits_;
  COPSE_TRY(const GitCommit commit, run.repository.commit(id));
  COPSE_TRY(const GitTree tree, run.repository.tree(id));
  RevisionHeader header;
  header.id = id;
  header.tree = tree.id;
  header.time_s = commit.time_s;
  header.offset_minutes = commit.offset_minutes;
  header.subject = commit.subject;
  if (!run.revisions->headers().empty()) {
    header.previous = run.repository.ancestor(
        id, [&](const ObjectId& ancestor) { return run.revisions->has(ancestor); });
  }
  if (run.revisions->has(id)) header.names = run.revisions->headers().at(id).names;
  if (!name.empty()) COPSE_TRY_STATUS(take_name(name, header));

  COPSE_TRY_STATUS(run.planner->look_at(header, tree));
  COPSE_TRY_STATUS(load_languages(run.planner->languages()));
  COPSE_TRY(IndexPlan plan, run.planner->finish(*languages_));
  take_plan(std::move(plan));
  Status indexed = learn_models();
  if (indexed.ok()) indexed = index_rest();
  // The jobs' paths say nothing to people.
  for (auto* const problems : {&report_.plain, &report_.unreadable}) {
    for (FileProblem& problem : *problems) {
      if (is_hidden(problem.path)) problem.path = run.planner->file_of(problem.path);
    }
  }
  COPSE_TRY_STATUS(std::move(indexed));
  COPSE_TRY(const RevisionFiles files, run.planner->stored_files());
  COPSE_TRY(const bool changed, run.revisions->put(header, files));
  ++run.report.revisions_seen;
  run.report.revisions_stored += changed ? 1 : 0;
  run.report.links += tree.links;
  run.report.submodules += tree.submodules;
  COPSE_TRY_STATUS(link_followers(header));
  return commit_when_due();
}

// A name stands for one revision: as in git it moves on.
Status Indexer::take_name(const std::string& name, RevisionHeader& header) {
  RevisionWriter& revisions = *commits_->revisions;
  const auto add = [&](std::vector<std::string>& names) {
    const auto at = std::lower_bound(names.begin(), names.end(), name);
    if (at == names.end() || *at != name) names.insert(at, name);
  };
  for (const auto& [other, known] : std::map(revisions.headers())) {
    if (other == header.id) continue;
    RevisionHeader without = known;
    std::erase(without.names, name);
    COPSE_TRY_STATUS(revisions.put_header(without));
  }
  if (header.names.size() < kRevisionNamesMax) add(header.names);
  return success();
}

// Revisions that were there before, and whose nearest ancestor is now this one.
Status Indexer::link_followers(const RevisionHeader& header) {
  RevisionWriter& revisions = *commits_->revisions;
  for (const auto& [other, known] : std::map(revisions.headers())) {
    if (other == header.id || known.previous != header.previous) continue;
    const auto found = commits_->repository.ancestor(other, [&](const ObjectId& ancestor) {
      return ancestor == header.id || ancestor == header.previous;
    });
    if (found != header.id) continue;
    RevisionHeader follower = known;
    follower.previous = header.id;
    COPSE_TRY_STATUS(revisions.put_header(follower));
  }
  return success();
}

}  // namespace copse
