// Queries over grammars whose tables are off: an error or an answer, never the end of the process.
#include <gtest/gtest.h>

#include "copse/query.h"

#include "syntax/grammar.h"
#include "testing/languages.h"

namespace copse {
namespace {

TEST(QueryDamage, TablesThatContradictThemselvesAreAnError) {
  constexpr const char* kQuery =
      "(object (pair key: (_) @k value: (string)? @v)) (array . (_) @first) (_ (_)* @x .)";
  const Bytes& bytes = testing::language("json").grammar()->snapshot();
  testing::Random random(3);
  std::size_t corrupt = 0;
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      Bytes damaged = bytes;
      damaged[i] = static_cast<std::uint8_t>(random.below(256));
      auto grammar = Grammar::from_snapshot(damaged);
      if (!grammar.ok()) continue;
      const auto query = Query::compile(Language(grammar.value()), kQuery);
      if (!query.ok() && query.error().code() == ErrorCode::Corrupt) ++corrupt;
    }
  }
  EXPECT_GT(corrupt, 0U) << "nothing was caught; COPSE_SEED=" << random.seed();
}

}  // namespace
}  // namespace copse
