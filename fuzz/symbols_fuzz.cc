// Any bytes as a segment of symbols and as a file's list of them: reading never leaves the bytes,
// and what is accepted keeps to its limits and can be merged. The checksums are mended on the way,
// as damage alone would hardly ever get past them.
#include <cstdlib>
#include <cstring>

#include "core/hash.h"
#include "postings/symbol_builder.h"
#include "postings/symbol_format.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void mend_head(copse::Bytes& bytes) {
  if (bytes.size() < copse::kSymbolHeaderBytes + copse::kSymbolChecksumBytes) return;
  copse::ByteReader in(copse::ByteView(bytes).subspan(16));
  const std::uint64_t head = in.u64();
  const std::uint64_t all = bytes.size();
  std::memcpy(bytes.data() + 24, &all, sizeof all);
  if (head > bytes.size() - copse::kSymbolHeaderBytes - copse::kSymbolChecksumBytes) return;
  const std::size_t end = copse::kSymbolHeaderBytes + static_cast<std::size_t>(head);
  const std::uint64_t checksum = copse::checksum64(copse::ByteView(bytes).first(end));
  std::memcpy(bytes.data() + end, &checksum, sizeof checksum);
}

// The checksums of blocks stand in the head, eight bytes each, behind the lengths of their parts.
void mend_parts(copse::Bytes& bytes) {
  const auto segment = copse::SymbolSegment::open(bytes, nullptr);
  if (!segment.ok()) return;
  copse::Bytes mended = bytes;
  for (const auto& block : segment.value().blocks()) {
    for (const auto& part : {block.name_part, block.place_part}) {
      const copse::ByteView stored = copse::ByteView(bytes).subspan(part.offset, part.stored_bytes);
      const std::uint64_t right = copse::checksum64(stored);
      for (std::size_t i = copse::kSymbolHeaderBytes;
           i + 8 <= segment.value().blocks()[0].name_part.offset; ++i) {
        if (std::memcmp(bytes.data() + i, &part.checksum, 8) != 0) continue;
        std::memcpy(mended.data() + i, &right, 8);
        break;
      }
    }
  }
  bytes = std::move(mended);
  mend_head(bytes);
}

void read(const copse::Bytes& bytes) {
  const auto opened = copse::SymbolSegment::open(bytes, nullptr);
  if (!opened.ok()) return;
  const copse::SymbolSegment& segment = opened.value();
  bool whole = true;
  for (std::size_t block = 0; block < segment.blocks().size(); ++block) {
    const auto names = segment.read_names(block);
    const auto places = segment.read_places(block);
    whole = whole && names.ok() && places.ok();
    if (places.ok()) {
      for (const copse::IndexedSymbol& place : places.value().all) {
        require(place.document < segment.document_count());
        require(place.kind < segment.kinds().size());
        require(place.first_row <= place.row && place.row <= place.last_row);
      }
    }
  }
  copse::SymbolMergeInput input{&segment, {}};
  std::vector<std::uint64_t> keys;
  for (std::uint32_t d = 0; d < segment.document_count(); ++d) {
    input.numbers.push_back(d);
    keys.push_back(segment.document_key(d));
  }
  const auto merged = copse::merge_symbol_segments({&input, 1}, keys, 1);
  if (whole && merged.ok()) {
    require(copse::SymbolSegment::open(merged.value(), nullptr).value().place_count() ==
            segment.place_count());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  copse::Bytes bytes(data, data + size);
  const auto entries = copse::decode_symbols(bytes);
  if (entries.ok()) {
    for (const copse::SymbolEntry& entry : entries.value())
      require(copse::is_sound(entry));
    const auto again = copse::decode_symbols(copse::encode_symbols(entries.value()));
    require(again.ok() && again.value() == entries.value());
  }
  read(bytes);
  mend_head(bytes);
  read(bytes);
  mend_parts(bytes);
  read(bytes);
  return 0;
}
