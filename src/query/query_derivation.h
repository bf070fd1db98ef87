// What a compiled query says about the trees it can match in. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/predicates.h"
#include "query/query_program.h"
#include "query/tree_needs.h"

namespace copse {

// Patterns of more steps are not looked into: they may match anywhere.
inline constexpr std::size_t kDerivedStepsMax = 512;
// Texts that one clause may list.
inline constexpr std::size_t kListedTextsMax = 64;
// Texts of which a source must have one.
inline constexpr std::size_t kRequiredPartsMax = 8;

// Every tree in which the query has a match meets these needs. `predicates` by pattern. Cost: the
// square of a pattern's steps.
TreeNeeds needs_of(const QueryProgram& program, const std::vector<PatternPredicates>& predicates);

// The runs of word bytes in a text, of two bytes or more; see TreeNeeds::Atom.
std::vector<std::string> words_of(std::string_view text);

// All texts that a regular expression of the form ^...$ matches, when it is made of characters,
// explicit classes, groups, alternatives and ? only, and they are few; no value otherwise.
std::optional<std::vector<std::string>> texts_of_regex(std::string_view pattern);

// Texts of two bytes and more, kRequiredPartsMax at most, of which one occurs in every text that
// the regular expression matches; none when nothing is known. Cost: the pattern's length times
// kListedTextsMax.
std::vector<std::string> required_parts_of_regex(std::string_view pattern);

}  // namespace copse
