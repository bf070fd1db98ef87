// Compiled queries as bytes: docs/formats/query.md.
#pragma once

#include <cstddef>
#include <cstdint>

#include "copse/result.h"

#include "core/bytes.h"
#include "query/query_patterns.h"
#include "syntax/grammar.h"

namespace copse {

inline constexpr std::uint32_t kQueryFormatVersion = 1;
// Of the text that the compiler takes at most, less than that is made.
inline constexpr std::size_t kStoredQueryBytesMax = 16U << 20;

// The same bytes for the same query.
Bytes write_query(const ProgramParts& program, const QueryPatterns& patterns,
                  const Grammar& grammar);

// InvalidArgument when the query was compiled for a grammar with other tables, Unsupported when a
// newer version wrote it, LimitExceeded when it is too large, Corrupt when it is damaged. What
// comes back passed check_program(). The predicates are not looked into.
Result<QueryParts> read_query(ByteView bytes, const Grammar& grammar);

}  // namespace copse
