// Keeps a store's postings while files are indexed: gathers facts, makes segments, merges them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "copse/result.h"

#include "core/io/file_system.h"
#include "postings/postings_builder.h"
#include "store/store_writer.h"
#include "workspace/postings_frames.h"

namespace copse {

// Files whose facts were not committed, because the process was killed, are in no segment: they are
// candidates for every query until they are compacted.
//
// For the one thread that writes. Memory: kGatheredBytesMax and what a segment of them takes, and
// for a merge what comes out of it. Borrows everything.
class PostingsWriter {
 public:
  // Facts that wait for their segment, of all grammars together.
  static constexpr std::size_t kGatheredBytesMax = std::size_t{24} << 20;
  // Of one grammar, after merge().
  static constexpr std::size_t kSegmentsMax = 8;
  // A merge takes in older segments for as long as they are at most so many times as large as what
  // it has: each posting is then written a few times in its life.
  static constexpr std::uint64_t kMergeRatio = 2;
  // Documents without a file beyond this many, and more of them than with one: all is merged, and
  // they are left out.
  static constexpr std::uint64_t kDeadDocumentsMin = 16;

  PostingsWriter(FileSystem& file_system, std::string store_directory, StoreWriter& writer)
      : file_system_(file_system), store_directory_(std::move(store_directory)), writer_(writer) {}

  // The facts of a record's tree; equal trees count once. May put segments into the store.
  Status add(const FileRecord& record, const DocumentFacts& facts);
  // All that waits becomes segments, for the next commit.
  Status flush();
  // Merges segments that are committed. `all`: each grammar's small ones,
  // and all of one that has mostly documents of files that are gone; else only where there are
  // more than kSegmentsMax. What is damaged loses its name. For the next commit.
  Status merge(bool all);

  // A number that no segment of the grammar has had.
  PostingsName new_name(const std::string& grammar) const;

 private:
  struct Waiting {
    PostingsBuilder builder;
    std::unordered_set<std::uint64_t> keys;
  };

  static bool is_mostly_dead(const Store& store, const std::string& grammar,
                             const std::vector<std::uint64_t>& numbers);
  Status merge_grammar(const Store& store, const std::string& grammar,
                       const std::vector<std::uint64_t>& numbers, std::size_t first);

  FileSystem& file_system_;
  std::string store_directory_;
  StoreWriter& writer_;
  std::map<SharedId, Waiting> waiting_;
};

// The keys of all trees of a grammar in a store, in the order of the paths, each once.
std::vector<std::uint64_t> live_keys(const Store& store, const std::string& grammar);

}  // namespace copse
