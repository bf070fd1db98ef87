// Deltas of version 1, as the first build wrote them: tests/data/formats/delta.
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "codec/delta.h"

namespace copse {
namespace {

Bytes golden(const std::string& name) {
  std::ifstream file(std::string(COPSE_TEST_DATA_DIR) + "/formats/delta/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(DeltaGolden, DeltasOfVersion1AreRead) {
  const Bytes base = golden("base.c");
  const Bytes target = golden("target.c");
  for (std::size_t i = 0; i + 1 < kDeltaAlgorithmCount; ++i) {
    const auto algorithm = static_cast<DeltaAlgorithm>(i);
    const std::string name(delta_algorithm_name(algorithm));
    const Bytes delta = golden("v1_" + name + ".delta");
    const auto header = read_delta_header(delta, 0);
    ASSERT_TRUE(header.ok()) << header.error().message();
    EXPECT_EQ(header.value().algorithm, algorithm);
    const auto back = decode_delta(base, delta, target.size());
    ASSERT_TRUE(back.ok()) << name << ": " << back.error().message();
    EXPECT_TRUE(back.value() == target) << name;
  }
}

// Three parts, of which the middle one is empty.
TEST(DeltaGolden, ChainsOfVersion1AreRead) {
  const auto back = decode_delta(golden("base.c"), golden("v1_chain.delta"), 1 << 20);
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_TRUE(back.value() == golden("target.c"));
}

}  // namespace
}  // namespace copse
