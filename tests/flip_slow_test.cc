// Every byte of a small store, flipped in turn.
#include "flip_scenario.h"

namespace copse::flip {
namespace {

TEST_F(FlipTest, EveryByteAsIndexed) {
  flip_everywhere(1);
}

TEST_F(FlipTest, EveryByteCompacted) {
  compact();
  flip_everywhere(1);
}

}  // namespace
}  // namespace copse::flip
