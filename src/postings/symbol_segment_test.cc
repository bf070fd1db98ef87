// Symbol segments against a map: what was put in comes out, in order, also of several segments made
// one, and damage is refused.
#include "postings/symbol_segment.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "core/hash.h"
#include "postings/symbol_builder.h"
#include "postings/symbol_format.h"

namespace copse {
namespace {

std::string hex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

std::uint64_t test_seed() {
  const char* given = std::getenv("COPSE_SEED");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return given == nullptr ? 20240611 : std::strtoull(given, nullptr, 10);
}

using File = std::vector<SymbolEntry>;
// Name, key of the document, place without its byte, kind.
using Answer = std::tuple<std::string, std::uint64_t, std::uint32_t, std::uint32_t, std::uint32_t,
                          std::uint32_t, std::string>;

constexpr const char* kKinds[] = {"definition.function", "definition.class", "reference.call"};

SymbolEntry random_entry(std::mt19937_64& random, std::size_t names) {
  SymbolEntry entry;
  entry.name = "some_prefix_" + std::to_string(random() % names);
  if (random() % 9 == 0) entry.name += std::string(random() % 400, 'x');
  if (random() % 9 == 0) entry.name = std::string(1, static_cast<char>(random() % 256));
  entry.kind = kKinds[random() % 3];
  entry.place.row = static_cast<std::uint32_t>(random() % 5000);
  if (random() % 50 == 0) entry.place.row = UINT32_MAX - static_cast<std::uint32_t>(random() % 9);
  entry.place.column = static_cast<std::uint32_t>(random() % 80);
  entry.place.start_byte = UINT32_MAX;
  entry.place.first_row =
      entry.place.row - static_cast<std::uint32_t>(random() % (std::min(entry.place.row, 3U) + 1));
  entry.place.last_row =
      entry.place.row +
      static_cast<std::uint32_t>(random() % (std::min(UINT32_MAX - entry.place.row, 40U) + 1));
  return entry;
}

std::vector<File> random_files(std::mt19937_64& random, std::size_t files, std::size_t names) {
  std::vector<File> made(files);
  for (File& file : made) {
    file.resize(random() % 40);
    for (SymbolEntry& entry : file)
      entry = random_entry(random, names);
  }
  return made;
}

// Files first..last of the list, known by their numbers plus 100.
Bytes build(const std::vector<File>& files, std::size_t first, std::size_t last, int level = 3) {
  SymbolSegmentBuilder builder;
  for (std::size_t i = first; i < last; ++i)
    EXPECT_TRUE(builder.add(100 + i, files[i]).ok());
  auto bytes = builder.finish(level);
  EXPECT_TRUE(bytes.ok());
  return std::move(bytes).value();
}

std::vector<Answer> expected(const std::vector<File>& files) {
  std::vector<Answer> answers;
  for (std::size_t i = 0; i < files.size(); ++i) {
    for (const SymbolEntry& entry : files[i]) {
      const SymbolPlace& place = entry.place;
      answers.emplace_back(entry.name, 100 + i, place.row, place.column, place.first_row,
                           place.last_row, entry.kind);
    }
  }
  std::sort(answers.begin(), answers.end());
  return answers;
}

void take(const SymbolSegment& segment, SymbolCursor& cursor, std::vector<Answer>& answers) {
  const auto places = cursor.places();
  ASSERT_TRUE(places.ok()) << places.error().message();
  ASSERT_FALSE(places.value().empty());
  for (const IndexedSymbol& place : places.value()) {
    answers.emplace_back(cursor.name(), segment.document_key(place.document), place.row,
                         place.column, place.first_row, place.last_row,
                         segment.kinds()[place.kind]);
  }
}

std::vector<Answer> read_all(const SymbolSegment& segment) {
  std::vector<Answer> answers;
  SymbolCursor cursor(segment);
  EXPECT_TRUE(cursor.seek({}).ok());
  std::string before;
  while (!cursor.at_end()) {
    EXPECT_LE(before, cursor.name());
    before = cursor.name();
    take(segment, cursor, answers);
    if (::testing::Test::HasFatalFailure() || !cursor.next().ok()) break;
  }
  EXPECT_EQ(answers.size(), segment.place_count());
  std::sort(answers.begin(), answers.end());
  return answers;
}

std::vector<Answer> read_name(const SymbolSegment& segment, const std::string& name) {
  std::vector<Answer> answers;
  SymbolCursor cursor(segment);
  EXPECT_TRUE(cursor.seek(name).ok());
  while (!cursor.at_end() && cursor.name() == name) {
    take(segment, cursor, answers);
    if (!cursor.next().ok()) break;
  }
  std::sort(answers.begin(), answers.end());
  return answers;
}

SymbolSegment open(const Bytes& bytes) {
  auto segment = SymbolSegment::open(bytes, nullptr);
  EXPECT_TRUE(segment.ok()) << (segment.ok() ? "" : segment.error().message());
  return std::move(segment).value();
}

TEST(SymbolSegment, WorkedExample) {
  SymbolSegmentBuilder builder;
  const File file = {{"b", "d.f", {7, 1, 2, 0, 5}}, {"ab", "d.f", {3, 0, 3, 0, 0}}};
  ASSERT_TRUE(builder.add(0x0102030405060708, file).ok());
  const auto bytes = builder.finish(3);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(hex(bytes.value()),
            "636f70736573796d"
            "0100000000000000"
            "2a00000000000000"
            "6900000000000000"
            "0103642e66"
            "010807060504030201"
            "01"
            "0261620202"
            "0008083f5ba3394a711e60"
            "000f0f4a479d189e51bd85"
            "129d9ec412bd8288"
            "0000010201616262"
            "000000010002010302010001010004");
}

TEST(SymbolSegment, AgreesWithAMap) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const std::size_t names : {1U, 10U, 3000U}) {
    const std::vector<File> files = random_files(random, 400, names);
    const Bytes bytes = build(files, 0, files.size());
    EXPECT_EQ(bytes, build(files, 0, files.size()));
    const SymbolSegment segment = open(bytes);
    EXPECT_EQ(segment.document_count(), files.size());
    const std::vector<Answer> answers = expected(files);
    EXPECT_EQ(read_all(segment), answers);
    for (int i = 0; i < 200; ++i) {
      const std::string name = random_entry(random, names).name;
      std::vector<Answer> right;
      std::copy_if(answers.begin(), answers.end(), std::back_inserter(right),
                   [&](const Answer& answer) { return std::get<0>(answer) == name; });
      EXPECT_EQ(read_name(segment, name), right) << name;
    }
  }
}

