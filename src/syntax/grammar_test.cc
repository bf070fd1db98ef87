// Grammar snapshots: everything comes back, nothing that is off gets in.
#include "syntax/grammar.h"

#include <gtest/gtest.h>

#include "testing/languages.h"

namespace copse {
namespace {

using testing::Random;

TEST(Grammar, SnapshotHoldsWhatTheLanguageSays) {
  for (const std::string& id : testing::all_languages()) {
    SCOPED_TRACE(id);
    const TSLanguage* language = testing::language(id).language();
    auto grammar = Grammar::from_snapshot(testing::language(id).grammar()->snapshot());
    ASSERT_TRUE(grammar.ok()) << grammar.error().message();
    const TSLanguage* copy = grammar.value()->language();
    ASSERT_EQ(ts_language_symbol_count(language), ts_language_symbol_count(copy));
    ASSERT_EQ(ts_language_state_count(language), ts_language_state_count(copy));
    ASSERT_EQ(ts_language_field_count(language), ts_language_field_count(copy));
    for (std::uint32_t i = 0; i < ts_language_symbol_count(language); ++i) {
      const auto symbol = static_cast<TSSymbol>(i);
      ASSERT_STREQ(ts_language_symbol_name(language, symbol),
                   ts_language_symbol_name(copy, symbol));
      ASSERT_EQ(ts_language_symbol_type(language, symbol), ts_language_symbol_type(copy, symbol));
    }
    for (std::uint32_t i = 1; i <= ts_language_field_count(language); ++i) {
      const auto field = static_cast<TSFieldId>(i);
      ASSERT_STREQ(ts_language_field_name_for_id(language, field),
                   ts_language_field_name_for_id(copy, field));
    }
    for (std::uint32_t state = 0; state < ts_language_state_count(language); ++state) {
      for (std::uint32_t i = 0; i < ts_language_symbol_count(language); i += 7) {
        if (i >= testing::language(id).grammar()->tables().symbol_count) break;
        ASSERT_EQ(
            ts_language_next_state(language, static_cast<TSStateId>(state),
                                   static_cast<TSSymbol>(i)),
            ts_language_next_state(copy, static_cast<TSStateId>(state), static_cast<TSSymbol>(i)));
      }
    }
    std::uint32_t expected_count = 0;
    std::uint32_t found_count = 0;
    const TSSymbol* expected = ts_language_supertypes(language, &expected_count);
    const TSSymbol* found = ts_language_supertypes(copy, &found_count);
    ASSERT_EQ(expected_count, found_count);
    for (std::uint32_t i = 0; i < expected_count; ++i)
      ASSERT_EQ(expected[i], found[i]);
  }
}

TEST(Grammar, IdentityIsOfTheTables) {
  const auto& c = testing::language("c").grammar();
  auto again = Grammar::from_language(testing::language("c").language(), "c");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(c->identity(), again.value()->identity());
  EXPECT_NE(c->identity(), testing::language("cpp").grammar()->identity());
}

TEST(Grammar, NewerAndForeignSnapshotsAreRefused) {
  Bytes bytes = testing::language("json").grammar()->snapshot();
  bytes[4] = Grammar::kFormatVersion + 1;
  EXPECT_EQ(Grammar::from_snapshot(bytes).error().code(), ErrorCode::Unsupported);
  bytes[0] ^= 1;
  EXPECT_EQ(Grammar::from_snapshot(bytes).error().code(), ErrorCode::Corrupt);
}

TEST(Grammar, DamagedSnapshotsAreRefusedOrTakenAsTheyAre) {
  const Bytes& bytes = testing::language("json").grammar()->snapshot();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Grammar::from_snapshot(ByteView(bytes.data(), size)).ok());
  }
  Random random(3);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes damaged = bytes;
    damaged[i] = static_cast<std::uint8_t>(random.below(256));
    auto grammar = Grammar::from_snapshot(damaged);
    if (!grammar.ok()) continue;
    EXPECT_EQ(grammar.value()->snapshot(), damaged);
  }
}

}  // namespace
}  // namespace copse
