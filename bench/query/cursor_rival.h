// tree-sitter's own query cursor over trees that are already in memory.
#pragma once

#include <string>
#include <vector>

#include "common/corpus.h"

namespace copse::bench {

// Parses all files and keeps trees and sources, then runs one query after another over all of them,
// on `jobs` threads. Prints a line of JSON for the trees, and one for each query in turn. What a
// query finds goes to `<output>/<name of the query's file>.txt`, in the order of the list, or is
// only counted when the query's path has "count:" before it. Paths are written relative to `root`.
void run_cursor(const std::vector<SourceFile>& files, const std::string& root, unsigned jobs,
                const std::string& output, const std::vector<std::string>& queries);

}  // namespace copse::bench
