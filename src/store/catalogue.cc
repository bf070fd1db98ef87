// Loads segments from their mirrors and lays them over one another.
#include "store/catalogue.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace copse {
namespace {

// One mirror of a segment: its bytes as far as they are there, and its index when that is sound.
struct MirrorFile {
  std::string name;
  Bytes bytes;
  std::optional<SegmentIndex> index;
};

Status read_mirror(FileSystem& file_system, const std::string& directory, const SegmentEntry& entry,
                   MirrorFile& mirror) {
  COPSE_TRY(const auto file, file_system.open(join_path(directory, mirror.name)));
  COPSE_TRY(const std::uint64_t file_bytes, file->size());
  if (entry.file_bytes > kMaxSegmentBytes) {
    return Error(ErrorCode::Corrupt, mirror.name + ": the length in HEAD is over the limit");
  }
  mirror.bytes.resize(static_cast<std::size_t>(std::min(file_bytes, entry.file_bytes)));
  if (Status status = file->read_at(0, mirror.bytes); !status.ok()) {
    mirror.bytes.clear();
    return status;
  }
  COPSE_TRY(SegmentIndex index, parse_segment_index(mirror.bytes, mirror.name));
  if (index.id != entry.id || index.checksum != entry.checksum ||
      index.file_bytes != entry.file_bytes || index.record_count != entry.record_count) {
    return Error(ErrorCode::Corrupt, mirror.name + " at offset 0: checksum expected " +
                                         hex64(entry.checksum) + ", found " +
                                         hex64(index.checksum));
  }
  mirror.index = std::move(index);
  if (file_bytes != entry.file_bytes) {
    return Error(ErrorCode::Corrupt, mirror.name + " at offset " + std::to_string(file_bytes) +
                                         ": length expected " + std::to_string(entry.file_bytes) +
                                         ", found " + std::to_string(file_bytes));
  }
  return success();
}

LostRange lost_block(const SegmentIndex& index, std::size_t number, Damage damage) {
  LostRange lost{index.blocks[number].first_path, std::nullopt, std::move(damage)};
  if (number + 1 < index.blocks.size()) lost.end = index.blocks[number + 1].first_path;
  return lost;
}

}  // namespace

SegmentPtr load_segment(FileSystem& file_system, const std::string& directory,
                        const SegmentEntry& entry, std::vector<Damage>& damages) {
  auto segment = std::make_shared<Segment>();
  segment->entry = entry;
  MirrorFile mirrors[2];
  Damage last{segment_name(entry.id, Mirror::First), 0, {}};
  const auto note = [&](const MirrorFile& mirror, std::uint64_t offset, const Error& error) {
    segment->mirror_damaged = true;
    last = {mirror.name, offset, error.message()};
    damages.push_back(last);
  };
  const auto load_mirror = [&](Mirror which) {
    MirrorFile& mirror = mirrors[which == Mirror::First ? 0 : 1];
    if (!mirror.name.empty()) return;  // once is enough
    mirror.name = segment_name(entry.id, which);
    const Status status = read_mirror(file_system, directory, entry, mirror);
    if (!status.ok()) note(mirror, 0, status.error());
  };
  load_mirror(Mirror::First);
  if (!mirrors[0].index) load_mirror(Mirror::Copy);
  const auto& index = mirrors[0].index ? mirrors[0].index : mirrors[1].index;
  if (!index) {
    segment->lost.push_back({"", std::nullopt, last});
    return segment;
  }
  for (std::size_t i = 0; i < index->blocks.size(); ++i) {
    bool found = false;
    for (const Mirror which : kMirrors) {
      load_mirror(which);
      const MirrorFile& mirror = mirrors[which == Mirror::First ? 0 : 1];
      if (mirror.bytes.empty()) continue;
      // The index of either mirror serves both: its checksum is the one in HEAD.
      auto block = parse_block(mirror.bytes, *index, i, mirror.name);
      found = block.ok();
      if (found) {
        segment->blocks.push_back(std::move(block).value());
        break;
      }
      note(mirror, index->blocks[i].offset, block.error());
    }
    if (!found) segment->lost.push_back(lost_block(*index, i, last));
  }
  segment->tables = index->tables;
  return segment;
}

