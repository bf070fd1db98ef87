// What every tree with a match of a rule has.
#pragma once

#include "query/rule_program.h"
#include "query/tree_needs.h"

namespace copse {

// Alternatives and clauses that are kept at most; more are worth less than they cost.
inline constexpr std::size_t kNeedAlternativesMax = 16;
inline constexpr std::size_t kNeedClausesMax = 64;

TreeNeeds needs_of(const RuleProgram& program);

}  // namespace copse
