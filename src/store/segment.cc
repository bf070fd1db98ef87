// Reads a segment of the catalogue; believes nothing that it has not checked.
#include "store/segment.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <zstd.h>

#include "core/check.h"
#include "core/hash.h"
#include "store/segment_format.h"

namespace copse {
namespace {

constexpr std::size_t kMinBlockEntryBytes = 4 + 8 + 2;

Error corrupt(const std::string& file, std::uint64_t offset, const std::string& what) {
  return {ErrorCode::Corrupt, file + " at offset " + std::to_string(offset) + ": " + what};
}

Error wrong_checksum(const std::string& file, std::uint64_t offset, std::uint64_t expected,
                     std::uint64_t found) {
  return corrupt(file, offset, "checksum expected " + hex64(expected) + ", found " + hex64(found));
}

// Gives the bytes of a digest to where they belong.
template <typename Array>
void read_digest(ByteReader& reader, Array& digest) {
  const ByteView bytes = reader.raw(digest.size());
  std::copy(bytes.begin(), bytes.end(), digest.begin());
}

SegmentTables read_tables(ByteReader& reader) {
  SegmentTables tables;
  tables.languages.resize(reader.count(1));
  for (std::string& language : tables.languages) {
    language = reader.text();
  }
  tables.shared.resize(reader.count(ContentId::kSizeBytes));
  for (SharedId& id : tables.shared) {
    read_digest(reader, id.content.digest);
  }
  tables.packs.resize(reader.count(1));
  for (PackId& pack : tables.packs) {
    pack.value = reader.varint();
  }
  return tables;
}

// Fails the reader when the entries contradict themselves or the header.
std::vector<BlockEntry> read_blocks(ByteReader& reader, const SegmentIndex& index) {
  std::vector<BlockEntry> blocks(reader.count(kMinBlockEntryBytes));
  std::uint64_t offset = index.index_end;
  std::uint64_t record_count = 0;
  std::string_view last_path;
  for (BlockEntry& block : blocks) {
    block.offset = offset;
    block.stored_row_bytes = reader.varint32();
    block.row_bytes = reader.varint32();
    block.digest_bytes = reader.varint32();
    block.record_count = reader.varint32();
    block.checksum = reader.u64();
    block.first_path = reader.text();
    offset += block.stored_bytes();
    record_count += block.record_count;
    const bool sound = block.row_bytes <= kMaxBlockBytes && block.record_count > 0 &&
                       block.record_count <= block.row_bytes && last_path < block.first_path &&
                       block.first_path.size() <= kMaxPathBytes;
    if (!sound) reader.fail();
    last_path = block.first_path;
  }
  if (offset != index.file_bytes || record_count != index.record_count) reader.fail();
  return blocks;
}

std::optional<Bytes> decompress(ByteView stored, std::size_t raw_bytes) {
  Bytes raw(raw_bytes);
  const std::size_t size = ZSTD_decompress(raw.data(), raw.size(), stored.data(), stored.size());
  if (ZSTD_isError(size) != 0 || size != raw_bytes) return std::nullopt;
  return raw;
}

template <typename Value>
Value table_value(ByteReader& reader, const std::vector<Value>& table, std::uint64_t number) {
  if (number < table.size()) return table[static_cast<std::size_t>(number)];
  reader.fail();
  return {};
}

// Number 0 stands for the empty value.
template <typename Value>
Value optional_value(ByteReader& reader, const std::vector<Value>& table) {
  const std::uint64_t number = reader.varint();
  return number == 0 ? Value{} : table_value(reader, table, number - 1);
}

std::uint64_t add_signed(std::uint64_t base, std::int64_t change) {
  return base + static_cast<std::uint64_t>(change);
}

// Each by its place, sizes and checksum.
void read_bases(ByteReader& row, ByteReader& digests, const SegmentTables& tables,
                std::vector<FrameRef>& bases) {
  const std::uint64_t count = row.varint();
  if (count == 0 || count > kMaxBases) return row.fail();
  bases.resize(static_cast<std::size_t>(count));
  for (FrameRef& base : bases) {
    base.pack = table_value(row, tables.packs, row.varint());
    base.offset = row.varint();
    base.stored_bytes = row.varint32();
    base.raw_bytes = row.varint();
    base.checksum = digests.u64();
  }
}

// What follows the path and flags of a row that is not a removal. `before` is where the frames of
// the row before ended; with `known_offset` it is not asked.
void read_fields(ByteReader& row, ByteReader& digests, int flags, const SegmentTables& tables,
                 const PackPlace& before, std::optional<std::uint64_t> known_offset,
                 FileRecord& record) {
  record.language = optional_value(row, tables.languages);
  record.grammar = optional_value(row, tables.shared);
  record.model = optional_value(row, tables.shared);
  const bool names_dictionary = tables.version >= kDictionaryVersion;
  record.dictionary = names_dictionary ? optional_value(row, tables.shared) : SharedId{};
  record.source_bytes = row.varint();
  record.lines = row.varint();
  record.source.pack = table_value(row, tables.packs, row.varint());
  if (names_dictionary) {
    const std::int64_t distance = row.zigzag();
    record.source.offset =
        known_offset ? *known_offset : add_signed(before.base(record.source.pack), distance);
  } else {
    record.source.offset = row.varint();
  }
  record.source.stored_bytes = row.varint32();
  record.source.raw_bytes = add_signed(record.source_bytes, row.zigzag());
  read_digest(digests, record.content.digest);
  if (!names_dictionary) digests.raw(ContentId::kSizeBytes - ContentKey::kSizeBytes);
  record.source.checksum = digests.u64();
  if ((flags & kRowHasTree) != 0) {
    FrameRef& tree = record.tree.emplace();
    tree.pack = table_value(row, tables.packs, row.varint());
    const std::uint64_t source_end = expected_end(record.source, tables.version);
    tree.offset = add_signed(source_end, row.zigzag());
    tree.stored_bytes = row.varint32();
    tree.raw_bytes = row.varint();
    tree.checksum = digests.u64();
  }
  record.nodes = row.varint();
  record.visible_nodes = record.nodes - static_cast<std::uint64_t>(row.zigzag());
  record.parser_build = row.varint();
  record.changed_ns = row.zigzag();
  record.file_size = add_signed(record.source_bytes, row.zigzag());
  record.inode = row.varint();
  if ((flags & kRowHasNote) != 0) record.note = row.text();
  if ((flags & kRowHasBases) != 0) read_bases(row, digests, tables, record.bases);
}

// Reads every row once, so that later reads need not be checked. False when one makes no sense.
bool check_rows(Block& block, const BlockEntry& entry, const SegmentTables& tables) {
  ByteReader rows(block.rows);
  ByteReader digests(block.digests);
  block.positions.reserve(entry.record_count);
  std::string_view last_path;
  PackPlace before;
  for (std::uint32_t i = 0; i < entry.record_count; ++i) {
    block.positions.push_back({static_cast<std::uint32_t>(rows.position()),
                               static_cast<std::uint32_t>(digests.position())});
    const std::string_view path = rows.text();
    const bool in_order = last_path < path && path.size() <= kMaxPathBytes;
    if (!in_order || (i == 0 && path != entry.first_path)) return false;
    last_path = path;
    FileRecord scratch;
    const int flags = rows.u8();
    const bool may_have_bases = tables.version >= kBasesVersion;
    if ((flags & ~kRowFlags) != 0 || ((flags & kRowHasBases) != 0 && !may_have_bases) ||
        ((flags & kRowRemoved) != 0 && flags != kRowRemoved)) {
      return false;
    }
    if ((flags & kRowRemoved) == 0) {
      read_fields(rows, digests, flags, tables, before, std::nullopt, scratch);
      block.positions.back().source_offset = scratch.source.offset;
      before = end_of_frames(scratch);
    }
    if (rows.failed() || digests.failed()) return false;
  }
  return rows.at_end() && digests.at_end();
}

}  // namespace

Result<SegmentIndex> parse_segment_index(ByteView file_bytes, const std::string& file) {
  ByteReader header(file_bytes);
  const std::string_view magic = as_text(header.raw(kMagicBytes));
  const std::uint32_t version = header.u32();
  const std::uint32_t zeros = header.u32();
  SegmentIndex index;
  index.id.value = header.u64();
  index.record_count = header.u64();
  const std::uint64_t index_bytes = header.u64();
  index.file_bytes = header.u64();
  if (header.failed()) return corrupt(file, file_bytes.size(), "the file ends early");
  if (magic != kSegmentMagic) return corrupt(file, 0, "not a segment of a catalogue");
  if (version == 0 || version > kSegmentVersion || zeros != 0) {
    return corrupt(file, kMagicBytes,
                   "version expected up to " + std::to_string(kSegmentVersion) + ", found " +
                       std::to_string(version));
  }
  if (index_bytes > kMaxIndexBytes || index_bytes > header.remaining() ||
      header.remaining() - index_bytes < kSegmentChecksumBytes) {
    return corrupt(file, file_bytes.size(), "the file ends within its index");
  }
  const std::size_t checked_bytes = kSegmentHeaderBytes + static_cast<std::size_t>(index_bytes);
  index.checksum = ByteReader(file_bytes.subspan(checked_bytes)).u64();
  const std::uint64_t computed = checksum64(file_bytes.first(checked_bytes));
  if (computed != index.checksum) return wrong_checksum(file, 0, index.checksum, computed);
  index.index_end = checked_bytes + kSegmentChecksumBytes;
  ByteReader reader(file_bytes.first(checked_bytes).subspan(kSegmentHeaderBytes));
  index.tables = read_tables(reader);
  index.tables.version = version;
  index.blocks = read_blocks(reader, index);
  if (reader.failed() || !reader.at_end()) {
    return corrupt(file, kSegmentHeaderBytes, "the index makes no sense");
  }
  return index;
}

Result<Block> parse_block(ByteView file_bytes, const SegmentIndex& index, std::size_t block_number,
                          const std::string& file) {
  COPSE_CHECK(block_number < index.blocks.size());
  const BlockEntry& entry = index.blocks[block_number];
  if (entry.offset > file_bytes.size() || entry.stored_bytes() > file_bytes.size() - entry.offset) {
    return corrupt(file, entry.offset,
                   "a block of " + std::to_string(entry.stored_bytes()) +
                       " bytes expected, the file ends at " + std::to_string(file_bytes.size()));
  }
  const ByteView stored = file_bytes.subspan(static_cast<std::size_t>(entry.offset),
                                             static_cast<std::size_t>(entry.stored_bytes()));
  const std::uint64_t computed = checksum64(stored);
  if (computed != entry.checksum) {
    return wrong_checksum(file, entry.offset, entry.checksum, computed);
  }
  auto rows = decompress(stored.first(entry.stored_row_bytes), entry.row_bytes);
  if (!rows) return corrupt(file, entry.offset, "the block cannot be decompressed");
  const ByteView digests = stored.subspan(entry.stored_row_bytes);
  Block block{std::move(*rows), Bytes(digests.begin(), digests.end()), {}};
  if (!check_rows(block, entry, index.tables)) {
    return corrupt(file, entry.offset, "the records of the block make no sense");
  }
  return block;
}

Row read_row(const Block& block, std::size_t row) {
  ByteReader reader(ByteView(block.rows).subspan(block.positions[row].row));
  const std::string_view path = reader.text();
  return {path, (reader.u8() & kRowRemoved) != 0};
}

FileRecord read_record(const Block& block, std::size_t row, const SegmentTables& tables) {
  const RowPosition position = block.positions[row];
  ByteReader reader(ByteView(block.rows).subspan(position.row));
  ByteReader digests(ByteView(block.digests).subspan(position.digest));
  FileRecord record;
  record.path = reader.text();
  const int flags = reader.u8();
  COPSE_CHECK((flags & kRowRemoved) == 0);
  read_fields(reader, digests, flags, tables, {}, position.source_offset, record);
  COPSE_CHECK(!reader.failed() && !digests.failed());
  return record;
}

}  // namespace copse
