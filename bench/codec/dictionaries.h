// What a dictionary saves of the sources of one language.
#pragma once

namespace copse::bench {

// dictionaries LIST JOBS: half of the files of LIST (common/corpus.h), by a bit of their content,
// train dictionaries of several sizes; of the other half an even sample is compressed at level 19,
// each file a frame of its own, without a dictionary (a whole zstd frame) and with each. A line for
// each size. The dictionary's own bytes, packed, are shared out over all bytes of LIST.
int bench_dictionaries(int argc, char** argv);

}  // namespace copse::bench
