#include "postings/symbol_rank.h"

#include <algorithm>

namespace copse {
namespace {

// Fewer letters say too little to allow for a slip.
constexpr std::size_t kSlipBytesMin = 4;

enum Class : std::uint32_t { kExact, kPrefix, kSlip, kWordParts, kInOrder };

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return is_upper(c) || is_lower(c) || static_cast<signed char>(c) < 0;
}

char fold(char c) {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

void fold_to(std::string_view text, std::string& out) {
  out.assign(text);
  std::transform(out.begin(), out.end(), out.begin(), fold);
}

// "get_free_page", "GetFreePage", "HTTPServer", "utf8": a word begins at g, f, p; G, F, P; H, S;
// u, 8.
bool begins_word(std::string_view name, std::size_t at) {
  if (at == 0) return true;
  const char c = name[at];
  const char before = name[at - 1];
  if (is_digit(c)) return !is_digit(before);
  if (!is_letter(c)) return false;
  if (!is_letter(before)) return true;
  const bool lower_follows = at + 1 < name.size() && is_lower(name[at + 1]);
  return is_upper(c) && (is_lower(before) || lower_follows);
}

}  // namespace

SymbolRanker::SymbolRanker(std::string_view typed) : typed_(typed) {
  fold_to(typed, folded_);
}

std::optional<std::uint32_t> SymbolRanker::rank(std::string_view name) {
  const auto make = [&](Class kind, bool other_case) {
    return kind << 17U | (other_case ? 1U : 0U) << 16U |
           static_cast<std::uint32_t>(std::min<std::size_t>(name.size(), UINT16_MAX));
  };
  if (name == typed_) return make(kExact, false);
  if (typed_.size() > kTypedBytesMax) return std::nullopt;
  const bool in_order = has_letters_in_order(name);
  if (!in_order && !is_one_slip_away(name)) return std::nullopt;
  if (!in_order) return make(kSlip, false);
  fold_to(name, name_);
  if (name_ == folded_) return make(kExact, true);
  if (name_.starts_with(folded_)) return make(kPrefix, !name.starts_with(typed_));
  if (is_one_slip_away(name)) return make(kSlip, false);
  return make(begins_words(name) ? kWordParts : kInOrder, false);
}

bool SymbolRanker::has_letters_in_order(std::string_view name) const {
  if (name.size() < folded_.size()) return false;
  std::size_t at = 0;
  for (const char wanted : folded_) {
    while (at < name.size() && fold(name[at]) != wanted)
      ++at;
    if (at == name.size()) return false;
    ++at;
  }
  return true;
}

// Each letter follows the one before it, or begins a word. What is reached is a bit a letter: bit i
// says that the first i letters have been found and the last of them just now.
bool SymbolRanker::begins_words(std::string_view name) {
  const std::size_t count = folded_.size();
  std::uint64_t now = 0;   // ended at the byte before
  std::uint64_t ever = 0;  // ended at any byte before
  for (std::size_t at = 0; at < name.size(); ++at) {
    const bool starts = begins_word(name, at);
    std::uint64_t next = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (folded_[i] != name_[at]) continue;
      const bool follows = i > 0 && (now >> (i - 1) & 1) != 0;
      const bool jumps = starts && (i == 0 || (ever >> (i - 1) & 1) != 0);
      if (follows || jumps) next |= std::uint64_t{1} << i;
    }
    now = next;
    ever |= next;
    if ((ever >> (count - 1) & 1) != 0) return true;
  }
  return false;
}

// One letter more, less, another one, or two swapped.
bool SymbolRanker::is_one_slip_away(std::string_view name) const {
  const std::size_t typed = folded_.size();
  if (typed < kSlipBytesMin || name.size() + 1 < typed || name.size() > typed + 1) return false;
  const auto at = [&](std::size_t i) { return fold(name[i]); };
  std::size_t begin = 0;
  const std::size_t least = std::min(typed, name.size());
  while (begin < least && at(begin) == folded_[begin])
    ++begin;
  std::size_t end = 0;  // equal bytes at the end
  while (end < least - begin && at(name.size() - 1 - end) == folded_[typed - 1 - end])
    ++end;
  const std::size_t rest = typed - begin - end;
  const std::size_t name_rest = name.size() - begin - end;
  if (rest <= 1 && name_rest <= 1) return true;
  return rest == 2 && name_rest == 2 && at(begin) == folded_[begin + 1] &&
         at(begin + 1) == folded_[begin];
}

}  // namespace copse
