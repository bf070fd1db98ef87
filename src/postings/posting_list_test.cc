// Lists and tables of lists against plain vectors.
#include "postings/posting_list.h"

#include <map>

#include <gtest/gtest.h>

#include "postings/list_table.h"
#include "testing/languages.h"

namespace copse {
namespace {

using testing::Random;

using List = std::vector<std::uint32_t>;

List random_list(Random& random, std::uint32_t universe, double density) {
  List list;
  const auto chosen = [&] { return random.below(1'000'000) < density * 1e6; };
  bool run = false;
  for (std::uint32_t i = 0; i < universe; ++i) {
    // Some stand together, as files of one directory do.
    if (random.below(16) == 0) run = chosen();
    if (run || chosen()) list.push_back(i);
  }
  return list;
}

void check_round_trip(const List& list, std::uint32_t universe) {
  BitWriter out;
  out.put(5, 3);  // not at a byte's beginning
  put_posting_list(out, list, universe);
  out.put(1, 1);
  const Bytes bytes = out.finish();
  BitReader in(bytes);
  in.get(3);
  List read;
  ASSERT_TRUE(get_posting_list(in, static_cast<std::uint32_t>(list.size()), universe, read));
  ASSERT_EQ(read, list);
  ASSERT_EQ(in.get(1), 1U);
}

TEST(PostingList, ComesBack) {
  Random random(4);
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(random.seed()));
  check_round_trip({}, 0);
  check_round_trip({}, 10);
  check_round_trip({0}, 1);
  check_round_trip({kSegmentDocumentsMax - 1}, kSegmentDocumentsMax);
  for (const std::uint32_t universe : {1U, 2U, 7U, 63U, 64U, 65U, 1000U, 55000U}) {
    for (const double density : {0.0005, 0.02, 0.3, 0.5, 0.9, 0.999, 1.0}) {
      check_round_trip(random_list(random, universe, density), universe);
    }
  }
}

TEST(PostingList, TakesNoMoreThanABitADocument) {
  Random random(5);
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(random.seed()));
  for (const double density : {0.1, 0.5, 0.9}) {
    const List list = random_list(random, 50'000, density);
    BitWriter out;
    put_posting_list(out, list, 50'000);
    EXPECT_LT(out.bit_count(), 51'000U);
  }
}

TEST(PostingList, AscendsWhateverTheBitsAre) {
  Random random(6);
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(random.seed()));
  for (int round = 0; round < 3000; ++round) {
    Bytes bytes(random.below(40));
    for (auto& byte : bytes)
      byte = static_cast<std::uint8_t>(random.below(256));
    const std::uint32_t universe = 1 + random.below(500);
    const std::uint32_t count = random.below(universe + 1);
    BitReader in(bytes);
    List list;
    if (!get_posting_list(in, count, universe, list)) continue;
    ASSERT_EQ(list.size(), count);
    for (std::size_t i = 0; i < list.size(); ++i) {
      ASSERT_LT(list[i], universe);
      ASSERT_TRUE(i == 0 || list[i - 1] < list[i]);
    }
  }
}

struct WrittenTable {
  ListTableShape shape;
  Bytes index;
  Bytes data;
};

WrittenTable write_table(const std::map<std::uint32_t, List>& lists, std::uint32_t documents,
                         std::uint32_t key_end) {
  ListTableWriter writer(100, documents, key_end);
  for (const auto& [key, list] : lists)
    writer.put(key, list);
  writer.finish();
  return {writer.shape(), writer.index(), writer.data()};
}

std::map<std::uint32_t, List> random_lists(Random& random, std::uint32_t documents,
                                           std::uint32_t key_end, std::size_t count) {
  std::map<std::uint32_t, List> lists;
  for (std::size_t i = 0; i < count; ++i) {
    const List list = random_list(random, documents, random.below(50) == 0 ? 0.5 : 0.002);
    if (!list.empty()) lists[random.below(key_end)] = list;
  }
  return lists;
}

TEST(ListTable, FindsEachListAndNoOther) {
  Random random(8);
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(random.seed()));
  const auto lists = random_lists(random, 3000, 1U << 24, 3000);
  const WrittenTable written = write_table(lists, 3000, 1U << 24);
  ASSERT_GT(written.shape.pages, 3U);
  const auto table = ListTable::open(written.shape, written.index, written.data);
  ASSERT_TRUE(table.ok());
  for (auto [key, list] : lists) {
    for (std::uint32_t& document : list)
      document += 100;
    ASSERT_EQ(table.value().find(key).value(), list);
    ASSERT_TRUE(lists.contains(key + 1) || table.value().find(key + 1).value().empty());
  }
  ListCursor cursor(table.value());
  for (const auto& [key, list] : lists) {
    ASSERT_TRUE(cursor.next().value());
    ASSERT_EQ(cursor.key(), key);
    ASSERT_EQ(List(cursor.documents().begin(), cursor.documents().end()), list);
  }
  EXPECT_FALSE(cursor.next().value());
  EXPECT_FALSE(cursor.next().value());
}

TEST(ListTable, ADamagedPageIsRefusedAndTheOthersAnswer) {
  Random random(9);
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(random.seed()));
  const auto lists = random_lists(random, 2000, 10'000, 2000);
  WrittenTable written = write_table(lists, 2000, 10'000);
  ASSERT_GT(written.shape.pages, 3U);
  written.data[written.data.size() - 1] ^= 4;
  const auto table = ListTable::open(written.shape, written.index, written.data);
  ASSERT_TRUE(table.ok());
  EXPECT_TRUE(table.value().find(lists.begin()->first).ok());
  EXPECT_FALSE(table.value().find(lists.rbegin()->first).ok());
  EXPECT_FALSE(table.value().check_pages().ok());
}

TEST(ListTable, IndexesThatMakeNoSenseAreRefused) {
  Random random(10);
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(random.seed()));
  const auto lists = random_lists(random, 500, 10'000, 2000);
  const WrittenTable written = write_table(lists, 500, 10'000);
  ListTableShape shape = written.shape;
  EXPECT_FALSE(ListTable::open(shape, ByteView(written.index).first(12), written.data).ok());
  shape.data_bytes += 1;
  EXPECT_FALSE(ListTable::open(shape, written.index, written.data).ok());
  Bytes index = written.index;
  index[kPageEntryBytes + 7] = 0xFF;  // where the second page begins
  EXPECT_FALSE(ListTable::open(written.shape, index, written.data).ok());
}

}  // namespace
}  // namespace copse
