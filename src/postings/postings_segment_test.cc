// Segments against maps: built, merged, damaged, and as they were written once.
#include "postings/postings_segment.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "postings/postings_builder.h"
#include "postings/segment_compare.h"
#include "postings/segment_merge.h"
#include "testing/languages.h"

namespace copse {
namespace {

using testing::Random;

using Documents = std::map<std::uint64_t, DocumentFacts>;

ContentId some_grammar() {
  return testing::language("json").grammar()->identity();
}

DocumentFacts random_facts(Random& random, std::size_t words) {
  DocumentFacts facts;
  for (std::uint16_t kind = 0; kind < 20; ++kind) {
    if (random.below(3) != 0) facts.kinds.push_back(kind);
  }
  for (int i = 0; i < 30; ++i) {
    facts.edges.push_back({static_cast<std::uint16_t>(random.below(8)),
                           static_cast<std::uint16_t>(random.below(3)),
                           static_cast<std::uint16_t>(random.below(8))});
  }
  for (std::size_t i = 0; i < words; ++i) {
    // Some are in many documents.
    facts.words.push_back(random.below(4) == 0 ? 0x01234567U * (1 + random.below(50))
                                               : random.below(UINT32_MAX));
  }
  facts.has_missing = random.below(5) == 0;
  facts.any_word = random.below(40) == 0;
  if (facts.any_word) facts.words.clear();
  sort_facts(facts);
  facts.edges.erase(std::unique(facts.edges.begin(), facts.edges.end()), facts.edges.end());
  facts.words.erase(std::unique(facts.words.begin(), facts.words.end()), facts.words.end());
  return facts;
}

Documents random_documents(Random& random, std::size_t count, std::uint32_t words) {
  Documents documents;
  for (std::size_t i = 0; i < count; ++i)
    documents[random.below(UINT32_MAX)] =
        random_facts(random, i % 50 == 7 ? 5000 : random.below(words));
  return documents;
}

PostingsSegment open(Bytes bytes) {
  const auto owner = std::make_shared<const Bytes>(std::move(bytes));
  auto segment = PostingsSegment::open(*owner, owner);
  EXPECT_TRUE(segment.ok()) << (segment.ok() ? "" : segment.error().message());
  return std::move(segment).value();
}

Bytes build(const Documents& documents) {
  PostingsBuilder builder(some_grammar());
  for (const auto& [key, facts] : documents)
    builder.add(key, facts);
  return builder.finish();
}

template <typename Has>
std::vector<std::uint64_t> keys_with(const Documents& documents, const Has& has) {
  std::vector<std::uint64_t> keys;
  for (const auto& [key, facts] : documents) {
    if (has(facts)) keys.push_back(key);
  }
  return keys;
}

std::vector<std::uint64_t> keys_of(const PostingsSegment& segment, const DocumentSet& set) {
  std::vector<std::uint64_t> keys;
  for (const std::uint32_t document : set.to_vector())
    keys.push_back(segment.key(document));
  std::sort(keys.begin(), keys.end());
  return keys;
}

bool knows(const DocumentFacts& facts, std::uint32_t word, unsigned bits) {
  return facts.any_word || std::any_of(facts.words.begin(), facts.words.end(), [&](auto each) {
           return each >> (32 - bits) == word >> (32 - bits);
         });
}

// Every answer of the segment is that of the documents.
void check(const PostingsSegment& segment, const Documents& documents) {
  ASSERT_EQ(segment.document_count(), documents.size());
  ASSERT_TRUE(segment.check_pages().ok());
  for (std::uint16_t kind = 0; kind < 22; ++kind) {
    ASSERT_EQ(keys_of(segment, segment.documents_with_kind(kind).value()),
              keys_with(documents, [&](const DocumentFacts& facts) {
                return std::count(facts.kinds.begin(), facts.kinds.end(), kind) > 0;
              }));
  }
  ASSERT_EQ(keys_of(segment, segment.documents_with_missing().value()),
            keys_with(documents, [](const DocumentFacts& facts) { return facts.has_missing; }));
  for (int i = 0; i < 200; ++i) {
    EdgePattern pattern;
    if (i % 2 == 0) pattern.parent = static_cast<std::uint16_t>(i / 8 % 9);
    if (i % 3 == 0) pattern.field = static_cast<std::uint16_t>(i / 12 % 4);
    if (i % 4 < 2) pattern.child = static_cast<std::uint16_t>(i / 16 % 9);
    ASSERT_EQ(keys_of(segment, segment.documents_with_edge(pattern).value()),
              keys_with(documents, [&](const DocumentFacts& facts) {
                return std::any_of(facts.edges.begin(), facts.edges.end(),
                                   [&](const FactEdge& edge) { return pattern.matches(edge); });
              }));
  }
  int looked_up = 0;
  for (const auto& [key, facts] : documents) {
    if (facts.words.empty() || ++looked_up > 60) continue;
    const std::uint32_t word = facts.words[facts.words.size() / 2];
    const auto found = keys_of(segment, segment.documents_with_word(word).value());
    ASSERT_EQ(found, keys_with(documents, [&](const DocumentFacts& each) {
                const std::size_t tier = tier_of(size_class_of(each.words.size()));
                return knows(each, word, segment.word_bits(tier));
              }));
  }
}

TEST(PostingsSegment, AnswersAsTheDocumentsDo) {
  Random random(11);
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(random.seed()));
  for (const std::size_t count : {0U, 1U, 30U, 400U}) {
    const Documents documents = random_documents(random, count, 300);
    const Bytes bytes = build(documents);
    EXPECT_EQ(build(documents), bytes);
    check(open(bytes), documents);
  }
}

TEST(PostingsSegment, FactsThatAreSaidTwiceCountOnce) {
  Random random(12);
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(random.seed()));
  Documents documents = random_documents(random, 20, 50);
  PostingsBuilder builder(some_grammar());
  for (const auto& [key, facts] : documents) {
    DocumentFacts twice = facts;
    twice.kinds.insert(twice.kinds.end(), facts.kinds.begin(), facts.kinds.end());
    twice.edges.insert(twice.edges.end(), facts.edges.begin(), facts.edges.end());
    builder.add(key, twice);
  }
  check(open(builder.finish()), documents);
}

