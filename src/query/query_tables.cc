#include "query/query_tables.h"

#include <algorithm>
#include <cstddef>

namespace copse {
namespace {

constexpr std::uint32_t kBuiltinSymbols = 2;

std::uint8_t flags_of(const Grammar& grammar, std::uint16_t symbol) {
  unsigned flags = 0;
  if (grammar.is_visible(symbol)) flags |= COPSE_SYMBOL_VISIBLE;
  if (grammar.is_named(symbol)) flags |= COPSE_SYMBOL_NAMED;
  if (grammar.is_supertype(symbol)) flags |= COPSE_SYMBOL_SUPERTYPE;
  return static_cast<std::uint8_t>(flags);
}

}  // namespace

QueryTables::QueryTables(const Grammar& grammar) : grammar_(grammar) {
  const CopseLanguageTables& tables = grammar.tables();
  const std::uint32_t symbols = grammar.symbol_count() + kBuiltinSymbols;
  symbol_flags_.resize(symbols);
  public_symbols_.resize(symbols);
  for (std::uint32_t slot = 0; slot < symbols; ++slot) {
    const auto symbol = static_cast<std::uint16_t>(slot - kBuiltinSymbols);
    symbol_flags_[slot] = flags_of(grammar, symbol);
    public_symbols_[slot] = grammar.public_symbol(symbol);
  }
  const std::size_t length = tables.max_alias_sequence_length;
  // Production 0 is that of nodes without one: its row is not looked at.
  production_has_alias_.resize(std::max<std::uint32_t>(tables.production_id_count, 1));
  for (std::size_t production = 1; production < tables.production_id_count; ++production) {
    const std::uint16_t* row = tables.alias_sequences + production * length;
    production_has_alias_[production] =
        std::any_of(row, row + length, [](std::uint16_t alias) { return alias != 0; }) ? 1 : 0;
  }
  view_.symbol_flags = symbol_flags_.data();
  view_.public_symbols = public_symbols_.data();
  view_.production_has_alias = production_has_alias_.data();
  view_.alias_sequences = tables.alias_sequences;
  view_.alias_sequence_length = tables.max_alias_sequence_length;
  view_.alias_count = tables.production_id_count * tables.max_alias_sequence_length;
  view_.field_map_slices = tables.field_count == 0 ? nullptr : tables.field_map_slices;
  view_.field_map_entries = tables.field_map_entries;
}

}  // namespace copse
