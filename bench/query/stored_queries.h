// What it costs to have a query at hand: its text compiled, or its bytes read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace copse::bench {

// Prints a line of JSON for each file of queries: bytes of the text and of the compiled query, and
// the median processor time of `rounds` times by tree-sitter's compiler alone, Query::compile and
// Query::from_bytes.
void run_stored_queries(std::uint64_t rounds, const std::string& language,
                        const std::vector<std::string>& files);

}  // namespace copse::bench
