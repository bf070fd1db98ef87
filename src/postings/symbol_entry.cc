#include "postings/symbol_entry.h"

#include <algorithm>
#include <utility>

namespace copse {
namespace {

constexpr std::size_t kEntryBytesMin = 8;  // a name of one byte, and six numbers

}  // namespace

bool is_sound(const SymbolEntry& entry) {
  const SymbolPlace& place = entry.place;
  return !entry.name.empty() && entry.name.size() <= kSymbolNameBytesMax && !entry.kind.empty() &&
         entry.kind.size() <= kSymbolKindBytesMax && place.first_row <= place.row &&
         place.row <= place.last_row && place.column <= place.start_byte;
}

Bytes encode_symbols(std::span<const SymbolEntry> entries) {
  std::vector<std::string_view> kinds;
  const auto kind_of = [&](std::string_view kind) {
    const auto found = std::find(kinds.begin(), kinds.end(), kind);
    if (found == kinds.end()) kinds.push_back(kind);
    return static_cast<std::size_t>(std::find(kinds.begin(), kinds.end(), kind) - kinds.begin());
  };
  Bytes rows;
  ByteWriter out(rows);
  for (const SymbolEntry& entry : entries) {
    const SymbolPlace& place = entry.place;
    out.text(entry.name);
    out.varint(kind_of(entry.kind));
    out.varint(place.start_byte);
    out.varint(place.row);
    out.varint(place.column);
    out.varint(place.row - place.first_row);
    out.varint(place.last_row - place.row);
  }
  Bytes bytes;
  ByteWriter head(bytes);
  head.varint(kinds.size());
  for (const std::string_view kind : kinds) {
    head.text(kind);
  }
  head.varint(entries.size());
  head.raw(rows);
  return bytes;
}

Result<std::vector<SymbolEntry>> decode_symbols(ByteView bytes) {
  ByteReader in(bytes);
  std::vector<std::string> kinds(in.count(1));
  for (std::string& kind : kinds) {
    kind = in.text();
  }
  std::vector<SymbolEntry> entries(in.count(kEntryBytesMin));
  bool sound = true;
  for (SymbolEntry& entry : entries) {
    entry.name = in.text();
    const std::uint64_t kind = in.varint();
    if (kind >= kinds.size()) in.fail();
    if (in.failed()) break;
    entry.kind = kinds[static_cast<std::size_t>(kind)];
    SymbolPlace& place = entry.place;
    place.start_byte = in.varint32();
    place.row = in.varint32();
    place.column = in.varint32();
    const std::uint32_t above = in.varint32();
    const std::uint32_t below = in.varint32();
    if (above > place.row || below > UINT32_MAX - place.row) in.fail();
    place.first_row = place.row - above;
    place.last_row = place.row + below;
    sound = sound && is_sound(entry);
  }
  if (in.failed() || !in.at_end() || !sound) {
    return Error(ErrorCode::Corrupt, "symbols of a file at offset " +
                                         std::to_string(in.position()) + ": these are no symbols");
  }
  return entries;
}

}  // namespace copse
