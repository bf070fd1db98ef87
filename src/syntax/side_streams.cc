#include "syntax/side_streams.h"

namespace copse {
namespace {

constexpr std::uint64_t kStartStated = 2;
constexpr std::uint64_t kSizeStated = 1;

std::uint64_t count_exceptions(ByteView spans) {
  std::uint64_t count = 0;
  for (ByteReader in(spans); !in.at_end(); ++count) {
    const std::uint64_t coded = in.varint();
    if ((coded & kStartStated) != 0) in.varint();
    if ((coded & kSizeStated) != 0) in.varint();
  }
  return count;
}

std::uint64_t count_varints(ByteView bytes) {
  std::uint64_t count = 0;
  for (const std::uint8_t byte : bytes) {
    count += byte < 0x80 ? 1 : 0;
  }
  return count;
}

}  // namespace

void put_side_streams(RansEncoder& out, const NumberTables& numbers, ByteView spans,
                      ByteView lookaheads) {
  numbers.put(out, NumberRole::Count, count_exceptions(spans));
  for (ByteReader in(spans); !in.at_end();) {
    const std::uint64_t coded = in.varint();
    numbers.put(out, NumberRole::Gap, coded);
    if ((coded & kStartStated) != 0) numbers.put(out, NumberRole::Padding, in.varint());
    if ((coded & kSizeStated) != 0) numbers.put(out, NumberRole::Size, in.varint());
  }
  numbers.put(out, NumberRole::Count, count_varints(lookaheads));
  for (ByteReader in(lookaheads); !in.at_end();) {
    numbers.put(out, NumberRole::Lookahead, in.varint());
  }
}

bool take_side_streams(RansDecoder& in, const NumberTables& numbers, std::uint32_t leaves_max,
                       Bytes& spans, Bytes& lookaheads) {
  ByteWriter span_out(spans);
  std::uint64_t count = numbers.take(in, NumberRole::Count);
  if (count > leaves_max || in.damaged()) return false;
  for (; count > 0; --count) {
    const std::uint64_t coded = numbers.take(in, NumberRole::Gap);
    span_out.varint(coded);
    if ((coded & kStartStated) != 0) span_out.varint(numbers.take(in, NumberRole::Padding));
    if ((coded & kSizeStated) != 0) span_out.varint(numbers.take(in, NumberRole::Size));
    if (in.damaged()) return false;
  }
  ByteWriter lookahead_out(lookaheads);
  count = numbers.take(in, NumberRole::Count);
  if (count > leaves_max || in.damaged()) return false;
  for (; count > 0; --count) {
    lookahead_out.varint(numbers.take(in, NumberRole::Lookahead));
  }
  return !in.damaged();
}

}  // namespace copse