TEST(SymbolSegment, NameOfManyPlacesFillsBlocks) {
  std::vector<File> files(3);
  for (std::uint32_t i = 0; i < 3 * kSymbolBlockPlaces; ++i)
    files[i % 3].push_back({"same", "reference.call", {i, i, 0, i, i}});
  files[1].push_back({"other", "reference.call", {0, 0, 0, 0, 0}});
  files[2].push_back({"tail", "reference.call", {0, 0, 0, 0, 0}});
  const Bytes bytes = build(files, 0, 3);
  const SymbolSegment segment = open(bytes);
  EXPECT_GT(segment.blocks().size(), 3U);
  EXPECT_EQ(read_all(segment), expected(files));
  EXPECT_EQ(read_name(segment, "same").size(), 3 * kSymbolBlockPlaces);
  EXPECT_EQ(read_name(segment, "tail").size(), 1U);
  EXPECT_EQ(read_name(segment, "sam").size(), 0U);
}

TEST(SymbolSegment, EmptyOnes) {
  const SymbolSegment none = open(build({}, 0, 0));
  EXPECT_EQ(none.document_count(), 0U);
  EXPECT_TRUE(read_all(none).empty());
  const SymbolSegment silent = open(build({File{}, File{}}, 0, 2));
  EXPECT_EQ(silent.document_count(), 2U);
  EXPECT_EQ(silent.document_key(1), 101U);
  EXPECT_TRUE(read_name(silent, "a").empty());
}

TEST(SymbolSegment, MergeOfPartsIsTheWhole) {
  std::mt19937_64 random(test_seed());
  const std::vector<File> files = random_files(random, 300, 500);
  const Bytes parts[] = {build(files, 0, 10), build(files, 10, 200), build(files, 200, 300)};
  std::vector<SymbolSegment> segments;
  std::vector<SymbolMergeInput> inputs;
  std::vector<std::uint64_t> keys;
  for (const Bytes& part : parts)
    segments.push_back(open(part));
  std::uint32_t number = 0;
  for (const SymbolSegment& segment : segments) {
    inputs.push_back({&segment, {}});
    for (std::uint32_t d = 0; d < segment.document_count(); ++d) {
      inputs.back().numbers.push_back(number++);
      keys.push_back(segment.document_key(d));
    }
  }
  const auto merged = merge_symbol_segments(inputs, keys, 3);
  ASSERT_TRUE(merged.ok()) << merged.error().message();
  EXPECT_EQ(read_all(open(merged.value())), expected(files));

  // Every third file goes, and the parts change their places.
  std::vector<File> left;
  std::vector<std::uint64_t> left_keys;
  for (const std::size_t part : {2U, 0U, 1U}) {
    for (std::uint32_t d = 0; d < segments[part].document_count(); ++d) {
      const std::uint64_t key = segments[part].document_key(d);
      const bool stays = key % 3 != 0;
      inputs[part].numbers[d] =
          stays ? static_cast<std::uint32_t>(left_keys.size()) : kDroppedDocument;
      if (stays) left_keys.push_back(key);
    }
  }
  left = files;
  for (std::size_t i = 0; i < left.size(); ++i)
    if ((100 + i) % 3 == 0) left[i].clear();
  const auto thinned = merge_symbol_segments(inputs, left_keys, 12);
  ASSERT_TRUE(thinned.ok()) << thinned.error().message();
  EXPECT_EQ(open(thinned.value()).document_count(), left_keys.size());
  EXPECT_EQ(read_all(open(thinned.value())), expected(left));

  std::reverse(left_keys.begin(), left_keys.end());
  for (SymbolMergeInput& input : inputs) {
    for (std::uint32_t& d : input.numbers) {
      if (d != kDroppedDocument) d = static_cast<std::uint32_t>(left_keys.size()) - 1 - d;
    }
  }
  const auto reversed = merge_symbol_segments(inputs, left_keys, 3);
  ASSERT_TRUE(reversed.ok()) << reversed.error().message();
  EXPECT_EQ(read_all(open(reversed.value())), expected(left));

  inputs[0].numbers[1] = inputs[0].numbers[3] = 0;
  EXPECT_EQ(merge_symbol_segments(inputs, left_keys, 3).error().code(), ErrorCode::InvalidArgument);
}

