// Making a damaged store whole again, as far as what is left of it allows.
//
// A store keeps its catalogue, its grammars, models and dictionaries twice: the damaged one of two
// is written anew. A tree is made again by parsing its source; a source comes from an equal file of
// the store, or from the file it was read from if that still has the same content. Postings and
// symbols are collected again from the trees.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "copse/file_problem.h"
#include "copse/result.h"
#include "copse/storage.h"

namespace copse {

struct RepairOptions {
  // Where the store's directory is.
  Storage storage;
  // As in IndexOptions: where grammars are and the program that parses.
  std::vector<std::string> grammar_path;
  std::vector<std::string> parse_command;
  // Only look. Takes no lock and writes nothing; the report says what was found.
  bool dry_run = false;
  // Stop soon after this becomes true; what was repaired stays.
  const std::atomic<bool>* stop = nullptr;
};

struct RepairReport {
  // What was damaged, each with file and offset, and what is so still.
  std::vector<std::string> found;
  std::vector<std::string> left;
  std::uint64_t sources_restored = 0;
  std::uint64_t trees_restored = 0;
  // Files that lack their source or their tree, and why that could not be made again.
  std::vector<FileProblem> lost;
  double elapsed_s = 0;
  bool interrupted = false;
};

// Readers go on undisturbed. A crash at any instant leaves a store that answers no less than
// before. NotFound when there is no store, Busy when somebody else writes it, Corrupt when neither
// HEAD nor its copy can be read. Costs a read of the whole store, twice where there is damage; then
// a parse for each tree that is lost. Memory: about 150 bytes a file and one file with its tree.
Result<RepairReport> repair_store(const std::string& store_directory, const RepairOptions& options);

}  // namespace copse
