// What a target has of its base: the common language of those who find it and of those who code it.
#pragma once

#include <cstdint>
#include <vector>

namespace copse {

// target[target_begin, + length) is base[base_begin, + length), or nearly so: where bytes may
// differ, they are coded.
struct DeltaCover {
  std::uint64_t base_begin = 0;
  std::uint64_t target_begin = 0;
  std::uint64_t length = 0;

  std::uint64_t base_end() const { return base_begin + length; }
  std::uint64_t target_end() const { return target_begin + length; }
};

// In the order of the target, without overlap in it.
using DeltaCovers = std::vector<DeltaCover>;

}  // namespace copse
