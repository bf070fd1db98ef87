// Which files a search has to look into, by what it needs and what the postings know.
#pragma once

#include <string>
#include <vector>

#include "query/tree_needs.h"
#include "workspace/postings_index.h"

namespace copse {

// Files that may meet the needs, and what was asked to find them, for people.
struct PlannedFiles {
  DocumentSet files;
  std::vector<std::string> steps;  // "identifier in call_expression: 30,123 files"
};

// Clauses that ask for more kinds, edges and words than this are passed over.
inline constexpr std::size_t kAtomsOfClauseMax = 256;
// When so few are left, looking at them costs less than asking on.
inline constexpr std::uint64_t kFewFiles = 16;

// A superset of the files of that grammar that meet the needs. Cost: some microseconds for each
// word, a tenth of a millisecond or so for each frequent kind or edge.
PlannedFiles plan_files(const TreeNeeds& needs, const GrammarPostings& postings,
                        const Grammar& grammar);

}  // namespace copse
