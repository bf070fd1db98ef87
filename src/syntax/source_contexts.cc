// Features of the source, and the tables that they lead to.
#include "syntax/source_contexts.h"

#include <algorithm>
#include <array>
#include <bit>

namespace copse {
namespace {

// Kinds of characters that begin or continue a word; 0 for all others.
constexpr std::array<std::uint8_t, 256> make_word_kinds() {
  std::array<std::uint8_t, 256> kinds{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (byte >= 'a' && byte <= 'z') kinds[byte] = 1;
    if (byte >= 'A' && byte <= 'Z') kinds[byte] = 2;
    if (byte == '_' || byte >= 0x80) kinds[byte] = 3;
    if (byte >= '0' && byte <= '9') kinds[byte] = 4;
  }
  return kinds;
}

constexpr std::array<std::uint8_t, 256> kWordKinds = make_word_kinds();

constexpr std::uint32_t kNearWord = 0x80000000U;
constexpr std::uint32_t kFarWord = 0xC0000000U;
constexpr std::uint32_t kFarSigns = 0x40000000U;
constexpr std::uint32_t kFarHashBits = 0x3FFFFFFFU;

bool is_blank(std::uint8_t byte) {
  return byte == ' ' || byte == '\t';
}

bool is_space(std::uint8_t byte) {
  return is_blank(byte) || byte == '\n' || byte == '\r';
}

}  // namespace

SourceFeature SourceFeature::at(std::string_view source, std::uint32_t position) {
  const auto* text = reinterpret_cast<const std::uint8_t*>(source.data()) + position;
  const std::uint8_t* const end = text + (source.size() - position);
  const std::uint8_t* stop = text + std::min<std::size_t>(kBlanksMax, source.size() - position);
  while (text != stop && is_space(*text))
    ++text;
  const auto byte_at = [end](const std::uint8_t* at) -> std::uint32_t {
    return at < end ? *at : 0;
  };
  const std::uint32_t first = byte_at(text);
  if (kWordKinds[first] == 0) {
    const std::uint32_t two = first | (text < end ? byte_at(text + 1) : 0) << 8;
    const std::uint32_t third = end - text > 2 ? text[2] : 0;
    return {two, kFarSigns | two | third << 16};
  }
  std::uint32_t hash = 0;
  stop = text + std::min<std::size_t>(kWordMax, static_cast<std::size_t>(end - text));
  while (text != stop && kWordKinds[*text] != 0) {
    hash = (hash ^ *text++) * 0x01000193U;
    hash ^= hash >> 15;
  }
  stop = text + std::min<std::size_t>(kBlanksMax, static_cast<std::size_t>(end - text));
  while (text != stop && is_blank(*text))
    ++text;
  std::uint32_t after = byte_at(text);
  if (kWordKinds[after] != 0) after = 1;
  hash = (hash ^ after) * 0x01000193U;
  return {kNearWord | static_cast<std::uint32_t>(kWordKinds[first]) << 8 | after,
          kFarWord | ((hash ^ hash >> 13) & kFarHashBits)};
}

bool SourceContexts::add(std::span<const Choice> row, std::uint32_t none) {
  contexts_.push_back(
      {static_cast<std::uint32_t>(choices_.size()), static_cast<std::uint32_t>(row.size() + 1)});
  std::vector<Choice> sorted(row.begin(), row.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Choice& a, const Choice& b) { return a.start > b.start; });
  std::uint64_t start = 0;
  for (const Choice& choice : sorted) {
    choices_.push_back({choice.shape, static_cast<std::uint32_t>(start)});
    start += choice.start;
    if (start > kRansScale) return false;
  }
  choices_.push_back({kNoShape, static_cast<std::uint32_t>(start)});
  choices_.push_back({kNoShape, kRansScale});
  return none != 0 && start + none == kRansScale;
}

void SourceContexts::index_keys(std::span<const Slot> keys) {
  slots_.assign(std::bit_ceil(keys.size() * 2 + 2), {});
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& key : keys) {
    has_keys_[key.table] = 1;
    std::size_t slot = hash(key.table, key.key) & mask;
    while (slots_[slot].table != kNoTable &&
           (slots_[slot].table != key.table || slots_[slot].key != key.key)) {
      slot = (slot + 1) & mask;
    }
    // Only a damaged model says the same twice: then the first stands.
    if (slots_[slot].table == kNoTable) slots_[slot] = key;
  }
}

RansShare SourceContexts::share_of(const Context& context, ShapeId shape) const {
  const Choice* const choices = choices_.data() + context.first;
  for (std::uint32_t i = 0; i < context.count; ++i) {
    if (choices[i].shape != shape) continue;
    return {static_cast<std::uint16_t>(choices[i].start),
            static_cast<std::uint16_t>(choices[i + 1].start - choices[i].start)};
  }
  return {};
}

}  // namespace copse
