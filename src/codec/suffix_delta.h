// Covers that need not be equal to the byte, found by suffix sorting: what suits programs, whose
// addresses change where their code does not.
//
// The search is bsdiff's (Percival, "Naive differences of executable code", 2003) with two changes.
// Long equal stretches are found by blocks first, so that only the rest of the base is sorted,
// which libdivsufsort does (Mori's sort); and what is told of the covers is coded apart and
// adaptively (cover_coder.h). Pure; thread-safe.
#pragma once

#include <optional>

#include "codec/delta_cover.h"
#include "core/bytes.h"

namespace copse {

// Of the base's bytes outside of equal stretches, the first so many are sorted: memory five times
// that.
inline constexpr std::size_t kSuffixBytesMax = std::size_t{32} << 20;

// More covers than `equal`, wider ones, in the same order; each at most half of differing bytes. No
// value when the sort fails. Cost: about 100 ns a byte that is sorted, and 300 ns a byte of the
// target outside of `equal`.
std::optional<DeltaCovers> find_suffix_covers(ByteView base, ByteView target,
                                              const DeltaCovers& equal);

}  // namespace copse
