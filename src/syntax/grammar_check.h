// Whether tables that came from disk can be walked without leaving them.
#pragma once

#include <string_view>

#include "copse/result.h"

#include "syntax/ts_adapter.h"

namespace copse {

// Corrupt, naming the table, when an index in one table points outside another. Lengths that tables
// state for themselves are checked; lengths that the caller read are trusted.
Status check_grammar_tables(const CopseLanguageTables& tables, std::string_view name);

}  // namespace copse
