// Bounds of every index in a grammar's tables: tree-sitter's own code trusts them, so it never sees
// tables that were not checked here.
#include "syntax/grammar_check.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>

#include "core/bytes.h"

namespace copse {
namespace {

// As tree-sitter lays out a TSParseAction; the first byte is the type.
constexpr std::uint8_t kShift = 0;
constexpr std::uint8_t kReduce = 1;
constexpr std::uint8_t kActionTypeMax = 3;
constexpr std::size_t kActionBytes = 8;

class TableChecker {
 public:
  explicit TableChecker(const CopseLanguageTables& tables)
      : t_(tables), symbols_(tables.symbol_count + tables.alias_count) {}

  // The name of the first table that is off, or null.
  const char* find_fault() const {
    if (!counts_hold()) return "counts";
    if (!all_below(t_.public_symbol_map, symbols_, symbols_)) return "public symbols";
    if (!fields_hold()) return "fields";
    if (!all_below(t_.alias_sequences,
                   std::size_t{t_.production_id_count} * t_.max_alias_sequence_length, symbols_)) {
      return "alias sequences";
    }
    if (!alias_map_holds()) return "alias map";
    if (!large_states_hold()) return "parse table";
    if (!small_states_hold()) return "small parse table";
    if (t_.primary_state_ids != nullptr &&
        !all_below(t_.primary_state_ids, t_.state_count, t_.state_count)) {
      return "primary states";
    }
    return supertypes_hold() ? nullptr : "supertypes";
  }

 private:
  static bool all_below(const std::uint16_t* items, std::size_t count, std::size_t bound) {
    const std::span<const std::uint16_t> view(items, count);
    return std::all_of(view.begin(), view.end(), [&](std::uint16_t item) { return item < bound; });
  }

  bool counts_hold() const {
    return t_.abi_version >= 13 && t_.abi_version <= 15 && symbols_ < COPSE_SYMBOL_ERROR_REPEAT &&
           t_.token_count <= t_.symbol_count && t_.token_count > 0 &&
           t_.state_count <= UINT16_MAX && t_.state_count > 0 && t_.production_id_count > 0 &&
           t_.production_id_count <= COPSE_MAX_PRODUCTION_ID + 1 && t_.field_count < UINT16_MAX &&
           t_.max_alias_sequence_length <= UINT16_MAX &&
           t_.lex_mode_bytes == (t_.abi_version < 15 ? 4 : 6) && flags_hold();
  }

  // C reads these bytes as bool: anything but 0 and 1 would be undefined behaviour.
  bool flags_hold() const {
    const std::span<const std::uint8_t> flags(t_.symbol_metadata, symbols_ * 3);
    return std::all_of(flags.begin(), flags.end(), [](std::uint8_t flag) { return flag <= 1; });
  }

  bool fields_hold() const {
    if (t_.field_count == 0) return true;
    for (std::size_t i = 0; i < t_.production_id_count; ++i) {
      const TSMapSlice slice = t_.field_map_slices[i];
      if (std::uint32_t{slice.index} + slice.length > t_.field_map_entry_count) return false;
    }
    const std::span entries(t_.field_map_entries, t_.field_map_entry_count);
    return std::all_of(entries.begin(), entries.end(), [&](const TSFieldMapEntry& entry) {
      std::uint8_t inherited = 0;
      std::memcpy(&inherited, &entry.inherited, 1);
      return entry.field_id <= t_.field_count && inherited <= 1;
    });
  }

  bool alias_map_holds() const {
    std::size_t i = 0;
    while (i < t_.alias_map_length && t_.alias_map[i] != 0) {
      if (t_.alias_map[i] >= symbols_ || i + 2 > t_.alias_map_length) return false;
      const std::size_t count = t_.alias_map[i + 1];
      if (i + 2 + count > t_.alias_map_length) return false;
      if (!all_below(t_.alias_map + i + 2, count, symbols_)) return false;
      i += 2 + count;
    }
    return i + 1 == t_.alias_map_length;
  }

