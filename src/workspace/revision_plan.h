// What an indexing run has to do for one commit: its files against the contents in the store.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "copse/result.h"

#include "store/store_writer.h"
#include "workspace/file_job.h"
#include "workspace/git_repository.h"
#include "workspace/index_plan.h"
#include "workspace/language_table.h"
#include "workspace/languages.h"
#include "workspace/revision_writer.h"

namespace copse {

// The bytes of contents, out of their repository. For many threads.
class GitContents : public ContentSource {
 public:
  explicit GitContents(const GitRepository& repository) : repository_(repository) {}

  Result<std::string> read(const std::string& record_path) const override;

 private:
  const GitRepository& repository_;
};

// Plans one commit after the other, each in the steps of IndexPlanner. Contents that the store has
// already are not read, nor are those of files that the nearest revision has, too. Borrows all.
class RevisionPlanner {
 public:
  RevisionPlanner(const GitRepository& repository, RevisionWriter& revisions,
                  const LanguageRegistry& registry, const StoreWriter& writer, bool include_unknown)
      : repository_(repository),
        revisions_(revisions),
        registry_(registry),
        writer_(writer),
        include_unknown_(include_unknown) {}

  // Lists the commit's files and finds their languages. `header` says what is known of it.
  Status look_at(const RevisionHeader& header, const GitTree& tree);
  std::set<std::string> languages() const;
  // Jobs are contents: their paths are hidden ones. REQUIRES: languages() are loaded in `table`.
  Result<IndexPlan> finish(const LanguageTable& table);
  // One of the commit's files that has the content; the argument where there is none.
  std::string file_of(const std::string& record_path) const;
  // The commit's files whose contents the store has by now.
  Result<RevisionFiles> stored_files() const;

 private:
  Result<std::optional<std::string>> language_of(const GitFile& file);
  Result<bool> plan_content(const RevisionFile& file, const LanguageTable& table, IndexPlan& plan);

  const GitRepository& repository_;
  RevisionWriter& revisions_;
  const LanguageRegistry& registry_;
  const StoreWriter& writer_;
  bool include_unknown_;
  RevisionFiles files_;
  std::vector<FileProblem> problems_;
  std::unordered_map<std::string, std::size_t> jobs_;  // record path to a file
  std::unordered_set<std::string> tried_;  // by the run: what failed once is not tried again
};

}  // namespace copse
