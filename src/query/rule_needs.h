// What every tree with a match of a rule has.
#pragma once

#include "query/rule_program.h"
#include "query/tree_needs.h"

namespace copse {

// Alternatives and clauses that are kept at most; more are worth less than they cost.
inline constexpr std::size_t kNeedAlternativesMax = 16;
inline constexpr std::size_t kNeedClausesMax = 64;

// A Word is a maximal run of letters, digits, '_' and bytes over 0x7F in a file with a match; or
// one of ASCII alone that may have such bytes on either side, and digits before it: whoever lists a
// file's words lists these parts of its runs, too.
TreeNeeds needs_of(const RuleProgram& program);

}  // namespace copse