TEST(PostingsMerge, IsAsIfBuiltAtOnce) {
  Random random(13);
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(random.seed()));
  Documents all;
  std::vector<PostingsSegment> segments;
  for (int i = 0; i < 5; ++i) {
    const Documents some = random_documents(random, 40 + 30 * static_cast<std::size_t>(i), 200);
    segments.push_back(open(build(some)));
    all.insert(some.begin(), some.end());
  }
  segments.push_back(open(build({all.begin(), std::next(all.begin(), 20)})));  // again
  const auto merged = merge_segments(segments, all_documents(segments));
  ASSERT_TRUE(merged.ok());
  check(open(merged.value()), all);
  // In a given order, it is bit for bit what a builder makes of that order.
  std::vector<std::uint64_t> keys;
  for (const auto& [key, facts] : all)
    keys.push_back(key);
  const auto ordered = merge_segments(segments, documents_of(segments, keys));
  ASSERT_TRUE(ordered.ok());
  EXPECT_EQ(ordered.value(), build(all));
}

TEST(PostingsMerge, LeavesOutWhatIsNotChosen) {
  Random random(14);
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(random.seed()));
  const Documents all = random_documents(random, 100, 100);
  Documents kept;
  std::vector<std::uint64_t> keys{1, 2, 3};  // that nobody has
  for (const auto& [key, facts] : all) {
    if (random.below(2) == 0) continue;
    kept.emplace(key, facts);
    keys.push_back(key);
  }
  const std::vector<PostingsSegment> segments{open(build(all))};
  const auto merged = merge_segments(segments, documents_of(segments, keys));
  ASSERT_TRUE(merged.ok());
  check(open(merged.value()), kept);
}

TEST(PostingsMerge, OfManyDocumentsNeedsFewerBits) {
  Random random(15);
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(random.seed()));
  const Documents all = random_documents(random, kCoarseDocumentsMin, 12);
  std::vector<PostingsSegment> segments{open(build(all))};
  const auto places = all_documents(segments);
  const auto merged = merge_segments(segments, places);
  ASSERT_TRUE(merged.ok());
  const PostingsSegment segment = open(merged.value());
  EXPECT_LT(segment.word_bits(1), kWordBitsMax);
  EXPECT_LT(merged.value().size(), build(all).size());
  EXPECT_FALSE(has_coarse_words(segment));
  check(segment, all);
  const auto whole = merge_segments(segments, places, MergedWords::Whole);
  EXPECT_EQ(open(whole.value()).word_bits(1), kWordBitsMax);
}

