// One search over the files of a store: whatever it is that looks into a tree.
//
// Files are searched by several threads, in runs of neighbours, and their matches handed out in the
// order of the paths. What waits for its turn is bounded, whatever the number of matches.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "copse/search.h"

#include "core/ordered_work.h"
#include "query/source_filter.h"
#include "query/tree_needs.h"
#include "workspace/workspace_impl.h"

namespace copse {

// Looks into one tree after the other. For one thread.
class TreeSearcher {
 public:
  TreeSearcher() = default;
  TreeSearcher(const TreeSearcher&) = delete;
  TreeSearcher& operator=(const TreeSearcher&) = delete;
  virtual ~TreeSearcher() = default;

  // Begins with the tree of that record, which outlives the search. False when nothing in it can
  // match.
  virtual bool begin(const ScannedTree& tree, const FileRecord& record) = 0;
  // Then one of these. Calls `visit` for each match until it answers false.
  virtual void search(const std::function<bool(const Match&)>& visit) = 0;
  // How many there are, `limit` at most.
  virtual std::uint64_t count(std::uint64_t limit) = 0;
  // That the last search looked at.
  virtual std::uint64_t nodes_entered() const = 0;
  // Why the last search was not whole, where that is not the tree's fault.
  virtual Status fault() const { return success(); }
  // Whether it left matches out, see MatchOptions::match_limit.
  virtual bool did_exceed_match_limit() const = 0;
};

// A search compiled for one grammar. Shared by threads.
class CompiledSearch {
 public:
  CompiledSearch() = default;
  CompiledSearch(const CompiledSearch&) = delete;
  CompiledSearch& operator=(const CompiledSearch&) = delete;
  virtual ~CompiledSearch() = default;

  virtual std::unique_ptr<TreeSearcher> searcher() const = 0;
  // Of a match of that pattern.
  virtual const std::vector<std::string>& capture_names(std::uint32_t pattern) const = 0;
  // Null when it is no query.
  virtual const Query* query() const = 0;
  // Of every tree with a match.
  virtual const TreeNeeds& needs() const = 0;
};

// What to do with matches.
struct SearchOutput {
  enum class Mode : std::uint8_t { Visit, Text, Count };

  Mode mode = Mode::Count;
  const std::function<bool(const FileMatch&)>* visit = nullptr;
  const MatchWriter* writer = nullptr;
};

struct SearchRequest {
  std::vector<std::size_t> files;  // numbers in the store, ascending
  // By grammar; of every file's.
  std::map<SharedId, std::shared_ptr<const CompiledSearch>> searches;
  std::uint64_t limit = UINT64_MAX;
  unsigned jobs = 0;
  const std::atomic<bool>* stop = nullptr;
  // Trees whose source has not what is searched for are not read.
  bool look_at_sources = true;
};

// Leaves of the request's files, whose grammars are `grammar_of`, those of grammars that it has no
// search for, and with `use_index` those in which its searches cannot find anything. Says so in the
// plan.
void leave_out_files(Workspace::Impl& workspace, bool use_index,
                     const std::vector<SharedId>& grammar_of, SearchRequest& request,
                     SearchPlan& plan);

class TreeSearch {
 public:
  // Work that is begun together: files until they have so many nodes.
  static constexpr std::uint64_t kRunNodes = 1U << 18;
  static constexpr std::size_t kRunFilesMax = 256;
  // Runs of one thread that may wait for their turn.
  static constexpr std::size_t kOpenRunsPerThread = 4;
  // A run's results that may wait; more wait for the run's turn.
  static constexpr std::size_t kWaitingTextBytes = std::size_t{256} << 10;
  static constexpr std::size_t kWaitingCaptures = std::size_t{1} << 14;

  // Borrows all three.
  TreeSearch(Workspace::Impl& workspace, const SearchRequest& request, const SearchOutput& output);

  // Adds to the report. Interrupted when the request's stop became true.
  Status run(QueryReport& report);

 private:
  struct StoredMatch {
    std::uint32_t pattern;
    std::uint32_t first_capture;
    std::uint32_t capture_count;
  };
  // Matches of one file, with the tree whose nodes they name.
  struct FileHits {
    std::size_t file = 0;
    std::shared_ptr<const FileRecord> record;
    const CompiledSearch* search = nullptr;
    std::unique_ptr<ScanMemory> memory;
    ScannedTree tree;
    std::vector<StoredMatch> matches;
    std::vector<Capture> captures;
  };
  // Results of a run, or of a part of it.
  struct Chunk {
    std::string text;
    std::vector<std::size_t> ends;  // of each match in `text`, when there is a limit
    std::vector<FileHits> hits;
    std::uint64_t matches = 0;
    std::uint64_t files_over_limit = 0;
    std::vector<FileProblem> problems;
    SearchPlan plan;
  };
  struct Run {
    std::size_t first = 0;  // in request.files
    std::size_t end = 0;
  };
  struct Worker {
    std::unique_ptr<ScanMemory> memory = std::make_unique<ScanMemory>();
    std::map<const CompiledSearch*, std::unique_ptr<TreeSearcher>> searchers;
  };
  using Give = std::function<bool(Chunk&)>;

  void cut_into_runs();
  void search_run(Worker& worker, const Run& run, Chunk& chunk, const Give& give);
  void search_file(Worker& worker, std::size_t file, Chunk& chunk, const Give& give);
  bool collect(FileHits& hits, const Match& match, Chunk& chunk, const Give& give);
  bool deliver(Chunk& chunk, QueryReport& report);
  bool deliver_text(Chunk& chunk, QueryReport& report);
  bool deliver_hits(const Chunk& chunk, QueryReport& report);
  bool visit_all(const FileHits& hits, QueryReport& report);
  TreeSearcher& searcher(Worker& worker, const CompiledSearch& search);
  const SourceFilter* filter_of(const CompiledSearch& search) const;
  bool stopping() const {
    return request_.stop != nullptr && request_.stop->load(std::memory_order_relaxed);
  }

  Workspace::Impl& workspace_;
  const SearchRequest& request_;
  const SearchOutput& output_;
  std::map<const CompiledSearch*, SourceFilter> filters_;  // the usable ones
  std::vector<Run> runs_;
};

}  // namespace copse
