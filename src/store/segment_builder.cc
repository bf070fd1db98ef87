// Writes a segment of the catalogue.
#include <utility>

#include <zstd.h>

#include "core/check.h"
#include "core/hash.h"
#include "store/segment.h"
#include "store/segment_format.h"

namespace copse {
namespace {

constexpr int kCompressionLevel = 9;

Bytes compress(ByteView bytes) {
  Bytes out(ZSTD_compressBound(bytes.size()));
  const std::size_t size =
      ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), kCompressionLevel);
  COPSE_CHECK(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

// The number of a value in a table; a new value goes to its end.
template <typename Value>
std::uint64_t number_of(const Value& value, std::vector<Value>& table,
                        std::map<Value, std::uint64_t>& numbers) {
  const auto [found, inserted] = numbers.try_emplace(value, table.size());
  if (inserted) table.push_back(value);
  return found->second;
}

std::int64_t difference(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::int64_t>(a - b);
}

}  // namespace

std::uint64_t SegmentBuilder::language_number(const std::string& language) {
  return language.empty() ? 0 : 1 + number_of(language, tables_.languages, language_numbers_);
}

std::uint64_t SegmentBuilder::shared_number(const SharedId& id) {
  return id.none() ? 0 : 1 + number_of(id, tables_.shared, shared_numbers_);
}

std::uint64_t SegmentBuilder::pack_number(PackId id) {
  return number_of(id, tables_.packs, pack_numbers_);
}

void SegmentBuilder::begin_row(std::string_view path) {
  COPSE_CHECK(!path.empty() && path.size() <= kMaxPathBytes);
  COPSE_CHECK(record_count_ == 0 || last_path_ < path);
  last_path_ = path;
  if (block_.record_count == 0) block_.first_path = path;
  ByteWriter(rows_).text(path);
}

void SegmentBuilder::end_row() {
  ++block_.record_count;
  ++record_count_;
  if (rows_.size() >= kBlockTargetBytes) finish_block();
}

void SegmentBuilder::add_removed(std::string_view path) {
  begin_row(path);
  ByteWriter(rows_).u8(kRowRemoved);
  end_row();
}

void SegmentBuilder::add(const FileRecord& record) {
  begin_row(record.path);
  ByteWriter row(rows_);
  const int flags = (record.tree ? kRowHasTree : 0) | (record.note.empty() ? 0 : kRowHasNote) |
                    (record.bases.empty() ? 0 : kRowHasBases);
  row.u8(static_cast<std::uint8_t>(flags));
  row.varint(language_number(record.language));
  row.varint(shared_number(record.grammar));
  row.varint(shared_number(record.model));
  row.varint(shared_number(record.dictionary));
  row.varint(record.source_bytes);
  row.varint(record.lines);
  row.varint(pack_number(record.source.pack));
  row.zigzag(difference(record.source.offset, last_frame_.base(record.source.pack)));
  row.varint(record.source.stored_bytes);
  row.zigzag(difference(record.source.raw_bytes, record.source_bytes));
  ByteWriter digests(digests_);
  digests.raw(record.content.digest);
  digests.u64(record.source.checksum);
  if (record.tree) {
    const FrameRef& tree = *record.tree;
    const std::uint64_t source_end = expected_end(record.source, kSegmentVersion);
    row.varint(pack_number(tree.pack));
    row.zigzag(difference(tree.offset, source_end));
    row.varint(tree.stored_bytes);
    row.varint(tree.raw_bytes);
    digests.u64(tree.checksum);
  }
  last_frame_ = end_of_frames(record);
  row.varint(record.nodes);
  row.zigzag(difference(record.nodes, record.visible_nodes));
  row.varint(record.parser_build);
  row.zigzag(record.changed_ns);
  row.zigzag(difference(record.file_size, record.source_bytes));
  row.varint(record.inode);
  if (!record.note.empty()) row.text(record.note);
  if (!record.bases.empty()) add_bases(record.bases);
  end_row();
}

void SegmentBuilder::add_bases(const std::vector<FrameRef>& bases) {
  COPSE_CHECK(bases.size() <= kMaxBases);
  ByteWriter row(rows_);
  ByteWriter digests(digests_);
  row.varint(bases.size());
  for (const FrameRef& base : bases) {
    row.varint(pack_number(base.pack));
    row.varint(base.offset);
    row.varint(base.stored_bytes);
    row.varint(base.raw_bytes);
    digests.u64(base.checksum);
  }
}

void SegmentBuilder::finish_block() {
  if (block_.record_count == 0) return;
  COPSE_CHECK(rows_.size() <= kMaxBlockBytes);
  const Bytes packed = compress(rows_);
  block_.offset = stored_.size();  // becomes an offset in the file in parse_segment_index
  block_.stored_row_bytes = static_cast<std::uint32_t>(packed.size());
  block_.row_bytes = static_cast<std::uint32_t>(rows_.size());
  block_.digest_bytes = static_cast<std::uint32_t>(digests_.size());
  ByteWriter writer(stored_);
  writer.raw(packed);
  writer.raw(digests_);
  block_.checksum = checksum64(ByteView(stored_).subspan(static_cast<std::size_t>(block_.offset)));
  blocks_.push_back(std::exchange(block_, {}));
  rows_.clear();
  digests_.clear();
  last_frame_ = {};
}

Bytes SegmentBuilder::finish() {
  finish_block();
  Bytes index;
  ByteWriter entries(index);
  entries.varint(tables_.languages.size());
  for (const std::string& language : tables_.languages) {
    entries.text(language);
  }
  entries.varint(tables_.shared.size());
  for (const SharedId& id : tables_.shared) {
    entries.raw(id.content.digest);
  }
  entries.varint(tables_.packs.size());
  for (const PackId pack : tables_.packs) {
    entries.varint(pack.value);
  }
  entries.varint(blocks_.size());
  for (const BlockEntry& block : blocks_) {
    entries.varint(block.stored_row_bytes);
    entries.varint(block.row_bytes);
    entries.varint(block.digest_bytes);
    entries.varint(block.record_count);
    entries.u64(block.checksum);
    entries.text(block.first_path);
  }
  Bytes file;
  ByteWriter writer(file);
  writer.raw(as_bytes(kSegmentMagic));
  writer.u32(kSegmentVersion);
  writer.u32(0);
  writer.u64(id_.value);
  writer.u64(record_count_);
  writer.u64(index.size());
  writer.u64(kSegmentHeaderBytes + index.size() + kSegmentChecksumBytes + stored_.size());
  COPSE_CHECK(file.size() == kSegmentHeaderBytes);
  writer.raw(index);
  writer.u64(checksum64(file));
  writer.raw(stored_);
  return file;
}

}  // namespace copse
