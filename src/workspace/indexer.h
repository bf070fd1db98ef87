// One run of indexing: walk, plan, learn, parse, commit. One thread writes; lanes parse beside it.
// Or, in place of the walk, the commits of a repository (commit_run.cc).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "copse/revisions.h"
#include "copse/workspace.h"

#include "core/io/clock.h"
#include "core/io/file_system.h"
#include "store/store_writer.h"
#include "workspace/commit_run.h"
#include "workspace/file_job.h"
#include "workspace/index_plan.h"
#include "workspace/language_table.h"
#include "workspace/languages.h"
#include "workspace/postings_writer.h"
#include "workspace/shared_frames.h"
#include "workspace/store_phases.h"
#include "workspace/symbol_writer.h"

namespace copse {

class Indexer {
 public:
  // Borrows everything. `directory` is where paths start from, `store_directory` where the store
  // is.
  Indexer(FileSystem& file_system, const Clock& clock, std::string directory,
          std::string store_directory, const IndexOptions& options);

  // Either is called once. An error means that nothing was committed.
  Result<IndexReport> run();
  Result<RevisionReport> run_revisions(const RevisionRequest& request);

 private:
  // Store: with the language's model. Sample: with the base model, the text kept. Prefix: the
  // beginning only, likewise, and not for the store.
  enum class RunMode : std::uint8_t { Store, Sample, Prefix };

  // All of a run; `index` is what lies between opening the store and merging the indexes.
  Result<IndexReport> run_with(const std::function<Status(const LanguageRegistry&)>& index);
  Status prepare();
  // What the options say of phases, or else the store.
  Status choose_phases();
  // Keeps one store from being used for two directories in turn, each removing the other's files.
  Status claim_directory();
  Status plan(const LanguageRegistry& registry);
  Status load_languages(const std::set<std::string>& languages);
  void take_plan(IndexPlan plan);
  // Of commits (commit_run.cc).
  const ContentSource* contents() const;
  Status open_revisions(const LanguageRegistry& registry);
  Status index_commit(const ObjectId& id, const std::string& name);
  Status take_name(const std::string& name, RevisionHeader& header);
  Status link_followers(const RevisionHeader& header);
  Status remove_gone();
  // Learns a model for each language that needs one, from files that are then stored with it.
  Status learn_models();
  Status learn_model(const std::string& language, const std::vector<std::size_t>& jobs);
  std::vector<std::size_t> choose_sample(const std::vector<std::size_t>& fitting) const;
  bool needs_model(const LanguageState& language, std::uint64_t bytes) const;
  // `prefixes` are learnt from and forgotten.
  Status store_sample(const std::string& language, std::vector<FileOutcome> outcomes,
                      std::vector<FileOutcome> prefixes);
  Status index_rest();

  // Runs the jobs with these numbers over all lanes; stops at the first error of `consume`.
  template <typename Consume>
  Status run_jobs(const std::vector<std::size_t>& jobs, RunMode mode, const Consume& consume);
  Status store_outcome(FileOutcome outcome);
  Status put_file(FileOutcome outcome);
  // Whether the record has taken over the frames of an equal file.
  Result<bool> share_frames(FileOutcome& outcome) const;
  // What the file's tree contains and names, for the indexes.
  Status put_facts(const FileOutcome& outcome);
  // The postings and symbols of this run's files, committed and merged.
  Status finish_indexes();
  Status commit();
  Status commit_when_due();
  bool stopping() const;
  void report_progress(std::uint64_t bytes);
  void finish_report();

  FileSystem& file_system_;  // of the sources and grammars
  FileSystem& storage_;      // of the store
  const Clock& clock_;
  std::string directory_;
  std::string store_directory_;
  const IndexOptions& options_;
  std::int64_t started_ns_;

  std::unique_ptr<StoreWriter> writer_;
  std::unique_ptr<PostingsWriter> postings_;
  std::unique_ptr<SymbolWriter> symbols_;
  std::unique_ptr<LanguageTable> languages_;
  StorePhases phases_;
  Lanes lanes_;
  IndexPlan plan_;
  std::vector<bool> done_;                 // by job
  std::set<std::string> languages_known_;  // to the table, and adopted
  std::unique_ptr<CommitRun> commits_;     // null where files are indexed
  SharedFrames shared_frames_;
  IndexReport report_;
  std::uint64_t pending_files_ = 0;
  std::int64_t last_commit_ns_ = 0;
  IndexProgress progress_;
};

}  // namespace copse
