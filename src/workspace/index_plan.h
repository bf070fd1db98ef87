// What an indexing run has to do: the files on disk against the records in the store.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "copse/result.h"

#include "core/io/file_system.h"
#include "store/store_writer.h"
#include "workspace/directory_walk.h"
#include "workspace/language_table.h"
#include "workspace/languages.h"

namespace copse {

// A file that has to be read, for it is new or may have changed.
struct IndexJob {
  WalkedFile file;
  std::string language;             // empty: none that is known
  std::optional<FileRecord> known;  // what the store has of it
};

struct IndexPlan {
  std::vector<IndexJob> jobs;        // large files first, then by path
  std::vector<std::string> removed;  // in the store, and no longer in the directory
  std::vector<FileProblem> problems;
  std::vector<FileProblem> plain;  // unchanged files that are kept as plain source
  std::uint64_t files_seen = 0;
  std::uint64_t files_unchanged = 0;
  std::uint64_t bytes_total = 0;  // of the jobs
};

// Plans in three steps, for the languages have to be loaded in between.
// Whether parsing a file's unchanged content again would change nothing: `known` is its record,
// `language` what it would be parsed as (empty: nothing). A failure that may pass, of a parser that
// ran out of time or died, is on record without a grammar, and so is tried again.
bool record_is_current(const FileRecord& known, const std::string& language,
                       const LanguageTable& table);

class IndexPlanner {
 public:
  struct Options {
    bool include_unknown = false;
  };

  IndexPlanner(FileSystem& file_system, std::string root, const LanguageRegistry& registry,
               const StoreWriter& writer, Options options)
      : file_system_(file_system),
        root_(std::move(root)),
        registry_(registry),
        writer_(writer),
        options_(options) {}

  // Finds each file's language, by its content where its name does not say.
  Status look_at(WalkReport walk);
  // The languages of the files that were looked at.
  std::set<std::string> languages() const;
  // REQUIRES: every one of languages() is loaded in `table`.
  Result<IndexPlan> finish(const LanguageTable& table);

 private:
  struct Candidate {
    WalkedFile file;
    std::string language;
    std::optional<FileRecord> known;
    bool same_stat = false;
  };

  Result<std::string> read_head(const WalkedFile& file) const;
  Status look_at_file(WalkedFile file);
  bool is_unchanged(const Candidate& candidate, const LanguageTable& table) const;
  // Whether what the store has of the file can be read.
  bool frames_hold(const FileRecord& record) const;
  Result<std::vector<std::string>> find_removed() const;

  FileSystem& file_system_;
  std::string root_;
  const LanguageRegistry& registry_;
  const StoreWriter& writer_;
  Options options_;
  std::vector<Candidate> candidates_;
  std::vector<FileProblem> problems_;
  std::set<std::string, std::less<>> present_;  // paths that must not be removed
};

}  // namespace copse
