// Span exceptions and lookaheads as they stand in frozen blocks.
#pragma once

#include "codec/rans.h"
#include "syntax/number_tables.h"
#include "syntax/tree_layout.h"

namespace copse {

// REQUIRES: the streams are well-formed, as BytecodeBlock's of an encoder.
void put_side_streams(RansEncoder& out, const NumberTables& numbers, ByteView spans,
                      ByteView lookaheads);

// False when there is more than `leaves_max` of either.
bool take_side_streams(RansDecoder& in, const NumberTables& numbers, std::uint32_t leaves_max,
                       Bytes& spans, Bytes& lookaheads);

}  // namespace copse
