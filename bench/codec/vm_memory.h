// Deltas of memory images, measured from inside, and QEMU's own way with changed pages beside them.
#pragma once

namespace copse::bench {

// pages BASE TARGET THREADS ROUNDS: times of the codec alone, over mapped and touched images.
int bench_pages(int argc, char** argv);

// xbzrle BASE TARGET: what a migration would send of the target's pages.
int bench_xbzrle(int argc, char** argv);

}  // namespace copse::bench
