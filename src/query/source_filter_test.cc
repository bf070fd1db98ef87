// The search for texts against its plain twin, and what filters let pass.
#include "query/source_filter.h"

#include <random>

#include <gtest/gtest.h>

namespace copse {
namespace {

using Texts = std::vector<std::string>;

TEST(SourceFilter, FindsATextAtEveryPlace) {
  for (const std::size_t length : {2U, 3U, 31U, 32U, 33U, 64U, 70U}) {
    const std::string text = "#" + std::string(length - 2, 'x') + "!";
    const TextFinder finder({text});
    for (std::size_t before = 0; before < 100; ++before) {
      for (const std::size_t behind : {0U, 1U, 40U}) {
        const std::string source = std::string(before, '#') + text + std::string(behind, '!');
        EXPECT_TRUE(finder.occurs_in(source)) << length << ", " << before << ", " << behind;
        EXPECT_FALSE(finder.occurs_in(source.substr(0, before + length - 1)));
      }
    }
  }
}

TEST(SourceFilter, FindsWhatItsPlainTwinFinds) {
  std::mt19937_64 random(11);
  const auto word = [&](std::size_t bytes) {
    std::string made;
    while (made.size() < bytes)
      made += static_cast<char>('a' + random() % 3);
    return made;
  };
  std::size_t found = 0;
  for (int round = 0; round < 4000; ++round) {
    Texts texts;
    for (std::size_t i = 0; i <= random() % 4; ++i)
      texts.push_back(word(1 + random() % 9));
    const TextFinder finder(texts);
    const std::string source = word(random() % 200);
    const bool plainly = finder.occurs_in_plainly(source);
    found += plainly ? 1 : 0;
    ASSERT_EQ(finder.occurs_in(source), plainly) << source;
  }
  EXPECT_GT(found, 500U);
  EXPECT_LT(found, 3900U);
}

TreeNeeds needs_of_texts(const std::vector<std::vector<Texts>>& alternatives) {
  TreeNeeds needs;
  for (const auto& texts : alternatives) {
    needs.alternatives.emplace_back().texts = texts;
  }
  return needs;
}

TEST(SourceFilter, AsksForOneTextOfEachListOfOneAlternative) {
  const SourceFilter filter(needs_of_texts({{{"ab", "cd"}, {"ef"}}, {{"gh"}}}));
  ASSERT_TRUE(filter.is_usable());
  EXPECT_TRUE(filter.may_match("ab ef"));
  EXPECT_TRUE(filter.may_match("efcd"));
  EXPECT_TRUE(filter.may_match("g gh"));
  EXPECT_FALSE(filter.may_match("ab cd"));
  EXPECT_FALSE(filter.may_match("ef"));
  EXPECT_FALSE(filter.may_match(""));
}

TEST(SourceFilter, AnAlternativeWithoutTextsLetsAllPass) {
  EXPECT_FALSE(SourceFilter(needs_of_texts({{{"ab"}}, {}})).is_usable());
  EXPECT_TRUE(SourceFilter(needs_of_texts({{{"ab"}}, {}})).may_match(""));
  EXPECT_FALSE(SourceFilter(TreeNeeds()).is_usable());
}

}  // namespace
}  // namespace copse
