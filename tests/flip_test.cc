// Some bytes of a small store, flipped in turn; flip_slow_test.cc has all of them.
#include "flip_scenario.h"

namespace copse::flip {
namespace {

constexpr std::size_t kStride = 97;

TEST_F(FlipTest, RightAnswersOrErrors) {
  ASSERT_NO_FATAL_FAILURE(flip_everywhere(kStride));
  compact();
  ASSERT_NO_FATAL_FAILURE(flip_everywhere(kStride));
}

}  // namespace
}  // namespace copse::flip
