// Opening and walking files of about one size from each tier, and parsing and walking them.
#pragma once

namespace copse::bench {

// STORE PATHS FILLER TIER ROUNDS: brings each path of PATHS into the tier, and then times its tree:
// opened, and every node visited. FILLER has the paths whose opening pushes the others out of hot.
// Prints the times in microseconds, one for each path that was in the tier, and what its walk came
// to ("hash").
int bench_open_by_tier(int argc, char** argv);

// ROOT LIST ROUNDS: the same for tree-sitter, sources in memory. LIST has a path a line, of C.
int bench_parse(int argc, char** argv);

}  // namespace copse::bench
