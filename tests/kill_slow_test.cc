// Many kills.
#include "kill_rounds.h"

namespace copse::cli_test {
namespace {

TEST_F(KillTest, TwoHundredRandomInstants) {
  kill_rounds(200);
}

}  // namespace
}  // namespace copse::cli_test
