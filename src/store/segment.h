// Segments of the catalogue as bytes: records sorted by path in checksummed blocks, behind an index
// that says which block holds which paths.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"
#include "store/head.h"
#include "store/layout.h"
#include "store/records.h"

namespace copse {

inline constexpr std::size_t kBlockTargetBytes = std::size_t{64} << 10;
inline constexpr std::size_t kMaxBlockBytes = std::size_t{256} << 10;
inline constexpr std::uint64_t kMaxSegmentBytes = std::uint64_t{4} << 30;
inline constexpr std::uint64_t kMaxIndexBytes = std::uint64_t{256} << 20;

// What records of a segment name by number.
struct SegmentTables {
  std::uint32_t version = kSegmentVersion;  // of the rows
  std::vector<std::string> languages;
  std::vector<SharedId> shared;
  std::vector<PackId> packs;
};

struct BlockEntry {
  std::uint64_t offset = 0;  // in the file
  std::uint32_t stored_row_bytes = 0;
  std::uint32_t row_bytes = 0;
  std::uint32_t digest_bytes = 0;
  std::uint32_t record_count = 0;
  std::uint64_t checksum = 0;
  std::string first_path;

  std::uint64_t stored_bytes() const { return std::uint64_t{stored_row_bytes} + digest_bytes; }
};

struct SegmentIndex {
  SegmentId id;
  std::uint64_t record_count = 0;
  std::uint64_t index_end = 0;  // offset of the first block
  std::uint64_t file_bytes = 0;
  std::uint64_t checksum = 0;
  SegmentTables tables;
  std::vector<BlockEntry> blocks;
};

// Where a record's parts begin in its block.
struct RowPosition {
  std::uint32_t row = 0;
  std::uint32_t digest = 0;
  // A row says where its source lies by the one before it.
  std::uint64_t source_offset = 0;
};

// A block whose every row was read once and made sense: reading one again cannot fail.
struct Block {
  Bytes rows;
  Bytes digests;
  std::vector<RowPosition> positions;
};

// A record as it lies in a block.
struct Row {
  std::string_view path;
  bool removed = false;  // says that older segments' record of the path no longer holds
};

// Where the frames of the rows so far ended: the next record's are expected there.
struct PackPlace {
  PackId pack;
  std::uint64_t end = 0;

  // What an offset in `other` is measured from.
  std::uint64_t base(PackId other) const { return other == pack ? end : 0; }
};

// Makes the bytes of one segment. Paths must come in strictly ascending order.
class SegmentBuilder {
 public:
  explicit SegmentBuilder(SegmentId id) : id_(id) {}

  void add(const FileRecord& record);
  void add_removed(std::string_view path);
  std::uint64_t record_count() const { return record_count_; }

  // The whole file. REQUIRES: nothing is added after.
  Bytes finish();

 private:
  void begin_row(std::string_view path);
  void end_row();
  void add_bases(const std::vector<FrameRef>& bases);
  void finish_block();
  std::uint64_t language_number(const std::string& language);
  std::uint64_t shared_number(const SharedId& id);
  std::uint64_t pack_number(PackId id);

  SegmentId id_;
  std::uint64_t record_count_ = 0;
  std::string last_path_;
  PackPlace last_frame_;
  SegmentTables tables_;
  std::map<std::string, std::uint64_t> language_numbers_;
  std::map<SharedId, std::uint64_t> shared_numbers_;
  std::map<PackId, std::uint64_t> pack_numbers_;
  Bytes rows_;
  Bytes digests_;
  BlockEntry block_;
  std::vector<BlockEntry> blocks_;
  Bytes stored_;
};

// Header and index of a segment from the beginning of its file. Corrupt names `file` and offset.
Result<SegmentIndex> parse_segment_index(ByteView file_bytes, const std::string& file);

// One block from the whole of a segment's file, which may be shorter than it should be.
Result<Block> parse_block(ByteView file_bytes, const SegmentIndex& index, std::size_t block_number,
                          const std::string& file);

// REQUIRES: row < block.positions.size(), and the tables are those the block was parsed with.
Row read_row(const Block& block, std::size_t row);
FileRecord read_record(const Block& block, std::size_t row, const SegmentTables& tables);

}  // namespace copse
