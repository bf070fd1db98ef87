// Compiled queries as bytes: what is read is what was written, and nothing else is taken for it.
// That it also matches alike, tests/query_differential says of every query it has.
#include "query/stored_query.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "copse/query.h"

#include "core/hash.h"
#include "query/compiled_query.h"
#include "query/query_test_support.h"
#include "testing/languages.h"

namespace copse {
namespace {

// Every sort of step, list and fact.
constexpr std::string_view kAllSorts = R"(
((pair key: (string) @key value: [(number) (true) "{"]? @value) @pair
  (#eq? @key "\"a\"") (#any-of? @key "x" "y") (#not-match? @value "^[a-c]\\w$")
  (#set! @pair kind "entry") (#is? local) (#is-not? @key far) (#strip! @key "."))
(array . ((_value) . (number)+ @n)* (null)? .) @list
(_ (ERROR) @error)
(pair !value) @half
((number) @a (string) @b (#eq? @a @b) (#any-not-eq? @b "z"))
(MISSING "]") @missing
(_value/number)
)";

Language json() {
  return test_language("json").language();
}

Query compile(std::string_view text) {
  auto query = Query::compile(json(), text);
  EXPECT_TRUE(query.ok()) << query.error().message();
  return std::move(query).value();
}

std::string mended(std::string bytes) {
  constexpr std::size_t kChecksumBytes = 8;
  const std::uint64_t sum = checksum64(as_bytes(bytes).first(bytes.size() - kChecksumBytes));
  std::memcpy(bytes.data() + bytes.size() - kChecksumBytes, &sum, kChecksumBytes);
  return bytes;
}

// All matches with all that is captured, a line a match.
std::string matches_of(const Query& query, std::string_view source) {
  std::string out;
  const auto summary = query.matches(
      test_language("json").parse(source), {.match_limit = 64}, [&](const Match& match) {
        out += std::to_string(match.pattern);
        for (const Capture& capture : *match.captures) {
          out += ' ' + std::to_string(capture.index) + '=' + std::string(capture.node.text());
        }
        out += '\n';
        return out.size() < (1U << 20);
      });
  EXPECT_TRUE(summary.ok());
  return out;
}

constexpr std::string_view kSource =
    R"({"a": 1, "b": [1, 2, null], "a": {"x": true}, "c": [[], [3, 4, 5], tru, "z"], "d": [1})";

TEST(StoredQuery, ComesBackAsItWas) {
  const Query query = compile(kAllSorts);
  const std::string bytes = query.to_bytes();
  const auto read = Query::from_bytes(json(), bytes);
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(read.value().to_bytes(), bytes);
  EXPECT_EQ(compile(kAllSorts).to_bytes(), bytes);
  EXPECT_EQ(matches_of(read.value(), kSource), matches_of(query, kSource));
  EXPECT_NE(matches_of(query, kSource), "");
  EXPECT_EQ(read.value().capture_names(), query.capture_names());
  EXPECT_EQ(read.value().properties(0).at(0).value, "entry");
  EXPECT_EQ(read.value().general_predicates(0).at(0).name, "strip!");
  EXPECT_FALSE(read.value().property_predicates(0).at(1).positive);
  EXPECT_EQ(read.value().capture_quantifier(0, 1), CaptureQuantifier::ZeroOrOne);
  EXPECT_EQ(read.value().compiled()->needs.alternatives.size(),
            query.compiled()->needs.alternatives.size());
}

constexpr bool QueryStep::*kFlags[] = {
    &QueryStep::is_named,          &QueryStep::is_immediate,
    &QueryStep::is_last_child,     &QueryStep::is_pass_through,
    &QueryStep::is_dead_end,       &QueryStep::alternative_is_immediate,
    &QueryStep::contains_captures, &QueryStep::is_fallible,
    &QueryStep::is_missing,        &QueryStep::root_pattern_guaranteed,
};

// All that a step is.
std::vector<unsigned> numbers_of(const QueryStep& step) {
  std::vector<unsigned> numbers = {step.symbol, step.supertype_symbol, step.field,
                                   step.depth,  step.alternative,      step.negated_field_list};
  numbers.insert(numbers.end(), std::begin(step.captures), std::end(step.captures));
  for (const auto flag : kFlags)
    numbers.push_back(step.*flag ? 1 : 0);
  return numbers;
}

TEST(StoredQuery, KeepsEveryPartOfAStep) {
  const Query query = compile("(pair (string)? @a @b @c (_value/number) !key) (array (null))");
  const auto& patterns = query.compiled()->facts.patterns();
  const auto& grammar = *json().grammar();
  for (const auto flag : kFlags) {
    ProgramParts parts = query.compiled()->program.parts();
    parts.steps[1].*flag = !(parts.steps[1].*flag);
    const auto read = read_query(write_query(parts, patterns, grammar), grammar);
    ASSERT_TRUE(read.ok()) << read.error().message();
    ASSERT_EQ(read.value().program.steps.size(), parts.steps.size());
    for (std::size_t i = 0; i < parts.steps.size(); ++i) {
      EXPECT_EQ(numbers_of(read.value().program.steps[i]), numbers_of(parts.steps[i])) << i;
    }
  }
}

// What docs/formats/query.md takes to pieces, but for the grammar's identity and the checksum.
TEST(StoredQuery, IsTheExampleOfTheFormatsPage) {
  const std::string bytes = compile("(number) @n").to_bytes();
  constexpr std::uint8_t kHead[] = {0x63, 0x6f, 0x70, 0x73, 0x65, 0x71, 0x72, 0x79,
                                    0x01, 0x00, 0x00, 0x00, 0x5c, 0x00, 0x00, 0x00};
  constexpr std::uint8_t kBody[] = {0x04, 0x6a, 0x73, 0x6f, 0x6e, 0x01, 0x01, 0x6e, 0x01,
                                    0x00, 0x00, 0x02, 0x01, 0x10, 0x0a, 0x00, 0x00, 0x00,
                                    0x80, 0x00, 0xff, 0xff, 0x03, 0x01, 0x00, 0x0b, 0x01,
                                    0x01, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00, 0x01, 0x00};
  ASSERT_EQ(bytes.size(), 48 + sizeof(kBody) + 8);
  EXPECT_EQ(std::string_view(bytes).substr(0, 16), as_text(kHead));
  EXPECT_EQ(std::string_view(bytes).substr(48, sizeof(kBody)), as_text(kBody));
}

TEST(StoredQuery, OfNoPatternIsOneToo) {
  const auto read = Query::from_bytes(json(), compile("; nothing").to_bytes());
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(read.value().pattern_count(), 0U);
  EXPECT_EQ(matches_of(read.value(), "[1]"), "");
}

TEST(StoredQuery, IsOfOneLanguage) {
  const auto read =
      Query::from_bytes(test_language("c").language(), compile("(number) @n").to_bytes());
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(read.error().message(), "stored query: it is for grammar json " + json().identity() +
                                        ", not for c " + test_language("c").language().identity());
}

TEST(StoredQuery, OfANewerVersionIsSaidToBe) {
  std::string bytes = compile("(number) @n").to_bytes();
  bytes[8] = 2;
  const auto read = Query::from_bytes(json(), bytes);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code(), ErrorCode::Unsupported);
  EXPECT_EQ(read.error().message(),
            "stored query: it has format version 2, this program reads up to 1");
}

TEST(StoredQuery, DamagedAnywhereIsRefused) {
  const std::string bytes = compile(kAllSorts).to_bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      EXPECT_FALSE(Query::from_bytes(json(), damaged).ok()) << "byte " << i << ", bit " << bit;
    }
    EXPECT_FALSE(Query::from_bytes(json(), bytes.substr(0, i)).ok()) << i << " bytes";
    EXPECT_FALSE(Query::from_bytes(json(), bytes + bytes.substr(0, i + 1)).ok()) << i;
  }
}

// Somebody who makes up checksums gets a query that keeps to its program, or none.
TEST(StoredQuery, WithARightChecksumNeverLeavesItsBounds) {
  const std::string bytes = compile(kAllSorts).to_bytes();
  testing::Random random(22);
  std::size_t taken = 0;
  std::size_t refused = 0;
  for (std::size_t i = 12; i + 8 < bytes.size(); ++i) {
    for (int round = 0; round < 12; ++round) {
      std::string made = bytes;
      made[i] = static_cast<char>(random.below(256));
      if (random.chance(30))
        made[12 + random.below(static_cast<std::uint32_t>(bytes.size() - 20))] ^= 1;
      const auto read = Query::from_bytes(json(), mended(made));
      ++(read.ok() ? taken : refused);
      if (!read.ok()) continue;
      EXPECT_LE(matches_of(read.value(), kSource).size(), 2U << 20);
      const std::string again = read.value().to_bytes();
      const auto reread = Query::from_bytes(json(), again);
      ASSERT_TRUE(reread.ok()) << reread.error().message();
      EXPECT_EQ(reread.value().to_bytes(), again);
    }
  }
  EXPECT_GT(taken, refused / 100) << "COPSE_SEED=" << random.seed();
  EXPECT_GT(refused, taken / 100) << "COPSE_SEED=" << random.seed();
}

TEST(StoredQuery, ChecksArgumentsOfPredicates) {
  std::string bytes = compile(R"(((number) @n (#eq? @n "xyz")))").to_bytes();
  bytes.replace(bytes.find("eq?"), 3, "is?");
  EXPECT_TRUE(Query::from_bytes(json(), mended(bytes)).ok());
  std::string expression = compile(R"(((number) @n (#match? @n "xyz")))").to_bytes();
  expression.replace(expression.find("xyz"), 3, "(((");
  const auto read = Query::from_bytes(json(), mended(expression));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code(), ErrorCode::Corrupt);
  EXPECT_EQ(read.error().message().substr(0, 51),
            "stored query: pattern 0: #match? cannot use the pat");
}

// Repetitions that all end in one place would make 2^20 copies of a state at one node.
TEST(StoredQuery, LeavesOutWhatMultiplies) {
  std::string text;
  for (int i = 0; i < 20; ++i)
    text += "((number) ";
  for (int i = 0; i < 20; ++i)
    text += ")*";
  const auto query = Query::compile(json(), "(null)\n(array " + text + ")");
  ASSERT_FALSE(query.ok());
  EXPECT_EQ(query.error().code(), ErrorCode::LimitExceeded);
  EXPECT_EQ(query.error().message().substr(0, 60),
            "2:1: the pattern's repetitions and alternatives multiply: on");
}

// COPSE_UPDATE=1 writes it anew, which a
// released version never needs.
TEST(StoredQuery, GoldenFileIsStillRead) {
  const Query query = compile(kAllSorts);
  const std::string path = std::string(COPSE_TEST_DATA_DIR) + "/formats/json/query_v1.bin";
  if (std::getenv("COPSE_UPDATE") != nullptr) {
    std::ofstream(path, std::ios::binary) << query.to_bytes();
  }
  const std::string golden = testing::read_text(path);
  EXPECT_EQ(golden, query.to_bytes())
      << "after an upgrade of the grammar see tests/data/formats/README.md";
  const auto read = Query::from_bytes(json(), golden);
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(matches_of(read.value(), kSource), matches_of(query, kSource));
}

}  // namespace
}  // namespace copse
