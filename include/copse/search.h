// What to search the files of a store for, and what comes back.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/file_problem.h"
#include "copse/query.h"

namespace copse {

struct QueryRequest {
  std::string text;
  std::optional<std::string> language;   // id or another name for it; all that compile when absent
  std::optional<std::string> path_glob;  // fnmatch, '*' stops at '/', "**" does not
  std::uint64_t limit = UINT64_MAX;      // matches at most
  MatchOptions options;                  // for each file
  unsigned jobs = 0;                     // 0: one for each processor
  const std::atomic<bool>* stop = nullptr;
  // Look into every tree, whatever the index and the sources say: for comparing.
  bool use_index = true;
};

// A match of one file. Views are valid inside the call only.
struct FileMatch {
  std::string_view path;
  std::string_view language;
  const std::vector<std::string>* capture_names = nullptr;
  const Query* query = nullptr;  // null when it is no query that was searched for
  const Match* match = nullptr;
};

// Writes matches as text. `render` appends a match to `out`; it is called by several threads at
// once and sees matches in no particular order. `deliver` gets what was rendered in the order of
// the matches, in pieces of whole matches, one call at a time; it returns false to end the search.
struct MatchWriter {
  std::function<void(const FileMatch& match, std::string& out)> render;
  std::function<bool(std::string_view text)> deliver;
};

// What a search left out, step by step.
struct SearchPlan {
  std::uint64_t files = 0;             // with a tree, in the store
  std::uint64_t files_asked_for = 0;   // by language and path
  std::uint64_t files_of_index = 0;    // of these: the index cannot leave them out
  std::uint64_t files_with_text = 0;   // of these: their sources cannot leave them out
  std::uint64_t files_with_start = 0;  // of these: a match can begin somewhere in them
  std::uint64_t blocks = 0;            // whose nodes were read
  std::uint64_t blocks_located = 0;    // of these: where their nodes lie was found, too
  std::uint64_t nodes = 0;             // in the trees that were read
  std::uint64_t nodes_entered = 0;     // that the matcher looked at
  // What a file must have, for each language: one line each.
  std::vector<std::string> needs;
};

struct QueryReport {
  std::uint64_t files = 0;  // that were searched or left out by the index
  std::uint64_t matches = 0;
  // Of the files, those in which MatchOptions::match_limit was exceeded.
  std::uint64_t files_over_limit = 0;
  std::vector<std::string> left_out;    // languages for which the query does not compile
  std::vector<FileProblem> unreadable;  // damaged files: named, never silently skipped
  SearchPlan plan;
};

}  // namespace copse