std::vector<std::string> differences(const PostingsSegment& stored, const PostingsSegment& fresh) {
  std::vector<std::string> texts;
  const Status status = compare_segments(
      stored, fresh, *testing::language("json").grammar(), [&](const PostingsDifference& one) {
        texts.push_back(std::to_string(stored.key(one.document)) + " " + one.what);
        return true;
      });
  EXPECT_TRUE(status.ok());
  return texts;
}

TEST(PostingsCompare, NamesEachWrongPosting) {
  Random random(16);
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(random.seed()));
  Documents documents = random_documents(random, 60, 100);
  const PostingsSegment right = open(build(documents));
  EXPECT_TRUE(differences(right, right).empty());
  DocumentFacts& facts = std::next(documents.begin(), 20)->second;
  const std::string key = std::to_string(std::next(documents.begin(), 20)->first);
  const std::uint16_t kind = facts.kinds.back();
  facts.kinds.pop_back();
  facts.has_missing = !facts.has_missing;
  facts.words.push_back(0xDEADBEEF);
  facts.edges.push_back({11, 0, 12});
  const PostingsSegment wrong = open(build(documents));
  const auto found = differences(wrong, right);
  ASSERT_EQ(found.size(), 4U);
  const Grammar& grammar = *testing::language("json").grammar();
  EXPECT_EQ(found[0], key + " lack the kind " + grammar.symbol_name(kind));
  EXPECT_EQ(found[2],
            key + " have a " + grammar.symbol_name(11) + " with " + grammar.symbol_name(12));
  EXPECT_TRUE(found[3].starts_with(key + " have a word of number "));
}

TEST(PostingsSegment, EveryDamagedByteIsNoticedOrChangesNothing) {
  Random random(17);
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(random.seed()));
  const Documents documents = random_documents(random, 12, 40);
  const Bytes bytes = build(documents);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto damaged = std::make_shared<Bytes>(bytes);
    (*damaged)[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
    const auto segment = PostingsSegment::open(*damaged, damaged);
    EXPECT_FALSE(segment.ok() && segment.value().check_pages().ok()) << "byte " << at;
  }
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    EXPECT_FALSE(PostingsSegment::open(ByteView(bytes).first(size), nullptr).ok());
  }
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(PostingsSegment::open(longer, nullptr).ok());
}

TEST(PostingsSegment, ANewerOneIsNotGuessedAt) {
  Random random(18);
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(random.seed()));
  Bytes bytes = build(random_documents(random, 3, 10));
  bytes[8] = 2;
  const std::size_t head_end = 16 + ByteReader(ByteView(bytes).subspan(12)).u32();
  const std::uint64_t checksum = checksum64(ByteView(bytes).first(head_end));
  std::memcpy(bytes.data() + head_end, &checksum, sizeof(checksum));
  const auto segment = PostingsSegment::open(bytes, nullptr);
  ASSERT_FALSE(segment.ok());
  EXPECT_EQ(segment.error().code(), ErrorCode::Unsupported);
}

// The segment that docs/formats/postings.md takes to pieces. COPSE_UPDATE=1 writes it anew.
TEST(PostingsSegment, IsReadAsItWasWrittenOnce) {
  const DocumentFacts first{{1, 3}, {{1, 0, 3}}, {word_hash("alpha")}, false, false};
  const DocumentFacts second{
      {1, 0xFFFF}, {{1, 2, 0xFFFF}}, {word_hash("alpha"), word_hash("beta")}, true, false};
  const Documents documents{{0x0101, first}, {0x0202, second}, {0x0303, {{}, {}, {}, false, true}}};
  PostingsBuilder builder(content_id(as_bytes("a grammar")));
  for (const auto& [key, facts] : documents)
    builder.add(key, facts);
  const Bytes bytes = builder.finish();
  const std::string path = std::string(COPSE_TEST_DATA_DIR) + "/formats/postings_v1.bin";
  if (std::getenv("COPSE_UPDATE") != nullptr) {
    std::ofstream(path, std::ios::binary) << as_text(bytes);
  }
  const std::string golden = testing::read_text(path);
  EXPECT_EQ(as_text(bytes), golden);
  check(open(Bytes(golden.begin(), golden.end())), documents);
}

}  // namespace
}  // namespace copse
