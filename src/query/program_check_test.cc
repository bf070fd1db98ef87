#include "query/program_check.h"

#include <functional>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "query/compiled_query.h"
#include "query/query_test_support.h"

namespace copse {
namespace {

struct ProgramCase {
  std::string_view name;
  std::function<void(ProgramParts&)> break_it;
  std::string_view message;  // empty: nothing is wrong
};

// Steps: array, number, repetition of it, end; then wildcard, string, end.
ProgramParts good_program() {
  const auto query =
      Query::compile(test_language("json").language(), "(array (number)+ @n !key) (_ (string) @s)");
  EXPECT_TRUE(query.ok()) << query.error().message();
  return query.value().compiled()->program.parts();
}

std::string verdict_on(const ProgramParts& parts) {
  const auto grammar = test_language("json").language().grammar();
  const Status status = check_program(parts, {*grammar, 2, 2});
  return status.ok() ? "" : status.error().message();
}

TEST(ProgramCheck, FindsWhatIsOutOfRange) {
  const std::vector<ProgramCase> cases = {
      {"whole", [](ProgramParts&) {}, ""},
      {"symbol", [](auto& p) { p.steps[1].symbol = 9000; },
       "step 1 wants a symbol that the grammar does not have"},
      {"supertype", [](auto& p) { p.steps[1].supertype_symbol = 9000; },
       "step 1 wants a symbol that the grammar does not have"},
      {"field", [](auto& p) { p.steps[1].field = 99; },
       "step 1 wants a field that the grammar does not have"},
      {"capture", [](auto& p) { p.steps[1].captures[0] = 2; },
       "step 1 captures under a name that is not there"},
      {"absent fields", [](auto& p) { p.steps[1].negated_field_list = 999; },
       "step 1 has a list of absent fields that is not there"},
      {"open list", [](auto& p) { p.negated_fields.back() = 1; },
       "list 0 of absent fields has no end"},
      {"absent field", [](auto& p) { p.negated_fields[0] = 99; },
       "absent field 0 is none of the grammar"},
      {"repetition",
       [](auto& p) {
         p.rootless_repeats = {5, 5};
       },
       "repetition 1 is none of the grammar, or out of order"},
      {"jump", [](auto& p) { p.steps[1].alternative = 5; }, "step 1 jumps out of its pattern"},
      {"dead end", [](auto& p) { p.steps[1].is_dead_end = true; }, "step 1 leads nowhere"},
      {"end goes on", [](auto& p) { p.steps[3].alternative = 2; },
       "step 3 ends its pattern and goes on"},
      {"no end", [](auto& p) { p.steps.pop_back(); },
       "pattern 1 has no end, or no place in the list of patterns"},
      {"one end more", [](auto& p) { p.steps.push_back(p.steps.back()); },
       "pattern 3 has no end, or no place in the list of patterns"},
      {"foreign entry", [](auto& p) { p.entries[0].pattern = 1; },
       "entry 0 is no step of its pattern"},
      {"entries", [](auto& p) { std::swap(p.entries[0], p.entries[1]); },
       "entry 1 is out of order"},
      {"too many entries", [](auto& p) { p.entries.resize(8, p.entries[0]); },
       "entry 7 is more than there are steps"},
      {"no parent", [](auto& p) { p.steps[4].depth = 2; }, "entry 1 has no step above"},
  };
  for (const ProgramCase& each : cases) {
    ProgramParts parts = good_program();
    ASSERT_EQ(parts.steps.size(), 7U);
    ASSERT_EQ(parts.entries.size(), 2U);
    each.break_it(parts);
    EXPECT_EQ(verdict_on(parts), each.message) << each.name;
  }
}

// What the matcher would go round in for ever.
TEST(ProgramCheck, FindsCircles) {
  ProgramParts parts = good_program();
  ASSERT_TRUE(parts.steps[2].is_pass_through);
  EXPECT_EQ(first_crowded_step(parts.steps), std::nullopt);
  ProgramParts itself = parts;
  itself.steps[1].alternative = 1;
  EXPECT_EQ(first_crowded_step(itself.steps), 1U);
  ProgramParts empty_repetition = parts;
  empty_repetition.steps[1].alternative = 2;
  EXPECT_EQ(first_crowded_step(empty_repetition.steps), 1U);
  EXPECT_EQ(verdict_on(empty_repetition), "step 1 leads to too many others");
}

TEST(ProgramCheck, FindsWhatDoubles) {
  // Each step leads to the next one in two ways.
  const auto doubling = [](std::size_t times) {
    std::vector<QueryStep> steps(2 * times + 1, good_program().steps[0]);
    for (std::size_t i = 0; i + 2 < steps.size(); i += 2) {
      steps[i].is_pass_through = true;
      steps[i].alternative = static_cast<std::uint16_t>(i + 2);
      steps[i + 1].is_dead_end = true;
      steps[i + 1].alternative = static_cast<std::uint16_t>(i + 2);
    }
    return steps;
  };
  EXPECT_EQ(first_crowded_step(doubling(14)), std::nullopt);
  EXPECT_EQ(first_crowded_step(doubling(30)), 0U);
  EXPECT_EQ(first_crowded_step(doubling(30000)), 0U);
}

}  // namespace
}  // namespace copse
