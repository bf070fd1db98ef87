// Some kills; kill_slow_test.cc has more.
#include "kill_rounds.h"

namespace copse::cli_test {
namespace {

TEST_F(KillTest, FiftyRandomInstants) {
  kill_rounds(50);
}

}  // namespace
}  // namespace copse::cli_test
