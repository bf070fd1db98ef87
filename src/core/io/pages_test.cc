#include "core/io/pages.h"

#include <cstring>

#include <gtest/gtest.h>

#include "core/io/memory.h"

namespace copse {
namespace {

TEST(Pages, AreZeroedAndGoBackToTheSystem) {
  constexpr std::size_t kBytes = std::size_t{64} << 20;
  Pages pages;
  auto* bytes = static_cast<char*>(pages.reserve(kBytes));
  ASSERT_NE(bytes, nullptr);
  EXPECT_EQ(bytes[kBytes - 1], 0);
  const auto before = memory_usage();
  std::memset(bytes, 7, kBytes);
  const auto filled = memory_usage();
  pages.drop(1, kBytes);
  const auto dropped = memory_usage();
  ASSERT_TRUE(before.ok() && filled.ok() && dropped.ok());
  EXPECT_GT(filled.value().rss_anonymous_bytes, before.value().rss_anonymous_bytes + kBytes / 2);
  EXPECT_LT(dropped.value().rss_anonymous_bytes, filled.value().rss_anonymous_bytes - kBytes / 2);
  EXPECT_EQ(bytes[0], 7);  // of a page that is not whole within the range
  EXPECT_EQ(bytes[kBytes - 1], 0);
  pages.release();
  EXPECT_EQ(pages.data(), nullptr);
}

}  // namespace
}  // namespace copse
