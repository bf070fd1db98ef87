// A byte put in front of a file: how many of its chunks are new.
#pragma once

namespace copse::bench {

// FILE...: the first megabyte of each, cut by the chunker at 4 KB, and again with a byte in front.
// Prints for each the chunks before and those of the new one that the old one has not.
int bench_front_insert(int argc, char** argv);

}  // namespace copse::bench
