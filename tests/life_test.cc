// Faults in some operations of every step of a store's life; life_slow_test.cc has them in all.
#include "life_scenario.h"

namespace copse::life {
namespace {

constexpr std::uint64_t kStride = 11;

TEST_F(LifeTest, AnOperationFails) {
  fail_everywhere(kStride, false, {0});
}

TEST_F(LifeTest, ThePowerFails) {
  fail_everywhere(kStride, true, {0, 1});
}

}  // namespace
}  // namespace copse::life
