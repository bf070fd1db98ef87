// Any bytes as the side streams of a frozen block: what comes out is bounded by the number of
// leaves, and goes in and out again unchanged.
//
// Bound: three varints of ten bytes for each exception, one for each lookahead.
#include "fuzz_support.h"
#include "syntax/side_streams.h"

// Which number tables, leaves of the block, the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace copse;
  if (size < 2) return 0;
  const NumberTables& numbers =
      fuzz::model(data[0] % 2 == 0 ? fuzz::ModelKind::Golden2 : fuzz::ModelKind::Base).numbers();
  const std::uint32_t leaves = data[1];
  RansDecoder in(ByteView(data + 2, size - 2));
  Bytes spans;
  Bytes lookaheads;
  const bool good = take_side_streams(in, numbers, leaves, spans, lookaheads);
  fuzz::require(spans.size() <= leaves * std::size_t{30});
  fuzz::require(lookaheads.size() <= leaves * std::size_t{10});
  if (!good) return 0;
  RansEncoder out;
  put_side_streams(out, numbers, spans, lookaheads);
  const Bytes stream = out.finish();
  RansDecoder back(stream);
  Bytes spans_again;
  Bytes lookaheads_again;
  fuzz::require(take_side_streams(back, numbers, leaves, spans_again, lookaheads_again));
  fuzz::require(back.at_clean_end() && spans_again == spans && lookaheads_again == lookaheads);
  return 0;
}
