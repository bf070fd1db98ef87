// Which names answer to what was typed, and which of them better.
#include "postings/symbol_rank.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace copse {
namespace {

// Those that answer, best first.
std::vector<std::string> ranked(const std::string& typed, const std::vector<std::string>& names) {
  SymbolRanker ranker(typed);
  std::vector<std::pair<std::uint32_t, std::string>> found;
  for (const std::string& name : names) {
    if (const auto rank = ranker.rank(name)) found.emplace_back(*rank, name);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> answer;
  for (const auto& [rank, name] : found)
    answer.push_back(name);
  return answer;
}

using Names = std::vector<std::string>;

TEST(SymbolRank, Order) {
  EXPECT_EQ(ranked("open", {"reopened", "o_p_e_n_", "opne", "OPEN", "openat", "open", "file_open",
                            "OpenFile", "oxpxexn", "close"}),
            (Names{"open", "OPEN", "openat", "OpenFile", "opne", "o_p_e_n_", "file_open", "oxpxexn",
                   "reopened"}));
}

TEST(SymbolRank, BeginningsOfWords) {
  const Names names = {"get_free_page", "GetFreePage", "__get_free_pages",
                       "getfreepage",   "HTTPServer",  "utf8_decode"};
  EXPECT_EQ(ranked("gfp", names),
            (Names{"GetFreePage", "get_free_page", "__get_free_pages", "getfreepage"}));
  SymbolRanker ranker("gfp");
  EXPECT_EQ(*ranker.rank("get_free_page") >> 17U, 3U);
  EXPECT_EQ(*ranker.rank("getfreepage") >> 17U, 4U);
  EXPECT_EQ(ranked("getpage", names).front(), "GetFreePage");
  EXPECT_EQ(ranked("hs", names), (Names{"HTTPServer"}));
  EXPECT_EQ(ranked("u8", names), (Names{"utf8_decode"}));
}

TEST(SymbolRank, OneSlip) {
  for (const char* typed : {"kmaloc", "kmallloc", "kmslloc", "kmlaloc", "mkalloc", "kmallo"}) {
    EXPECT_EQ(ranked(typed, {"kmalloc", "vmalloc_node"}), (Names{"kmalloc"})) << typed;
  }
  EXPECT_EQ(ranked("kmlalco", {"kmalloc"}), Names{});
  EXPECT_EQ(ranked("abx", {"aby"}), Names{});  // too short to allow for one
}

TEST(SymbolRank, Edges) {
  const std::string longer(SymbolRanker::kTypedBytesMax + 1, 'a');
  EXPECT_EQ(ranked(longer, {longer, longer + "b"}), (Names{longer}));
  const std::string longest(SymbolRanker::kTypedBytesMax, 'a');
  EXPECT_EQ(ranked(longest, {longest, "x_" + longest}).size(), 2U);
  EXPECT_EQ(ranked("\xc3\xa9t\xc3\xa9", {"\xc3\xa9t\xc3\xa9s"}).size(), 1U);
}

}  // namespace
}  // namespace copse
