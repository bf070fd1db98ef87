// What chunking costs and what its chunks share, beside the Rabin reference.
#pragma once

namespace copse::bench {

// chunking AVERAGE ROUNDS FILE...: the files are versions of one thing, in order; what a version
// shares is what lies in chunks of it that an earlier one, or itself, had already. Speeds are of
// the processor time of one thread, the best of ROUNDS, over all files.
int bench_chunking(int argc, char** argv);

}  // namespace copse::bench
