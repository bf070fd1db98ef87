// One definition or reference of a file, as a tags query of its language finds it.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"

namespace copse {

// Longer names are left out: what a query calls a name may be a whole function expression.
inline constexpr std::size_t kSymbolNameBytesMax = 512;
inline constexpr std::size_t kSymbolKindBytesMax = 64;
inline constexpr std::size_t kSymbolKindsMax = 255;

// Where a symbol stands in its file. Rows and columns count from 0, columns in bytes.
struct SymbolPlace {
  std::uint32_t start_byte = 0;  // of the name
  std::uint32_t row = 0;
  std::uint32_t column = 0;
  // The rows of what is named, the name's own among them: first_row <= row <= last_row.
  std::uint32_t first_row = 0;
  std::uint32_t last_row = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a null in the default
  auto operator<=>(const SymbolPlace&) const = default;
};

struct SymbolEntry {
  std::string name;  // 1 to kSymbolNameBytesMax bytes
  std::string kind;  // "definition.function", "reference.call": 1 to kSymbolKindBytesMax bytes
  SymbolPlace place;

  bool operator==(const SymbolEntry&) const = default;
};

// A file's entries on their way from where it is parsed to where they are gathered. Pure.
Bytes encode_symbols(std::span<const SymbolEntry> entries);
// Corrupt when these are no entries: what comes back keeps to all limits above.
Result<std::vector<SymbolEntry>> decode_symbols(ByteView bytes);

// Whether an entry keeps to the limits above.
bool is_sound(const SymbolEntry& entry);

}  // namespace copse
