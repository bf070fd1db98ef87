#include "codec/xor_delta.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include <emmintrin.h>

#include "codec/binary_coder.h"
#include "codec/rolling_delta.h"
#include "codec/zstd_prefix.h"
#include "core/check.h"

namespace copse {
namespace {

constexpr std::uint8_t kRestRaw = 0;
constexpr std::uint8_t kRestZstd = 1;
// Fewer equal bytes than this do not end a run: zeros in it cost less than another run.
constexpr std::size_t kEqualMin = 24;

Error corrupt(const std::string& what) {
  return {ErrorCode::Corrupt, "delta: " + what};
}

__m128i load(const std::uint8_t* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

// Lengths of what is equal and of what differs.
struct RunModel {
  NumberModel<1> equal;
  NumberModel<1> differing;
};

// What of the base lies beside the part.
ByteView beside(ByteView base, std::uint64_t begin, std::size_t size) {
  if (begin >= base.size()) return {};
  const auto first = static_cast<std::size_t>(begin);
  return base.subspan(first, std::min(size, base.size() - first));
}

// The end of the run that begins at a difference: behind its last differing byte.
std::size_t end_of_run(ByteView a, ByteView b, std::size_t at) {
  for (;;) {
    std::size_t end = at;
    while (end < a.size() && a[end] != b[end]) {
      ++end;
    }
    const std::size_t next = find_difference(a, b, end);
    if (next == a.size() || next - end >= kEqualMin) return end;
    at = next;
  }
}

}  // namespace

void xor_bytes(std::span<std::uint8_t> out, ByteView a, ByteView b) {
  COPSE_CHECK(out.size() == a.size() && a.size() == b.size());
  std::size_t i = 0;
  for (; i + 64 <= out.size(); i += 64) {
    for (std::size_t lane = 0; lane < 64; lane += 16) {
      const __m128i word = _mm_xor_si128(load(a.data() + i + lane), load(b.data() + i + lane));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out.data() + i + lane), word);
    }
  }
  for (; i < out.size(); ++i) {
    out[i] = a[i] ^ b[i];
  }
}

std::size_t find_difference(ByteView a, ByteView b, std::size_t at) {
  COPSE_CHECK(a.size() == b.size());
  for (; at + 64 <= a.size(); at += 64) {
    __m128i same = _mm_cmpeq_epi8(load(a.data() + at), load(b.data() + at));
    for (std::size_t lane = 16; lane < 64; lane += 16) {
      same = _mm_and_si128(same,
                           _mm_cmpeq_epi8(load(a.data() + at + lane), load(b.data() + at + lane)));
    }
    if (_mm_movemask_epi8(same) != 0xFFFF) break;
  }
  return at + equal_bytes(a.data() + at, b.data() + at, a.size() - at);
}

Bytes encode_xor(ByteView base, const TargetPart& part, int level) {
  const ByteView old = beside(base, part.begin, part.bytes.size());
  const ByteView shared = part.bytes.first(old.size());
  const auto model = std::make_unique<RunModel>();
  BinaryEncoder lengths;
  Bytes rest;
  std::uint64_t runs = 0;
  std::size_t at = 0;
  const auto add_run = [&](std::size_t begin, std::size_t end) {
    model->equal.encode(lengths, 0, begin - at);
    model->differing.encode(lengths, 0, end - begin);
    const std::size_t size = rest.size();
    const std::size_t both = std::min(end, old.size()) - std::min(begin, old.size());
    rest.insert(rest.end(), part.bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                part.bytes.begin() + static_cast<std::ptrdiff_t>(end));
    const auto made = std::span(rest).subspan(size, both);
    if (both > 0) xor_bytes(made, made, old.subspan(begin, both));
    at = end;
    ++runs;
  };
  for (;;) {
    const std::size_t begin = find_difference(shared, old, at);
    if (begin == shared.size()) break;
    add_run(begin, end_of_run(shared, old, begin));
  }
  if (part.bytes.size() > shared.size()) add_run(shared.size(), part.bytes.size());

  const Bytes length_bytes = lengths.finish();
  const Bytes packed = compress_with_prefix(rest, {}, {.level = level});
  const bool raw = packed.size() >= rest.size();
  Bytes payload;
  ByteWriter out(payload);
  out.varint(runs);
  out.varint(length_bytes.size());
  out.u8(raw ? kRestRaw : kRestZstd);
  out.raw(length_bytes);
  out.raw(raw ? rest : packed);
  return payload;
}

Status decode_xor(ByteView base, ByteView payload, std::uint64_t target_begin,
                  std::span<std::uint8_t> out) {
  ByteReader in(payload);
  const std::uint64_t runs = in.varint();
  const std::uint64_t length_bytes = in.varint();
  const std::uint8_t codec = in.u8();
  if (in.failed() || length_bytes > in.remaining() || runs > out.size()) {
    return corrupt("its parts are cut short");
  }
  const ByteView lengths = in.raw(static_cast<std::size_t>(length_bytes));
  const ByteView rest = in.raw(in.remaining());
  const ByteView old = beside(base, target_begin, out.size());
  // Once over the lengths to know how much differs, once more to place it.
  std::size_t rest_bytes = 0;
  const auto each_run = [&](const auto& visit) -> Status {
    const auto model = std::make_unique<RunModel>();
    BinaryDecoder numbers(lengths);
    std::size_t at = 0;
    for (std::uint64_t run = 0; run < runs; ++run) {
      const std::uint64_t equal = model->equal.decode(numbers, 0);
      const std::uint64_t differing = model->differing.decode(numbers, 0);
      if (numbers.overrun() || equal > out.size() - at || differing == 0 ||
          differing > out.size() - at - equal) {
        return corrupt("a run lies outside of the target");
      }
      visit(at, at + static_cast<std::size_t>(equal), static_cast<std::size_t>(differing));
      at += static_cast<std::size_t>(equal + differing);
    }
    if (out.size() > old.size() && at != out.size()) {
      return corrupt("the target goes on where the base ends");
    }
    visit(at, out.size(), 0);
    return success();
  };
  bool beyond = false;
  COPSE_TRY_STATUS(each_run([&](std::size_t begin, std::size_t end, std::size_t differing) {
    beyond = beyond || (end > begin && end > old.size());
    rest_bytes += differing;
  }));
  if (beyond) return corrupt("an equal run lies beyond the base");
  // As covers do: restored at the end, moved from there.
  const std::span<std::uint8_t> kept = out.subspan(out.size() - rest_bytes);
  if (codec == kRestZstd) {
    COPSE_TRY_STATUS(restore_with_prefix(rest, {}, kept));
  } else if (codec == kRestRaw && rest.size() == kept.size()) {
    std::copy(rest.begin(), rest.end(), kept.begin());
  } else {
    return corrupt("what differs is not what is stated");
  }
  std::uint8_t* from = kept.data();
  return each_run([&](std::size_t begin, std::size_t end, std::size_t differing) {
    if (end > begin) std::memcpy(out.data() + begin, old.data() + begin, end - begin);
    if (differing == 0) return;
    std::memmove(out.data() + end, from, differing);
    from += differing;
    const std::size_t both = std::min(end + differing, old.size()) - std::min(end, old.size());
    if (both == 0) return;
    const std::span<std::uint8_t> made = out.subspan(end, both);
    xor_bytes(made, made, old.subspan(end, both));
  });
}

}  // namespace copse
