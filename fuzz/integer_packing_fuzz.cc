// Any bytes as packed integers: they are refused, or come back when packed again. Any bytes as
// integers: they come back, and the plain packer writes the same.
#include <cstring>
#include <vector>

#include "codec/integer_packing.h"
#include "core/check.h"

namespace {

using namespace copse;

constexpr std::uint64_t kValuesMax = std::uint64_t{1} << 20;

Result<std::vector<std::uint32_t>> unpack(ByteView packed, std::uint32_t /*of this size*/) {
  return unpack_integers32(packed, kValuesMax);
}
Result<std::vector<std::uint64_t>> unpack(ByteView packed, std::uint64_t /*of this size*/) {
  return unpack_integers64(packed, kValuesMax);
}

template <typename Word>
void round_trip(const std::vector<Word>& values) {
  for (const PackingOrder order : {PackingOrder::Values, PackingOrder::Differences}) {
    const Bytes packed = pack_integers(std::span<const Word>(values), order);
    COPSE_CHECK(packed == pack_integers_plain(std::span<const Word>(values), order));
    const auto back = unpack(packed, Word{});
    COPSE_CHECK(back.ok() && back.value() == values);
  }
}

template <typename Word>
void try_both(ByteView bytes) {
  const auto values = unpack(bytes, Word{});
  if (values.ok()) round_trip(values.value());
  std::vector<Word> own(bytes.size() / sizeof(Word));
  if (!own.empty()) std::memcpy(own.data(), bytes.data(), own.size() * sizeof(Word));
  round_trip(own);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try_both<std::uint32_t>({data, size});
  try_both<std::uint64_t>({data, size});
  return 0;
}
