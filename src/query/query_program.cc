#include "query/query_program.h"

#include <algorithm>
#include <utility>

namespace copse {
namespace {

constexpr std::uint32_t slot_of(std::uint16_t symbol) {
  return (std::uint32_t{symbol} + 2) & 0xFFFF;
}

}  // namespace

ProgramParts program_parts_of(const TSQuery* query) {
  ProgramParts parts;
  const std::uint32_t steps = copse_query_step_count(query);
  parts.steps.reserve(steps);
  for (std::uint32_t i = 0; i < steps; ++i) {
    parts.steps.push_back(copse_query_step(query, i));
  }
  const std::uint32_t entries = copse_query_entry_count(query);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const CopseQueryEntry entry = copse_query_entry(query, i);
    parts.entries.push_back({entry.step, entry.pattern, entry.is_rooted});
  }
  const std::uint32_t fields = copse_query_negated_field_count(query);
  for (std::uint32_t i = 0; i < fields; ++i) {
    parts.negated_fields.push_back(copse_query_negated_field(query, i));
  }
  const std::uint32_t repeats = copse_query_rootless_repeat_count(query);
  for (std::uint32_t i = 0; i < repeats; ++i) {
    parts.rootless_repeats.push_back(copse_query_rootless_repeat(query, i));
  }
  return parts;
}

QueryProgram::QueryProgram(ProgramParts parts) : parts_(std::move(parts)) {
  std::vector<QueryEntry>& entries = parts_.entries;
  const auto slot = [&](const QueryEntry& entry) { return slot_of(step(entry.step).symbol); };
  const auto wildcards_end = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) {
    return step(entry.step).symbol != kWildcardSymbol;
  });
  wildcard_entries_ = static_cast<std::size_t>(wildcards_end - entries.begin());
  // Entries come ordered by symbol, ERROR's last; slots begin with ERROR's.
  std::stable_sort(wildcards_end, entries.end(),
                   [&](const QueryEntry& a, const QueryEntry& b) { return slot(a) < slot(b); });
  std::uint32_t slots = 0;
  if (wildcards_end != entries.end()) slots = slot(entries.back()) + 1;
  first_entry_.assign(slots + 1, 0);
  for (auto entry = wildcards_end; entry != entries.end(); ++entry) {
    ++first_entry_[slot(*entry) + 1];
  }
  first_entry_[0] = static_cast<std::uint32_t>(wildcard_entries_);
  for (std::size_t i = 1; i < first_entry_.size(); ++i) {
    first_entry_[i] += first_entry_[i - 1];
  }
}

std::span<const QueryEntry> QueryProgram::entries_of(std::uint16_t symbol) const {
  const std::uint32_t slot = slot_of(symbol);
  if (slot + 1 >= first_entry_.size()) return {};
  return {parts_.entries.data() + first_entry_[slot], first_entry_[slot + 1] - first_entry_[slot]};
}

bool QueryProgram::has_rootless_in(std::uint16_t repeat_symbol) const {
  return std::binary_search(parts_.rootless_repeats.begin(), parts_.rootless_repeats.end(),
                            repeat_symbol);
}

namespace {

// What it takes for a match to begin at a node that shows as that symbol.
struct Beginnings {
  bool any = false;
  bool only_missing = true;

  void add(bool is_missing) {
    any = true;
    only_missing = only_missing && is_missing;
  }
};

Beginnings beginnings_at(const QueryProgram& program, const CopseQueryTables& tables,
                         std::uint16_t symbol) {
  Beginnings result;
  const std::uint16_t shown = tables.public_symbols[slot_of(symbol)];
  for (const QueryEntry& entry : program.entries_of(shown)) {
    result.add(program.step(entry.step).is_missing);
  }
  if (shown == COPSE_SYMBOL_ERROR) return result;
  const bool named = (tables.symbol_flags[slot_of(symbol)] & COPSE_SYMBOL_NAMED) != 0;
  for (const QueryEntry& entry : program.wildcard_entries()) {
    const QueryStep& step = program.step(entry.step);
    if (step.supertype_symbol != 0) continue;  // found from the supertype's own node
    if (step.is_missing || named || !step.is_named) result.add(step.is_missing);
  }
  return result;
}

}  // namespace

