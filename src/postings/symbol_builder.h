// Makes symbol segments: out of files, or out of other segments.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"
#include "postings/symbol_segment.h"

namespace copse {

// How hard names and places are compressed, as zstd counts it: while indexing, and for good.
inline constexpr int kSymbolFastLevel = 6;
inline constexpr int kSymbolSmallLevel = 12;

// Gathers the symbols of files. For one thread. Memory: what names there are, and 32 bytes a
// symbol.
class SymbolSegmentBuilder {
 public:
  // Files get the numbers 0, 1, 2, ... LimitExceeded, and nothing is added, beyond
  // kSymbolDocumentsMax files or kSymbolKindsMax kinds. Entries that are not sound are left out.
  Status add(std::uint64_t document_key, std::span<const SymbolEntry> entries);

  std::uint32_t document_count() const { return static_cast<std::uint32_t>(keys_.size()); }
  // Rough.
  std::size_t memory_bytes() const;

  // The segment; the builder is empty afterwards. Same files, same bytes. LimitExceeded when it
  // would be longer than four gigabytes.
  Result<Bytes> finish(int level);

 private:
  struct Row {
    std::uint32_t name;
    IndexedSymbol place;
  };

  std::vector<std::uint64_t> keys_;
  std::vector<std::string> kinds_;
  std::unordered_map<std::string, std::uint32_t> names_;
  std::size_t name_bytes_ = 0;
  std::vector<Row> rows_;
};

inline constexpr std::uint32_t kDroppedDocument = UINT32_MAX;

struct SymbolMergeInput {
  const SymbolSegment* segment = nullptr;
  // The new number of each document, or kDroppedDocument.
  std::vector<std::uint32_t> numbers;
};

// One segment of several, whose documents get new numbers below document_keys.size(), each used
// once. Corrupt when a block of an input is damaged, InvalidArgument when the numbers are not as
// they should be, LimitExceeded as above. Memory: a block of each input, the places of one name,
// and what comes out, twice.
Result<Bytes> merge_symbol_segments(std::span<const SymbolMergeInput> inputs,
                                    std::span<const std::uint64_t> document_keys, int level);

}  // namespace copse
