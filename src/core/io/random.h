// The seam to chance.
#pragma once

#include <cstdint>

namespace copse {

// 64 bits from the kernel. For names and seeds; a test passes its own seed instead of calling this.
std::uint64_t random_bits();

}  // namespace copse
