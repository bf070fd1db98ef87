// Frame of reference and bits in vectors' order.
#include "codec/integer_packing.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <type_traits>

#include "core/check.h"

namespace copse {
namespace {

constexpr unsigned kVersion = 1;
constexpr unsigned kVersionShift = 4;
constexpr unsigned kDifferencesBit = 1;
constexpr unsigned kWideBit = 2;
constexpr std::size_t kVectorBytes = 16;

// What is particular to one size of values. A vector is SSE2's, or whatever the compiler makes of
// it elsewhere.
template <typename Word>
struct Lanes {
  using Vector __attribute__((vector_size(kVectorBytes))) = Word;
  static constexpr unsigned kBits = 8 * sizeof(Word);
  static constexpr std::size_t kCount = kVectorBytes / sizeof(Word);
  static constexpr std::size_t kValuesPerLane = kPackedBlockValues / kCount;

  static Vector load(const void* bytes) {
    Vector vector;
    std::memcpy(&vector, bytes, kVectorBytes);
    return vector;
  }
  static void store(void* bytes, Vector vector) { std::memcpy(bytes, &vector, kVectorBytes); }
};

template <typename Word>
std::uint8_t form_byte(PackingOrder order) {
  return static_cast<std::uint8_t>(kVersion << kVersionShift |
                                   (order == PackingOrder::Differences ? kDifferencesBit : 0) |
                                   (sizeof(Word) == sizeof(std::uint64_t) ? kWideBit : 0));
}

template <typename Word>
Word low_bits(unsigned width) {
  return width == 0 ? Word{0} : static_cast<Word>(~Word{0}) >> (Lanes<Word>::kBits - width);
}

std::size_t packed_bytes(std::size_t values, unsigned width) {
  return (values * width + 7) / 8;
}

// ---- full blocks, a vector at a time ------------------------------------------------------------

// Values stand at their lanes: lane l has the values l, l + lanes, ..., one behind the other. A
// width of 0 writes nothing.
template <typename Word>
void pack_block(const Word* values, unsigned width, std::uint8_t* out) {
  using L = Lanes<Word>;
  typename L::Vector word{};
  unsigned used = 0;
  for (std::size_t i = 0; i < L::kValuesPerLane && width > 0; ++i) {
    const auto value = L::load(values + i * L::kCount);
    word |= value << used;
    used += width;
    if (used < L::kBits) continue;
    L::store(out, word);
    out += kVectorBytes;
    used -= L::kBits;
    word = used == 0 ? typename L::Vector{} : value >> (width - used);
  }
}

template <typename Word>
void unpack_block(const std::uint8_t* in, unsigned width, Word reference, Word* values) {
  using L = Lanes<Word>;
  const auto mask = low_bits<Word>(width) - typename L::Vector{};
  auto word = width == 0 ? typename L::Vector{} : L::load(in);
  unsigned used = 0;
  for (std::size_t i = 0; i < L::kValuesPerLane; ++i) {
    auto value = word >> used;
    used += width;
    if (used >= L::kBits) {
      used -= L::kBits;
      in += kVectorBytes;
      // The last value ends where the block does.
      if (i + 1 < L::kValuesPerLane) word = L::load(in);
      if (used > 0) value |= word << (width - used);
    }
    L::store(values + i * L::kCount, (value & mask) + reference);
  }
}

// ---- the same, and blocks that are not full, a bit at a time ------------------------------------

// Where bit `bit` of value `i` lies: in vectors' order, or value by value.
template <typename Word>
std::size_t bit_position(std::size_t i, unsigned bit, unsigned width, bool full) {
  using L = Lanes<Word>;
  if (!full) return i * width + bit;
  const std::size_t in_lane = i / L::kCount * width + bit;
  return (in_lane / L::kBits * L::kCount + i % L::kCount) * L::kBits + in_lane % L::kBits;
}

template <typename Word>
void pack_bits(std::span<const Word> values, unsigned width, std::uint8_t* out) {
  const bool full = values.size() == kPackedBlockValues;
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (unsigned bit = 0; bit < width; ++bit) {
      if ((values[i] >> bit & 1) == 0) continue;
      const std::size_t position = bit_position<Word>(i, bit, width, full);
      out[position / 8] = static_cast<std::uint8_t>(out[position / 8] | 1U << position % 8);
    }
  }
}

template <typename Word>
void unpack_bits(const std::uint8_t* in, unsigned width, Word reference, std::span<Word> values) {
  std::size_t position = 0;
  for (Word& value : values) {
    Word bits = 0;
    for (unsigned bit = 0; bit < width; ++bit, ++position) {
      bits |= static_cast<Word>(in[position / 8] >> position % 8 & 1) << bit;
    }
    value = bits + reference;
  }
}

// ---- whole lists --------------------------------------------------------------------------------

// A block on its way out. `reference` is what every value is counted from, modulo the word.
template <typename Word>
struct Block {
  Word values[kPackedBlockValues];
  std::size_t count = 0;
  Word reference = 0;
  unsigned width = 0;
};

template <typename Word>
void measure_block(Block<Word>& block, PackingOrder order) {
  using Signed = std::make_signed_t<Word>;
  const std::span<Word> values(block.values, block.count);
  if (order == PackingOrder::Differences) {
    // The smallest as a signed number: what falls a little is near what rises a little.
    const auto less = [](Word a, Word b) {
      return static_cast<Signed>(a) < static_cast<Signed>(b);
    };
    block.reference = *std::min_element(values.begin(), values.end(), less);
  } else {
    block.reference = *std::min_element(values.begin(), values.end());
  }
  Word all = 0;
  for (Word& value : values) {
    value = static_cast<Word>(value - block.reference);
    all |= value;
  }
  block.width = static_cast<unsigned>(std::bit_width(all));
}

// What the first value is counted from: chosen so that its difference is the smallest of its block
// and makes no other wider.
template <typename Word>
Word value_before(std::span<const Word> values) {
  using Signed = std::make_signed_t<Word>;
  const std::size_t count = std::min(values.size(), kPackedBlockValues);
  Signed least = 0;
  for (std::size_t i = 1; i < count; ++i) {
    const auto difference = static_cast<Signed>(static_cast<Word>(values[i] - values[i - 1]));
    if (i == 1 || difference < least) least = difference;
  }
  return static_cast<Word>(values[0] - static_cast<Word>(least));
}

template <typename Word>
Bytes pack(std::span<const Word> values, PackingOrder order, bool plain) {
  using Signed = std::make_signed_t<Word>;
  COPSE_CHECK(values.size() <= kPackedValuesMax);
  Bytes packed;
  ByteWriter out(packed);
  out.u8(form_byte<Word>(order));
  out.varint(values.size());
  Word before = 0;
  if (order == PackingOrder::Differences && !values.empty()) {
    before = value_before(values);
    out.zigzag(static_cast<Signed>(before));
  }
  for (std::size_t first = 0; first < values.size(); first += kPackedBlockValues) {
    Block<Word> block;
    block.count = std::min(kPackedBlockValues, values.size() - first);
    for (std::size_t i = 0; i < block.count; ++i) {
      block.values[i] = static_cast<Word>(values[first + i] - before);
      if (order == PackingOrder::Differences) before = values[first + i];
    }
    measure_block(block, order);
    out.u8(static_cast<std::uint8_t>(block.width));
    if (order == PackingOrder::Differences) {
      out.zigzag(static_cast<Signed>(block.reference));
    } else {
      out.varint(block.reference);
    }
    const std::size_t start = packed.size();
    packed.resize(start + packed_bytes(block.count, block.width));
    if (block.count == kPackedBlockValues && !plain) {
      pack_block(block.values, block.width, packed.data() + start);
    } else {
      pack_bits(std::span<const Word>(block.values, block.count), block.width,
                packed.data() + start);
    }
  }
  return packed;
}

Error corrupt(const std::string& what) {
  return Error(ErrorCode::Corrupt, "packed integers: " + what);
}

// Signed numbers are of the word's size, too.
template <typename Word>
bool read_reference(ByteReader& in, bool differences, Word& reference) {
  using Signed = std::make_signed_t<Word>;
  if (differences) {
    const std::int64_t value = in.zigzag();
    reference = static_cast<Word>(value);
    return static_cast<std::int64_t>(static_cast<Signed>(value)) == value;
  }
  const std::uint64_t value = in.varint();
  reference = static_cast<Word>(value);
  return reference == value;
}

template <typename Word>
Result<std::vector<Word>> unpack(ByteView packed, std::uint64_t values_max) {
  ByteReader in(packed);
  const std::uint8_t form = in.u8();
  const bool differences = (form & kDifferencesBit) != 0;
  const PackingOrder order = differences ? PackingOrder::Differences : PackingOrder::Values;
  if (in.failed() || form != form_byte<Word>(order)) {
    return corrupt("they begin with " + std::to_string(form) + ", not with a form of " +
                   std::to_string(Lanes<Word>::kBits) + "-bit values");
  }
  const std::uint64_t count = in.varint();
  if (count > values_max) {
    return Error(ErrorCode::LimitExceeded, "packed integers: " + std::to_string(count) +
                                               " values, at most " + std::to_string(values_max) +
                                               " are allowed");
  }
  // A block takes two bytes at least.
  if (in.failed() || count > in.remaining() / 2 * kPackedBlockValues)
    return corrupt("they end early");
  std::vector<Word> values(static_cast<std::size_t>(count));
  Word before = 0;
  if (differences && !values.empty() && !read_reference(in, differences, before)) {
    return corrupt("the value before the first makes no sense");
  }
  for (std::size_t first = 0; first < values.size(); first += kPackedBlockValues) {
    const auto block =
        std::span(values).subspan(first, std::min(kPackedBlockValues, values.size() - first));
    const unsigned width = in.u8();
    Word reference = 0;
    if (!read_reference(in, differences, reference) || width > Lanes<Word>::kBits) {
      return corrupt("the block of value " + std::to_string(first) + " makes no sense");
    }
    const ByteView bits = in.raw(packed_bytes(block.size(), width));
    if (in.failed()) return corrupt("they end early");
    if (block.size() == kPackedBlockValues) {
      unpack_block(bits.data(), width, reference, block.data());
    } else {
      unpack_bits(bits.data(), width, reference, block);
    }
    if (!differences) continue;
    for (Word& value : block) {
      before = static_cast<Word>(before + value);
      value = before;
    }
  }
  if (!in.at_end()) return corrupt("something follows them");
  return values;
}

}  // namespace

Bytes pack_integers(std::span<const std::uint32_t> values, PackingOrder order) {
  return pack(values, order, false);
}
Bytes pack_integers(std::span<const std::uint64_t> values, PackingOrder order) {
  return pack(values, order, false);
}
Bytes pack_integers_plain(std::span<const std::uint32_t> values, PackingOrder order) {
  return pack(values, order, true);
}
Bytes pack_integers_plain(std::span<const std::uint64_t> values, PackingOrder order) {
  return pack(values, order, true);
}

Result<std::vector<std::uint32_t>> unpack_integers32(ByteView packed, std::uint64_t values_max) {
  return unpack<std::uint32_t>(packed, values_max);
}
Result<std::vector<std::uint64_t>> unpack_integers64(ByteView packed, std::uint64_t values_max) {
  return unpack<std::uint64_t>(packed, values_max);
}

}  // namespace copse
