// The ranges of MatchOptions in the form that the matcher compares with nodes.
//
// A place is a byte, written {byte, 0}, or the gap behind one, {byte, 1}. Points are compared as
// places: a point that has a byte is that byte's place; one that lies behind the end of its row, or
// of the source, is the gap before whatever comes next. So a node whose byte is b stands before, at
// or behind a place exactly as its point stands to the point that the place was made of, and
// nobody has to know the node's point.
#pragma once

#include <cstdint>

#include "copse/query.h"
#include "copse/result.h"

#include "query/query_engine.h"
#include "syntax/tree_data.h"

namespace copse {

struct MatchRange {
  std::uint32_t begin_byte = 0;
  std::uint32_t end_byte = UINT32_MAX;
  TSPoint begin_place{0, 0};
  TSPoint end_place{UINT32_MAX, UINT32_MAX};  // behind everything
};

// InvalidArgument when a range ends before it begins; an end of 0, or {0, 0}, is none.
Status check_range(const MatchOptions& options);

// As check_range. Cost: nothing where no points are given, else what TreeData::row costs.
Result<MatchRange> resolve_range(const MatchOptions& options, const TreeData& tree);

void set_range(TSQueryCursor* cursor, const MatchRange& range);

}  // namespace copse
