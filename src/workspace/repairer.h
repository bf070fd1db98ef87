// Makes damaged parts of a store again from what is left. include/copse/repair.h says what comes
// from where.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "copse/repair.h"
#include "copse/result.h"

#include "core/io/clock.h"
#include "core/io/file_system.h"
#include "store/store.h"
#include "store/store_writer.h"
#include "workspace/file_job.h"
#include "workspace/language_table.h"
#include "workspace/store_phases.h"
#include "workspace/workspace_impl.h"

namespace copse {

// One run. Not thread-safe.
class Repairer {
 public:
  // `sources` is the file system of the indexed directory and of grammars; the store's is in the
  // options. Borrows everything.
  Repairer(FileSystem& sources, const Clock& clock, std::string store_directory,
           const RepairOptions& options);

  // As repair_store.
  Result<RepairReport> run();

 private:
  // What a record lacks.
  struct Problem {
    std::size_t file = 0;
    std::string source;  // why it cannot be read; empty when it can
    std::string tree;
  };

  Result<std::vector<std::string>> damages() const;
  Status open();
  void examine();
  // Why the frame, or what it needs to be read, cannot be had; empty when it can.
  std::string problem_of_source(const FileRecord& record) const;
  std::string problem_of_tree(const FileRecord& record) const;

  Status repair(const Problem& problem);
  // Puts another frame into the record; false when there is none.
  Result<bool> restore_source(FileRecord& record);
  Result<bool> restore_from_directory(FileRecord& record);
  // Parses the source anew. Returns why that is not possible; empty when it was done.
  Result<std::string> restore_tree(FileRecord& record);
  Result<std::string> choose_model(const std::string& language);
  Status finish();
  bool stopping() const;

  FileSystem& sources_;
  FileSystem& storage_;
  const Clock& clock_;
  std::string store_directory_;
  const RepairOptions& options_;

  std::unique_ptr<StoreWriter> writer_;
  std::unique_ptr<Workspace::Impl> workspace_;  // of the store as it was found
  std::string directory_;                       // that was indexed; empty when nobody knows
  StorePhases phases_;
  Lanes lanes_;
  std::unique_ptr<LanguageTable> languages_;
  std::vector<Problem> problems_;
  std::map<ContentKey, std::size_t> whole_sources_;  // of contents that some record lacks
  RepairReport report_;
};

}  // namespace copse
