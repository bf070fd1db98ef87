// The front door: a directory goes in, answers come out.
//
//   index_directory()  parses what changed under a directory and commits it to a store
//   Workspace          a store opened for reading: files, sources, trees, queries, statistics,
//   checks
//
// One process may write a store at a time; any number may read it meanwhile, each seeing one
// committed state. A Workspace may be used by many threads at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/file_problem.h"
#include "copse/open.h"
#include "copse/query.h"
#include "copse/result.h"
#include "copse/rule.h"
#include "copse/search.h"
#include "copse/storage.h"
#include "copse/symbols.h"
#include "copse/tree.h"

namespace copse {

// The default name of a store inside the directory that it indexes.
inline constexpr std::string_view kStoreDirectoryName = ".copse";

// ---- indexing ----------------------------------------------------------------------------------

struct IndexProgress {
  std::uint64_t files_done = 0;
  std::uint64_t files_total = 0;
  std::uint64_t bytes_done = 0;
  std::uint64_t bytes_total = 0;
  double elapsed_s = 0;
};

struct IndexOptions {
  // Empty: kStoreDirectoryName inside the indexed directory.
  std::string store_directory;
  // Where that is. The sources are read from files of this machine in any case.
  Storage storage;
  // Directories that hold <id>.so and, where one lies beside them, manifest.json; first wins.
  std::vector<std::string> grammar_path;
  // 0: one for each processor.
  unsigned jobs = 0;
  // Take files that .gitignore leaves out, too.
  bool include_ignored = false;
  // Keep files of no known language as plain source.
  bool include_unknown = false;
  // The program that parses in a process of its own, so that a grammar that crashes or hangs takes
  // only one file with it. Called as `command... TIMEOUT_S`, it must run serve_parse_requests(0,
  // TIMEOUT_S). Empty: parse in threads of this process.
  std::vector<std::string> parse_command;
  // A file that takes longer than this many seconds to parse is kept as plain source.
  double parse_timeout_s = 60;
  // What a parse process may allocate before its file is kept as plain source.
  std::uint64_t parse_memory_limit_bytes = std::uint64_t{8} << 30;
  // Phases of compression that the store goes without, from this run on: for measuring what each of
  // them gains. "phase1_varint", "phase1_packing", "phase1_interning", "phase2_delta",
  // "phase2_chunking", "phase3_bytecode", "phase4a_frozen", "phase4b_mmap", "phase4c_segments",
  // "enable_compression" (all of them), or "none" alone. Empty: as the store has it, and a new one
  // goes through all. InvalidArgument for other names. Files that did not change stay as they are.
  std::vector<std::string> phases_off;
  // Commit at least this often, so that an interrupted run loses little.
  double commit_interval_s = 5;
  // Stop soon after this becomes true; what is committed stays.
  const std::atomic<bool>* stop = nullptr;
  // Called now and then from the indexing thread.
  std::function<void(const IndexProgress&)> progress;
};

struct IndexReport {
  std::uint64_t files_seen = 0;       // of a known language, or all with include_unknown
  std::uint64_t files_parsed = 0;     // stored with a tree in this run
  std::uint64_t files_unchanged = 0;  // left as they were
  std::uint64_t files_removed = 0;    // no longer there
  std::uint64_t files_committed = 0;  // by this run, plain ones included
  std::vector<FileProblem> plain;     // kept as plain source, in this run or before
  std::vector<FileProblem> unreadable;
  std::uint64_t bytes_parsed = 0;
  std::uint64_t nodes_parsed = 0;
  double elapsed_s = 0;
  bool interrupted = false;
  // What ended the run early after something was committed (disk full, say); empty when nothing
  // did.
  std::string stopped_by;
};

// Brings the store up to date with the directory. An error means that nothing was committed.
Result<IndexReport> index_directory(const std::string& directory, const IndexOptions& options);

// The other end of IndexOptions::parse_command: answers parse requests on a socket until it closes,
// and then ends the process, if need be in the middle of a parse. Takes the socket over.
Status serve_parse_requests(int socket, double timeout_s);

// ---- reading -----------------------------------------------------------------------------------

struct StoredFile {
  std::string path;      // relative to the indexed directory; any bytes but NUL
  std::string language;  // empty when kept as plain source
  std::string note;      // why it is plain, or empty
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  std::uint64_t nodes = 0;          // as parsed, hidden ones included
  std::uint64_t visible_nodes = 0;  // as tree-sitter's API counts them
};

struct LanguageStats {
  std::string language;  // empty: plain source
  std::uint64_t files = 0;
  std::uint64_t lines = 0;
  std::uint64_t nodes = 0;
  std::uint64_t visible_nodes = 0;
  std::uint64_t source_bytes = 0;  // as they are in the directory
  // Frames that equal files share count for the first of them.
  std::uint64_t stored_source_bytes = 0;  // in the store
  std::uint64_t stored_tree_bytes = 0;    // in the store, models and grammars not included
};

struct StoreStats {
  std::vector<LanguageStats> languages;  // by name
  std::uint64_t generation = 0;
  std::uint64_t pack_bytes = 0;
  // Of the packs: what finds files by what they contain, and what finds definitions by name.
  std::uint64_t postings_bytes = 0;
  std::uint64_t symbols_bytes = 0;
  std::uint64_t catalogue_bytes = 0;
  std::uint64_t shared_bytes = 0;  // grammars and models, both copies
  std::uint64_t store_bytes = 0;   // everything under the store's directory
  // IndexOptions::phases_off, as the store remembers it.
  std::vector<std::string> phases_off;
  // Of this process, as the kernel counts.
  std::uint64_t rss_anon_bytes = 0;
  std::uint64_t rss_file_bytes = 0;
};

struct RuleReport {
  std::uint64_t files = 0;              // whose trees were searched
  std::uint64_t matches = 0;            // given to the visitor
  std::vector<FileProblem> unreadable;  // damaged files: named, never silently skipped
  // Rules, by their index, with a pattern whose code did not parse: they rarely find what was
  // meant.
  std::vector<std::size_t> with_syntax_error;
};

struct VerifyOptions {
  bool deep = false;  // re-parse every source and compare every node and field
  std::vector<std::string> grammar_path;
  std::vector<std::string> parse_command;  // as in IndexOptions
  unsigned jobs = 0;
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const IndexProgress&)> progress;
};

