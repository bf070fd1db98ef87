// The catalogue of one generation in memory: its segments laid over one another, newer over older.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/io/file_system.h"
#include "store/head.h"
#include "store/records.h"
#include "store/segment.h"

namespace copse {

// A part of a segment that neither mirror could give. Paths in [begin, end) are uncertain there.
struct LostRange {
  std::string begin;
  std::optional<std::string> end;  // absent: to the last path
  Damage damage;

  bool contains(std::string_view path) const { return begin <= path && (!end || path < *end); }
};

// One segment as it was read. Never changes; shared by generations.
struct Segment {
  SegmentEntry entry;
  SegmentTables tables;
  std::vector<Block> blocks;  // those that could be read
  std::vector<LostRange> lost;
  bool mirror_damaged = false;  // one of the two files has damage
};

using SegmentPtr = std::shared_ptr<const Segment>;

// From both files as far as needed. Never fails: what is lost is in the segment, and everything
// that was found damaged is added to `damages`.
SegmentPtr load_segment(FileSystem& file_system, const std::string& directory,
                        const SegmentEntry& entry, std::vector<Damage>& damages);

// From the bytes a SegmentBuilder made. REQUIRES: they are whole.
SegmentPtr parse_segment(ByteView file_bytes);

// Where the valid row of a path is.
struct RowRef {
  std::uint32_t segment = 0;
  std::uint32_t block = 0;
  std::uint32_t row = 0;
};

// Never changes. Memory: the decompressed segments and 12 bytes a file.
class Catalogue {
 public:
  Catalogue() = default;
  // Oldest first. With `keep_removed` rows that remove a path count as files, for merging.
  explicit Catalogue(std::vector<SegmentPtr> segments, bool keep_removed = false);

  std::size_t size() const { return rows_.size(); }
  std::string_view path(std::size_t index) const { return row(index).path; }
  Row row(std::size_t index) const;
  FileRecord record(std::size_t index) const;
  std::size_t lower_bound(std::string_view path) const;
  // No value when it is not there, Corrupt when a lost range could hold it.
  Result<std::optional<FileRecord>> find(std::string_view path) const;

  // Error of the first lost range, if there is one.
  Status check_complete() const;
  const std::vector<SegmentPtr>& segments() const { return segments_; }

 private:
  std::vector<RowRef> segment_rows(std::uint32_t segment) const;
  Row row_at(const RowRef& ref) const;
  bool is_lost(std::string_view path) const;

  std::vector<SegmentPtr> segments_;
  std::vector<RowRef> rows_;  // by path
  std::vector<LostRange> lost_;
};

}  // namespace copse