SegmentPtr parse_segment(ByteView file_bytes) {
  auto index = parse_segment_index(file_bytes, "new segment");
  COPSE_CHECK(index.ok());
  auto segment = std::make_shared<Segment>();
  const SegmentIndex& parsed = index.value();
  segment->entry = {parsed.id, parsed.file_bytes, parsed.checksum, parsed.record_count};
  for (std::size_t i = 0; i < parsed.blocks.size(); ++i) {
    auto block = parse_block(file_bytes, parsed, i, "new segment");
    COPSE_CHECK(block.ok());
    segment->blocks.push_back(std::move(block).value());
  }
  segment->tables = parsed.tables;
  return segment;
}

Catalogue::Catalogue(std::vector<SegmentPtr> segments, bool keep_removed)
    : segments_(std::move(segments)) {
  // Newest first, so that small segments are gone through often and the base once.
  for (std::size_t i = segments_.size(); i-- > 0;) {
    const std::vector<RowRef> older = segment_rows(static_cast<std::uint32_t>(i));
    std::vector<RowRef> merged;
    merged.reserve(rows_.size() + older.size());
    auto newer_at = rows_.begin();
    for (const RowRef& ref : older) {
      const std::string_view older_path = row_at(ref).path;
      while (newer_at != rows_.end() && row_at(*newer_at).path < older_path) {
        merged.push_back(*newer_at++);
      }
      const bool replaced = newer_at != rows_.end() && row_at(*newer_at).path == older_path;
      if (!replaced && !is_lost(older_path)) merged.push_back(ref);
    }
    merged.insert(merged.end(), newer_at, rows_.end());
    rows_ = std::move(merged);
    const auto& lost = segments_[i]->lost;
    lost_.insert(lost_.end(), lost.begin(), lost.end());
  }
  if (!keep_removed) std::erase_if(rows_, [&](const RowRef& ref) { return row_at(ref).removed; });
  rows_.shrink_to_fit();
}

std::vector<RowRef> Catalogue::segment_rows(std::uint32_t segment) const {
  std::vector<RowRef> refs;
  const std::vector<Block>& blocks = segments_[segment]->blocks;
  for (std::uint32_t block = 0; block < blocks.size(); ++block) {
    for (std::uint32_t row = 0; row < blocks[block].positions.size(); ++row) {
      refs.push_back({segment, block, row});
    }
  }
  return refs;
}

Row Catalogue::row_at(const RowRef& ref) const {
  return read_row(segments_[ref.segment]->blocks[ref.block], ref.row);
}

Row Catalogue::row(std::size_t index) const {
  COPSE_CHECK(index < rows_.size());
  return row_at(rows_[index]);
}

FileRecord Catalogue::record(std::size_t index) const {
  COPSE_CHECK(index < rows_.size());
  const RowRef& ref = rows_[index];
  const Segment& segment = *segments_[ref.segment];
  return read_record(segment.blocks[ref.block], ref.row, segment.tables);
}

std::size_t Catalogue::lower_bound(std::string_view path) const {
  const auto found = std::lower_bound(
      rows_.begin(), rows_.end(), path,
      [&](const RowRef& ref, std::string_view key) { return row_at(ref).path < key; });
  return static_cast<std::size_t>(found - rows_.begin());
}

Result<std::optional<FileRecord>> Catalogue::find(std::string_view path) const {
  const std::size_t index = lower_bound(path);
  if (index < size() && this->path(index) == path) return std::optional(record(index));
  for (const LostRange& lost : lost_) {
    if (lost.contains(path)) return Error(ErrorCode::Corrupt, lost.damage.message);
  }
  return std::optional<FileRecord>();
}

Status Catalogue::check_complete() const {
  if (lost_.empty()) return success();
  return Error(ErrorCode::Corrupt, lost_.front().damage.message);
}

bool Catalogue::is_lost(std::string_view path) const {
  return std::any_of(lost_.begin(), lost_.end(),
                     [&](const LostRange& lost) { return lost.contains(path); });
}

}  // namespace copse