  // A terminal's table value is the start of a list of actions; any other symbol's is a state.
  bool value_holds(std::uint32_t symbol, std::uint32_t value) const {
    if (symbol >= t_.symbol_count) return false;
    if (symbol >= t_.token_count) return value < t_.state_count;
    if (value >= t_.parse_action_count) return false;
    const std::size_t count = t_.parse_actions[value * kActionBytes];
    if (value + 1 + count > t_.parse_action_count) return false;
    for (std::size_t i = 1; i <= count; ++i) {
      if (!action_holds(t_.parse_actions + (value + i) * kActionBytes)) return false;
    }
    return true;
  }

  bool action_holds(const std::uint8_t* action) const {
    const std::uint8_t type = action[0];
    if (type > kActionTypeMax) return false;
    std::uint16_t word = 0;
    std::memcpy(&word, action + 2, sizeof word);
    if (type == kShift) return word < t_.state_count;
    if (type != kReduce) return true;
    std::uint16_t production = 0;
    std::memcpy(&production, action + 6, sizeof production);
    // With aliases, the query analysis reads an alias for each child of the production.
    return word < t_.symbol_count && production < t_.production_id_count &&
           (production == 0 || action[1] <= t_.max_alias_sequence_length);
  }

  bool large_states_hold() const {
    for (std::size_t state = 0; state < t_.large_state_count; ++state) {
      for (std::uint32_t symbol = 0; symbol < t_.symbol_count; ++symbol) {
        if (!value_holds(symbol, t_.parse_table[state * t_.symbol_count + symbol])) return false;
      }
    }
    return true;
  }

  bool small_states_hold() const {
    const std::size_t length = t_.small_parse_table_length;
    for (std::size_t i = 0; i + t_.large_state_count < t_.state_count; ++i) {
      std::size_t position = t_.small_parse_table_map[i];
      if (position >= length) return false;
      const std::size_t group_count = t_.small_parse_table[position++];
      for (std::size_t group = 0; group < group_count; ++group) {
        if (position + 2 > length) return false;
        const std::uint32_t value = t_.small_parse_table[position];
        const std::size_t symbol_count = t_.small_parse_table[position + 1];
        position += 2;
        if (symbol_count == 0 || position + symbol_count > length) return false;
        if (!group_holds(t_.small_parse_table + position, symbol_count, value)) return false;
        position += symbol_count;
      }
    }
    return true;
  }

  bool group_holds(const std::uint16_t* symbols, std::size_t count, std::uint32_t value) const {
    // All terminals of a group share one action list: check it once.
    bool terminal_checked = false;
    for (std::size_t i = 0; i < count; ++i) {
      const bool terminal = symbols[i] < t_.token_count;
      if (terminal && terminal_checked) continue;
      if (!value_holds(symbols[i], value)) return false;
      terminal_checked |= terminal;
    }
    return true;
  }

  bool supertypes_hold() const {
    if (!all_below(t_.supertype_symbols, t_.supertype_count, t_.supertype_map_slice_count) ||
        t_.supertype_map_slice_count > symbols_) {
      return false;
    }
    for (std::size_t i = 0; i < t_.supertype_map_slice_count; ++i) {
      const TSMapSlice slice = t_.supertype_map_slices[i];
      if (std::uint32_t{slice.index} + slice.length > t_.supertype_map_entry_count) return false;
    }
    if (!all_below(t_.supertype_map_entries, t_.supertype_map_entry_count, symbols_)) return false;
    // ts_language_subtypes looks up the slice of whatever its metadata calls a supertype.
    for (std::size_t i = t_.supertype_map_slice_count; t_.abi_version >= 15 && i < symbols_; ++i) {
      if (t_.symbol_metadata[3 * i + 2] != 0) return false;
    }
    return true;
  }

  const CopseLanguageTables& t_;
  std::size_t symbols_;
};

}  // namespace

Status check_grammar_tables(const CopseLanguageTables& tables, std::string_view name) {
  const char* fault = TableChecker(tables).find_fault();
  if (fault == nullptr) return success();
  return Error(ErrorCode::Corrupt, "grammar snapshot of '" + std::string(name) + "': table of " +
                                       fault + " refers to what is not there");
}

}  // namespace copse
