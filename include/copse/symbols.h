// Definitions and references by name, as the `tags.scm` of the grammars finds them: what
// Workspace::symbols() and Workspace::outline() take and give.
//
// Kinds are the grammars' own words without "definition." and "reference.": "function", "method",
// "class", "call", ... Names longer than 512 bytes are not kept. Rows and columns count from 0,
// columns in bytes.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/file_problem.h"
#include "copse/node.h"

namespace copse {

enum class SymbolMatch : std::uint8_t {
  Exact,
  Prefix,
  // Names that what was typed may stand for, best first: the name, a beginning of it, one slip of
  // the keyboard, beginnings of its words, its letters in order; shorter names first. Case is of
  // little weight. Of the best kFuzzyNamesMax names.
  Fuzzy,
};

inline constexpr std::size_t kFuzzyNamesMax = 4096;

enum class SymbolRole : std::uint8_t { Any, Definition, Reference };

struct SymbolRequest {
  std::string name;  // empty: every name, unless an exact one is asked for
  SymbolMatch match = SymbolMatch::Exact;
  SymbolRole role = SymbolRole::Any;
  std::optional<std::string> kind;
  std::optional<std::string> language;   // id or another name for it
  std::optional<std::string> path_glob;  // as QueryRequest's
  std::uint64_t limit = UINT64_MAX;      // symbols at most
  unsigned jobs = 0;  // for files that no index covers; 0: one for each processor
  const std::atomic<bool>* stop = nullptr;
};

// Views are valid inside the visitor's call only.
struct Symbol {
  std::string_view name;
  std::string_view kind;
  bool is_definition = false;
  std::string_view path;
  std::string_view language;
  Point start;  // of the name
  // The rows of what is named, from the first to the last one.
  std::uint32_t first_row = 0;
  std::uint32_t last_row = 0;
};

struct SymbolReport {
  std::uint64_t symbols = 0;            // given to the visitor
  std::uint64_t files_walked = 0;       // whose trees were searched, as no index covers them
  std::vector<std::string> left_out;    // languages without a tags query in the store
  std::vector<FileProblem> unreadable;  // damage: named, never silently skipped
};

// A definition in one file.
struct OutlineItem {
  std::string name;
  std::string kind;
  std::uint32_t depth = 0;  // definitions around it
  Point start;              // of the name
  std::uint32_t start_byte = 0;
  // What is defined: bytes [begin_byte, end_byte), in these rows.
  std::uint32_t begin_byte = 0;
  std::uint32_t end_byte = 0;
  std::uint32_t first_row = 0;
  std::uint32_t last_row = 0;
};

}  // namespace copse
