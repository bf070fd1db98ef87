// How well a name answers to what somebody typed of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace copse {

// What is typed, prepared for many names. For one thread.
class SymbolRanker {
 public:
  static constexpr std::size_t kTypedBytesMax = 64;  // a bit each

  // More than kTypedBytesMax bytes answer to nothing but themselves.
  explicit SymbolRanker(std::string_view typed);

  // No value when the name does not answer. Lower is better: the name itself, a beginning of it,
  // one slip of the keyboard, beginnings of its words ("gfp" and "getpage" for get_free_page and
  // GetFreePage), its letters in order. In each, other case is worse, and then a longer name.
  std::optional<std::uint32_t> rank(std::string_view name);

 private:
  bool has_letters_in_order(std::string_view name) const;
  bool begins_words(std::string_view name);
  bool is_one_slip_away(std::string_view name) const;

  std::string typed_;
  std::string folded_;
  std::string name_;  // folded
};

}  // namespace copse
