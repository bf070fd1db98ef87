// Covers of a target by blocks of its base, wherever they lie: rsync's search with the base at
// hand.
//
// Pure; thread-safe.
#pragma once

#include <cstddef>

#include "codec/block_index.h"
#include "codec/delta_cover.h"
#include "core/bytes.h"

namespace copse {

struct CoverSearch {
  // The least bytes of a cover that lies where the last ones did, give or take `near_bytes`, and of
  // one that lies elsewhere: a jump costs more than it saves when it is short.
  std::size_t length_min = 32;
  std::size_t far_length_min = 64;
  std::size_t near_bytes = 4096;
  // Behind a cover: how far ahead the bytes may agree again at the same distance, and how many have
  // to.
  std::size_t resume_reach = 16;
  std::size_t resume_bytes = 12;
};

// Every cover is of equal bytes. `target_begin` is where the part lies in the whole target, for the
// guess that nothing moved. Cost: about two nanoseconds a byte that is not covered, and a
// comparison of those that are.
DeltaCovers find_covers(const BlockIndex& index, ByteView target, std::uint64_t target_begin,
                        const CoverSearch& search);

// How many bytes are equal from both beginnings on, or before both ends, at most `most`.
std::size_t equal_bytes(const std::uint8_t* a, const std::uint8_t* b, std::size_t most);
std::size_t equal_bytes_before(const std::uint8_t* a, const std::uint8_t* b, std::size_t most);

}  // namespace copse
