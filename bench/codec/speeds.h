// The small codecs: LZ4, packed integers, checksums.
#pragma once

namespace copse::bench {

// speeds ROUNDS FILE...: LZ4 in frames of 64 KB of the files' bytes; lists of integers of several
// kinds; checksums and hashes over 64 KB, in the cache. A line for each.
int bench_speeds(int argc, char** argv);

}  // namespace copse::bench
