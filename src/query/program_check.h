// Whether steps may be given to the matcher: its loops end and stay within the program whenever
// these functions say so. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "copse/result.h"

#include "query/query_program.h"
#include "syntax/grammar.h"

namespace copse {

// Steps that one state may go through, copies of it included, before it waits for a node again.
// Repetitions that end where another one ends double them; alternatives add to them.
inline constexpr std::uint32_t kMovesMax = UINT16_MAX;

// The first step from which there are more, or from which jumps lead round in a circle. O(steps).
// REQUIRES: jumps stay within the steps, and the last step is the end of a pattern.
std::optional<std::uint32_t> first_crowded_step(const std::vector<QueryStep>& steps);

// What the numbers of a program are indexes of.
struct ProgramLimits {
  const Grammar& grammar;
  std::size_t patterns = 0;
  std::size_t captures = 0;
};

// Corrupt, with a reason, when a number is out of its range, a jump leaves its pattern, entries are
// out of order, or a step is crowded. O(steps), but for lists of entries.
Status check_program(const ProgramParts& parts, const ProgramLimits& limits);

}  // namespace copse
