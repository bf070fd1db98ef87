// A compiled query as data: what tree-sitter's compiler made of its text, laid out for our matcher.
//
// A pattern is a run of steps in preorder; each step is a node that must be met at its depth below
// the pattern's root. Alternatives and repetitions are jumps between steps. The field names follow
// tree-sitter's query.c (core 0.25.10), whose compiler makes them.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "query/query_engine.h"
#include "query/query_tables.h"

namespace copse {

inline constexpr std::uint16_t kNoStep = UINT16_MAX;       // no capture, no alternative
inline constexpr std::uint16_t kPatternDone = UINT16_MAX;  // depth of the step behind the last one
inline constexpr std::uint16_t kWildcardSymbol = 0;        // any node
inline constexpr std::size_t kCapturesOfStepMax = COPSE_QUERY_STEP_CAPTURES;

using QueryStep = CopseQueryStep;

// Where a pattern can begin.
struct QueryEntry {
  std::uint16_t step = 0;
  std::uint16_t pattern = 0;
  bool is_rooted = false;
};

// What a program is made of.
struct ProgramParts {
  std::vector<QueryStep> steps;                 // pattern by pattern, each with its end
  std::vector<QueryEntry> entries;              // wildcards first, then by symbol, then by pattern
  std::vector<std::uint16_t> negated_fields;    // lists, each ends with 0; no list begins at 0
  std::vector<std::uint16_t> rootless_repeats;  // ascending
};

ProgramParts program_parts_of(const TSQuery* query);

class QueryProgram {
 public:
  QueryProgram() = default;
  // REQUIRES: tree-sitter's compiler made the parts, or check_program() accepted them.
  explicit QueryProgram(ProgramParts parts);

  // Entries ordered by the slots of their symbols: ERROR's right behind the wildcards.
  const ProgramParts& parts() const { return parts_; }
  const std::vector<QueryStep>& steps() const { return parts_.steps; }
  const QueryStep& step(std::uint32_t index) const { return parts_.steps[index]; }
  // Entries whose first step is a wildcard.
  std::span<const QueryEntry> wildcard_entries() const {
    return {parts_.entries.data(), wildcard_entries_};
  }
  // Entries whose first step is that public symbol, by pattern.
  std::span<const QueryEntry> entries_of(std::uint16_t symbol) const;
  std::span<const QueryEntry> entries() const { return parts_.entries; }
  // Ends with 0. REQUIRES: a step's negated_field_list_id that is not 0.
  const std::uint16_t* negated_fields(std::uint16_t list) const {
    return parts_.negated_fields.data() + list;
  }
  // Whether patterns without a root can match among the children of that repetition.
  bool has_rootless_in(std::uint16_t repeat_symbol) const;

 private:
  ProgramParts parts_;
  std::size_t wildcard_entries_ = 0;
  // By public symbol's slot: the range in the entries.
  std::vector<std::uint32_t> first_entry_;
};

// Which nodes a match can begin at, told from their tags alone: what lets a walk pass over all
// others.
class StartTable {
 public:
  StartTable() = default;
  StartTable(const QueryProgram& program, const QueryTables& tables);

  // Whether a pattern may begin at a node with that tag, or at one of its children under a name
  // that the child's tag does not show (an alias, a supertype).
  bool concerns(std::uint32_t tag) const {
    const std::uint8_t flags = symbols_[slot(tag)];
    if ((flags & kStarts) != 0) return (flags & kOnlyMissing) == 0 || is_missing(tag);
    return opens(tag);
  }
  // The first of nodes [from, end) that concerns; `end` when there is none. Cost: under a
  // nanosecond a node.
  std::uint32_t find(const CopseFlatNode* nodes, std::uint32_t from, std::uint32_t end) const;

  // The second of these.
  bool opens(std::uint32_t tag) const {
    if ((tag & COPSE_TAG_LEAF) != 0) return false;
    return (symbols_[slot(tag)] & kOpens) != 0 ||
           productions_[(tag >> 4) & COPSE_MAX_PRODUCTION_ID] != 0;
  }

 private:
  static constexpr std::uint8_t kStarts = 1;
  static constexpr std::uint8_t kOnlyMissing = 2;
  static constexpr std::uint8_t kOpens = 4;

  static std::uint32_t slot(std::uint32_t tag) { return ((tag >> 16) + 2) & 0xFFFF; }
  static bool is_missing(std::uint32_t tag) {
    constexpr std::uint32_t kMissingLeaf = COPSE_TAG_LEAF | COPSE_TAG_MISSING;
    return (tag & kMissingLeaf) == kMissingLeaf;
  }

  std::vector<std::uint8_t> symbols_;      // by slot
  std::vector<std::uint8_t> productions_;  // kMaxProductions of them
  bool any_production_ = false;
};

// Queries whose patterns are single nodes of some kinds, `(identifier) @i` and `[(a) (b)]`: their
// matches are found by reading tags, one after the other, where a tree is shaped and not located.
class SingleNodes {
 public:
  SingleNodes() = default;
  SingleNodes(const QueryProgram& program, const QueryTables& tables);

  // Whether the query is such a one, and no node that it can match has a name that its tag does not
  // tell.
  bool usable() const { return usable_; }
  // How many patterns match the node.
  std::uint32_t matches(std::uint32_t shaped_tag) const {
    const std::uint32_t count = counts_[((shaped_tag >> 16) + 2) & 0xFFFF];
    constexpr std::uint32_t kAliased = COPSE_TAG_LEAF | COPSE_TAG_ALIASED_LEAF;
    return (shaped_tag & kAliased) == kAliased ? 0 : count;
  }

 private:
  bool usable_ = false;
  std::vector<std::uint32_t> counts_;  // by symbol's slot
};

}  // namespace copse