struct VerifyReport {
  std::uint64_t files = 0;
  std::uint64_t nodes_compared = 0;
  std::uint64_t differences = 0;
  std::uint64_t not_compared = 0;  // of these: trees whose grammar is missing or another one now
  bool interrupted = false;
};

class Workspace {
 public:
  struct Impl;  // private to the module

  // Looks for a store from `directory` upwards, as git looks for its own. NotFound, with what to
  // do.
  static Result<std::string> find_store(const std::string& directory);

  // NotFound, Corrupt, Unsupported (made by a newer version), Io. Keeps the storage as long as it
  // lives.
  static Result<Workspace> open(const std::string& store_directory,
                                const OpenOptions& options = {});

  // In bytewise order of their paths. Where part of the catalogue is lost, what is left of it.
  Result<std::vector<StoredFile>> files() const;
  // An error, naming file and offset, when part of the catalogue is lost: files(), query() and
  // stats() then lack what it held.
  Status check_complete() const;
  Result<StoredFile> file(std::string_view path) const;

  // Byte for byte what was indexed. NotFound, Corrupt.
  Result<std::string> source(std::string_view path) const;
  // NotFound also for files that were kept as plain source. Cost: one read, one decode.
  Result<Tree> tree(std::string_view path) const;

  // Languages with at least one tree, by name.
  std::vector<std::string> languages() const;
  // By id or another name ("c++", "js").
  Result<Language> language(std::string_view name) const;

  // Every match in every file: bytewise order of paths, then tree-sitter's order, whatever the
  // number of jobs. The visitor runs on the threads that search, one call at a time; it returns
  // false to end the search. InvalidArgument when the query compiles for no language that was asked
  // for; `error` then says where and why. Memory: that of a few files a job, not of the matches.
  Result<QueryReport> query(const QueryRequest& request,
                            const std::function<bool(const FileMatch&)>& visit,
                            QueryError* error = nullptr) const;
  // The same as text, made beside the search: see MatchWriter.
  Result<QueryReport> query_text(const QueryRequest& request, const MatchWriter& writer,
                                 QueryError* error = nullptr) const;
  // How many matches there are. Asks for no positions where the query does not.
  Result<QueryReport> query_count(const QueryRequest& request, QueryError* error = nullptr) const;

  // Every symbol that is asked for, in the order of rank (where the match is fuzzy), name, path and
  // place. The visitor runs on the calling thread; it returns false to end the search.
  // InvalidArgument for an exact match without a name. Cost: the first call on a Workspace looks at
  // each record once; then a block of the index or two for a name, all names where the match is
  // fuzzy. Files that no index covers are searched in their trees. Memory: the symbols of one name.
  Result<SymbolReport> symbols(const SymbolRequest& request,
                               const std::function<bool(const Symbol&)>& visit) const;
  // The definitions of one file in the order of their places, each after what is around it. Of its
  // tree as it is stored. NotFound as tree(), Unsupported when the store has no tags query for the
  // file's language.
  Result<std::vector<OutlineItem>> outline(std::string_view path) const;

  // Every match of every rule in the files of its language: by paths, rules, then preorder; else as
  // query(). Also NotFound and Unsupported: no grammar to parse the patterns, or not the store's.
  Result<RuleReport> search_rule(const RuleSet& rules, const RuleRequest& request,
                                 const std::function<bool(const RuleMatch&)>& visit) const;

  Result<StoreStats> stats() const;

  // Checks every checksum; with `deep` also every node. Each difference is one call, in no fixed
  // order, from one thread at a time: what is wrong, and where.
  Result<VerifyReport> verify(const VerifyOptions& options,
                              const std::function<void(const std::string&)>& difference) const;

  // Damage that was met and survived so far: a second copy was used, a file was parsed again.
  std::vector<std::string> damage_notes() const;

 private:
  explicit Workspace(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

  std::shared_ptr<Impl> impl_;
};

// The library's version, "0.1.0".
std::string_view version();

}  // namespace copse
