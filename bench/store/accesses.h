// A store in tiers under a sequence of accesses, in a process of its own, its memory watched.
#pragma once

namespace copse::bench {

// STORE PATHS TRACE POLICY TIERS BUDGET_MB. PATHS has a path a line, TRACE the number of one, from
// 0, a line; TIERS are the first letters of those that are on: "hwc", "hc", "hw", "h". Each access
// opens the tree and walks it. Prints memory in bytes as the kernel counts it (RssAnon +
// RssShmem): before the store was opened, with the store open, the most there was; times in
// microseconds, of all accesses and of those that each tier answered; hits by tier.
int bench_accesses(int argc, char** argv);

}  // namespace copse::bench
