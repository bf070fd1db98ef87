// Recorded accesses against each replacement policy, and against the best that any could have done.
#pragma once

namespace copse::bench {

// TRACE BYTES...: TRACE has "<entry> <bytes>" a line, an access. Prints a line for each capacity:
// the share of accesses that each policy and Belady's choice answer from the cache.
int bench_replay(int argc, char** argv);

}  // namespace copse::bench
