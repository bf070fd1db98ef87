// Processor time of the calling thread: what others do beside us is not in it.
#pragma once

#include <algorithm>
#include <ctime>

namespace copse::bench {

inline double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// The least of `rounds` runs.
template <typename Work>
double best_seconds(int rounds, const Work& work) {
  double best = 1e99;
  for (int round = 0; round < rounds; ++round) {
    const double begin = thread_seconds();
    work();
    best = std::min(best, thread_seconds() - begin);
  }
  return best;
}

// Keeps the compiler from leaving out what nobody looks at.
template <typename Value>
void keep(const Value& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

}  // namespace copse::bench
