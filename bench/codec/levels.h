// A stream through the adaptive compressor, for others to load the machine beside it.
#pragma once

namespace copse::bench {

// levels FILE MB_PER_S SECONDS THREADS WISH FIXED: cuts the file into frames of 64 KB and offers
// them at that rate, again and again, to so many threads; MB_PER_S 0: as fast as they are taken.
// FIXED 1 leaves the level alone, for comparison. Every 100 ms a line: what the compressor saw and
// decided, and what went through. Runs at the priority it was started with.
int bench_levels(int argc, char** argv);

}  // namespace copse::bench
