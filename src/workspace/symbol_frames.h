// Segments of symbols as named frames of a store: "symbols/<grammar>/<number>".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "postings/symbol_segment.h"
#include "store/store.h"
#include "store/store_writer.h"

namespace copse {

inline constexpr std::string_view kSymbolFramePrefix = "symbols/";

struct SymbolFrameName {
  std::string grammar;  // the first 16 hexadecimal digits of its id
  std::uint64_t number = 0;

  static std::optional<SymbolFrameName> parse(std::string_view name);
  static std::string digits_of(const SharedId& grammar);
  std::string text() const;
};

// By grammar, as the names call it: the numbers of its segments, ascending.
std::map<std::string, std::vector<std::uint64_t>> symbol_frames(
    const std::vector<std::string>& frame_names);

// Where the segment lies, mapped if the store's packs are. Errors name it.
Result<SymbolSegment> open_symbols(const Store& store, const SymbolFrameName& name);

// Puts a segment into the store, under a number that no segment of the grammar has, for the next
// commit.
Status put_symbols(StoreWriter& writer, const std::string& grammar, ByteView segment);

// What a file's symbols are known by, in whatever pack its tree lies: its content, the grammar, the
// parser's build and the tags query that found them.
std::uint64_t symbol_document_key(const FileRecord& record, const SharedId& tags);

// The tags query that the store has for each language.
class StoredTags {
 public:
  explicit StoredTags(const Store& store) : store_(store) {}

  // No value when there is none. Remembers what it found; for one thread.
  std::optional<SharedId> of(const std::string& language);

 private:
  const Store& store_;
  std::map<std::string, std::optional<SharedId>, std::less<>> known_;
};

}  // namespace copse
