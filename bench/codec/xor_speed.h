// XOR deltas beside plain copies.
#pragma once

namespace copse::bench {

int bench_xor(int argc, char** argv);

}  // namespace copse::bench
