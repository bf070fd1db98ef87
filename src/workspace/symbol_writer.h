// Keeps a store's symbols while files are indexed: gathers them, makes segments, merges these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "copse/result.h"

#include "core/io/file_system.h"
#include "postings/symbol_builder.h"
#include "store/store_writer.h"
#include "workspace/symbol_frames.h"

namespace copse {

// Files whose symbols were not committed, because the process was killed, are in no segment: they
// are searched in their trees until they are compacted.
//
// For the one thread that writes. Memory: kGatheredBytesMax and what a segment of them takes, and
// for a merge twice what comes out of it. Borrows everything.
class SymbolWriter {
 public:
  // Of all grammars together, before they become segments.
  static constexpr std::size_t kGatheredBytesMax = std::size_t{16} << 20;
  // Of one grammar, after merge().
  static constexpr std::size_t kSegmentsMax = 8;
  // A merge takes in older segments for as long as they are at most so many times as large as what
  // it has: each symbol is then written a few times in its life.
  static constexpr std::uint64_t kMergeRatio = 2;

  SymbolWriter(FileSystem& file_system, std::string store_directory, StoreWriter& writer)
      : file_system_(file_system), store_directory_(std::move(store_directory)), writer_(writer) {}

  // The symbols of a record's tree, found by that tags query; equal trees count once. May put
  // segments into the store.
  Status add(const FileRecord& record, const SharedId& tags, std::span<const SymbolEntry> entries);
  // All that waits becomes segments, for the next commit.
  Status flush();
  // Merges segments that are committed. `all`: each grammar's small ones; else only where there are
  // more than kSegmentsMax. What is damaged loses its name. For the next commit.
  Status merge(bool all);

 private:
  struct Waiting {
    SymbolSegmentBuilder builder;
    std::unordered_set<std::uint64_t> keys;
  };

  Status merge_grammar(const Store& store, const std::string& grammar,
                       const std::vector<std::uint64_t>& numbers, std::size_t first);

  FileSystem& file_system_;
  std::string store_directory_;
  StoreWriter& writer_;
  std::map<SharedId, Waiting> waiting_;
};

// The keys of all trees of a grammar in a store whose language has a tags query, in the order of
// the paths, each once.
std::vector<std::uint64_t> live_symbol_keys(const Store& store, const std::string& grammar);

// Those of a grammar's segments that hold what they say; `numbers` are in the order of the
// segments.
struct SoundSymbols {
  std::vector<SymbolSegment> segments;
  std::vector<std::uint64_t> numbers;
};
SoundSymbols open_sound_symbols(const Store& store, const std::string& grammar,
                                std::span<const std::uint64_t> numbers);

// One segment of several, with the documents that have these keys, in this order; a key that no
// segment has is left out. Errors as merge_symbol_segments.
Result<Bytes> merge_by_keys(std::span<const SymbolSegment> segments,
                            std::span<const std::uint64_t> keys, int level);

}  // namespace copse
