// Numbers in as few bits as the widest of each block of them needs.
//
// Values are counted from the smallest of their block (frame of reference), or each from the one
// before it first; what remains is packed in vectors' order, so that a vector of lanes is packed
// and unpacked at once, as SIMD-BP128 does (Lemire and Boytsov, "Decoding billions of integers per
// second through vectorization", Software: Practice and Experience, 2015). A single number wants a
// varint (core/bytes.h). docs/formats/integer_packing.md has the layout.
//
// Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"

namespace copse {

// Values of a full block.
inline constexpr std::size_t kPackedBlockValues = 128;
// What may be unpacked at one time at most, for a count that is not to be trusted.
inline constexpr std::uint64_t kPackedValuesMax = std::uint64_t{1} << 28;

enum class PackingOrder : std::uint8_t {
  Values = 0,       // as they are: small numbers, or numbers that lie close together
  Differences = 1,  // from one to the next: lists that rise, or wander
};

// Any values, any number of them up to kPackedValuesMax; both orders suit all values, one of them
// better. Deterministic. Cost: about 1 ns a value.
Bytes pack_integers(std::span<const std::uint32_t> values, PackingOrder order);
Bytes pack_integers(std::span<const std::uint64_t> values, PackingOrder order);

// Back again. Corrupt when the bytes are not of this form or hold values of another size;
// LimitExceeded for more than `values_max` of them. Bytes that are damaged otherwise give other
// values: a checksum is for others to keep. Nothing is allocated for values that the bytes cannot
// hold.
Result<std::vector<std::uint32_t>> unpack_integers32(ByteView packed,
                                                     std::uint64_t values_max = kPackedValuesMax);
Result<std::vector<std::uint64_t>> unpack_integers64(ByteView packed,
                                                     std::uint64_t values_max = kPackedValuesMax);

// The same a bit at a time, for tests to compare with.
Bytes pack_integers_plain(std::span<const std::uint32_t> values, PackingOrder order);
Bytes pack_integers_plain(std::span<const std::uint64_t> values, PackingOrder order);

}  // namespace copse
