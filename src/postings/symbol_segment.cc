#include "postings/symbol_segment.h"

#include <algorithm>
#include <utility>

#include "codec/frame_codec.h"
#include "core/check.h"
#include "core/hash.h"
#include "postings/symbol_format.h"

namespace copse {
namespace {

constexpr std::size_t kNameBytesGuess = 24;
constexpr std::size_t kBlockEntryBytesMin = 2 + 2 + 2 * (1 + 1 + 1 + 8);

Error corrupt(std::size_t offset, const std::string& what) {
  return {ErrorCode::Corrupt, "symbols at offset " + std::to_string(offset) + ": " + what};
}

SymbolSegment::Block::Part read_part(ByteReader& in) {
  SymbolSegment::Block::Part part;
  part.codec = in.u8();
  part.raw_bytes = in.varint32();
  part.stored_bytes = in.varint32();
  part.checksum = in.u64();
  return part;
}

}  // namespace

// ---- the head ----------------------------------------------------------------------------------

Result<SymbolSegment> SymbolSegment::open(ByteView bytes, std::shared_ptr<const void> owner) {
  if (bytes.size() < kSymbolHeaderBytes + kSymbolChecksumBytes) {
    return corrupt(bytes.size(), "the segment ends early");
  }
  ByteReader in(bytes.first(kSymbolHeaderBytes));
  if (as_text(in.raw(kSymbolMagic.size())) != kSymbolMagic) return corrupt(0, "no such segment");
  const std::uint32_t version = in.u32();
  const std::uint32_t zero = in.u32();
  const std::uint64_t head_bytes = in.u64();
  const std::uint64_t all_bytes = in.u64();
  const std::size_t room = bytes.size() - kSymbolHeaderBytes - kSymbolChecksumBytes;
  if (head_bytes > room) return corrupt(16, "the head is longer than the segment");
  const std::size_t head_end = kSymbolHeaderBytes + static_cast<std::size_t>(head_bytes);
  const std::uint64_t stored = ByteReader(bytes.subspan(head_end)).u64();
  if (stored != checksum64(bytes.first(head_end))) return corrupt(head_end, "wrong checksum");
  if (version != kSymbolSegmentVersion) {
    return Error(ErrorCode::Unsupported, "symbols of format version " + std::to_string(version) +
                                             ", this copse reads version " +
                                             std::to_string(kSymbolSegmentVersion));
  }
  if (zero != 0 || all_bytes != bytes.size()) return corrupt(24, "the segment has another length");
  SymbolSegment segment;
  segment.bytes_ = bytes;
  segment.owner_ = std::move(owner);
  ByteReader head(bytes.subspan(kSymbolHeaderBytes, static_cast<std::size_t>(head_bytes)));
  COPSE_TRY_STATUS(segment.read_head(head, head_end + kSymbolChecksumBytes));
  return segment;
}

Status SymbolSegment::read_head(ByteReader& in, std::size_t blocks_begin) {
  const auto nonsense = [&] {
    return corrupt(kSymbolHeaderBytes + in.position(), "the head makes no sense");
  };
  kinds_.resize(in.count(2));
  bool sound = kinds_.size() <= kSymbolKindsMax;
  for (std::string& kind : kinds_) {
    kind = in.text();
    sound = sound && !kind.empty() && kind.size() <= kSymbolKindBytesMax;
  }
  const std::size_t documents = in.count(8);
  if (!sound || documents > kSymbolDocumentsMax) return nonsense();
  document_count_ = static_cast<std::uint32_t>(documents);
  keys_ = in.raw(documents * 8);
  blocks_.resize(in.count(kBlockEntryBytesMin));
  std::size_t offset = blocks_begin;
  for (Block& block : blocks_) {
    COPSE_TRY_STATUS(read_block_entry(in, offset, block));
    place_count_ += block.places;
    sound = sound && (&block == blocks_.data() || (&block)[-1].first_name <= block.first_name);
  }
  if (!sound || in.failed() || !in.at_end()) return nonsense();
  if (offset != bytes_.size()) return corrupt(offset, "the blocks have another length");
  return success();
}

Status SymbolSegment::read_block_entry(ByteReader& in, std::size_t& offset, Block& block) {
  block.first_name = in.text();
  block.names = in.varint32();
  block.places = in.varint32();
  block.name_part = read_part(in);
  block.place_part = read_part(in);
  for (Block::Part* part : {&block.name_part, &block.place_part}) {
    part->offset = offset;
    offset += part->stored_bytes;  // of 32 bits each, so that no sum of them overflows
  }
  if (in.failed() || block.first_name.empty() || block.first_name.size() > kSymbolNameBytesMax ||
      block.names == 0 || block.names > kSymbolBlockNames || block.places < block.names ||
      block.places > kSymbolBlockPlaces || block.name_part.raw_bytes > kNamePartBytesMax ||
      block.place_part.raw_bytes > kPlacePartBytesMax) {
    return corrupt(kSymbolHeaderBytes + in.position(), "a block that no writer makes");
  }
  return success();
}

std::uint64_t SymbolSegment::document_key(std::uint32_t document) const {
  COPSE_CHECK(document < document_count_);
  return ByteReader(keys_.subspan(std::size_t{document} * 8)).u64();
}

// ---- blocks ------------------------------------------------------------------------------------

std::size_t SymbolSegment::block_of(std::string_view name) const {
  const auto first = std::lower_bound(
      blocks_.begin(), blocks_.end(), name,
      [](const Block& block, std::string_view wanted) { return block.first_name < wanted; });
  const auto index = static_cast<std::size_t>(first - blocks_.begin());
  return index == 0 ? 0 : index - 1;
}

Result<Bytes> SymbolSegment::unpack(const Block::Part& part) const {
  // The head's lengths add up to the segment's.
  const ByteView stored = bytes_.subspan(part.offset, part.stored_bytes);
  if (checksum64(stored) != part.checksum) return corrupt(part.offset, "wrong checksum");
  Bytes raw(part.raw_bytes);
  COPSE_TRY_STATUS(decompress_into(part.codec, stored, nullptr, raw));
  return raw;
}

Result<SymbolNames> SymbolSegment::read_names(std::size_t index) const {
  const Block& block = blocks_[index];
  COPSE_TRY(const Bytes raw, unpack(block.name_part));
  ByteReader in(raw);
  const ByteView shared = in.raw(block.names);
  const std::vector<std::uint64_t> lengths = take_planes(in, block.names);
  if (in.failed()) return corrupt(block.name_part.offset, "names are missing");
  SymbolNames names;
  names.ends_.reserve(block.names);
  names.text_.reserve(std::size_t{block.names} * kNameBytesGuess);
  std::size_t begin = 0;  // of the name before
  for (std::size_t i = 0; i < block.names; ++i) {
    const std::size_t end = names.text_.size();
    const bool fits = shared[i] <= end - begin && lengths[i] <= kSymbolNameBytesMax - shared[i];
    const std::string_view rest =
        fits ? as_text(in.raw(static_cast<std::size_t>(lengths[i]))) : std::string_view();
    const bool ascends = fits && std::string_view(names.text_).substr(begin + shared[i]) < rest;
    if (!ascends || in.failed()) return corrupt(block.name_part.offset, "names out of order");
    names.text_.append(names.text_, begin, shared[i]);
    names.text_.append(rest);
    names.ends_.push_back(names.text_.size());
    begin = end;
  }
  if (!in.at_end() || names[0] != block.first_name) {
    return corrupt(block.name_part.offset, "other names than the head says");
  }
  return names;
}

Result<SymbolPlaces> SymbolSegment::read_places(std::size_t index) const {
  const Block& block = blocks_[index];
  COPSE_TRY(const Bytes raw, unpack(block.place_part));
  ByteReader in(raw);
  const auto counts = take_planes(in, block.names);
  const auto kinds = take_planes(in, block.places);
  const auto documents = take_planes(in, block.places);
  const auto rows = take_planes(in, block.places);
  const auto columns = take_planes(in, block.places);
  const auto above = take_planes(in, block.places);
  const auto below = take_planes(in, block.places);
  if (in.failed() || !in.at_end()) return corrupt(block.place_part.offset, "places are missing");
  SymbolPlaces places;
  places.begins.push_back(0);
  std::uint64_t all = 0;
  for (const std::uint64_t count : counts) {
    all += count + 1;
    places.begins.push_back(static_cast<std::uint32_t>(std::min<std::uint64_t>(all, UINT32_MAX)));
  }
  bool sound = all == block.places;
  places.all.resize(block.places);
  std::int64_t document = 0;
  std::int64_t row = 0;
  for (std::size_t i = 0; i < block.places && sound; ++i) {
    const std::int64_t step = unzigzag(documents[i]);
    document += step;
    row = (step == 0 ? row : 0) + unzigzag(rows[i]);
    sound = document >= 0 && document < std::int64_t{document_count_} && row >= 0 &&
            row <= std::int64_t{UINT32_MAX} && kinds[i] < kinds_.size() &&
            columns[i] <= UINT32_MAX && above[i] <= static_cast<std::uint64_t>(row) &&
            below[i] <= UINT32_MAX - static_cast<std::uint64_t>(row);
    IndexedSymbol& place = places.all[i];
    place.document = static_cast<std::uint32_t>(document);
    place.row = static_cast<std::uint32_t>(row);
    place.column = static_cast<std::uint32_t>(columns[i]);
    place.first_row = static_cast<std::uint32_t>(row - static_cast<std::int64_t>(above[i]));
    place.last_row = static_cast<std::uint32_t>(row + static_cast<std::int64_t>(below[i]));
    place.kind = static_cast<std::uint8_t>(kinds[i]);
  }
  if (!sound) return corrupt(block.place_part.offset, "places that are none");
  return places;
}

// ---- walking -----------------------------------------------------------------------------------

Status SymbolCursor::enter(std::size_t block) {
  block_ = block;
  at_ = 0;
  has_places_ = false;
  if (at_end()) return success();
  COPSE_TRY(names_, segment_->read_names(block));
  return success();
}

Status SymbolCursor::seek(std::string_view name) {
  COPSE_TRY_STATUS(enter(segment_->block_of(name)));
  while (!at_end()) {
    std::size_t low = 0;
    std::size_t high = names_.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (names_[middle] < name) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    at_ = low;
    if (at_ < names_.size()) return success();
    COPSE_TRY_STATUS(enter(block_ + 1));
  }
  return success();
}

Status SymbolCursor::next() {
  COPSE_CHECK(!at_end());
  if (++at_ < names_.size()) return success();
  const std::string last(names_[names_.size() - 1]);
  COPSE_TRY_STATUS(enter(block_ + 1));
  if (at_end() || names_[0] >= last) return success();
  return corrupt(segment_->blocks()[block_].name_part.offset, "names out of order");
}

Result<std::span<const IndexedSymbol>> SymbolCursor::places() {
  COPSE_CHECK(!at_end());
  if (!has_places_) {
    COPSE_TRY(places_, segment_->read_places(block_));
    has_places_ = true;
  }
  return places_.of(at_);
}

}  // namespace copse
