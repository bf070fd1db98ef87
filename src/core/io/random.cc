// Chance, from the kernel.
#include "core/io/random.h"

#include <cerrno>
#include <sys/random.h>

#include "core/check.h"

namespace copse {

std::uint64_t random_bits() {
  std::uint64_t bits = 0;
  ssize_t count = -1;
  do {
    count = ::getrandom(&bits, sizeof(bits), 0);
  } while (count < 0 && errno == EINTR);
  COPSE_CHECK(count == sizeof(bits));  // up to 256 bytes it answers in full
  return bits;
}

}  // namespace copse
