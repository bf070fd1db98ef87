// The ranges of MatchOptions in the form that the matcher compares with nodes.
//
// Points become bytes: a point that has a byte is that byte, exactly; one that lies behind the end
// of its row, or of the source, is the byte of whatever comes next, not exactly. So a node whose
// byte is b stands before, at or behind a bound just as its point stands to the point that the
// bound was made of, and nobody has to know the node's point.
#pragma once

#include "copse/query.h"
#include "copse/result.h"

#include "query/matcher.h"
#include "syntax/tree_data.h"

namespace copse {

// InvalidArgument when a range ends before it begins; an end of 0, or {0, 0}, is none.
Status check_range(const MatchOptions& options);

// As check_range. Cost: nothing where no points are given, else what TreeData::row costs.
Result<MatchScope> scope_of(const MatchOptions& options, const TreeData& tree);

}  // namespace copse
