// Files as content-defined chunks of 4 KB, each content kept once: what sharing by chunks would
// take.
#pragma once

namespace copse::bench {

// LIST LEVEL: LIST has a path a line. Prints the bytes of all files, of the chunks that differ, and
// of these, each a zstd frame of that level, and how many references to chunks the files have.
int bench_chunked(int argc, char** argv);

}  // namespace copse::bench
