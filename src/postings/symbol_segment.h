// The symbols of many files as one block of bytes: names in order, each with the places where files
// define or mention it. Made by a builder or a merge, then never changed; read where it lies.
//
// Layout: docs/formats/symbols.md. Names and places are compressed in blocks of some thousand
// bytes, each with checksums of its own, so that a lookup reads the head and a block or two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"
#include "postings/symbol_entry.h"

namespace copse {

inline constexpr std::uint32_t kSymbolSegmentVersion = 1;
inline constexpr std::size_t kSymbolDocumentsMax = std::size_t{1} << 20;
// A block is closed when it has this many names, or places.
inline constexpr std::size_t kSymbolBlockNames = 512;
inline constexpr std::size_t kSymbolBlockPlaces = 8192;

// One place of a name. What is known of SymbolPlace but for the byte, which row and column give.
struct IndexedSymbol {
  std::uint32_t document = 0;
  std::uint32_t row = 0;
  std::uint32_t column = 0;
  std::uint32_t first_row = 0;
  std::uint32_t last_row = 0;
  std::uint8_t kind = 0;  // in SymbolSegment::kinds()

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a null in the default
  auto operator<=>(const IndexedSymbol&) const = default;
};

// The names of a block, unpacked.
class SymbolNames {
 public:
  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(text_).substr(begin, ends_[i] - begin);
  }

 private:
  friend class SymbolSegment;
  std::string text_;
  std::vector<std::size_t> ends_;
};

// The places of a block, unpacked; those of name i are at [begin(i), begin(i + 1)).
struct SymbolPlaces {
  std::vector<IndexedSymbol> all;
  std::vector<std::uint32_t> begins;  // one more than names

  std::span<const IndexedSymbol> of(std::size_t name) const {
    return std::span(all).subspan(begins[name], begins[name + 1] - begins[name]);
  }
};

// A segment as it lies in memory. Immutable; for many threads. Keeps `owner`, and with it the
// bytes.
class SymbolSegment {
 public:
  struct Block {
    std::string_view first_name;
    std::size_t names = 0;
    std::size_t places = 0;
    struct Part {
      std::size_t offset = 0;  // in the segment
      std::size_t stored_bytes = 0;
      std::size_t raw_bytes = 0;
      std::uint8_t codec = 0;
      std::uint64_t checksum = 0;
    };
    Part name_part;
    Part place_part;
  };

  // Checks the head; blocks are checked when they are read. Corrupt, naming the offset; Unsupported
  // for a newer version. Cost: some hundred microseconds for a million symbols.
  static Result<SymbolSegment> open(ByteView bytes, std::shared_ptr<const void> owner);

  std::uint32_t document_count() const { return document_count_; }
  // What the builder was given. REQUIRES: document < document_count().
  std::uint64_t document_key(std::uint32_t document) const;
  const std::vector<std::string>& kinds() const { return kinds_; }
  std::uint64_t place_count() const { return place_count_; }
  std::span<const Block> blocks() const { return blocks_; }

  // The first block that can hold the name, or blocks().size().
  std::size_t block_of(std::string_view name) const;
  // REQUIRES: block < blocks().size(). Corrupt, naming the offset. Cost: 20 us or so each.
  Result<SymbolNames> read_names(std::size_t block) const;
  Result<SymbolPlaces> read_places(std::size_t block) const;

 private:
  SymbolSegment() = default;

  Status read_head(ByteReader& in, std::size_t blocks_begin);
  static Status read_block_entry(ByteReader& in, std::size_t& offset, Block& block);
  Result<Bytes> unpack(const Block::Part& part) const;

  ByteView bytes_;
  std::shared_ptr<const void> owner_;
  std::vector<std::string> kinds_;
  std::uint32_t document_count_ = 0;
  std::uint64_t place_count_ = 0;
  ByteView keys_;
  // Invariant: first names ascend; one that repeats continues the block before.
  std::vector<Block> blocks_;
};

// Walks the names of a segment in order. A name whose places fill a block comes once for each block
// it is in. Belongs to one thread; the segment has to outlive it. Memory: one block.
class SymbolCursor {
 public:
  explicit SymbolCursor(const SymbolSegment& segment) : segment_(&segment) {}

  // To the first name that is not less. Corrupt as SymbolSegment::read_names.
  Status seek(std::string_view name);
  Status next();
  bool at_end() const { return block_ >= segment_->blocks().size(); }

  // REQUIRES: !at_end(). Valid until the cursor moves.
  std::string_view name() const { return names_[at_]; }
  Result<std::span<const IndexedSymbol>> places();

 private:
  Status enter(std::size_t block);

  const SymbolSegment* segment_;
  std::size_t block_ = 0;
  std::size_t at_ = 0;
  SymbolNames names_;
  SymbolPlaces places_;
  bool has_places_ = false;
};

}  // namespace copse
