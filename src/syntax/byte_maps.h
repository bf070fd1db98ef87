// Which bytes of a text are in which of eight sets, a bit for each byte and set.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "syntax/token_forms.h"

namespace copse {

class ByteMaps {
 public:
  static constexpr std::size_t kCount = 8;
  static constexpr std::size_t kBlockBytes = 64;

  ByteMaps() : ByteMaps(std::array<ByteSet, kCount>{}) {}
  explicit ByteMaps(const std::array<ByteSet, kCount>& sets);

  // Bit k of map m is 1 where text[k] is in set m; bits beyond the text are 0. Map m is written to
  // target[m * map_bytes, (m + 1) * map_bytes). REQUIRES: map_bytes % 8 == 0. Cost: about 0.1 ns a
  // byte where there is AVX2, 0.4 otherwise.
  void fill(std::string_view text, std::uint8_t* target, std::size_t map_bytes) const;
  // The same, without what only some processors have.
  void fill_plainly(std::string_view text, std::uint8_t* target, std::size_t map_bytes) const;

 private:
  using Block = std::array<std::uint64_t, kCount>;

  Block map_block_plainly(const char* block) const;
  Block map_block_avx2(const char* block) const;
  template <typename MapBlock>
  static void fill_with(const MapBlock& map_block, std::string_view text, std::uint8_t* target,
                        std::size_t map_bytes);

  // For each byte, bit m where it is in set m.
  std::array<std::uint8_t, 256> members_{};
  // For each set and low half of a byte: bit h where the byte with high half h, or 8 + h, is in it.
  struct HalfTables {
    std::array<std::uint8_t, 16> low{};
    std::array<std::uint8_t, 16> high{};
  };
  std::array<HalfTables, kCount> halves_{};
  std::size_t used_ = 0;  // sets behind these are empty
};

}  // namespace copse
