// Bringing a store to its smallest.
//
// Files come into a store fast. compact_store() writes them anew at leisure: sources at zstd's
// highest levels, with a dictionary for each language that was trained on half of its files; trees
// with a model that was learnt from more of them; equal files once; everything in the order of the
// paths. What the store answers does not change.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "copse/result.h"
#include "copse/storage.h"
#include "copse/workspace.h"

namespace copse {

struct CompactOptions {
  // Where the store's directory is.
  Storage storage;
  // 0: one for each processor.
  unsigned jobs = 0;
  // Of zstd, 1 to 22. 19 writes about 4 MB/s on a core. Files that are in their compact form
  // already are not written again for another level.
  int level = 19;
  // At most, for each language; up to 1 MiB, 0: none. A dictionary is kept only where it saves more
  // than it takes.
  std::uint64_t dictionary_bytes = std::uint64_t{1} << 20;
  // Whether trees are written in their smallest form: about half as large, thawed at a quarter of
  // the speed. Absent: as the store was compacted last; fast at first.
  std::optional<bool> small_trees;
  // Commit at least this often, so that a run that is killed loses little.
  double commit_interval_s = 10;
  // Stop soon after this becomes true; what is done stays, and the next run goes on with the rest.
  const std::atomic<bool>* stop = nullptr;
  // Called now and then from the calling thread; counts what has to be written anew.
  std::function<void(const IndexProgress&)> progress;
};

struct CompactReport {
  std::uint64_t bytes_before = 0;  // the whole store on disk
  std::uint64_t bytes_after = 0;
  std::uint64_t files = 0;            // in the store
  std::uint64_t files_rewritten = 0;  // in this run; the others were in their smallest form
  std::uint64_t files_shared = 0;     // of these: equal to another file, stored once
  std::uint64_t deltas_written = 0;   // sources that became deltas to similar ones
  std::uint64_t models_learnt = 0;    // that replaced older ones
  std::uint64_t dictionaries_trained = 0;
  std::vector<FileProblem> damaged;  // left as they were
  double elapsed_s = 0;
  bool interrupted = false;
  // What ended the run early after something was committed (disk full, say); empty when nothing
  // did.
  std::string stopped_by;
};

// Readers go on undisturbed, in other processes too: they hold the generation they opened. A crash
// at any instant leaves a store that answers as before. NotFound when there is no store, Busy when
// somebody else writes it; an error means that nothing was committed. Needs no grammar's shared
// object. A second run on the same files changes nothing: a model or dictionary is learnt again
// only when the files of its language have become a quarter more or fewer, and replaced only when
// that saves two per cent of files it was not learnt from.
//
// Space: old and new packs lie beside one another until the end. Memory: about 64 MiB of samples
// and 30 MB to train a dictionary, then for each thread some megabytes and one file with its tree,
// 12 bytes a node; no more than a few files a thread wait to be written.
Result<CompactReport> compact_store(const std::string& store_directory,
                                    const CompactOptions& options);

}  // namespace copse
