#include "query/match_range.h"

#include <string>

#include "core/check.h"

namespace copse {
namespace {

constexpr Point kNoEnd{UINT32_MAX, UINT32_MAX};

TSPoint gap_behind(std::uint64_t byte) {
  return {static_cast<std::uint32_t>(byte), 1};
}

TSPoint place_of(const Point& point, const TreeData& tree) {
  if (point == Point{}) return {0, 0};
  if (point == kNoEnd) return {UINT32_MAX, UINT32_MAX};
  const auto row = tree.row(point.row);
  // Tokens may end at the source's last byte, and nothing is behind that.
  if (!row) return gap_behind(tree.source_size());
  const std::uint64_t byte = std::uint64_t{row->begin} + point.column;
  if (row->next != UINT64_MAX) {
    return byte < row->next ? TSPoint{static_cast<std::uint32_t>(byte), 0}
                            : gap_behind(row->next - 1);
  }
  return byte <= tree.source_size() ? TSPoint{static_cast<std::uint32_t>(byte), 0}
                                    : gap_behind(tree.source_size());
}

std::string text_of(const Point& point) {
  return std::to_string(point.row) + ':' + std::to_string(point.column);
}

Error ends_early(const std::string& kind, const std::string& begin, const std::string& end) {
  return {ErrorCode::InvalidArgument,
          kind + " range from " + begin + " to " + end + " ends before it begins"};
}

}  // namespace

Status check_range(const MatchOptions& options) {
  if (options.begin_byte > options.end_byte && options.end_byte != 0) {
    return ends_early("byte", std::to_string(options.begin_byte), std::to_string(options.end_byte));
  }
  if (options.begin_point > options.end_point && options.end_point != Point{}) {
    return ends_early("point", text_of(options.begin_point), text_of(options.end_point));
  }
  return success();
}

Result<MatchRange> resolve_range(const MatchOptions& options, const TreeData& tree) {
  COPSE_TRY_STATUS(check_range(options));
  MatchRange range;
  range.begin_byte = options.begin_byte;
  if (options.end_byte != 0) range.end_byte = options.end_byte;
  range.begin_place = place_of(options.begin_point, tree);
  if (options.end_point != Point{}) range.end_place = place_of(options.end_point, tree);
  return range;
}

void set_range(TSQueryCursor* cursor, const MatchRange& range) {
  COPSE_CHECK(copse_query_cursor_set_byte_range(cursor, range.begin_byte, range.end_byte));
  COPSE_CHECK(copse_query_cursor_set_point_range(cursor, range.begin_place, range.end_place));
}

}  // namespace copse
