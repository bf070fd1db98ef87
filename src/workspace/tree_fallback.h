// What takes the place of a tree that is damaged in the store: its source, parsed again.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "copse/result.h"
#include "copse/workspace.h"

#include "store/records.h"
#include "syntax/tree_data.h"
#include "workspace/file_job.h"
#include "workspace/language_table.h"

namespace copse {

// Thread-safe: one parse at a time. Grammars are loaded, and a parse process is started, when the
// first damaged tree is met.
class TreeFallback {
 public:
  // No more notes than this are kept; Counter::Fallbacks goes on.
  static constexpr std::size_t kNotesMax = 100;

  // Borrows the workspace.
  TreeFallback(const Workspace::Impl& workspace, const OpenOptions& options);

  // The tree of a record whose stored tree cannot be read: `why` says so, and is the answer where
  // the source cannot be had or parsed, or the grammar at hand is not the one in the store.
  Result<std::shared_ptr<const TreeData>> parse(const FileRecord& record,
                                                std::shared_ptr<const Grammar> grammar,
                                                const Error& why);

  std::vector<std::string> notes() const;

 private:
  Result<std::shared_ptr<const TreeData>> parse_source(const FileRecord& record,
                                                       std::shared_ptr<const Grammar> grammar);

  const Workspace::Impl& workspace_;
  std::vector<std::string> parse_command_;
  mutable std::mutex mutex_;
  LanguageTable languages_;
  Lanes lanes_;  // one, once it is needed
  std::vector<std::string> notes_;
};

}  // namespace copse
