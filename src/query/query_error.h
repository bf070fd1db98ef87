// Makes QueryErrors: positions and words for what tree-sitter's compiler reports as a number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "copse/query.h"

namespace copse {

// `offset` may be the text's size: the end of the query.
QueryError make_query_error(QueryError::Kind kind, std::string_view text, std::uint32_t offset,
                            std::string message);

// The name that stands at the offset, as tree-sitter's Rust binding cuts it out.
std::string_view name_at(std::string_view text, std::uint32_t offset);

}  // namespace copse