TEST(SymbolSegment, LimitsAreKept) {
  SymbolSegmentBuilder builder;
  File file;
  for (std::size_t i = 0; i < kSymbolKindsMax; ++i)
    file.push_back({"n", "kind" + std::to_string(i), {}});
  ASSERT_TRUE(builder.add(1, file).ok());
  EXPECT_EQ(builder.add(2, File{{"n", "one more", {}}}).error().code(), ErrorCode::LimitExceeded);
  EXPECT_EQ(builder.document_count(), 1U);
  // Entries that are none are left out.
  const File odd = {{"", "kind1", {}},
                    {std::string(kSymbolNameBytesMax + 1, 'n'), "kind1", {}},
                    {"n", "", {}},
                    {"n", "kind1", {0, 1, 0, 2, 2}},
                    {"good", "kind1", {}}};
  ASSERT_TRUE(builder.add(2, odd).ok());
  const Bytes bytes = builder.finish(3).value();
  EXPECT_EQ(open(bytes).place_count(), kSymbolKindsMax + 1);
}

TEST(SymbolSegment, DamageAtEachByteIsRefused) {
  std::mt19937_64 random(7);
  const std::vector<File> files = random_files(random, 12, 20);
  const Bytes whole = build(files, 0, files.size());
  const std::vector<Answer> answers = expected(files);
  const auto is_refused = [&](const Bytes& bytes) {
    const auto segment = SymbolSegment::open(bytes, nullptr);
    if (!segment.ok()) {
      EXPECT_EQ(segment.error().code(), ErrorCode::Corrupt);
      return true;
    }
    bool refused = false;
    for (std::size_t block = 0; block < segment.value().blocks().size(); ++block) {
      refused = refused || !segment.value().read_names(block).ok() ||
                !segment.value().read_places(block).ok();
    }
    return refused;
  };
  EXPECT_FALSE(is_refused(whole));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes damaged = whole;
    damaged[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
    EXPECT_TRUE(is_refused(damaged)) << i;
    EXPECT_TRUE(is_refused(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(i))));
  }
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_TRUE(is_refused(longer));
  Bytes newer = whole;
  newer[8] = 2;
  const std::size_t end = kSymbolHeaderBytes + newer[16] + 256U * newer[17];
  newer.resize(end);
  ByteWriter(newer).u64(checksum64(newer));
  newer.insert(newer.end(), whole.begin() + static_cast<std::ptrdiff_t>(newer.size()), whole.end());
  EXPECT_EQ(SymbolSegment::open(newer, nullptr).error().code(), ErrorCode::Unsupported);
}

TEST(SymbolEntry, ListsRoundTripAndAreChecked) {
  std::mt19937_64 random(9);
  File file;
  for (int i = 0; i < 50; ++i)
    file.push_back(random_entry(random, 10));
  const Bytes bytes = encode_symbols(file);
  const auto read = decode_symbols(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value(), file);
  EXPECT_TRUE(decode_symbols(encode_symbols({})).value().empty());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(decode_symbols(ByteView(bytes).first(i)).ok());
    Bytes damaged = bytes;
    damaged[i] ^= 0x85;
    const auto other = decode_symbols(damaged);
    if (!other.ok()) continue;
    EXPECT_TRUE(std::all_of(other.value().begin(), other.value().end(), is_sound));
  }
}

}  // namespace
}  // namespace copse
