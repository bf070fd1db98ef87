// Any bytes as a segment of the catalogue: reading never leaves the bytes, and every record of a
// block that was accepted can be read. The checksums are mended on the way, as damage alone would
// hardly ever get past them.
#include <algorithm>
#include <cstdlib>

#include "core/hash.h"
#include "store/segment.h"
#include "store/segment_format.h"

namespace {

// The checksum behind the index, if the lengths leave room for one.
void mend_index(copse::Bytes& bytes) {
  if (bytes.size() < copse::kSegmentHeaderBytes) return;
  const std::uint64_t index_bytes = copse::ByteReader(copse::ByteView(bytes).subspan(32)).u64();
  const std::size_t room = bytes.size() - copse::kSegmentHeaderBytes;
  if (index_bytes > room || room - index_bytes < copse::kSegmentChecksumBytes) return;
  const std::size_t end = copse::kSegmentHeaderBytes + static_cast<std::size_t>(index_bytes);
  const std::uint64_t checksum = copse::checksum64(copse::ByteView(bytes).first(end));
  std::memcpy(bytes.data() + end, &checksum, sizeof(checksum));
}

void read_blocks(const copse::Bytes& bytes, copse::SegmentIndex& index) {
  for (std::size_t i = 0; i < index.blocks.size(); ++i) {
    copse::BlockEntry& entry = index.blocks[i];
    if (entry.offset <= bytes.size() && entry.stored_bytes() <= bytes.size() - entry.offset) {
      entry.checksum = copse::checksum64(copse::ByteView(bytes).subspan(
          static_cast<std::size_t>(entry.offset), static_cast<std::size_t>(entry.stored_bytes())));
    }
    const auto block = copse::parse_block(bytes, index, i, "input");
    if (!block.ok()) continue;
    if (block.value().positions.size() != entry.record_count) std::abort();
    for (std::size_t row = 0; row < entry.record_count; ++row) {
      if (copse::read_row(block.value(), row).removed) continue;
      static_cast<void>(copse::read_record(block.value(), row, index.tables));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  copse::Bytes bytes(data, data + size);
  for (const bool mended : {false, true}) {
    if (mended) mend_index(bytes);
    auto index = copse::parse_segment_index(bytes, "input");
    if (index.ok()) read_blocks(bytes, index.value());
  }
  return 0;
}
