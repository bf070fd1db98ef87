// Faults in every operation of every step of a store's life.
#include "life_scenario.h"

namespace copse::life {
namespace {

TEST_F(LifeTest, EveryOperationFails) {
  fail_everywhere(1, false, {0});
}

// Seed 0 keeps only what was synced; the others keep and tear at random what was not.
TEST_F(LifeTest, ThePowerFailsAtEveryOperation) {
  fail_everywhere(1, true, {0, 1, 2, 3});
}

}  // namespace
}  // namespace copse::life
