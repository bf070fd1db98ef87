// A grammar's tables in the form that running a query reads them.
#pragma once

#include <cstdint>
#include <vector>

#include "query/query_engine.h"
#include "syntax/grammar.h"

namespace copse {

// Immutable; may be read by many threads. Borrows from the grammar, which must outlive it.
class QueryTables {
 public:
  explicit QueryTables(const Grammar& grammar);

  QueryTables(const QueryTables&) = delete;
  QueryTables& operator=(const QueryTables&) = delete;
  ~QueryTables() = default;

  const CopseQueryTables& view() const { return view_; }
  const Grammar& grammar() const { return grammar_; }
  // Symbols, the two built-in ones included.
  std::uint32_t symbol_slots() const { return static_cast<std::uint32_t>(symbol_flags_.size()); }

 private:
  const Grammar& grammar_;
  std::vector<std::uint8_t> symbol_flags_;
  std::vector<std::uint16_t> public_symbols_;
  std::vector<std::uint8_t> production_has_alias_;
  CopseQueryTables view_{};
};

}  // namespace copse
