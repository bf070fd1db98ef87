// What a word is, for those who note the words of a file and for those who look one up.
//
// A word is a maximal run of word bytes (letters, digits, '_', and all bytes from 0x80 on) of a
// text, kWordBytesMin of them at least. It is known by a hash of its first kWordBytesMax bytes.
// Words that are the text of one of the grammar's anonymous tokens ("if", "return") are left out on
// both sides: nearly every file has them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "syntax/grammar.h"

namespace copse {

inline constexpr std::size_t kWordBytesMin = 2;
inline constexpr std::size_t kWordBytesMax = 64;

// Never 0. REQUIRES: the text is a run of word bytes, kWordBytesMin at least.
std::uint32_t word_hash(std::string_view word);

inline constexpr std::array<bool, 256> kWordBytes = [] {
  std::array<bool, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    table[byte] = byte >= 0x80 || byte == '_' || (byte >= '0' && byte <= '9') ||
                  (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
  }
  return table;
}();

inline bool is_word_byte(char byte) {
  return kWordBytes[static_cast<unsigned char>(byte)];
}

// Calls visit(begin, end) for each maximal run of word bytes, in order.
template <typename Visit>
void for_each_run(std::string_view text, const Visit& visit);

// Of one grammar. Immutable; for many threads.
class WordRules {
 public:
  explicit WordRules(const Grammar& grammar);

  // Whether words of that hash are left out: they say nothing about any file.
  bool is_left_out(std::uint32_t hash) const {
    for (std::size_t at = hash & mask_; slots_[at] != 0; at = (at + 1) & mask_) {
      if (slots_[at] == hash) return true;
    }
    return false;
  }

  // Where a text stands in the text of a node. At an end that is not the node's own, the word there
  // may go on.
  struct Place {
    bool at_begin = true;
    bool at_end = true;
  };
  // The words that a file must have when one of its nodes has that text. Ascending, none twice.
  std::vector<std::uint32_t> words_of(std::string_view text, Place place) const;
  std::vector<std::uint32_t> words_of(std::string_view text) const {
    return words_of(text, Place());
  }

 private:
  std::vector<std::uint32_t> slots_;  // open addressing; 0 is empty
  std::size_t mask_ = 0;
};

// One bit a byte of the 64 bytes at `text`: is it a word byte.
std::uint64_t word_mask(const char* text);
// The same without vector instructions.
std::uint64_t plain_word_mask(const char* text, std::size_t bytes);

template <typename Visit>
void for_each_run(std::string_view text, const Visit& visit) {
  constexpr std::size_t kStep = 64;
  bool open = false;
  std::size_t begin = 0;
  for (std::size_t base = 0; base < text.size(); base += kStep) {
    const std::size_t rest = text.size() - base;
    const std::uint64_t mask =
        rest >= kStep ? word_mask(text.data() + base) : plain_word_mask(text.data() + base, rest);
    // A bit where a run begins or ends.
    std::uint64_t turns = mask ^ (mask << 1 | (open ? 1U : 0U));
    for (; turns != 0; turns &= turns - 1) {
      const std::size_t at = base + static_cast<std::size_t>(__builtin_ctzll(turns));
      if (open) visit(begin, at);
      begin = at;
      open = !open;
    }
  }
  if (open) visit(begin, text.size());
}

}  // namespace copse