namespace {

// A step that looks at nothing but the node's kind, and is all there is to its pattern.
bool is_whole_pattern(const QueryProgram& program, const QueryEntry& entry) {
  const QueryStep& step = program.step(entry.step);
  if (step.depth != 0 || !entry.is_rooted || step.symbol == kWildcardSymbol ||
      step.supertype_symbol != 0 || step.field != 0 || step.negated_field_list != 0 ||
      step.is_last_child || step.is_missing || step.is_immediate || step.is_pass_through ||
      step.is_dead_end) {
    return false;
  }
  std::uint32_t next = entry.step + 1U;
  while (program.step(next).is_dead_end && program.step(next).alternative > next)
    next = program.step(next).alternative;
  const QueryStep& last = program.step(next);
  return last.depth == kPatternDone && last.alternative == kNoStep;
}

bool names_an_alias(const CopseQueryTables& tables, std::uint16_t shown) {
  return std::any_of(tables.alias_sequences, tables.alias_sequences + tables.alias_count,
                     [&](std::uint16_t alias) {
                       return alias != 0 && tables.public_symbols[slot_of(alias)] == shown;
                     });
}

}  // namespace

SingleNodes::SingleNodes(const QueryProgram& program, const QueryTables& tables) {
  const CopseQueryTables& view = tables.view();
  for (const QueryEntry& entry : program.entries()) {
    if (!is_whole_pattern(program, entry)) return;
    const std::uint16_t symbol = program.step(entry.step).symbol;
    if (names_an_alias(view, symbol)) return;
    // A kind that stands twice in one pattern matches once.
    const auto of_symbol = program.entries_of(symbol);
    const auto twice =
        std::count_if(of_symbol.begin(), of_symbol.end(),
                      [&](const QueryEntry& other) { return other.pattern == entry.pattern; });
    if (twice > 1) return;
  }
  counts_.assign(tables.symbol_slots(), 0);
  for (std::uint32_t slot = 0; slot < counts_.size(); ++slot) {
    if ((view.symbol_flags[slot] & COPSE_SYMBOL_VISIBLE) == 0) continue;
    const auto symbol = static_cast<std::uint16_t>(slot - 2);
    counts_[slot] =
        static_cast<std::uint32_t>(program.entries_of(view.public_symbols[slot]).size());
    // Leaves are flagged where they have another name; internal nodes are not.
    if (counts_[slot] != 0 && tables.grammar().may_be_aliased(symbol)) return;
  }
  usable_ = true;
}

StartTable::StartTable(const QueryProgram& program, const QueryTables& tables) {
  const CopseQueryTables& view = tables.view();
  symbols_.assign(tables.symbol_slots(), 0);
  for (std::uint32_t slot = 0; slot < symbols_.size(); ++slot) {
    if ((view.symbol_flags[slot] & COPSE_SYMBOL_VISIBLE) == 0) continue;
    const Beginnings begin = beginnings_at(program, view, static_cast<std::uint16_t>(slot - 2));
    if (begin.any) symbols_[slot] = begin.only_missing ? kStarts | kOnlyMissing : kStarts;
  }
  for (const QueryEntry& entry : program.wildcard_entries()) {
    const std::uint16_t supertype = program.step(entry.step).supertype_symbol;
    if (supertype != 0 && slot_of(supertype) < symbols_.size()) {
      symbols_[slot_of(supertype)] |= kOpens;
    }
  }
  productions_.assign(COPSE_MAX_PRODUCTION_ID + 1, 0);
  const std::uint32_t length = view.alias_sequence_length;
  for (std::uint32_t production = 1; length != 0 && production < view.alias_count / length;
       ++production) {
    for (std::uint32_t child = 0; child < length; ++child) {
      const std::uint16_t alias = view.alias_sequences[production * length + child];
      if (alias == 0 || !beginnings_at(program, view, alias).any) continue;
      productions_[production] = 1;
      any_production_ = true;
    }
  }
}

std::uint32_t StartTable::find(const CopseFlatNode* nodes, std::uint32_t from,
                               std::uint32_t end) const {
  const std::uint8_t* const symbols = symbols_.data();
  for (; from < end; ++from) {
    const std::uint32_t tag = nodes[from].tag;
    if (symbols[slot(tag)] == 0 && !any_production_) continue;
    if (concerns(tag)) break;
  }
  return from;
}

}  // namespace copse
